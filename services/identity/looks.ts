import type { Look } from '#contracts/account.ts';
import { CHAIN_START, chainHash } from '#kernel/hash-chain.ts';
import type { Viewer } from '#platform/access.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'identity', [
  'start_looks',
  'find_look_head',
  'add_look',
  'list_looks',
  'follow_looks',
]);

/** Who looked at whom. `at` in ms; `what` says what was opened: `incident`, `resident`, `export`. */
export interface LookEntry {
  residentId: string;
  viewer: Pick<Viewer, 'accountId' | 'name' | 'address'>;
  what: string;
  incidentId?: string | null;
  at: number;
}

interface LookRow {
  seq: number;
  at: Date;
  accountId: string;
  accountName: string;
  what: string;
  incidentId: string | null;
  address: string | null;
  prev: string;
  hash: string;
}

/** What a link of the chain says: everything in its row but the two hashes. */
function bodyOf(residentId: string, row: Omit<LookRow, 'prev' | 'hash'>): Record<string, unknown> {
  const { seq, at, accountId, accountName, what, incidentId, address } = row;
  return { residentId, seq, at: at.toISOString(), accountId, accountName, what, incidentId, address };
}

/** More people never open one resident at the same instant than this many can wait for each other. */
const MAX_TRIES = 200;

/**
 * Appends a look to the resident's hash chain: compares and sets the head, so that it works alone and inside a caller's
 * transaction alike. Throws when the look can't be kept: then what was asked for must not be shown.
 */
export async function recordLook(db: Db, entry: LookEntry): Promise<void> {
  const { residentId, viewer } = entry;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const [head] = await db.query<{ seq: number; hash: string }>(q.find_look_head, [residentId]);
    if (!head) {
      await db.query(q.start_looks, [residentId, CHAIN_START]);
      continue;
    }
    const row = {
      seq: head.seq + 1,
      at: new Date(entry.at),
      accountId: viewer.accountId,
      accountName: viewer.name,
      what: entry.what,
      incidentId: entry.incidentId ?? null,
      address: viewer.address,
    };
    const hash = chainHash(head.hash, bodyOf(residentId, row));
    const added = await db.query(q.add_look, [
      residentId,
      row.seq,
      row.at,
      row.accountId,
      row.accountName,
      row.what,
      row.incidentId,
      head.hash,
      hash,
      row.address,
    ]);
    if (added.length > 0) return;
  }
  throw new Error(`the looks at resident ${residentId} could not be extended`);
}

/** `recordLook` for everybody who was shown together; in the order of ids, so that two transactions can't wait in a ring. */
export async function recordLooks(
  db: Db,
  residentIds: readonly string[],
  entry: Omit<LookEntry, 'residentId'>,
): Promise<void> {
  for (const residentId of [...new Set(residentIds)].toSorted()) await recordLook(db, { ...entry, residentId });
}

/** Looks at one resident, newest first; `before` is the seq to go on from. */
export async function listLooks(
  db: Db,
  residentId: string,
  page: { before: number | null; limit: number },
): Promise<Look[]> {
  const rows = await db.query<LookRow>(q.list_looks, [residentId, page.before, page.limit]);
  return rows.map(({ at, accountId, accountName, prev: _prev, ...row }) => ({
    ...row,
    at: at.toISOString(),
    by: { id: accountId, name: accountName },
  }));
}

const STEP = 1_000;

/**
 * Recomputes a resident's chain from the first look to the head. `brokenAt` is the number of the first look that was
 * changed, removed or added behind the platform's back (one more than there are, when the newest are missing).
 */
export async function verifyLooks(
  db: Db,
  residentId: string,
): Promise<{ sound: boolean; length: number; brokenAt: number | null }> {
  const [head] = await db.query<{ seq: number; hash: string }>(q.find_look_head, [residentId]);
  let prev = CHAIN_START;
  let length = 0;
  for (;;) {
    const rows = await db.query<LookRow>(q.follow_looks, [residentId, length, STEP]);
    for (const row of rows) {
      // Looks that came while we read are beyond the head that we compare with.
      if (head && row.seq > head.seq) break;
      if (row.seq !== length + 1 || row.prev !== prev || row.hash !== chainHash(prev, bodyOf(residentId, row))) {
        return { sound: false, length, brokenAt: length + 1 };
      }
      prev = row.hash;
      length = row.seq;
    }
    if (rows.length < STEP || (head && length >= head.seq)) break;
  }
  const isWhole = length === (head?.seq ?? 0) && prev === (head?.hash ?? CHAIN_START);
  return { sound: isWhole, length, brokenAt: isWhole ? null : length + 1 };
}
