import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'registry', ['refusals_of_recording']);

/**
 * Whether what is said about a home may be recorded: nobody whom it is about has refused. While it is not known who
 * called, everybody who lives there is asked for. Nobody known: it may, and is announced as always. Source: Personal
 * Information Protection Law of the PRC, art. 13 (consent, here with the service's agreement), 15 (it can be taken back
 * at any time) and 17 (one is told before); in force since 2021-11-01.
 */
export async function mayRecord(
  db: Db,
  of: { householdId: string | null; residentId: string | null },
): Promise<boolean> {
  if (of.householdId === null && of.residentId === null) return true;
  return (await db.query(q.refusals_of_recording, [of.householdId, of.residentId])).length === 0;
}
