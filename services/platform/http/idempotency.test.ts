import { afterAll, describe, expect, test } from 'vitest';
import { serveThings } from '#test/harness/http.ts';

const platform = await serveThings();
const { app, db, clock, runs, post } = platform;
afterAll(() => platform.stop());

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

  test("the same key with another body is refused; another account's key is another key", async () => {
    await send('k2', { name: 'x' });
    expect((await send('k2', { name: 'y' })).json()).toMatchObject({ status: 409, code: 'idempotency_mismatch' });
    expect((await send('k2', { name: 'y' }, 'sid=ad')).statusCode).toBe(200);
  });

  test('a refusal is an answer too', async () => {
    const before = runs.length;
    await send('k3', { name: 'x', fail: 'soft' });
    const again = await send('k3', { name: 'x', fail: 'soft' });
    expect([again.statusCode, again.json().version, again.headers['content-type'], runs.length]).toEqual([
      409,
      7,
      'application/problem+json; charset=utf-8',
      before + 1,
    ]);
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
    await db.pool.query(`update idempotency set status = null, body = null, held_until = $1 where key = 'k6'`, [
      new Date(clock.now() + 400),
    ]);
    const intent = runs.at(-1);
    const answer = await send('k6', { name: 'x' });
    expect([answer.statusCode, answer.json().id]).toEqual([200, intent]);
    const { rows } = await db.pool.query(`select attempt, status from idempotency where key = 'k6'`);
    expect(rows).toEqual([{ attempt: 2, status: 200 }]);
  });

  test('a secret is not kept: a repeat learns that it is done', async () => {
    const call = () =>
      app.inject({ method: 'POST', url: '/api/keys', headers: { cookie: 'sid=op', 'idempotency-key': 'k7' } });
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
