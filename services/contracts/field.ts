/** `/field`: what a responder in the street is shown and sends. */
import { z } from 'zod';
import { wireCareSchema, wireContactSchema } from './incident.ts';

/** Why somebody can't come: the three keys of the offer. */
export const DECLINE_REASONS = ['busy', 'far', 'unwell'] as const;

/** How somebody got in; the last three are forced and need a witness from the community and who agreed. */
export const ENTRY_WAYS = ['key', 'code', 'opened', 'locksmith', '110', '119'] as const;

/** The largest photo, bytes. */
export const PHOTO_BYTES = 5 * 1024 * 1024;
/** At most one position is kept in so many ms. */
export const POSITION_EVERY_MS = 5_000;
/** So near to the home (metres), by a fix at most so uncertain (metres), somebody has arrived. */
export const ARRIVED_METRES = 60;
export const ARRIVED_ACCURACY = 50;
/** From so far away (metres) nobody has arrived, whatever he says. */
export const NOT_THERE_METRES = 300;

/** One fix, WGS-84; accuracy in metres. `at`: when it was measured, now unless given. */
export const fixSchema = z.object({
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  accuracy: z.number().min(0).max(100_000).optional(),
  at: z.iso.datetime({ offset: true }).optional(),
});
export type WireFix = z.infer<typeof fixSchema>;

/** Body of `accept`, `decline`, `depart`, `arrive`, `complete`. */
export const stepSchema = z
  .object({
    reason: z.string().max(200).optional(),
    /** How soon he is there. */
    minutes: z.number().int().min(1).max(240).optional(),
    note: z.string().trim().min(1).max(2000).optional(),
    position: fixSchema.optional(),
  })
  .optional();

/** How he is asked to get in: shown once he has accepted, and the look is recorded. */
export const entryPlanSchema = z.object({
  /** How to get in: door code, chain, dog. */
  entry: z.string().nullable(),
  keyHolders: z.array(z.object({ name: z.string(), phone: z.string().nullable(), kind: z.string() })),
  /** Who may agree to a forced door: the family in its order, then who answers for the home. */
  authorise: z.array(z.object({ name: z.string(), phone: z.string().nullable(), part: z.string() })),
  /** Who of the community can stand by as witness. */
  witnesses: z.array(z.object({ name: z.string(), phone: z.string().nullable(), part: z.string() })),
});
export type EntryPlan = z.infer<typeof entryPlanSchema>;

/** `GET /api/assignments/:id`: what a rescuer needs at the door. Only after he accepted, while it is his. */
export const fieldDetailSchema = z.object({
  id: z.string(),
  phone: z.string().nullable(),
  floor: z.number().int().nullable(),
  lift: z.boolean(),
  marks: z.array(z.string()),
  plan: entryPlanSchema,
  care: wireCareSchema.nullable(),
  contacts: z.array(wireContactSchema),
  photos: z.array(z.object({ id: z.string(), at: z.string() })),
});
export type FieldDetail = z.infer<typeof fieldDetailSchema>;

/** His own duty. Hours in minutes of the local day; both null: at any hour. */
export const ownDutySchema = z.object({
  on: z.boolean(),
  until: z.string().nullable(),
  /** He switched it himself: otherwise than the roster says. */
  switched: z.boolean(),
  mayWake: z.enum(['always', 'emergency', 'never']),
  wakeFromMin: z.number().int().nullable(),
  wakeToMin: z.number().int().nullable(),
});
export type WireOwnDuty = z.infer<typeof ownDutySchema>;

const minuteOfDay = z.number().int().min(0).max(1439);

/** `POST /api/me/duty`: on (out of turn) or away for the rest of the shift; and when he agrees to be woken. */
export const switchDutySchema = z.object({
  on: z.boolean().optional(),
  wake: z
    .object({
      mayWake: z.enum(['always', 'emergency', 'never']),
      fromMin: minuteOfDay.nullable(),
      toMin: minuteOfDay.nullable(),
    })
    .optional(),
});

/** A photo from the door, as base64. */
export const photoSchema = z.object({
  type: z.enum(['image/jpeg', 'image/png', 'image/webp']),
  data: z.base64(),
});
