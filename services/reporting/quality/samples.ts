import { idFromName } from '#kernel/ids.ts';
import type { Score } from '#contracts/quality.ts';
import { deskCallsEnded } from '#dispatch/desk-calls.ts';
import { accountsOfRole } from '#identity/colleagues.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { joinedCalls, recordingsOf } from '#telephony/lines.ts';
import { drawTwo, monthBefore, monthOf, spanOf, type Talk } from './draw.ts';

const q = loadQueries(import.meta.url, 'reporting.quality', [
  'put_sample',
  'samples_of_months',
  'list_samples',
  'score_sample',
]);

/** Everywhere: who may see what is decided when it is shown. */
const EVERYWHERE = [''];

/** A call that was drawn. Times of the database. */
export interface SampleRow {
  id: string;
  month: string;
  slot: number;
  operatorId: string;
  operatorName: string;
  incidentId: string;
  calledAt: Date;
  recordingId: string | null;
  points: Score['points'] | null;
  remark: string | null;
  scoredAt: Date | null;
  scoredBy: string | null;
}

/**
 * Draws what is due at `now` (ms), of this month and the last. The same whoever asks and however often; what was drawn
 * stays. Answers how many were added.
 */
export async function drawSamples(db: Db, now: number): Promise<number> {
  const months = [monthBefore(monthOf(now)), monthOf(now)];
  const taken = await db.query<{ operatorId: string; month: string; slot: number; incidentId: string }>(
    q.samples_of_months,
    [months],
  );
  let added = 0;
  for (const month of months) {
    for (const [operatorId, talks] of byOperator(await talksOf(db, month))) {
      const already = taken.filter((one) => one.operatorId === operatorId && one.month === month);
      if (already.length >= 2) continue;
      for (const { slot, talk } of drawTwo(talks, already, { operatorId, month }, now)) {
        const made = await db.query(q.put_sample, [
          idFromName(`quality ${operatorId}/${month}/${slot}`),
          operatorId,
          talk.operatorName,
          month,
          slot,
          talk.incidentId,
          talk.callId,
          new Date(talk.startedAt),
          talk.recordingId,
          new Date(now),
        ]);
        added += made.length;
      }
    }
  }
  return added;
}

/** The talks of operators (of nobody else) in a month, each with the recording of the conference that it was in. */
async function talksOf(db: Db, month: string): Promise<Talk[]> {
  const { from, to } = spanOf(month);
  const ended = await deskCallsEnded(db, from, to);
  if (ended.length === 0) return [];
  const operators = new Set(
    await accountsOfRole(db, [...new Set(ended.map(({ accountId }) => accountId))], 'operator', EVERYWHERE),
  );
  const ours = ended.filter(({ accountId }) => operators.has(accountId));
  const joined = new Map(
    (
      await joinedCalls(
        db,
        ours.map(({ id }) => id),
      )
    ).map((one) => [one.id, one]),
  );
  const recordings = await recordingsOf(db, [...new Set(ours.map(({ incidentId }) => incidentId))]);
  return ours.flatMap(({ id, incidentId, accountId, name }) => {
    const call = joined.get(id);
    if (call === undefined) return [];
    const [startedAt, endedAt] = [call.joinedAt.getTime(), call.endedAt.getTime()];
    const recording = recordings.find(
      (one) => one.incidentId === incidentId && one.startedAt.getTime() < endedAt && one.endedAt.getTime() > startedAt,
    );
    const recordingId = recording?.id ?? null;
    return [{ callId: id, incidentId, operatorId: accountId, operatorName: name, startedAt, endedAt, recordingId }];
  });
}

function byOperator(talks: readonly Talk[]): Map<string, Talk[]> {
  const all = new Map<string, Talk[]>();
  for (const talk of talks) all.set(talk.operatorId, [...(all.get(talk.operatorId) ?? []), talk]);
  return all;
}

const MOST = 400;

/** Those to be scored first, unfiltered: filter before showing. */
export function allSamples(db: Db): Promise<SampleRow[]> {
  return db.query<SampleRow>(q.list_samples, [null, null, MOST]);
}

/** One, unfiltered; undefined: there is none. */
export async function findSample(db: Db, id: string): Promise<SampleRow | undefined> {
  return (await db.query<SampleRow>(q.list_samples, [null, id, 1]))[0];
}

/** What an operator was given, newest first; what is not scored yet is not shown to him. */
export function scoredOf(db: Db, operatorId: string): Promise<SampleRow[]> {
  return db.query<SampleRow>(q.list_samples, [operatorId, null, MOST]);
}

/** Gives the points; false: somebody has, and they stand. */
export async function putScore(
  db: Db,
  id: string,
  { points, remark }: Score,
  by: { accountId: string; name: string },
  now: number,
): Promise<boolean> {
  const done = await db.query(q.score_sample, [
    id,
    JSON.stringify(points),
    remark,
    new Date(now),
    by.accountId,
    by.name,
  ]);
  return done.length > 0;
}
