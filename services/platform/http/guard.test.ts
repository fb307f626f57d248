import { afterAll, describe, expect, test } from 'vitest';
import { serveThings } from '#test/harness/http.ts';

const platform = await serveThings();
const { app, serve, post } = platform;
afterAll(() => platform.stop());

describe('who may call', () => {
  test('a route that does not say so stops the server from starting', async () => {
    const { app: other } = await serve();
    expect(() => other.get('/api/open', {} as never, async () => ({}))).toThrow(
      'GET /api/open does not say who may call it',
    );
    expect(() => other.post('/api/open', { config: { access: 'public' } }, async () => ({}))).toThrow(
      'POST /api/open changes something but checks no body',
    );
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
    const answer = await post(
      { name: 'x' },
      {
        host: 'console.local:12349',
        ...(origin === undefined ? {} : { origin }),
        ...(headers as Record<string, string>),
      },
    );
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'bad_origin' });
  });

  test('passes when it is PUBLIC_URL', async () => {
    const { app: behind } = await serve({}, { PUBLIC_URL: 'https://12349.example' });
    const call = (origin: string) =>
      behind.inject({
        method: 'POST',
        url: '/api/things',
        headers: { cookie: 'sid=op', origin, host: '10.0.0.1:80' },
        payload: { name: 'x' },
      });
    expect((await call('https://12349.example')).statusCode).toBe(200);
    expect((await call('http://12349.example')).statusCode).toBe(403);
  });
});
