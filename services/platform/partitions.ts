import type { Db } from './database.ts';
import { loadQueries } from './sql.ts';

const q = loadQueries(import.meta.url, 'platform', ['ensure_partitions']);

/** Tables that grow without end, one partition a month. */
const MONTHLY = ['press', 'history', 'position'];

/** Makes this month's partitions and the next one's where they are missing. `now` in ms. */
export async function ensurePartitions(db: Db, now: number): Promise<void> {
  await db.query(q.ensure_partitions, [new Date(now), MONTHLY]);
}
