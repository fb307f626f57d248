import { afterAll, describe, expect, test } from 'vitest';
import { codeAt, cookieOf, serveIdentity } from '#test/harness/identity.ts';
import { issueSetupCode } from './setup.ts';

const platform = await serveIdentity();
const { app, db, clock } = platform;
afterAll(() => platform.stop());

describe('an empty platform', () => {
  test('is given its first administrator once, by who can read the printed code', async () => {
    const setUp = (payload: object) => app.inject({ method: 'POST', url: '/api/setup', payload });
    expect((await app.inject('/api/setup')).json()).toEqual({ needed: true, signedIn: false });
    const code = await issueSetupCode(db, clock.now());
    const body = {
      code: code!.toUpperCase().replaceAll('-', ' '),
      username: 'chief',
      name: '首位管理员',
      password: '长长的一句口令才好记',
    };
    expect((await setUp({ ...body, code: '0000-0000-0000-0000-0000' })).json()).toMatchObject({
      status: 401,
      code: 'bad_credentials',
    });
    const offered = (await setUp(body)).json();
    expect(offered).toMatchObject({ done: false, totp: { secret: expect.stringMatching(/^[A-Z2-7]{32}$/) } });
    const { secret } = offered.totp;
    expect((await setUp({ ...body, secret, totp: '000000' })).json()).toMatchObject({
      status: 422,
      errors: [{ field: 'totp' }],
    });
    const full = { ...body, secret, totp: codeAt(secret, clock.now()) };
    const answers = await Promise.all(['a', 'b', 'c'].map((letter) => setUp({ ...full, username: `chief-${letter}` })));
    expect(answers.map((answer) => answer.statusCode).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const { rows } = await db.pool.query('select username, totp_secret from account');
    expect(rows).toHaveLength(1);
    expect(rows[0].totp_secret).toMatch(/^sealed1\./);
    expect((await app.inject('/api/setup')).json()).toEqual({ needed: false, signedIn: false });
    expect(await issueSetupCode(db, clock.now())).toBeNull();
    const again = { username: rows[0].username, password: body.password };
    expect(
      (await app.inject({ method: 'POST', url: '/api/session', payload: { ...again, totp: full.totp } })).statusCode,
    ).toBe(401);
    clock.advance(30_000);
    const session = await app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { ...again, totp: codeAt(secret, clock.now()) },
    });
    expect(session.json()).toMatchObject({ role: 'admin', regions: [{ id: 'all', path: '' }] });
    const made = await app.inject({
      method: 'POST',
      url: '/api/accounts',
      headers: { cookie: cookieOf(session) },
      payload: { username: 'second', name: '第二位', role: 'admin', regions: ['all'] },
    });
    expect(made.statusCode).toBe(201);
  });
});
