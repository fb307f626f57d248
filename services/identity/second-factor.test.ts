import { afterAll, describe, expect, test } from 'vitest';
import { Writable } from 'node:stream';
import { createLog } from '#platform/log.ts';
import { createSealing } from '#platform/sealing.ts';
import { codeAt, serveIdentity, signInTestPerson, testSealing } from '#test/harness/identity.ts';
import { sealSecondFactor, sealSecondFactors } from './second-factor.ts';

const platform = await serveIdentity();
const { db, clock, call, signIn } = platform;
afterAll(() => platform.stop());
const log = createLog('silent');

const keptOf = async (accountId: string): Promise<{ kept: string; version: number }> =>
  (await db.pool.query('select totp_secret as kept, version from account where id = $1', [accountId])).rows[0];
const put = (accountId: string, kept: string): Promise<unknown> =>
  db.pool.query('update account set totp_secret = $2 where id = $1', [accountId, kept]);

describe('the second factor', () => {
  test.each(['supervisor', 'admin'] as const)('a %s needs it', async (role) => {
    const person = await signInTestPerson(db, clock, role);
    const { username, password, totpSecret } = person;
    expect((await signIn({ username, password })).json()).toMatchObject({
      status: 401,
      code: 'second_factor_required',
    });
    expect((await signIn({ username, password: 'wrong' })).json()).toMatchObject({ code: 'bad_credentials' });
    expect(
      (await signIn({ username, password, totp: codeAt(totpSecret!, clock.now() - 300_000) })).json(),
    ).toMatchObject({ code: 'bad_credentials' });
    expect((await signIn({ username, password, totp: codeAt(totpSecret!, clock.now()) })).statusCode).toBe(200);
  });

  test('a code is good once, also for two who send it at the same time, and an earlier one is void', async () => {
    const { username, password, totpSecret } = await signInTestPerson(db, clock, 'supervisor');
    const totp = codeAt(totpSecret!, clock.now());
    const earlier = codeAt(totpSecret!, clock.now() - 30_000);
    const answers = await Promise.all([1, 2, 3, 4].map(() => signIn({ username, password, totp })));
    expect(answers.map((answer) => answer.statusCode).toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    expect((await signIn({ username, password, totp })).json()).toMatchObject({ code: 'bad_credentials' });
    if (earlier !== totp) expect((await signIn({ username, password, totp: earlier })).statusCode).toBe(401);
    clock.advance(30_000);
    expect((await signIn({ username, password, totp: codeAt(totpSecret!, clock.now()) })).statusCode).toBe(200);
  });

  test('a code of the step before or after is taken, for clocks that differ', async () => {
    for (const offset of [-30_000, 30_000]) {
      const { username, password, totpSecret } = await signInTestPerson(db, clock, 'admin');
      expect((await signIn({ username, password, totp: codeAt(totpSecret!, clock.now() + offset) })).statusCode).toBe(
        200,
      );
    }
  });
});

describe('in the table', () => {
  test('lies nothing that makes a code, whichever way the account was made or given a new secret', async () => {
    const admin = await signInTestPerson(db, clock, 'admin');
    const body = { username: 'sealed1', name: '王芳', role: 'supervisor', regions: ['all'] };
    const made = (await call('POST', '/api/accounts', admin.cookie, body)).json();
    const { id } = made.account;
    const first = await keptOf(id);
    const again = (await call('PATCH', `/api/accounts/${id}`, admin.cookie, { version: 1, resetTotp: true })).json();
    const second = await keptOf(id);
    for (const { kept } of [await keptOf(admin.accountId), first, second]) {
      expect(kept).toMatch(/^sealed1\.[\w-]+$/);
      for (const secret of [admin.totpSecret!, made.totp.secret, again.totp.secret]) expect(kept).not.toContain(secret);
    }
    const { username, password } = { username: body.username, password: made.password };
    const codeOf = (secret: string) => codeAt(secret, clock.now());
    expect((await signIn({ username, password, totp: codeOf(made.totp.secret) })).statusCode).toBe(401);
    expect((await signIn({ username, password, totp: codeOf(again.totp.secret) })).statusCode).toBe(200);
    // What changes something else leaves the secret as it is.
    await call('PATCH', `/api/accounts/${id}`, admin.cookie, { version: 2, name: '王芳芳' });
    expect((await keptOf(id)).kept).toBe(second.kept);
  });

  test('a secret of before there was a seal signs in, and is sealed by that; a wrong code leaves it', async () => {
    const { accountId, username, password, totpSecret } = await signInTestPerson(db, clock, 'supervisor');
    await put(accountId, totpSecret!);
    const totp = codeAt(totpSecret!, clock.now());
    expect((await signIn({ username, password, totp: codeAt(totpSecret!, 0) })).statusCode).toBe(401);
    expect((await keptOf(accountId)).kept).toBe(totpSecret);
    expect((await signIn({ username, password, totp })).statusCode).toBe(200);
    expect(await keptOf(accountId)).toEqual({ kept: expect.stringMatching(/^sealed1\./), version: 1 });
    // The code that was used stays used, and the next one is good.
    expect((await signIn({ username, password, totp })).statusCode).toBe(401);
    clock.advance(30_000);
    expect((await signIn({ username, password, totp: codeAt(totpSecret!, clock.now()) })).statusCode).toBe(200);
  });

  test('or at the next start; sealed twice nothing changes', async () => {
    const { accountId, username, password, totpSecret } = await signInTestPerson(db, clock, 'admin');
    await put(accountId, totpSecret!);
    await sealSecondFactors({ db, sealing: testSealing, log });
    const { kept } = await keptOf(accountId);
    expect(kept).toMatch(/^sealed1\./);
    await sealSecondFactors({ db, sealing: testSealing, log });
    expect((await keptOf(accountId)).kept).toBe(kept);
    expect((await signIn({ username, password, totp: codeAt(totpSecret!, clock.now()) })).statusCode).toBe(200);
  });

  test('sealed with another key, or for somebody else: told in words to who signs in and to the log', async () => {
    const { accountId, username, password, totpSecret } = await signInTestPerson(db, clock, 'supervisor');
    const right = (await keptOf(accountId)).kept;
    const strange = createSealing({ secretKey: 'another key of 32 characters, at least', dataDir: '' });
    const other = await signInTestPerson(db, clock, 'supervisor');
    const totp = codeAt(totpSecret!, clock.now());
    for (const kept of [sealSecondFactor(strange, accountId, totpSecret!), (await keptOf(other.accountId)).kept]) {
      await put(accountId, kept);
      const answer = await signIn({ username, password, totp });
      expect(answer.json()).toMatchObject({
        status: 503,
        code: 'unavailable',
        detail: expect.stringMatching(/SECRET_KEY.*请通知系统管理员/),
      });
      expect(answer.headers['set-cookie']).toBeUndefined();
      // A wrong password is told nothing of it.
      expect((await signIn({ username, password: 'wrong', totp })).json()).toMatchObject({ code: 'bad_credentials' });
    }
    const lines: string[] = [];
    const to = new Writable({ write: (line, _encoding, done) => (lines.push(String(line)), done()) });
    await sealSecondFactors({ db, sealing: testSealing, log: createLog('error', to) });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ accounts: 1, msg: expect.stringMatching(/another SECRET_KEY/) });
    expect(lines[0]).not.toMatch(new RegExp(`${username}|stack|sealed1`));
    await put(accountId, right);
    expect((await signIn({ username, password, totp })).statusCode).toBe(200);
  });
});
