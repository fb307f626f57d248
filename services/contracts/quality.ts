/** Calls that supervisors score, and what operators see of it. */
import { z } from 'zod';
import { listOf } from './list.ts';

/** Greeted and said who speaks · asked the first questions · told what happens next · calm and respectful · handed on or closed rightly. */
export const SCORE_HEADINGS = ['greeting', 'questions', 'told', 'calm', 'closing'] as const;
export type ScoreHeading = (typeof SCORE_HEADINGS)[number];
export const MOST_POINTS = 2;

const pointSchema = z.number().int().min(0).max(MOST_POINTS, `0–${MOST_POINTS} 分 | 0–${MOST_POINTS} points`);
const pointsSchema = z.strictObject({
  greeting: pointSchema,
  questions: pointSchema,
  told: pointSchema,
  calm: pointSchema,
  closing: pointSchema,
});

/** `POST /api/quality/samples/:id/score`. Once: what was given stands. */
export const scoreSchema = z.object({
  points: pointsSchema,
  remark: z.string().trim().min(1, '写一句话 | one sentence').max(300, '最多 300 个字 | at most 300 characters'),
});
export type Score = z.infer<typeof scoreSchema>;

/** A call that was drawn; `month` `yyyy-mm`, times ISO 8601. */
export const sampleSchema = z.object({
  id: z.string(),
  month: z.string(),
  slot: z.number().int(),
  operator: z.object({ id: z.string(), name: z.string() }),
  incident: z.object({ id: z.string(), kind: z.string(), who: z.string().nullable() }),
  calledAt: z.string(),
  /** Null: nobody recorded it; it is scored from the case's history. */
  recordingId: z.string().nullable(),
  score: scoreSchema.extend({ by: z.string(), at: z.string(), total: z.number().int() }).nullable(),
});
export type Sample = z.infer<typeof sampleSchema>;
export const samplesSchema = listOf(sampleSchema);
