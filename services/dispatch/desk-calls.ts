import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['desk_calls_ended']);

/** A call of an operator's own telephone into a case that is over; whether anybody answered is telephony's to say. */
export interface DeskCall {
  id: string;
  incidentId: string;
  accountId: string;
  name: string;
}

/** How long before its last call a case may have been opened, ms. */
const LONGEST_CASE_MS = 31 * 24 * 3_600_000;

/** Those that ended from `from` (ms) to before `to`, drills left out; of all regions: filter before showing. */
export function deskCallsEnded(db: Db, from: number, to: number): Promise<DeskCall[]> {
  return db.query<DeskCall>(q.desk_calls_ended, [new Date(from - LONGEST_CASE_MS), new Date(to), from, to]);
}
