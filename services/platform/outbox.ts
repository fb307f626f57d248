import type { Db, Tx } from './database.ts';
import { loadQueries } from './sql.ts';

const q = loadQueries(import.meta.url, 'platform', ['add_outbox']);

/** Where a row is carried: to browsers, to the queues, down to a device (key = lane), to the modules that follow a case. */
export type OutboxTopic = 'console' | 'job' | 'down' | 'case';

export interface OutboxRow {
  topic: OutboxTopic;
  key: string;
  payload: unknown;
}

/** Writes rows to be carried out after the commit. `now` in ms. Part of the caller's transaction: no commit, nothing sent. */
export async function addOutbox(tx: Tx | Db, rows: readonly OutboxRow[], now: number): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(q.add_outbox, [
    rows.map((row) => row.topic),
    rows.map((row) => row.key),
    rows.map((row) => JSON.stringify(row.payload)),
    new Date(now),
  ]);
}
