import type { Clock } from '#kernel/clock.ts';
import type { LightMyRequestResponse } from 'fastify';
import type { Role } from '#contracts/session.ts';
import { EVERYWHERE, type Directory, type Region } from '#identity/directory.ts';
import { createAuthenticate } from '#identity/authenticate.ts';
import type { Database } from '#platform/database.ts';
import { createHttpServer } from '#platform/http.ts';
import { createLog } from '#platform/log.ts';
import { createSealing } from '#platform/sealing.ts';
import { createTestDatabase } from './database.ts';
import { generateSync } from 'otplib';
import { hashPassword } from '#identity/passwords.ts';
import { idFromName } from '#kernel/ids.ts';
import { insertAccount } from '#identity/accounts.ts';
import { movableClock } from '#kernel/clock.ts';
import { needsSecondFactor, newSecondFactor } from '#identity/second-factor.ts';
import { newId } from '#kernel/ids.ts';
import { openSession } from '#identity/sessions.ts';
import { readConfig } from '#platform/config.ts';
import { registerIdentityRoutes } from '#identity/routes.ts';

const region = (name: string, path: string, level: string): Region => ({ id: idFromName(path), name, path, level });

/** A district with two streets, another district, a resident of street A and somebody who works there. */
export const PLACES = {
  district: region('樊城区', '42/4206/420606/', 'district'),
  streetA: region('清河口街道', '42/4206/420606/420606001/', 'street'),
  streetB: region('屏襄门街道', '42/4206/420606/420606002/', 'street'),
  other: region('襄城区', '42/4206/420602/', 'district'),
  resident: idFromName('resident'),
  staff: idFromName('staff'),
};
const regions = [PLACES.district, PLACES.streetA, PLACES.streetB, PLACES.other];

const directory: Directory = {
  regionsById: async (_db, ids) => regions.filter(({ id }) => ids.includes(id)),
  regionsByPath: async (_db, paths) => regions.filter(({ path }) => paths.includes(path)),
  staffPath: async (_db, id) => (id === PLACES.staff ? `${PLACES.streetA.path}420606001001/` : null),
  residentPath: async (_db, id) => (id === PLACES.resident ? `${PLACES.streetA.path}420606001001/03/` : null),
};

let addresses = 0;
/** An address that nothing came from yet. */
export const newAddress = (): string => `10.9.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;

/** Seals what tests put into tables, with a key of their own. */
export const testSealing = createSealing({ secretKey: 'of the tests, and of nothing else', dataDir: '' });

/** The Cookie header that an answer set. */
export const cookieOf = (answer: LightMyRequestResponse): string =>
  String(answer.headers['set-cookie']).split(';')[0] ?? '';

/** Identity's routes on a database and a clock of a test's own; the ids of sessions that were cut go to `revoked`. */
export async function serveIdentity() {
  const { db, drop } = await createTestDatabase();
  const read = readConfig({ DEMO: '0', PUBLIC_URL: 'https://12349.example' });
  if ('errors' in read) throw new Error(read.errors.join());
  const { config } = read;
  const clock = movableClock();
  const revoked: string[] = [];
  const app = await createHttpServer({
    config,
    log: createLog('silent'),
    clock,
    db,
    authenticate: createAuthenticate({ db, clock }),
  });
  const sealing = testSealing;
  registerIdentityRoutes(app, { db, clock, config, sealing, directory, onRevoked: (ids) => revoked.push(...ids) });
  return {
    app,
    db,
    clock,
    revoked,
    call: (
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: string,
      cookie = '',
      payload?: object,
      headers: Record<string, string> = {},
    ) =>
      app.inject({
        method,
        url,
        headers: { ...(cookie ? { cookie } : {}), ...headers },
        ...(payload ? { payload } : {}),
      }),
    signIn: (payload: object, remoteAddress = newAddress(), cookie = '') =>
      app.inject({ method: 'POST', url: '/api/session', payload, remoteAddress, headers: cookie ? { cookie } : {} }),
    stop: async () => {
      await app.close();
      await drop();
    },
  };
}

/** An account of a test's own, signed in. */
export interface TestPerson {
  accountId: string;
  username: string;
  password: string;
  totpSecret: string | null;
  /** `sid=…`, as a Cookie header. */
  cookie: string;
}

const PASSWORD = 'test-pässwort-12349';
let passwordHash: Promise<string> | undefined;

/** Makes an account bound to `regions` (everything, when not given) and opens a session for it without signing in. */
export async function signInTestPerson(
  db: Database,
  clock: Clock,
  role: Role,
  options: {
    regions?: readonly Pick<Region, 'id' | 'path'>[];
    name?: string;
    username?: string;
    staffId?: string | null;
  } = {},
): Promise<TestPerson> {
  const now = clock.now();
  const accountId = newId(now);
  const username = options.username ?? `${role}-${accountId.slice(-8)}`;
  const totpSecret = needsSecondFactor(role) ? newSecondFactor(username).secret : null;
  passwordHash ??= hashPassword(PASSWORD);
  const draft = {
    id: accountId,
    username,
    passwordHash: await passwordHash,
    role,
    name: options.name ?? username,
    staffId: options.staffId ?? null,
    totpSecret,
    regions: options.regions ?? [EVERYWHERE],
  };
  if (!(await insertAccount({ db, sealing: testSealing }, draft, now)))
    throw new Error(`there is an account "${username}" already`);
  const { token } = await openSession(db, { accountId, address: '127.0.0.1', agent: 'test', now });
  return { accountId, username, password: PASSWORD, totpSecret, cookie: `sid=${token}` };
}

/** The code that an authenticator shows for `secret` at `now` (ms). */
export function codeAt(secret: string, now: number): string {
  return generateSync({ secret, epoch: Math.floor(now / 1000) });
}
