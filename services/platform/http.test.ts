import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { movableClock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { createTestDatabase } from '#test/harness/database.ts';
import type { Viewer } from './access.ts';
import { readConfig, type Config } from './config.ts';
import { createDatabase } from './database.ts';
import { createHttpServer, type App, type HttpDeps } from './http.ts';
import { createLog } from './log.ts';

const { db, drop } = await createTestDatabase();
const clock = movableClock();
const log = createLog('silent');
const pages = mkdtempSync(join(tmpdir(), 'pages-'));
mkdirSync(join(pages, 'assets'));
writeFileSync(join(pages, 'index.html'), '<!doctype html><title>一键通</title>');
writeFileSync(join(pages, 'assets/app-abc123.js'), 'export {}');
const open: App[] = [];
afterAll(async () => {
  await Promise.all(open.map((app) => app.close()));
  await drop();
  rmSync(pages, { recursive: true });
});

function configOf(environment: Record<string, string> = {}): Config {
  const read = readConfig(environment);
  if ('errors' in read) throw new Error(read.errors.join());
  return read.config;
}

const viewerOf = (name: string, role: Viewer['role']): Viewer => ({
  accountId: `00000000-0000-7000-8000-0000000000${name === 'op' ? '01' : '02'}`,
  sessionId: name,
  name,
  role,
  staffId: null,
  regions: ['42/'],
  address: null,
});

/** A server with routes that show what the platform does for every module's. */
async function serve(options: Partial<HttpDeps> = {}): Promise<{ app: App; runs: string[] }> {
  const runs: string[] = [];
  const app = await createHttpServer({
    config: configOf(),
    log,
    clock,
    db,
    pages,
    authenticate: async (cookie) => (cookie === 'sid=op' ? viewerOf('op', 'operator') : cookie === 'sid=ad' ? viewerOf('ad', 'admin') : null),
    ...options,
  });
  open.push(app);
  const body = z.object({ name: z.string().min(1).max(5), kind: z.enum(['a', 'b']).default('a'), n: z.number().int().optional(), at: z.object({ lat: z.number() }).optional(), fail: z.string().optional() });
  const answer = z.object({ id: z.string(), runs: z.number() });
  app.post('/api/things', { config: { access: 'signed_in' }, schema: { body, response: { 200: answer } } }, async (request) => {
    runs.push(request.intentId);
    if (request.body.fail === 'hard') throw new Error('pieces of a stack trace');
    if (request.body.fail === 'soft') throw new Problem('conflict', { detail: '有人改过 | changed', data: { version: 7 } });
    if (request.body.fail === 'slow') await new Promise((resolve) => setTimeout(resolve, 150));
    return { id: request.intentId, runs: runs.length };
  });
  app.get('/api/things', { config: { access: ['admin'] }, schema: { querystring: z.object({ limit: z.coerce.number().max(200).optional() }), response: { 200: listOf(z.object({ id: z.string(), born: z.string() })) } } }, async () => ({
    items: [{ id: 'x', born: '1940' }, { id: 'y', born: 1941 as unknown as string, secret: 1 }],
    nextCursor: null,
  }));
  app.get('/api/things/:id', { config: { access: 'public' }, schema: { params: z.object({ id: z.uuid() }), response: { 200: z.object({ id: z.string() }) } } }, async () => ({ id: 3 as unknown as string }));
  app.post('/api/keys', { config: { access: 'signed_in', secret: true, bodyless: true }, schema: { response: { 200: z.object({ secret: z.string() }) } } }, async () => ({ secret: 's3' }));
  app.get('/api/limited', { config: { access: 'public', rateLimit: { max: 2, timeWindow: 60_000 } } }, async () => ({}));
  return { app, runs };
}

const { app, runs } = await serve();
const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/api/things', headers: { cookie: 'sid=op', 'content-type': 'application/json', ...headers }, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) });

describe('who may call', () => {
  test('a route that does not say so stops the server from starting', async () => {
    const { app: other } = await serve();
    expect(() => other.get('/api/open', {} as never, async () => ({}))).toThrow('GET /api/open does not say who may call it');
    expect(() => other.post('/api/open', { config: { access: 'public' } }, async () => ({}))).toThrow('POST /api/open changes something but checks no body');
  });

  test('nobody is asked to sign in, the wrong role is refused, the right one is answered', async () => {
    const call = (cookie: string) => app.inject({ url: '/api/things', headers: { cookie } });
    expect((await call('')).json()).toMatchObject({ status: 401, code: 'unauthenticated', title: '请先登录' });
    expect((await call('sid=op')).json()).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await call('sid=ad')).statusCode).toBe(200);
  });

  test('every route is in the registry with who may call it', () => {
    expect(app.routeRegistry).toContainEqual({ method: 'GET', url: '/api/things', access: ['admin'] });
    expect(app.routeRegistry).toContainEqual({ method: 'POST', url: '/api/things', access: 'signed_in' });
    expect(app.routeRegistry.every((route) => route.access !== undefined)).toBe(true);
  });
});

