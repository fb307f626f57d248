import type { Database, Tx } from '#platform/database.ts';
import { wantSeat, type Job } from './domain/job.ts';
import type { Network } from './network.ts';
import { conferenceOf, type Seat } from './port.ts';
import { lockJob, saveJob, sidOf } from './store.ts';

/** Writes down which seat a call is to have. True: there is something to do about it now. */
export async function askSeat(tx: Tx, callId: string, seat: Seat, now: number): Promise<boolean> {
  const before = await lockJob(tx, { id: callId });
  const job = before === null ? null : wantSeat(before, seat, now);
  if (job === null) return false;
  await saveJob(tx, job);
  return job.nextAt === now;
}

/** One request: false when it can't be given now, because who is to hear him is not there. Rejects when nobody answers. */
export async function giveSeat(
  { db, network }: { db: Database; network: Pick<Network, 'seat'> },
  job: Job,
  seat: Seat,
): Promise<boolean> {
  if (job.incidentId === null || job.sid === null) return false;
  const name = conferenceOf(job.incidentId);
  if (seat.mode !== 'whisper') return network.seat(name, job.sid, { muted: seat.mode === 'listen', coaches: null });
  const coaches = seat.coach === null ? null : await sidOf(db, seat.coach);
  // Without who is to hear him alone, he would be heard by all.
  return coaches !== null && network.seat(name, job.sid, { muted: false, coaches });
}
