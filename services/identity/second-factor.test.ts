import { afterAll, describe, expect, test } from 'vitest';
import { codeAt, serveIdentity, signInTestPerson } from '#test/harness/identity.ts';

const platform = await serveIdentity();
const { db, clock, signIn } = platform;
afterAll(() => platform.stop());

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
