import { spellings } from './numbers.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Choice, Outcome } from './port.ts';
import type { Job } from './domain/job.ts';

const q = loadQueries(import.meta.url, 'telephony', [
  'waiting_before',
  'callers_waiting',
  'put_recording',
  'find_recording',
  'calls_of',
  'recordings_of',
  'joined_calls',
  'line_key',
]);

/** How many callers are in line before this one; null: he is no caller, we have called him. */
export async function waitingBefore(db: Db, jobId: string): Promise<number | null> {
  const [own] = await db.query<{ count: number | null }>(q.waiting_before, [jobId]);
  return own ? own.count : 0;
}

/** Callers of the case who wait for company in its conference, apart from `jobId`. */
export async function callersWaiting(db: Db, incidentId: string, jobId: string): Promise<string[]> {
  return (await db.query<{ id: string }>(q.callers_waiting, [incidentId, jobId])).map(({ id }) => id);
}

/** Keeps that there is a recording, one for a conference; the second word about it changes nothing. */
export async function putRecording(
  db: Db,
  recording: { id: string; sid: string; job: Job; conferenceSid: string | null; seconds: number; at: number },
): Promise<void> {
  const { id, sid, job, conferenceSid, seconds, at } = recording;
  await db.query(q.put_recording, [id, sid, job.id, job.incidentId, seconds, new Date(at), conferenceSid]);
}

/** A recording: `sid` the network's id, `incidentId` the only case in which it may be played. */
export interface Recording {
  id: string;
  sid: string;
  incidentId: string | null;
  seconds: number;
  recordedAt: Date;
}

/** Null: there is none. */
export async function findRecording(db: Db, id: string): Promise<Recording | null> {
  return (await db.query<Recording>(q.find_recording, [id]))[0] ?? null;
}

/** A call of a case, for those who may see the case. */
export interface CaseCallRecord {
  id: string;
  direction: 'out' | 'in';
  /** Unmasked: mask it before it leaves. */
  number: string;
  orderedAt: Date;
  answeredAt: Date | null;
  joinedAt: Date | null;
  endedAt: Date | null;
  /** Null while it is under way. */
  outcome: Outcome | null;
  /** What the chosen key meant. */
  means: string | null;
}

/** A recording of a case's conference; each time its lines were open again there is another. */
export interface CaseRecording {
  id: string;
  incidentId: string;
  seconds: number;
  startedAt: Date;
  endedAt: Date;
}

/** The recordings of these cases, oldest first. */
export function recordingsOf(db: Db, incidentIds: readonly string[]): Promise<CaseRecording[]> {
  return db.query<CaseRecording>(q.recordings_of, [incidentIds]);
}

/** All calls of a case, in the order in which they were asked for. */
export async function callsOf(db: Db, incidentId: string): Promise<CaseCallRecord[]> {
  interface Row extends Omit<CaseCallRecord, 'means'> {
    choice: string | null;
    ask: Choice[] | null;
  }
  const rows = await db.query<Row>(q.calls_of, [incidentId]);
  return rows.map(({ choice, ask, ...row }) => ({
    ...row,
    means: ask?.find(({ key }) => key === choice)?.means ?? null,
  }));
}

/** Of these calls, those that were in a case's conference and have ended. */
export function joinedCalls(db: Db, ids: readonly string[]): Promise<{ id: string; joinedAt: Date; endedAt: Date }[]> {
  return db.query(q.joined_calls, [ids]);
}

/** The key that a called number stands for, where it is a line of units that can only dial; null: a person's call. */
export async function inboundKey(db: Db, number: string): Promise<string | null> {
  for (const spelling of spellings(number)) {
    const [row] = await db.query<{ key: string }>(q.line_key, [spelling]);
    if (row !== undefined) return row.key;
  }
  return null;
}
