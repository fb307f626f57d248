import type { Role } from '#contracts/session.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'identity', [
  'accounts_sharing',
  'desk_phone',
  'set_desk_phone',
  'owners_of_desk_phones',
  'accounts_of_role',
  'account_sees',
]);

/** Accounts of these roles that share ground with `regions`: theirs lie within, or hold, one of them. */
export async function accountsSharing(db: Db, regions: readonly string[], roles: readonly Role[]): Promise<string[]> {
  return (await db.query<{ id: string }>(q.accounts_sharing, [regions, roles])).map((row) => row.id);
}

/** The number of an operator's own telephone, or null: the platform rings it to bring her into a case's conference. */
export async function deskPhoneOf(db: Db, accountId: string): Promise<string | null> {
  return (await db.query<{ phone: string | null }>(q.desk_phone, [accountId]))[0]?.phone ?? null;
}

/** Sets it; null takes it away. */
export async function setDeskPhone(db: Db, accountId: string, phone: string | null): Promise<void> {
  await db.query(q.set_desk_phone, [accountId, phone]);
}

/** To whom desk telephones belong, by the number as it is written down. */
export function ownersOfDeskPhones(db: Db, spellings: readonly string[]): Promise<{ phone: string; name: string }[]> {
  return db.query(q.owners_of_desk_phones, [spellings]);
}

/** Of these accounts, those of that role which lie wholly within `regions` and may sign in. */
export async function accountsOfRole(
  db: Db,
  ids: readonly string[],
  role: Role,
  regions: readonly string[],
): Promise<string[]> {
  return (await db.query<{ id: string }>(q.accounts_of_role, [ids, role, regions])).map((row) => row.id);
}

/** Whether an account that may sign in may look into a region. */
export async function maySee(db: Db, accountId: string, regionPath: string): Promise<boolean> {
  return (await db.query(q.account_sees, [accountId, regionPath])).length > 0;
}
