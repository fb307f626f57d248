import type { NewPartner, PartnerChange, PartnerTarget, WirePartner } from '#contracts/handoff.ts';
import { Problem } from '#kernel/errors.ts';
import { accountsOfRole } from '#identity/colleagues.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { regionNames } from '#registry/regions.ts';
import { cursorId, decodeCursor, encodeCursor, findVisibleRegion } from '#registry/scope.ts';
import { isSealed, type Sealing } from '#platform/sealing.ts';
import { newSecret } from './signature.ts';

const q = loadQueries(import.meta.url, 'handoff', [
  'partners_by_phone',
  'list_partners',
  'lock_partner',
  'add_partner',
  'change_partner',
  'drop_partner_accounts',
  'add_partner_accounts',
  'clear_secrets',
  'seal_secret',
]);

interface PartnerRow extends Omit<WirePartner, 'region'> {
  regionId: string;
  regionPath: string;
}

/** Partners of the viewer's regions in the order of their ids; never their secrets. */
export async function listPartners(
  db: Db,
  viewer: Viewer,
  page: { id?: string; limit: number; cursor: string | undefined },
): Promise<{ items: WirePartner[]; nextCursor: string | null }> {
  const after = cursorId(decodeCursor(page.cursor, 1)?.[0]);
  const rows = await db.query<PartnerRow>(q.list_partners, [viewer.regions, page.id ?? null, after, page.limit + 1]);
  const names = await regionNames(
    db,
    rows.map((row) => row.regionPath),
  );
  const items = rows.slice(0, page.limit).map(({ regionId, regionPath, ...row }) => ({
    ...row,
    region: { id: regionId, name: names.get(regionPath)?.at(-1)?.name ?? '' },
  }));
  return { items, nextCursor: rows.length > page.limit ? encodeCursor([items.at(-1)!.id]) : null };
}

/** One partner that the viewer may see. Throws `not_found`. */
export async function findPartner(db: Db, viewer: Viewer, id: string): Promise<WirePartner> {
  const [partner] = (await listPartners(db, viewer, { id, limit: 1, cursor: undefined })).items;
  if (partner === undefined) throw new Problem('not_found');
  return partner;
}

/** Enters a partner; answers its webhook's secret where it has a webhook, to be shown once. */
export async function addPartner(
  { db, sealing }: { db: Database; sealing: Sealing },
  wanted: { id: string; viewer: Viewer; partner: NewPartner; audit: (tx: Tx) => Promise<void> },
): Promise<string | null> {
  const { id, viewer, partner } = wanted;
  const region = await findVisibleRegion(db, viewer, partner.regionId);
  if (region === null)
    throw new Problem('invalid_fields', {
      fields: [{ field: 'regionId', expected: '您管的一个区划 | a region that you may see' }],
    });
  const secret = partner.webhookUrl ? newSecret() : null;
  await db.tx(async (tx) => {
    const sealed = secret === null ? null : sealing.seal(secret, id);
    const added = await insertPartner(tx, { ...partner, id, region, secret: sealed });
    if (!added) return;
    await bindAccounts(tx, viewer, id, partner.accounts ?? []);
    await wanted.audit(tx);
  });
  return secret;
}

/** A row of `partner`, its secret sealed for `id`; false when there is one with that id. */
export async function insertPartner(
  db: Db,
  partner: Omit<NewPartner, 'regionId' | 'accounts' | 'target'> & {
    id: string;
    target: PartnerTarget;
    region: { id: string; path: string };
    secret: string | null;
  },
): Promise<boolean> {
  const rows = await db.query(q.add_partner, [
    partner.id,
    partner.target,
    partner.name,
    partner.region.id,
    partner.region.path,
    partner.phone,
    partner.webhookUrl ?? null,
    partner.secret,
    partner.smsNumber ?? null,
    partner.automatic ?? false,
  ]);
  return rows.length > 0;
}

/** Changes a partner. Throws `not_found` and `conflict`. Answers a new secret where one was made, to be shown once. */
export async function changePartner(
  { db, sealing }: { db: Database; sealing: Sealing },
  wanted: { id: string; viewer: Viewer; change: PartnerChange; now: number; audit: (tx: Tx) => Promise<void> },
): Promise<string | null> {
  const { id, viewer, change, now } = wanted;
  return db.tx(async (tx) => {
    const [found] = await tx.query<{ webhookUrl: string | null; webhookSecret: string | null; version: number }>(
      q.lock_partner,
      [id, viewer.regions],
    );
    if (found === undefined) throw new Problem('not_found');
    if (found.version !== change.version) throw new Problem('conflict', { data: { version: found.version } });
    const hooks = change.webhookUrl === undefined ? found.webhookUrl : change.webhookUrl;
    const secret = hooks !== null && (found.webhookSecret === null || change.newSecret === true) ? newSecret() : null;
    await tx.query(q.change_partner, [
      id,
      change.name ?? null,
      change.phone ?? null,
      change.webhookUrl !== undefined,
      change.webhookUrl ?? null,
      secret === null ? null : sealing.seal(secret, id),
      change.smsNumber !== undefined,
      change.smsNumber ?? null,
      change.automatic ?? null,
      change.disabled ?? null,
      new Date(now),
    ]);
    if (change.accounts !== undefined) await bindAccounts(tx, viewer, id, change.accounts);
    await wanted.audit(tx);
    return secret;
  });
}

async function bindAccounts(tx: Tx, viewer: Viewer, id: string, accounts: readonly string[]): Promise<void> {
  const wanted = [...new Set(accounts)];
  const known = await accountsOfRole(tx, wanted, 'partner', viewer.regions);
  if (known.length < wanted.length)
    throw new Problem('invalid_fields', {
      fields: [{ field: 'accounts', expected: '您管的合作中心账号 | accounts of role partner that you may see' }],
    });
  await bindPartnerAccounts(tx, id, wanted);
}

/** These accounts speak for the partner from now on, and no others. */
export async function bindPartnerAccounts(tx: Db, id: string, accounts: readonly string[]): Promise<void> {
  await tx.query(q.drop_partner_accounts, [id]);
  await tx.query(q.add_partner_accounts, [id, accounts]);
}

/** Partners by their telephones, as these are written down. */
export function partnersByPhone(db: Db, spellings: readonly string[]): Promise<{ phone: string; name: string }[]> {
  return db.query(q.partners_by_phone, [spellings]);
}

/** Secrets of before there was a seal are sealed, once. */
export async function sealSecrets({ db, sealing }: { db: Db; sealing: Sealing }): Promise<void> {
  const rows = await db.query<{ id: string; secret: string }>(q.clear_secrets);
  for (const { id, secret } of rows)
    if (!isSealed(secret)) await db.query(q.seal_secret, [id, secret, sealing.seal(secret, id)]);
}
