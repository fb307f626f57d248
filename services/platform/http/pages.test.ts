import { afterAll, describe, expect, test } from 'vitest';
import { serveThings } from '#test/harness/http.ts';

const platform = await serveThings();
const { app, db, serve } = platform;
afterAll(() => platform.stop());

describe('pages, health and description', () => {
  test('every page address is the app, fresh each time; hashed files are kept for a year', async () => {
    for (const url of [
      '/',
      '/device',
      '/board',
      '/field',
      '/vendor',
      '/desk',
      '/admin',
      '/admin/accounts?x=1',
      '/index.html',
    ]) {
      const page = await app.inject(url);
      expect([url, page.statusCode, page.headers['content-type'], page.headers['cache-control']]).toEqual([
        url,
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
    }
    const asset = await app.inject('/assets/app-abc123.js');
    expect([asset.statusCode, asset.headers['cache-control'], asset.headers['content-type']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'application/javascript; charset=utf-8',
    ]);
    // What keeps the page on a phone is asked for anew, or an old deployment would stay there.
    const worker = await app.inject('/sw.js');
    expect([worker.statusCode, worker.headers['cache-control']]).toEqual([200, 'no-cache']);
    for (const url of [
      '/assets/gone.js',
      '/favicon.gone',
      '/..%2f..%2fpackage.json',
      '/assets/..%2f..%2f..%2fetc/passwd',
      '/assets/../../http.ts',
    ]) {
      const answer = await app.inject(url);
      expect([url, answer.statusCode]).toEqual([url, 404]);
    }
  });

  test('a part of a file is given out alone, as the map asks for its tiles', async () => {
    const part = await app.inject({ url: '/assets/app-abc123.js', headers: { range: 'bytes=0-5' } });
    expect([part.statusCode, part.body, part.headers['content-range']]).toEqual([206, 'export', 'bytes 0-5/9']);
  });

  test('the policy of the page lets its own scripts, workers from blobs and the broker through, and nothing else', async () => {
    const policy = String(
      (await app.inject({ url: '/', headers: { host: '192.168.1.5:12349' } })).headers['content-security-policy'],
    );
    expect(policy).toContain(`script-src 'self';`);
    expect(policy).toContain(`worker-src 'self' blob:`);
    expect(policy).toContain('ws://192.168.1.5:8083');
    expect(policy).not.toContain('upgrade-insecure-requests');
    const hostile = String(
      (await app.inject({ url: '/', headers: { host: 'x; script-src *' } })).headers['content-security-policy'],
    );
    expect(hostile).not.toContain('script-src *');
  });

  test('ready only while everything it needs is', async () => {
    let isUp = true;
    const { app: other } = await serve({
      checks: {
        database: () => db.ping(),
        broker: async () => {
          if (!isUp) throw new Error('mqtt://user:secret@broker');
        },
      },
    });
    expect((await other.inject('/readyz')).json()).toEqual({
      status: 'ready',
      checks: { database: 'ok', broker: 'ok' },
    });
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
    expect(
      document.paths['/api/things'].post.requestBody.content['application/json'].schema.properties.name,
    ).toMatchObject({ type: 'string', maxLength: 5 });
    expect(document.paths['/api/things/{id}'].get['x-access']).toBe('public');
    expect(document.components.schemas.Problem.properties.code.enum).toContain('already_claimed');
  });
});
