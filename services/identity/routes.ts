import { z } from 'zod';
import {
  accountSchema,
  accountWithSecretsSchema,
  auditSchema,
  chainStateSchema,
  changeAccountSchema,
  changePasswordSchema,
  deskPhoneSchema,
  lookSchema,
  newAccountSchema,
  setupAnswerSchema,
  setupSchema,
  setupStateSchema,
} from '#contracts/account.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import { meSchema, signInSchema, type Role } from '#contracts/session.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { SESSION_COOKIE } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Sealing } from '#platform/sealing.ts';
import { changeAccount, changeOwnPassword, createAccount, listAccounts } from './accounts.ts';
import { listAudit, recordAudit } from './audit.ts';
import { deskPhoneOf, setDeskPhone } from './colleagues.ts';
import { liesWithin, type Directory } from './directory.ts';
import { listLooks, verifyLooks } from './looks.ts';
import { endSession, findSession, SESSION_MS, sessionIdOf } from './sessions.ts';
import { isSetupNeeded, setUp } from './setup.ts';
import { describeMe, signIn } from './sign-in.ts';

export interface IdentityDeps {
  db: Database;
  clock: Clock;
  config: Pick<Config, 'publicUrl' | 'demo'>;
  /** Of the second factors. */
  sealing: Sealing;
  directory: Directory;
  /** Told the ids of sessions that ended, once that is committed: whoever holds sockets cuts them. */
  onRevoked: (sessionIds: string[]) => void;
}

/** Those who have a desk with a telephone. */
const DESK: readonly Role[] = ['operator', 'supervisor'];

/** `/api/session`, `/api/setup`, `/api/me/{password,phone}`, `/api/accounts`, `/api/audit`, `/api/residents/:id/looks`. */
export function registerIdentityRoutes(app: App, deps: IdentityDeps): void {
  registerSession(app, deps);
  registerDeskPhone(app, deps);
  registerSetup(app, deps);
  registerAccounts(app, deps);
  registerTrails(app, deps);
}

