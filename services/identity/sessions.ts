import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '#contracts/session.ts';
import { SESSION_COOKIE } from '#platform/access.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'identity', [
  'open_session',
  'find_session',
  'touch_session',
  'end_session',
  'end_sessions_of',
  'find_ended_sessions',
  'drop_old_sessions',
]);

/** A session ends at the latest after this long: a shift of eight hours, the hour on either side, and its hand-over. */
export const SESSION_MS = 12 * 3_600_000;
/** …and when nothing came for so long: a quiet night shift does not sign anybody out, a forgotten page does not live on. */
export const IDLE_MS = 8 * 3_600_000;
/** `seen_at` is written at most this often. */
const TOUCH_MS = 60_000;
/** Ended sessions stay for a while: from where somebody signs in is how a known address is told from a new one. */
const KEEP_MS = 60 * 24 * 3_600_000;

/** A live session with whose it is. */
export interface LiveSession {
  sessionId: string;
  accountId: string;
  username: string;
  name: string;
  role: Role;
  staffId: string | null;
  regions: string[];
  expiresAt: Date;
  seenAt: Date;
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The row id of the session in a Cookie header (the table holds only the hash), or null where there is none. */
export function sessionIdOf(cookieHeader: string | undefined): string | null {
  const token = new RegExp(`(?:^|;\\s*)${SESSION_COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(cookieHeader ?? '')?.[1];
  return token === undefined ? null : hashOf(token);
}

/** Opens a session; `token` (256 random bits, base64url) is the cookie and kept nowhere. `now` in ms. */
export async function openSession(
  db: Db,
  session: { accountId: string; address: string | null; agent: string | null; now: number },
): Promise<{ id: string; token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url');
  const id = hashOf(token);
  const expiresAt = new Date(session.now + SESSION_MS);
  await db.query(q.open_session, [
    id,
    session.accountId,
    new Date(session.now),
    expiresAt,
    session.address,
    session.agent?.slice(0, 300) ?? null,
  ]);
  return { id, token, expiresAt };
}

/** The live session of a row id, and notes that it was seen; null when ended, run out, idle, or its account is disabled. */
export async function findSession(db: Db, id: string, now: number): Promise<LiveSession | null> {
  const [session] = await db.query<LiveSession>(q.find_session, [id, new Date(now), new Date(now - IDLE_MS)]);
  if (!session) return null;
  if (now - session.seenAt.getTime() > TOUCH_MS) await db.query(q.touch_session, [id, new Date(now)]);
  return session;
}

/** Ends one session. Returns the ids that were live: what has to be cut. */
export async function endSession(db: Db, id: string, now: number): Promise<string[]> {
  return (await db.query<{ id: string }>(q.end_session, [id, new Date(now)])).map((row) => row.id);
}

/** Ends all sessions of an account but `except`. Returns the ids that were live. */
export async function endSessionsOf(
  db: Db,
  accountId: string,
  now: number,
  except: readonly string[] = [],
): Promise<string[]> {
  return (await db.query<{ id: string }>(q.end_sessions_of, [accountId, new Date(now), except])).map((row) => row.id);
}

/**
 * Which of these sessions are no longer live: ended (by any process), run out, disabled or gone. For whoever holds
 * sockets open: asked now and then, it cuts what another process revoked and what ran out by itself.
 */
export async function findEndedSessions(db: Db, ids: readonly string[], now: number): Promise<string[]> {
  if (ids.length === 0) return [];
  return (await db.query<{ id: string }>(q.find_ended_sessions, [ids, new Date(now)])).map((row) => row.id);
}

/** Deletes sessions that ran out 60 days ago, 5,000 at a time. */
export async function dropOldSessions(db: Db, now: number): Promise<void> {
  await db.query(q.drop_old_sessions, [new Date(now - KEEP_MS)]);
}
