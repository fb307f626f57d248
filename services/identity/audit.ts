import type { Audit } from '#contracts/account.ts';
import { newId } from '#kernel/ids.ts';
import type { Viewer } from '#platform/access.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'identity', ['add_audit', 'list_audit']);

export interface AuditEntry {
  /** Unix time, ms. */
  at: number;
  /** Who did it; null where nobody is known (a wrong user name). */
  by: Pick<Viewer, 'accountId' | 'name'> | null;
  /** What, as `noun.verb`: `session.open`, `account.change`, `device.provision`. */
  what: string;
  /** The id of what it was done to. */
  subject?: string;
  /** What changed; never a password, a secret or a resident's data. */
  data?: Record<string, unknown>;
  address: string | null;
}

/** Adds a line to the audit trail; inside the caller's transaction it stands or falls with what it tells of. */
export async function recordAudit(db: Db, entry: AuditEntry): Promise<void> {
  await db.query(q.add_audit, [
    newId(entry.at),
    new Date(entry.at),
    entry.by?.accountId ?? null,
    entry.by?.name ?? null,
    entry.what,
    entry.subject ?? null,
    JSON.stringify(entry.data ?? {}),
    entry.address,
  ]);
}

interface AuditRow {
  id: string;
  at: Date;
  accountId: string | null;
  accountName: string | null;
  what: string;
  subject: string | null;
  data: Record<string, unknown>;
  address: string | null;
}

/** What people wholly within the viewer's regions did, newest first. `what` is a prefix, `since` a time in ms. */
export async function listAudit(
  db: Db,
  viewer: Viewer,
  filter: { before: string | null; account: string | null; what: string | null; since: number | null; limit: number },
): Promise<Audit[]> {
  const rows = await db.query<AuditRow>(q.list_audit, [
    viewer.regions,
    filter.before,
    filter.account,
    filter.what,
    filter.since === null ? null : new Date(filter.since),
    filter.limit,
  ]);
  return rows.map(({ at, accountId, accountName, ...row }) => ({
    ...row,
    at: at.toISOString(),
    by: { id: accountId, name: accountName },
  }));
}
