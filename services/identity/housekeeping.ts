import type { Db } from '#platform/database.ts';
import { dropOldSessions } from './sessions.ts';
import { dropOldAttempts } from './throttle.ts';

/** Deletes what identity no longer needs, 5,000 rows of a kind at a time; for one process, now and then. `now` in ms. */
export async function tidyIdentity(db: Db, now: number): Promise<void> {
  await dropOldAttempts(db, now);
  await dropOldSessions(db, now);
}
