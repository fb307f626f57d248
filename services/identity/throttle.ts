import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Problem } from '#kernel/errors.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'identity', [
  'take_attempt',
  'next_attempt',
  'forgive_attempt',
  'forget_attempts',
  'drop_old_attempts',
  'is_known_address',
]);

/** How many may fail before the next must wait, how long at most (s). The wait doubles: 1, 2, 4 … s. */
interface Rule {
  free: number;
  longest: number;
}
const RULES = {
  /** One person at one place, who mistypes or guesses. */
  both: { free: 5, longest: 30 },
  /** One user name from anywhere, as when a network of machines guesses; places the person knows are left out. */
  username: { free: 10, longest: 30 },
  /** One place trying many names. A whole desk of operators may share an address, so this is wide and waits little. */
  address: { free: 50, longest: 5 },
} satisfies Record<string, Rule>;

/** After this pause counting starts anew. */
const FORGET_S = 15 * 60;
/** An address from which somebody signed in within this time is known. */
const KNOWN_MS = 60 * 24 * 3_600_000;

/** An attempt that was let through, by the keys it was counted under. */
export interface Attempt {
  both: string;
  username: string | null;
  address: string;
}

const keyOf = (kind: string, text: string): string => createHash('sha256').update(`${kind}\n${text}`).digest('hex');

/** IPv6 by /64, which is what one customer has (RFC 6177). */
function placeOf(address: string | null): string {
  if (address === null) return 'unknown';
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const url = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
  const [head = '', tail] = url.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - front.length - back.length;
  return [...front, ...Array.from({ length: zeros }, () => '0'), ...back].slice(0, 4).join(':');
}

/**
 * Counts an attempt to sign in before it is looked at, or throws `too_many_requests` with the seconds to wait. It slows
 * down and never locks: somebody who hammers at an operator's name from elsewhere does not keep her out of her own
 * desk, since only failures at that desk count there. The same for names that exist and names that don't.
 */
export async function takeAttempt(
  db: Db,
  who: { username: string; address: string | null },
  now: number,
): Promise<Attempt> {
  const name = who.username.normalize('NFKC').toLowerCase();
  const place = placeOf(who.address);
  const [known] = await db.query<{ known: boolean }>(q.is_known_address, [name, who.address, new Date(now - KNOWN_MS)]);
  const attempt: Attempt = {
    both: keyOf('both', `${place}\n${name}`),
    username: known?.known ? null : keyOf('username', name),
    address: keyOf('address', place),
  };
  await count(db, attempt.both, RULES.both, now);
  if (attempt.username !== null) await count(db, attempt.username, RULES.username, now);
  await count(db, attempt.address, RULES.address, now);
  return attempt;
}

async function count(db: Db, key: string, rule: Rule, now: number): Promise<void> {
  const taken = await db.query(q.take_attempt, [key, new Date(now), rule.free, rule.longest, FORGET_S]);
  if (taken.length > 0) return;
  const [next] = await db.query<{ nextAt: Date }>(q.next_attempt, [key]);
  const seconds = Math.max(1, Math.ceil(((next?.nextAt.getTime() ?? now) - now) / 1000));
  throw new Problem('too_many_requests', {
    detail: `请等 ${seconds} 秒再试 | Try again in ${seconds} seconds`,
    data: { retryAfter: seconds },
  });
}

/** The attempt went well: the person's count is gone, the place's is one less. */
export async function settleAttempt(db: Db, attempt: Attempt): Promise<void> {
  await db.query(q.forget_attempts, [[attempt.both, ...(attempt.username === null ? [] : [attempt.username])]]);
  await db.query(q.forgive_attempt, [attempt.address]);
}

/** The attempt was neither right nor wrong (the password fits, the code is still to come): it does not count. */
export async function forgiveAttempt(db: Db, attempt: Attempt): Promise<void> {
  for (const key of [attempt.both, attempt.username, attempt.address]) {
    if (key !== null) await db.query(q.forgive_attempt, [key]);
  }
}

/** Deletes counts that are a day old, 5,000 at a time. */
export async function dropOldAttempts(db: Db, now: number): Promise<void> {
  await db.query(q.drop_old_attempts, [new Date(now - 24 * 3_600_000)]);
}
