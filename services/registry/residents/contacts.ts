import type { WireContact } from '#contracts/incident.ts';
import type { ContactChange, NewContact } from '#contracts/registry.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'registry.residents', [
  'list_contacts',
  'add_contact',
  'find_contact',
  'change_contact',
  'drop_contact',
]);

/** Whom to call for a resident, in order, unmasked. The caller has checked that he may see her, and records the look. */
export function listContacts(db: Db, residentId: string): Promise<WireContact[]> {
  return db.query<WireContact>(q.list_contacts, [residentId]);
}

/** Enters a contact under `id`, last unless `order` is given; the same `id` again changes nothing. */
export async function addContact(db: Db, id: string, contact: NewContact): Promise<void> {
  const { residentId, order, name, relation, phone, hasKey, local, minutes, mayWake } = contact;
  const more = [hasKey ?? false, local ?? false, minutes ?? null, mayWake ?? 'emergency'];
  await db.query(q.add_contact, [id, residentId, order ?? null, name, relation, phone, ...more]);
}

/** Changes what the patch holds and returns whose contact it is; `not_found` outside the viewer's regions. */
export async function changeContact(
  db: Database,
  viewer: Viewer,
  id: string,
  change: ContactChange,
  audit: (tx: Db) => Promise<void>,
): Promise<string> {
  return db.tx(async (tx) => {
    const residentId = await ownerOf(tx, viewer, id);
    await tx.query(q.change_contact, [id, JSON.stringify(change)]);
    await audit(tx);
    return residentId;
  });
}

/** Takes a contact out; `not_found` outside the viewer's regions. */
export async function dropContact(
  db: Database,
  viewer: Viewer,
  id: string,
  audit: (tx: Db) => Promise<void>,
): Promise<void> {
  await db.tx(async (tx) => {
    await ownerOf(tx, viewer, id);
    await tx.query(q.drop_contact, [id]);
    await audit(tx);
  });
}

async function ownerOf(db: Db, viewer: Viewer, id: string): Promise<string> {
  const [contact] = await db.query<{ residentId: string }>(q.find_contact, [id, viewer.regions]);
  if (contact === undefined) throw new Problem('not_found');
  return contact.residentId;
}
