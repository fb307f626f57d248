import type { Clock } from '#kernel/clock.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { loadQueries } from '#platform/sql.ts';
import { callOf, type Job } from './domain/job.ts';
import { REQUEST_MS, type Network } from './network.ts';
import { conferenceOf } from './port.ts';

const q = loadQueries(import.meta.url, 'telephony', [
  'ask_recording_stop',
  'take_recording_stops',
  'lock_recording_stop',
  'save_recording_stop',
  'has_recorded_calls',
  'is_recording_stopped',
]);

/** Hears, in the transaction that writes it down, that a recording has stopped, or could not be stopped while anybody talked. */
export type OnStopped = (tx: Tx, stop: { incidentId: string; stopped: boolean }) => Promise<void>;

export interface RecordingStopsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  network: Pick<Network, 'stopRecording'>;
  onStopped: OnStopped;
}

/** Between two looks for a recording that has not begun, or does not stop, ms. */
const AGAIN_MS = 1_000;
/** As long a worker may take with one. */
const LEASE_MS = REQUEST_MS + 7_000;
const AT_ONCE = 8;

/**
 * Writes down that what is said on the case's line is no longer to be recorded. False: none of its calls is. Lines that
 * open from now on hear nothing of a recording and begin none.
 */
export async function askStop(tx: Tx, stop: { id: string; incidentId: string }, now: number): Promise<boolean> {
  if (!(await hasRecordedCalls(tx, stop.incidentId))) return false;
  await tx.query(q.ask_recording_stop, [stop.id, stop.incidentId, new Date(now)]);
  return true;
}

const hasRecordedCalls = async (db: Db, incidentId: string): Promise<boolean> =>
  (await db.query(q.has_recorded_calls, [incidentId])).length > 0;

/** The job as it is carried out: ordered as one that is recorded, it is none when that was stopped since. */
export async function asStopped(db: Db, job: Job): Promise<Job> {
  if (job.kind !== 'call' || job.incidentId === null || !callOf(job).record) return job;
  const stopped = await db.query(q.is_recording_stopped, [job.incidentId, new Date(job.orderedAt)]);
  return stopped.length === 0 ? job : { ...job, detail: { ...callOf(job), record: false } };
}

/** Stops what is due to stop, one request each. Answers how many were looked at. */
export async function stopRecordings(deps: RecordingStopsDeps): Promise<number> {
  const now = deps.clock.now();
  const due = await deps.db.query<{ id: string; incidentId: string }>(q.take_recording_stops, [
    new Date(now),
    new Date(now + LEASE_MS),
    AT_ONCE,
  ]);
  await Promise.all(due.map((stop) => carry(deps, stop)));
  return due.length;
}

/** A recording begins with the second who joins: while somebody may still come, it is looked for again. */
async function carry(deps: RecordingStopsDeps, { id, incidentId }: { id: string; incidentId: string }): Promise<void> {
  const { db, clock, log, network, onStopped } = deps;
  let answer: boolean | Error;
  try {
    answer = await network.stopRecording(conferenceOf(incidentId));
  } catch (error) {
    answer = error as Error;
    log.warn({ stop: id, err: answer.message }, 'a recording could not be stopped');
  }
  await db.tx(async (tx) => {
    if ((await tx.query(q.lock_recording_stop, [id])).length === 0) return;
    const more = answer !== true && (await hasRecordedCalls(tx, incidentId));
    const outcome = answer === true ? 'stopped' : answer === false ? 'not_running' : 'failed';
    await tx.query(q.save_recording_stop, [id, more ? new Date(clock.now() + AGAIN_MS) : null, more ? null : outcome]);
    // Nothing was said that could have been recorded: then there is nothing to tell.
    if (!more && outcome !== 'not_running') await onStopped(tx, { incidentId, stopped: outcome === 'stopped' });
  });
}
