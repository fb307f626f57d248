import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { cookieOf, PLACES, serveIdentity, signInTestPerson } from '#test/harness/identity.ts';
import { findEndedSessions, IDLE_MS, SESSION_MS } from './sessions.ts';

const platform = await serveIdentity();
const { db, clock, revoked, call, signIn } = platform;
afterAll(() => platform.stop());
beforeEach(() => void revoked.splice(0));
const { streetA } = PLACES;

const audited = async (what: string): Promise<{ data: Record<string, unknown> }[]> =>
  (await db.pool.query('select data from audit where what = $1 order by id', [what])).rows;

describe('signing in', () => {
  test('a name and a password open a session that its cookie carries; signing out ends it', async () => {
    const person = await signInTestPerson(db, clock, 'operator', { regions: [streetA], name: '李敏' });
    const answer = await signIn({ username: person.username.toUpperCase(), password: person.password });
    expect(answer.json()).toEqual({
      id: person.accountId,
      username: person.username,
      name: '李敏',
      role: 'operator',
      regions: [streetA],
      expiresAt: expect.any(String),
    });
    expect(String(answer.headers['set-cookie'])).toMatch(
      /^sid=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const cookie = cookieOf(answer);
    expect((await call('GET', '/api/session', cookie)).json()).toEqual(answer.json());
    expect((await call('DELETE', '/api/session', cookie)).statusCode).toBe(204);
    expect(revoked).toHaveLength(1);
    expect((await call('GET', '/api/session', cookie)).json()).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('the table does not hold what the cookie holds', async () => {
    const person = await signInTestPerson(db, clock, 'operator');
    const { rows } = await db.pool.query('select * from session where account_id = $1', [person.accountId]);
    expect(JSON.stringify(rows)).not.toContain(person.cookie.slice(4));
  });

  test('a wrong password, an unknown name and a disabled account get the same answer, and are in the audit trail', async () => {
    const person = await signInTestPerson(db, clock, 'operator');
    const wrong = await signIn({ username: person.username, password: 'wrong' });
    const unknown = await signIn({ username: 'nobody', password: 'wrong' });
    await db.pool.query('update account set disabled_at = $2 where id = $1', [person.accountId, new Date()]);
    const disabled = await signIn({ username: person.username, password: person.password });
    for (const answer of [wrong, unknown, disabled]) {
      expect(answer.json()).toEqual({ ...wrong.json(), request: answer.json().request });
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
    expect(wrong.json()).toMatchObject({ status: 401, code: 'bad_credentials' });
    expect((await audited('session.refuse')).map((row) => row.data.why)).toEqual(['password', 'username', 'disabled']);
  });

  test.each([
    '',
    'sid=',
    'sid=garbage',
    `sid=${'A'.repeat(43)}`,
    "sid=' or 1=1 --",
    `other=1; sid=${'_'.repeat(43)}; x=y`,
  ])('the cookie %j is nobody', async (cookie) => {
    expect((await call('GET', '/api/session', cookie)).json()).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test('a session runs out after twelve hours, or after eight of which nothing was heard', async () => {
    const busy = await signInTestPerson(db, clock, 'operator');
    const idle = await signInTestPerson(db, clock, 'operator');
    clock.advance(IDLE_MS - 60_000);
    expect((await call('GET', '/api/session', busy.cookie)).statusCode).toBe(200);
    clock.advance(120_000);
    expect((await call('GET', '/api/session', idle.cookie)).statusCode).toBe(401);
    expect((await call('GET', '/api/session', busy.cookie)).statusCode).toBe(200);
    clock.advance(SESSION_MS - IDLE_MS);
    expect((await call('GET', '/api/session', busy.cookie)).statusCode).toBe(401);
    const { rows } = await db.pool.query('select id from session where account_id = $1', [busy.accountId]);
    expect(await findEndedSessions(db, [rows[0].id, 'unknown'], clock.now())).toEqual([rows[0].id, 'unknown']);
  });

  test('signing in again from the same browser ends the session it had', async () => {
    const person = await signInTestPerson(db, clock, 'operator');
    await signIn({ username: person.username, password: person.password }, undefined, person.cookie);
    expect(revoked).toHaveLength(1);
    expect((await call('GET', '/api/session', person.cookie)).statusCode).toBe(401);
  });

  test('bodies that are none', async () => {
    expect((await signIn({ username: '', password: 'x', totp: '12' })).json()).toMatchObject({
      status: 422,
      errors: [
        { field: 'username', expected: '不能为空' },
        { field: 'totp', expected: '六位数字' },
      ],
    });
    expect((await signIn({ username: "'; drop table account; --", password: 'x' })).statusCode).toBe(401);
  });
});
