import type { LightMyRequestResponse } from 'fastify';
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
import { signInTestPerson } from './identity.ts';

/** The street of the known home, its grid, and another street. */
export const STREET = '42/4206/420606/420606005/';
export const HOME_GRID = `${STREET}420606005001/03/`;
export const OTHER_STREET = '42/4206/420606/420606007/';

/** What tests read of a list's items, whatever the list. */
export interface Item {
  id: string;
  name: string;
  path: string;
  from: string;
  phone: string | null;
  region: { name: string }[];
  polygon?: unknown[];
  onDuty: boolean;
  responsibleFor: unknown[];
}

/**
 * The registry's routes on the demo city, with identity's own sign-in and records; the clock stands at a Monday noon.
 * An administrator of everything, an operator and a supervisor of one street, and a supervisor of another.
 */
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
  registerRegistryRoutes(app, { db, clock, recordLook, recordAudit, onRefusal: async () => undefined });

  const regionOf = async (path: string): Promise<{ id: string; path: string }> =>
    (await db.pool.query('select id, path from region where path = $1', [path])).rows[0];
  const call = (
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    url: string,
    cookie: string,
    payload?: object,
  ): Promise<LightMyRequestResponse> =>
    app.inject({
      method,
      url,
      headers: { cookie, ...(method === 'GET' ? {} : { 'idempotency-key': newId(clock.now()) }) },
      ...(payload ? { payload } : {}),
    });
  const street = await regionOf(STREET);
  const { rows } = await db.pool.query(
    `select id, household_id as household from resident where name = '王桂兰' and born = '1944-03-08'`,
  );
  return {
    app,
    db,
    regionOf,
    call,
    guilan: rows[0].id as string,
    household: rows[0].household as string,
    admin: (await signInTestPerson(db, clock, 'admin')).cookie,
    supervisor: (await signInTestPerson(db, clock, 'supervisor', { regions: [street] })).cookie,
    operator: (await signInTestPerson(db, clock, 'operator', { regions: [street] })).cookie,
    stranger: (await signInTestPerson(db, clock, 'supervisor', { regions: [await regionOf(OTHER_STREET)] })).cookie,
    /** All items of a list (its URL with a query), page after page. */
    async all(url: string, cookie: string): Promise<Item[]> {
      const items: Item[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const answer = await call('GET', cursor === '' ? url : `${url}&cursor=${encodeURIComponent(cursor)}`, cookie);
        if (answer.statusCode !== 200) throw new Error(answer.body);
        const page = answer.json<{ items: Item[]; nextCursor: string | null }>();
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      return items;
    },
    /** What was looked at of a resident, in order. */
    looks: async (resident: string): Promise<string[]> =>
      (await db.pool.query('select what from look where resident_id = $1 order by seq', [resident])).rows.map(
        (row: { what: string }) => row.what,
      ),
    stop: async () => {
      await app.close();
      await drop();
    },
  };
}
