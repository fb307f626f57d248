import { connect } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { createDatabase } from '../database.ts';
import { createLog } from '../log.ts';
import { serveThings } from '#test/harness/http.ts';

const platform = await serveThings();
const { app, db, serve, post } = platform;
afterAll(() => platform.stop());

const log = createLog('silent');

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
    expect(en.json()).toMatchObject({
      title: 'Some fields are not valid',
      errors: [{ field: 'name', expected: 'at most 5 characters' }],
    });
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
    const answer = await post(payload, headers);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
  });

  test('addresses that are none, methods they do not take, ids that can not be', async () => {
    const call = async (method: 'GET' | 'PUT' | 'DELETE' | 'POST', url: string) =>
      (await app.inject({ method, url })).json();
    expect(await call('GET', '/api/nothing')).toMatchObject({ status: 404, code: 'not_found' });
    expect(await call('GET', '/webhooks/none')).toMatchObject({ status: 404 });
    expect(await call('PUT', '/api/things')).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
      allow: ['POST', 'GET'],
    });
    expect(await call('GET', '/api/keys')).toMatchObject({ status: 405, allow: ['POST'] });
    expect(await call('GET', "/api/things/1'%20or%201=1")).toMatchObject({ status: 404 });
    expect(await call('GET', '/api/%zz')).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await app.inject({ url: '/api/things?limit=many', headers: { cookie: 'sid=ad' } })).json()).toMatchObject({
      status: 400,
      errors: [{ field: 'limit', expected: '数字' }],
    });
  });

  test('our own mistakes say nothing of the inside', async () => {
    const answer = await post({ name: 'x', fail: 'hard' });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({
      type: 'urn:yijiantong:problem:internal',
      title: '系统出错,已记录',
      status: 500,
      code: 'internal',
      request: answer.headers['x-request-id'],
    });
  });

  test('a problem carries its data', async () => {
    expect((await post({ name: 'x', fail: 'soft' }, { 'accept-language': 'en' })).json()).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: 'changed',
      version: 7,
    });
  });

  test('a database that is away is 503, and says when to come again', async () => {
    const away = createDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', log });
    const { app: alone } = await serve({ db: away });
    const answer = await alone.inject({
      method: 'POST',
      url: '/api/things',
      headers: { cookie: 'sid=op', 'idempotency-key': 'k' },
      payload: { name: 'x' },
    });
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([503, 'unavailable', '1']);
    await away.stop();
  });

  test("what a database refuses to hold is the caller's mistake", async () => {
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
      socket
        .setEncoding('utf8')
        .on('data', (chunk) => (got += String(chunk)))
        .on('end', () => resolve(got))
        .on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*invalid_request/s);
  });
});

describe('a row that does not fit its schema', () => {
  test('is named and left out of a list, and nothing undeclared goes out', async () => {
    const answer = await app.inject({ url: '/api/things', headers: { cookie: 'sid=ad' } });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      { items: [{ id: 'x', born: '1940' }], nextCursor: null, unreadable: [{ id: 'y', fields: ['born'] }] },
    ]);
  });

  test('opened alone is a clear answer', async () => {
    const answer = await app.inject({ url: '/api/things/0192f7b0-0000-7000-8000-000000000000' });
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal', errors: [{ field: 'id' }] });
  });
});
