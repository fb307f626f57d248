import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { movableClock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import { readConfig } from '#platform/config.ts';
import type { App, HttpDeps } from '#platform/http.ts';
import { createHttpServer } from '#platform/http.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase } from './database.ts';

const viewerOf = (name: string, role: Viewer['role']): Viewer => ({
  accountId: `00000000-0000-7000-8000-0000000000${name === 'op' ? '01' : '02'}`,
  sessionId: name,
  name,
  role,
  staffId: null,
  regions: ['42/'],
  address: null,
});

function makePages(): string {
  const pages = mkdtempSync(join(tmpdir(), 'pages-'));
  mkdirSync(join(pages, 'assets'));
  writeFileSync(join(pages, 'index.html'), '<!doctype html><title>一键通</title>');
  writeFileSync(join(pages, 'assets/app-abc123.js'), 'export {}');
  writeFileSync(join(pages, 'sw.js'), '');
  return pages;
}

/** Routes that show what the platform does for every module's; `runs` notes each run of `POST /api/things`. */
function addRoutes(app: App, runs: string[]): void {
  const body = z.object({
    name: z.string().min(1).max(5),
    kind: z.enum(['a', 'b']).default('a'),
    n: z.number().int().optional(),
    at: z.object({ lat: z.number() }).optional(),
    fail: z.string().optional(),
  });
  const answer = z.object({ id: z.string(), runs: z.number() });
  app.post(
    '/api/things',
    { config: { access: 'signed_in' }, schema: { body, response: { 200: answer } } },
    async (request) => {
      runs.push(request.intentId);
      if (request.body.fail === 'hard') throw new Error('pieces of a stack trace');
      if (request.body.fail === 'soft')
        throw new Problem('conflict', { detail: '有人改过 | changed', data: { version: 7 } });
      if (request.body.fail === 'slow') await new Promise((resolve) => setTimeout(resolve, 150));
      return { id: request.intentId, runs: runs.length };
    },
  );
  app.get(
    '/api/things',
    {
      config: { access: ['admin'] },
      schema: {
        querystring: z.object({ limit: z.coerce.number().max(200).optional() }),
        response: { 200: listOf(z.object({ id: z.string(), born: z.string() })) },
      },
    },
    async () => ({
      items: [
        { id: 'x', born: '1940' },
        { id: 'y', born: 1941 as unknown as string, secret: 1 },
      ],
      nextCursor: null,
    }),
  );
  app.get(
    '/api/things/:id',
    {
      config: { access: 'public' },
      schema: { params: z.object({ id: z.uuid() }), response: { 200: z.object({ id: z.string() }) } },
    },
    async () => ({ id: 3 as unknown as string }),
  );
  app.post(
    '/api/keys',
    {
      config: { access: 'signed_in', secret: true, bodyless: true },
      schema: { response: { 200: z.object({ secret: z.string() }) } },
    },
    async () => ({ secret: 's3' }),
  );
  app.get(
    '/api/limited',
    { config: { access: 'public', rateLimit: { max: 2, timeWindow: 60_000 } } },
    async () => ({}),
  );
}

/**
 * Servers with a few routes, on a database, a clock and pages of their own. `sid=op` is an operator, `sid=ad` an
 * administrator; `serve` makes another server with other options.
 */
export async function serveThings() {
  const { db, drop } = await createTestDatabase();
  const clock = movableClock();
  const pages = makePages();
  const apps: App[] = [];
  const serve = async (options: Partial<HttpDeps> = {}, environment: Record<string, string> = {}) => {
    const read = readConfig(environment);
    if ('errors' in read) throw new Error(read.errors.join());
    const runs: string[] = [];
    const app = await createHttpServer({
      config: read.config,
      log: createLog('silent'),
      clock,
      db,
      pages,
      authenticate: async (cookie) =>
        cookie === 'sid=op' ? viewerOf('op', 'operator') : cookie === 'sid=ad' ? viewerOf('ad', 'admin') : null,
      ...options,
    });
    apps.push(app);
    addRoutes(app, runs);
    return { app, runs };
  };
  const { app, runs } = await serve();
  return {
    db,
    clock,
    app,
    runs,
    serve,
    /** `POST /api/things` as the operator. */
    post: (payload: unknown, headers: Record<string, string> = {}) =>
      app.inject({
        method: 'POST',
        url: '/api/things',
        headers: { cookie: 'sid=op', 'content-type': 'application/json', ...headers },
        payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      }),
    stop: async () => {
      await Promise.all(apps.map((each) => each.close()));
      await drop();
      rmSync(pages, { recursive: true });
    },
  };
}
