import { afterAll, expect, test } from 'vitest';
import { idFromName } from '#kernel/ids.ts';
import { codeAt, PLACES, serveIdentity, testSealing } from '#test/harness/identity.ts';
import { seedDemoAccounts } from './demo-accounts.ts';

const platform = await serveIdentity();
const { db, clock, signIn } = platform;
afterAll(() => platform.stop());
const { district, streetA, streetB } = PLACES;

test('the demo has somebody of every role, who can sign in, and a lost file is made anew', async () => {
  const people = ['grid_worker', 'volunteer', 'medic'].flatMap((kind) =>
    [1, 2, 3, 4, 5].map((n) => ({ id: idFromName(`${kind}${n}`), name: `${kind} ${n}`, kind, region: streetA })),
  );
  const seed = () =>
    seedDemoAccounts(db, { clock, sealing: testSealing, district, streets: [streetA, streetB], staff: people });
  const first = await seed();
  const accounts = await seed();
  expect(new Set(accounts.map((account) => account.role)).size).toBe(9);
  expect(accounts.filter((account) => account.role === 'operator').map((account) => account.region)).toEqual([
    ...Array.from({ length: 6 }, () => '樊城区'),
    '清河口街道',
    '屏襄门街道',
  ]);
  expect(
    accounts.every(
      (account) => (account.totpSecret !== undefined) === (account.role === 'supervisor' || account.role === 'admin'),
    ),
  ).toBe(true);
  for (const { username, password, totpSecret, name, role } of accounts) {
    const payload = { username, password, ...(totpSecret ? { totp: codeAt(totpSecret, clock.now()) } : {}) };
    const answer = await signIn(payload);
    expect(answer.json()).toMatchObject({ name, role });
  }
  const { rows } = await db.pool.query('select totp_secret as kept from account where totp_secret is not null');
  expect(rows.map(({ kept }) => kept)).toEqual(Array(3).fill(expect.stringMatching(/^sealed1\./)));
  const old = first[0]!;
  expect((await signIn({ username: old.username, password: old.password })).statusCode).toBe(401);
});
