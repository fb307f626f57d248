import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#platform/database.ts';
import type { Authenticate } from '#platform/http.ts';
import { findSession, sessionIdOf } from './sessions.ts';

/**
 * Who a Cookie header belongs to, or null: one check for HTTP and for sockets. Asks the database every time, so that a
 * revoked session is revoked at once in every process. `address` goes into the viewer, for the record of his looks.
 */
export function createAuthenticate(deps: { db: Db; clock: Clock }): Authenticate {
  return async (cookieHeader, address) => {
    const id = sessionIdOf(cookieHeader);
    if (id === null) return null;
    const session = await findSession(deps.db, id, deps.clock.now());
    if (!session) return null;
    const { sessionId, accountId, name, role, staffId, regions } = session;
    return { sessionId, accountId, name, role, staffId, regions, address };
  };
}
