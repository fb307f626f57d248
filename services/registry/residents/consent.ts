import type { RecordingConsent } from '#contracts/registry.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { scopeOf } from '../scope.ts';

const q = loadQueries(import.meta.url, 'registry.residents', ['find_consent', 'set_consent']);

/** Hears of it, in the same transaction, when a resident has begun to refuse: what is being recorded of her has to stop. */
export type OnRefusal = (tx: Tx, of: { residentId: string; householdId: string; by: Viewer }) => Promise<void>;

interface Row {
  allowed: boolean;
  at: Date | null;
  by: string | null;
}

/** Whether calls about a resident of the viewer's regions may be recorded, and who changed that last. Throws `not_found`. */
export async function findConsent(db: Db, viewer: Viewer, id: string): Promise<RecordingConsent> {
  const [row] = await db.query<Row>(q.find_consent, [id, scopeOf(viewer).prefixes]);
  if (row === undefined) throw new Problem('not_found');
  return { allowed: row.allowed, at: row.at?.toISOString() ?? null, by: row.by };
}

/** Writes down what she says of it, with who and when. False: it was so already, and stays with who changed it then. */
export async function changeConsent(
  tx: Tx,
  wanted: { id: string; viewer: Viewer; allowed: boolean; now: number; onRefusal: OnRefusal },
): Promise<boolean> {
  const { id, viewer, allowed, now } = wanted;
  const [changed] = await tx.query<{ householdId: string }>(q.set_consent, [id, allowed, new Date(now), viewer.name]);
  if (changed === undefined) return false;
  if (!allowed) await wanted.onRefusal(tx, { residentId: id, householdId: changed.householdId, by: viewer });
  return true;
}

/** `changeConsent` of a resident of the viewer's regions, alone. Throws `not_found`. */
export async function setConsent(
  db: Database,
  wanted: Parameters<typeof changeConsent>[1] & { audit: (tx: Db) => Promise<void> },
): Promise<RecordingConsent> {
  const { id, viewer } = wanted;
  return db.tx(async (tx) => {
    const before = await findConsent(tx, viewer, id);
    if (!(await changeConsent(tx, wanted))) return before;
    await wanted.audit(tx);
    return findConsent(tx, viewer, id);
  });
}