function registerSession(app: App, deps: IdentityDeps): void {
  const { db, clock, directory, onRevoked } = deps;
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.config.publicUrl?.startsWith('https:') ?? false,
  } as const;
  const me = async (id: string | null) => {
    const session = id === null ? null : await findSession(db, id, clock.now());
    if (!session) throw new Problem('unauthenticated');
    return describeMe(directory, db, session);
  };

  app.post(
    '/api/session',
    {
      // Over and above the slowing down by name and address: hashing is dear.
      config: { access: 'public', rateLimit: { max: 120, timeWindow: 60_000 } },
      schema: { tags: ['identity'], summary: 'Sign in', body: signInSchema, response: { 200: meSchema } },
    },
    async (request, reply) => {
      const client = {
        address: request.ip,
        agent: request.headers['user-agent'] ?? null,
        replaces: sessionIdOf(request.headers.cookie),
      };
      const { token, ended } = await signIn(deps, request.body, client);
      if (ended.length > 0) onRevoked(ended);
      reply.setCookie(SESSION_COOKIE, token, { ...cookie, maxAge: SESSION_MS / 1000 });
      return me(sessionIdOf(`${SESSION_COOKIE}=${token}`));
    },
  );

  app.get(
    '/api/session',
    {
      config: { access: 'signed_in' },
      schema: { tags: ['identity'], summary: 'Who am I', response: { 200: meSchema } },
    },
    (request) => me(request.viewer.sessionId),
  );

  app.delete(
    '/api/session',
    {
      config: { access: 'signed_in', bodyless: true },
      schema: { tags: ['identity'], summary: 'Sign out', response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { viewer } = request;
      const ended = await endSession(db, viewer.sessionId, clock.now());
      await recordAudit(db, { at: clock.now(), by: viewer, what: 'session.close', address: viewer.address });
      if (ended.length > 0) onRevoked(ended);
      reply.clearCookie(SESSION_COOKIE, cookie).code(204);
      return undefined;
    },
  );

  app.post(
    '/api/me/password',
    {
      config: { access: 'signed_in', secret: true, rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: {
        tags: ['identity'],
        summary: 'Change my password; my other sessions end',
        body: changePasswordSchema,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      await changeOwnPassword(deps, request.viewer, request.body);
      reply.code(204);
      return undefined;
    },
  );
}

function registerDeskPhone(app: App, { db }: IdentityDeps): void {
  const response = { 200: deskPhoneSchema };
  app.get(
    '/api/me/phone',
    { config: { access: DESK }, schema: { tags: ['identity'], summary: 'The telephone on my desk', response } },
    async (request) => ({ phone: await deskPhoneOf(db, request.viewer.accountId) }),
  );
  app.post(
    '/api/me/phone',
    {
      config: { access: DESK },
      schema: { tags: ['identity'], summary: 'Set the telephone on my desk', body: deskPhoneSchema, response },
    },
    async (request) => {
      await setDeskPhone(db, request.viewer.accountId, request.body.phone);
      return request.body;
    },
  );
}

function registerSetup(app: App, deps: IdentityDeps): void {
  const { db, clock } = deps;
  app.get(
    '/api/setup',
    {
      config: { access: 'public' },
      schema: {
        tags: ['identity'],
        summary: 'Whether the first administrator is still to be made',
        response: { 200: setupStateSchema },
      },
    },
    async (request) => {
      const id = sessionIdOf(request.headers.cookie);
      const session = id === null ? null : await findSession(db, id, clock.now());
      return { needed: session === null && !deps.config.demo && (await isSetupNeeded(db)), signedIn: session !== null };
    },
  );
  app.post(
    '/api/setup',
    {
      config: { access: 'public', rateLimit: { max: 20, timeWindow: 60_000 } },
      schema: {
        tags: ['identity'],
        summary: 'Make the first administrator',
        body: setupSchema,
        response: { 200: setupAnswerSchema },
      },
    },
    async (request) => {
      if (deps.config.demo)
        throw new Problem('not_allowed_in_state', { detail: '演示环境已有账号 | The demo has its accounts' });
      return setUp(deps, request.body, request.ip);
    },
  );
}

function registerAccounts(app: App, deps: IdentityDeps): void {
  const { db } = deps;
  app.get(
    '/api/accounts',
    {
      config: { access: ['admin'] },
      schema: {
        tags: ['identity'],
        summary: 'Accounts within my regions',
        querystring: pageQuery.extend({ q: z.string().max(64).optional(), cursor: z.uuid().optional() }),
        response: { 200: listOf(accountSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, q } = request.query;
      const items = await listAccounts(deps, db, request.viewer, { q, after: cursor, limit });
      return { items, nextCursor: items.length === limit ? (items.at(-1)?.id ?? null) : null };
    },
  );
  app.post(
    '/api/accounts',
    {
      config: { access: ['admin'], secret: true },
      schema: {
        tags: ['identity'],
        summary: 'Make an account; its secrets are shown once',
        body: newAccountSchema,
        response: { 201: accountWithSecretsSchema },
      },
    },
    async (request, reply) => {
      const made = await createAccount(deps, request.viewer, request.body, request.intentId);
      reply.code(201);
      return made;
    },
  );
  app.patch(
    '/api/accounts/:id',
    {
      config: { access: ['admin'], secret: true },
      schema: {
        tags: ['identity'],
        summary: 'Change an account; its sessions end',
        params: z.object({ id: z.uuid() }),
        body: changeAccountSchema,
        response: { 200: accountWithSecretsSchema },
      },
    },
    (request) => changeAccount(deps, request.viewer, request.params.id, request.body),
  );
}

function registerTrails(app: App, deps: IdentityDeps): void {
  const { db, directory } = deps;
  app.get(
    '/api/audit',
    {
      config: { access: ['admin', 'auditor'] },
      schema: {
        tags: ['identity'],
        summary: 'What was done, newest first',
        querystring: pageQuery.extend({
          cursor: z.uuid().optional(),
          account: z.uuid().optional(),
          what: z.string().max(64).optional(),
          since: z.iso.datetime().optional(),
        }),
        response: { 200: listOf(auditSchema) },
      },
    },
    async (request) => {
      const { limit, cursor, account, what, since } = request.query;
      const filter = {
        before: cursor ?? null,
        account: account ?? null,
        what: what ?? null,
        since: since === undefined ? null : Date.parse(since),
        limit,
      };
      const items = await listAudit(db, request.viewer, filter);
      return { items, nextCursor: items.length === limit ? (items.at(-1)?.id ?? null) : null };
    },
  );
  app.get(
    '/api/residents/:id/looks',
    {
      config: { access: ['admin', 'auditor'] },
      schema: {
        tags: ['identity'],
        summary: 'Who looked at a resident, newest first, and whether the record is whole',
        params: z.object({ id: z.uuid() }),
        querystring: pageQuery.extend({ cursor: z.coerce.number().int().min(1).max(2_147_483_647).optional() }),
        response: { 200: listOf(lookSchema).extend({ chain: chainStateSchema }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const path = await directory.residentPath(db, id);
      if (path === null || !liesWithin(path, request.viewer.regions)) throw new Problem('not_found');
      const { limit, cursor } = request.query;
      const items = await listLooks(db, id, { before: cursor ?? null, limit });
      return {
        items,
        nextCursor: items.length === limit ? String(items.at(-1)?.seq ?? '') : null,
        chain: await verifyLooks(db, id),
      };
    },
  );
}
