import { createAuthenticate } from '#identity/authenticate.ts';
import { recordAudit } from '#identity/audit.ts';
import { recordLook } from '#identity/looks.ts';
import { movableClock } from '#kernel/clock.ts';
import { newId } from '#kernel/ids.ts';
import { readConfig } from '#platform/config.ts';
import { createHttpServer } from '#platform/http.ts';
import { createLog } from '#platform/log.ts';
import { registerRegistryRoutes } from '#registry/routes.ts';
import { createTestDatabase } from './database.ts';

/** The registry's routes on the demo city, with identity's own sign-in and records; the clock stands at a Monday noon. */
export async function serveRegistry() {
  const { db, drop } = await createTestDatabase({ seeded: true });
  const read = readConfig({ DEMO: '0' });
  if ('errors' in read) throw new Error(read.errors.join());
  const clock = movableClock(Date.parse('2026-11-23T12:00:00+08:00'));
  const app = await createHttpServer({
    config: read.config,
    log: createLog('silent'),
    clock,
    db,
    authenticate: createAuthenticate({ db, clock }),
  });
  registerRegistryRoutes(app, { db, clock, recordLook, recordAudit });
  return {
    app,
    db,
    clock,
    call: (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', url: string, cookie: string, payload?: object) =>
      app.inject({
        method,
        url,
        headers: { cookie, ...(method === 'GET' ? {} : { 'idempotency-key': newId(clock.now()) }) },
        ...(payload ? { payload } : {}),
      }),
    stop: async () => {
      await app.close();
      await drop();
    },
  };
}
