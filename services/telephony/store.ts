import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Job, JobState, News } from './domain/job.ts';
import type { OnReport, Outcome } from './port.ts';

const q = loadQueries(import.meta.url, 'telephony', [
  'add_job',
  'ask_hang_up',
  'find_due',
  'lock_job',
  'lock_job_by_sid',
  'save_job',
  'known_sids',
  'sid_of',
]);

interface JobRow {
  id: string;
  kind: 'call' | 'message';
  direction: 'out' | 'in';
  incident_id: string | null;
  number: string;
  detail: Job['detail'];
  state: JobState;
  attempt: number;
  tries: number;
  next_at: Date | null;
  ordered_at: Date;
  placing_at: Date | null;
  placed_at: Date | null;
  sid: string | null;
  sequence: number;
  ringing_at: Date | null;
  answered_at: Date | null;
  joining_at: Date | null;
  joined_at: Date | null;
  ended_at: Date | null;
  machine: boolean;
  choice: string | null;
  typed: Record<string, string>;
  chosen_at: Date | null;
  said: string | null;
  hang_up_at: Date | null;
  final: string | null;
  outcome: Outcome | null;
}

const ms = (at: Date | null): number | null => at?.getTime() ?? null;
const date = (at: number | null): Date | null => (at === null ? null : new Date(at));

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    direction: row.direction,
    incidentId: row.incident_id,
    number: row.number,
    detail: row.detail,
    state: row.state,
    attempt: row.attempt,
    tries: row.tries,
    nextAt: ms(row.next_at),
    orderedAt: row.ordered_at.getTime(),
    placingAt: ms(row.placing_at),
    placedAt: ms(row.placed_at),
    sid: row.sid,
    sequence: row.sequence,
    ringingAt: ms(row.ringing_at),
    answeredAt: ms(row.answered_at),
    joiningAt: ms(row.joining_at),
    joinedAt: ms(row.joined_at),
    endedAt: ms(row.ended_at),
    machine: row.machine,
    choice: row.choice,
    typed: row.typed,
    chosenAt: ms(row.chosen_at),
    said: row.said,
    hangUpAt: ms(row.hang_up_at),
    final: row.final,
    outcome: row.outcome,
  };
}

/** What is known of a job when it is written first. */
export type NewJob = Pick<Job, 'id' | 'kind' | 'direction' | 'incidentId' | 'number' | 'detail' | 'state' | 'sid'>;

/** Writes an order, to be looked at from `nextAt` on. False: there is one with this id already, which stays as it is. */
export async function addJob(db: Db, job: NewJob & { nextAt: number; now: number }): Promise<boolean> {
  const added = await db.query(q.add_job, [
    job.id,
    job.kind,
    job.direction,
    job.incidentId,
    job.number,
    JSON.stringify(job.detail),
    job.state,
    new Date(job.nextAt),
    new Date(job.now),
    job.state === 'placed' ? new Date(job.now) : null,
    job.sid,
  ]);
  return added.length > 0;
}

/** Marks a call to be ended; false when there is none that has not ended. */
export async function askHangUp(db: Db, id: string, now: number): Promise<boolean> {
  return (await db.query(q.ask_hang_up, [id, new Date(now)])).length > 0;
}

/**
 * Locks the jobs that are due, `limit` at most. Orders whose number we use already (`inUse`) stay away until `waitMs` have
 * passed since they were written. `onLine`: who is to be called has called us about the same case, and still waits.
 */
export async function findDue(
  tx: Tx,
  limit: number,
  waitMs: number,
  now: number,
): Promise<{ job: Job; inUse: boolean; onLine: boolean }[]> {
  const rows = await tx.query<JobRow & { in_use: boolean; on_line: boolean }>(q.find_due, [
    new Date(now),
    limit,
    `${waitMs} milliseconds`,
  ]);
  return rows.map((row) => ({ job: toJob(row), inUse: row.in_use, onLine: row.on_line }));
}

/** Locks one job, by our id or by the network's. */
export async function lockJob(tx: Tx, by: { id: string } | { sid: string }): Promise<Job | null> {
  const [row] = await ('id' in by
    ? tx.query<JobRow>(q.lock_job, [by.id])
    : tx.query<JobRow>(q.lock_job_by_sid, [by.sid]));
  return row === undefined ? null : toJob(row);
}

/** Which of these ids of the network belong to other jobs than `id`. */
export async function knownSids(db: Db, sids: readonly string[], id: string): Promise<Set<string>> {
  if (sids.length === 0) return new Set();
  return new Set((await db.query<{ sid: string }>(q.known_sids, [sids, id])).map(({ sid }) => sid));
}

/** The network's id of a call; null while it has none. */
export async function sidOf(db: Db, id: string): Promise<string | null> {
  return (await db.query<{ sid: string | null }>(q.sid_of, [id]))[0]?.sid ?? null;
}

/** Writes a locked job. */
export async function saveJob(tx: Tx, job: Job): Promise<void> {
  await tx.query(q.save_job, [
    job.id,
    job.incidentId,
    JSON.stringify(job.detail),
    job.state,
    job.attempt,
    job.tries,
    date(job.nextAt),
    date(job.placingAt),
    date(job.placedAt),
    job.sid,
    job.sequence,
    date(job.ringingAt),
    date(job.answeredAt),
    date(job.joiningAt),
    date(job.joinedAt),
    date(job.endedAt),
    job.machine,
    job.choice,
    JSON.stringify(job.typed),
    date(job.chosenAt),
    job.said,
    date(job.hangUpAt),
    job.final,
    job.outcome,
  ]);
}

/**
 * Tells what is new of a job, in the transaction that writes it down, and writes it. What is answered to a choice is kept
 * with it, for it may have to be said again.
 */
export async function tellAndSave(
  tx: Tx,
  job: Job,
  news: readonly News[],
  onReport: OnReport,
  now: number,
): Promise<Job> {
  let saved = job;
  for (const one of news) {
    const { id, kind, incidentId } = job;
    const answer = await onReport(tx, {
      kind,
      id,
      incidentId,
      at: now,
      ...one,
      ...(job.direction === 'in' && { inbound: true }),
    });
    if (one.event === 'chosen' && answer !== null) saved = { ...saved, said: answer.say };
  }
  await saveJob(tx, saved);
  return saved;
}