describe('a changing call from another site', () => {
  test.each([
    ['http://evil.example', {}, 403],
    ['null', {}, 403],
    ['nonsense', {}, 403],
    [undefined, { 'sec-fetch-site': 'cross-site' }, 403],
    [undefined, {}, 200],
    ['http://console.local:12349', {}, 200],
    ['http://console.local', {}, 403],
  ])('with Origin %s and %o is answered %i', async (origin, headers, status) => {
    const answer = await post({ name: 'x' }, { host: 'console.local:12349', ...(origin === undefined ? {} : { origin }), ...(headers as Record<string, string>) });
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'bad_origin' });
  });

  test('passes when it is PUBLIC_URL', async () => {
    const { app: behind } = await serve({ config: configOf({ PUBLIC_URL: 'https://12349.example' }) });
    const call = (origin: string) => behind.inject({ method: 'POST', url: '/api/things', headers: { cookie: 'sid=op', origin, host: '10.0.0.1:80' }, payload: { name: 'x' } });
    expect((await call('https://12349.example')).statusCode).toBe(200);
    expect((await call('http://12349.example')).statusCode).toBe(403);
  });
});

describe('what is wrong is said as problem details', () => {
  test('each wrong field with what was expected, in Chinese or English', async () => {
    const wrong = { name: '', kind: 'c', n: 1.5, at: { lat: 'north' } };
    const zh = await post(wrong);
    expect(zh.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(zh.json()).toEqual({
      type: 'urn:yijiantong:problem:invalid_fields',
      title: '有几项填写不对',
      status: 422,
      code: 'invalid_fields',
      errors: [
        { field: 'name', expected: '不能为空' },
        { field: 'kind', expected: '其中之一:a、b' },
        { field: 'n', expected: '整数' },
        { field: 'at.lat', expected: '数字' },
      ],
      request: zh.headers['x-request-id'],
    });
    const en = await post({ name: 'far too long' }, { 'accept-language': 'en-GB,zh;q=0.5' });
    expect(en.json()).toMatchObject({ title: 'Some fields are not valid', errors: [{ field: 'name', expected: 'at most 5 characters' }] });
    expect((await post({})).json().errors).toEqual([{ field: 'name', expected: '必填' }]);
  });

  test.each([
    ['broken JSON', '{"name":', {}, 400, 'invalid_request'],
    ['no body', '', {}, 422, 'invalid_fields'],
    ['another type of body', 'name=x', { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['1 MB', JSON.stringify({ name: 'x'.repeat(1_000_000) }), {}, 413, 'payload_too_large'],
    ['half a surrogate pair', '{"name":"\\ud800"}', {}, 400, 'invalid_request'],
    ['U+0000', '{"name":"a\\u0000"}', {}, 400, 'invalid_request'],
    ['an escaped backslash before u0000, which is text', '{"name":"\\\\u000"}', {}, 200, undefined],
    ['__proto__', '{"name":"x","__proto__":{"admin":true}}', {}, 400, 'invalid_request'],
    ['a key that is none', '{"name":"x"}', { 'idempotency-key': 'a b' }, 400, 'invalid_request'],
  ])('%s', async (_name, payload, headers, status, code) => {
    const answer = await post(payload, headers as Record<string, string>);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('addresses that are none, methods they do not take, ids that can not be', async () => {
    const call = async (method: 'GET' | 'PUT' | 'DELETE' | 'POST', url: string) => (await app.inject({ method, url })).json();
    expect(await call('GET', '/api/nothing')).toMatchObject({ status: 404, code: 'not_found' });
    expect(await call('GET', '/webhooks/none')).toMatchObject({ status: 404 });
    expect(await call('PUT', '/api/things')).toMatchObject({ status: 405, code: 'method_not_allowed', allow: ['POST', 'GET'] });
    expect(await call('GET', '/api/keys')).toMatchObject({ status: 405, allow: ['POST'] });
    expect(await call('GET', "/api/things/1'%20or%201=1")).toMatchObject({ status: 404 });
    expect(await call('GET', '/api/%zz')).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await app.inject({ url: '/api/things?limit=many', headers: { cookie: 'sid=ad' } })).json()).toMatchObject({ status: 400, errors: [{ field: 'limit', expected: '数字' }] });
  });

  test('our own mistakes say nothing of the inside', async () => {
    const answer = await post({ name: 'x', fail: 'hard' });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({ type: 'urn:yijiantong:problem:internal', title: '系统出错,已记录', status: 500, code: 'internal', request: answer.headers['x-request-id'] });
  });

  test('a problem carries its data', async () => {
    expect((await post({ name: 'x', fail: 'soft' }, { 'accept-language': 'en' })).json()).toMatchObject({ status: 409, code: 'conflict', detail: 'changed', version: 7 });
  });

  test('a database that is away is 503, and says when to come again', async () => {
    const away = createDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', log });
    const { app: alone } = await serve({ db: away });
    const answer = await alone.inject({ method: 'POST', url: '/api/things', headers: { cookie: 'sid=op', 'idempotency-key': 'k' }, payload: { name: 'x' } });
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'unavailable', '1']);
    await away.stop();
  });

  test('what a database refuses to hold is the caller\'s mistake', async () => {
    const { app: other } = await serve();
    const cast = (text: string) => ({ name: `t.${text}`, text });
    other.get('/api/cast', { config: { access: 'public' } }, async () => db.query(cast(`select 'x'::uuid`)));
    expect((await other.inject('/api/cast')).json()).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  test('too many calls', async () => {
    const codes = [];
    for (let i = 0; i < 3; i++) codes.push(await app.inject({ url: '/api/limited', remoteAddress: '10.1.2.3' }));
    expect(codes.map((answer) => answer.statusCode)).toEqual([200, 200, 429]);
    expect(codes[2]!.json()).toMatchObject({ code: 'too_many_requests' });
    expect(Number(codes[2]!.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('bytes that are no HTTP', async () => {
    const port = Number(new URL(await (await serve()).app.listen({ host: '127.0.0.1', port: 0 })).port);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('\x16\x03\x01 nonsense\r\n\r\n'));
      let got = '';
      socket.setEncoding('utf8').on('data', (chunk) => (got += chunk)).on('end', () => resolve(got)).on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*invalid_request/s);
  });
});

describe('a row that does not fit its schema', () => {
  test('is named and left out of a list, and nothing undeclared goes out', async () => {
    const answer = await app.inject({ url: '/api/things', headers: { cookie: 'sid=ad' } });
    expect([answer.statusCode, answer.json()]).toEqual([200, { items: [{ id: 'x', born: '1940' }], nextCursor: null, unreadable: [{ id: 'y', fields: ['born'] }] }]);
  });

  test('opened alone is a clear answer', async () => {
    const answer = await app.inject({ url: '/api/things/0192f7b0-0000-7000-8000-000000000000' });
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal', errors: [{ field: 'id' }] });
  });
});

describe('Idempotency-Key', () => {
  const send = (key: string, payload: unknown, cookie = 'sid=op') => post(payload, { 'idempotency-key': key, cookie });

  test('the same call again is answered as it was, and runs once', async () => {
    const before = runs.length;
    const first = await send('k1', { name: 'x', kind: 'a' });
    const again = await send('k1', { kind: 'a', name: 'x' });
    expect(again.json()).toEqual(first.json());
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(runs.length).toBe(before + 1);
  });

  test('the same key with another body is refused; another account\'s key is another key', async () => {
    await send('k2', { name: 'x' });
    expect((await send('k2', { name: 'y' })).json()).toMatchObject({ status: 409, code: 'idempotency_mismatch' });
    expect((await send('k2', { name: 'y' }, 'sid=ad')).statusCode).toBe(200);
  });

  test('a refusal is an answer too', async () => {
    const before = runs.length;
    await send('k3', { name: 'x', fail: 'soft' });
    const again = await send('k3', { name: 'x', fail: 'soft' });
    expect([again.statusCode, again.json().version, again.headers['content-type'], runs.length]).toEqual([409, 7, 'application/problem+json; charset=utf-8', before + 1]);
  });

  test('a failure of ours is not kept: the next try runs, under the same id', async () => {
    const before = runs.length;
    expect((await send('k4', { name: 'x', fail: 'hard' })).statusCode).toBe(500);
    expect((await send('k4', { name: 'x', fail: 'hard' })).statusCode).toBe(500);
    expect(runs.length).toBe(before + 2);
    expect(runs.at(-1)).toBe(runs.at(-2));
    const { rows } = await db.pool.query(`select status, attempt from idempotency where key = 'k4'`);
    expect(rows).toEqual([{ status: null, attempt: 2 }]);
  });

  test('ten at once run once, all get the same answer', async () => {
    const before = runs.length;
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('k5', { name: 'x', fail: 'slow' })));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(answers.every((answer) => answer.statusCode === 200)).toBe(true);
    expect(runs.length).toBe(before + 1);
  });

  test('what a dead process held is taken over after 20 s, and a late answer of the dead is not kept', async () => {
    await send('k6', { name: 'x' });
    await db.pool.query(`update idempotency set status = null, body = null, held_until = $1 where key = 'k6'`, [new Date(clock.now() + 400)]);
    const intent = runs.at(-1);
    const answer = await send('k6', { name: 'x' });
    expect([answer.statusCode, answer.json().id]).toEqual([200, intent]);
    const { rows } = await db.pool.query(`select attempt, status from idempotency where key = 'k6'`);
    expect(rows).toEqual([{ attempt: 2, status: 200 }]);
  });

  test('a secret is not kept: a repeat learns that it is done', async () => {
    const call = () => app.inject({ method: 'POST', url: '/api/keys', headers: { cookie: 'sid=op', 'idempotency-key': 'k7' } });
    expect((await call()).json()).toEqual({ secret: 's3' });
    expect((await call()).json()).toMatchObject({ status: 409, code: 'conflict' });
    const { rows } = await db.pool.query(`select body from idempotency where key = 'k7'`);
    expect(rows).toEqual([{ body: null }]);
  });

  test('after a day the key is new again', async () => {
    const before = runs.length;
    await send('k8', { name: 'x' });
    clock.advance(25 * 3_600_000);
    await send('k8', { name: 'y' });
    expect(runs.length).toBe(before + 2);
  });
});

describe('pages, health and description', () => {
  test('every page address is the app, fresh each time; hashed files are kept for a year', async () => {
    for (const url of ['/', '/device', '/board', '/field', '/vendor', '/desk', '/admin', '/admin/accounts?x=1', '/index.html']) {
      const page = await app.inject(url);
      expect([url, page.statusCode, page.headers['content-type'], page.headers['cache-control']]).toEqual([url, 200, 'text/html; charset=utf-8', 'no-cache']);
    }
    const asset = await app.inject('/assets/app-abc123.js');
    expect([asset.statusCode, asset.headers['cache-control'], asset.headers['content-type']]).toEqual([200, 'public, max-age=31536000, immutable', 'application/javascript; charset=utf-8']);
    for (const url of ['/assets/gone.js', '/favicon.gone', '/..%2f..%2fpackage.json', '/assets/..%2f..%2f..%2fetc/passwd', '/assets/../../http.ts']) {
      const answer = await app.inject(url);
      expect([url, answer.statusCode]).toEqual([url, 404]);
    }
  });

  test('the policy of the page lets its own scripts, workers from blobs and the broker through, and nothing else', async () => {
    const policy = String((await app.inject({ url: '/', headers: { host: '192.168.1.5:12349' } })).headers['content-security-policy']);
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).toContain(`worker-src 'self' blob:`);
    expect(policy).toContain('ws://192.168.1.5:8083');
    expect(policy).not.toContain('upgrade-insecure-requests');
    const hostile = String((await app.inject({ url: '/', headers: { host: "x; script-src *" } })).headers['content-security-policy']);
    expect(hostile).not.toContain('script-src *');
  });

  test('ready only while everything it needs is', async () => {
    let isUp = true;
    const { app: other } = await serve({ checks: { database: () => db.ping(), broker: async () => { if (!isUp) throw new Error('mqtt://user:secret@broker'); } } });
    expect((await other.inject('/readyz')).json()).toEqual({ status: 'ready', checks: { database: 'ok', broker: 'ok' } });
    isUp = false;
    const answer = await other.inject('/readyz');
    expect([answer.statusCode, answer.json().checks]).toEqual([503, { database: 'ok', broker: 'failed' }]);
    expect(answer.body).not.toContain('secret');
    expect((await other.inject('/healthz')).json()).toEqual({ status: 'ok' });
  });

  test('figures go by the pattern of a route, never by its address', async () => {
    await app.inject('/api/things/0192f7b0-0000-7000-8000-000000000000');
    const { body } = await app.inject('/metrics');
    expect(body).toContain('route="/api/things/:id"');
    expect(body).not.toContain('0192f7b0');
    expect(body).toContain('process_cpu_seconds_total');
  });

  test('OpenAPI 3.1 describes every route of the API', async () => {
    const document = (await app.inject('/api/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/api/things'].post).toMatchObject({
      'x-access': 'signed_in',
      security: [{ session: [] }],
      parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }],
      responses: { default: { $ref: '#/components/responses/Problem' } },
    });
    expect(document.paths['/api/things'].post.requestBody.content['application/json'].schema.properties.name).toMatchObject({ type: 'string', maxLength: 5 });
    expect(document.paths['/api/things/{id}'].get['x-access']).toBe('public');
    expect(document.components.schemas.Problem.properties.code.enum).toContain('already_claimed');
  });
});
