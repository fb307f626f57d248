import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { idFromName } from '#kernel/ids.ts';
import { codeAt, cookieOf, PLACES, serveIdentity, signInTestPerson } from '#test/harness/identity.ts';
import { findEndedSessions } from './sessions.ts';

const platform = await serveIdentity();
const { db, clock, revoked, call, signIn } = platform;
afterAll(() => platform.stop());
beforeEach(() => void revoked.splice(0));
const { district, streetA, streetB, other } = PLACES;

describe('administration', () => {
  const newPerson = (extra: object = {}): object => ({
    username: `p${Math.random().toString(36).slice(2)}`,
    name: '张三',
    role: 'operator',
    regions: [streetA.id],
    ...extra,
  });

  test('makes accounts within its own regions and none outside', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    const made = await call(
      'POST',
      '/api/accounts',
      admin.cookie,
      newPerson({ username: '张三丰', staffId: PLACES.staff }),
    );
    expect(made.statusCode).toBe(201);
    expect(made.json()).toMatchObject({
      account: {
        username: '张三丰',
        role: 'operator',
        regions: [streetA],
        staffId: PLACES.staff,
        hasSecondFactor: false,
        version: 1,
      },
      password: expect.any(String),
    });
    expect((await signIn({ username: '张三丰', password: made.json().password })).statusCode).toBe(200);
    for (const regions of [[other.id], [streetA.id, other.id], ['all'], [idFromName('nowhere')], []]) {
      const refused = await call('POST', '/api/accounts', admin.cookie, newPerson({ regions }));
      expect([regions, refused.statusCode, refused.json().errors[0].field]).toEqual([regions, 422, 'regions']);
    }
    expect(
      (await call('POST', '/api/accounts', admin.cookie, newPerson({ staffId: idFromName('elsewhere') }))).json()
        .errors[0].field,
    ).toBe('staffId');
    expect(
      (await call('POST', '/api/accounts', admin.cookie, newPerson({ username: '张三丰' }))).json().errors[0].field,
    ).toBe('username');
  });

  test('a supervisor gets a second factor that is shown once and works', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    const key = { 'idempotency-key': 'make-1' };
    const body = newPerson({ role: 'supervisor', password: '一个很长的口令句子吧' });
    const made = await call('POST', '/api/accounts', admin.cookie, body, key);
    const { totp, account, password } = made.json();
    expect([password, account.hasSecondFactor, totp.uri.startsWith('otpauth://totp/12349:')]).toEqual([
      undefined,
      true,
      true,
    ]);
    expect(
      (
        await signIn({
          username: account.username,
          password: '一个很长的口令句子吧',
          totp: codeAt(totp.secret, clock.now()),
        })
      ).statusCode,
    ).toBe(200);
    expect((await call('POST', '/api/accounts', admin.cookie, body, key)).json()).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    const { rows } = await db.pool.query(`select body, request_hash from idempotency where key = 'make-1'`);
    expect(rows[0].body).toBeNull();
  });

  test('passwords that everybody guesses are refused', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    for (const password of [
      'short',
      '1234567890',
      '13800138000',
      'aaaaaaaaaaaa',
      'abcdefghijklm',
      'password123',
      'lisi-lisi-2026',
    ]) {
      const refused = await call('POST', '/api/accounts', admin.cookie, newPerson({ username: 'lisi', password }));
      expect([password, refused.statusCode]).toEqual([password, 422]);
    }
  });

  test('sees, finds and changes only who lies wholly within its regions', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [streetA] });
    const inside = await signInTestPerson(db, clock, 'operator', { regions: [streetA] });
    const outside = await Promise.all(
      [[streetB], [district], [streetA, streetB], undefined].map((regions) =>
        signInTestPerson(db, clock, 'operator', regions ? { regions } : {}),
      ),
    );
    const listed: string[] = [];
    for (let cursor: string | null = null; ;) {
      const page: { items: { id: string }[]; nextCursor: string | null } = (
        await call('GET', `/api/accounts?limit=5${cursor ? `&cursor=${cursor}` : ''}`, admin.cookie)
      ).json();
      listed.push(...page.items.map((item: { id: string }) => item.id));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toContain(inside.accountId);
    for (const { accountId, username } of outside) {
      expect(listed).not.toContain(accountId);
      expect((await call('GET', `/api/accounts?q=${username}`, admin.cookie)).json().items).toEqual([]);
      expect(
        (await call('PATCH', `/api/accounts/${accountId}`, admin.cookie, { version: 1, disabled: true })).json(),
      ).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(
      (await call('PATCH', `/api/accounts/${inside.accountId}`, admin.cookie, { version: 1, regions: [streetB.id] }))
        .statusCode,
    ).toBe(422);
    expect((await call('PATCH', '/api/accounts/nonsense', admin.cookie, { version: 1 })).statusCode).toBe(404);
  });

  test.each(['operator', 'supervisor', 'grid_worker', 'volunteer', 'medic', 'vendor', 'partner', 'auditor'] as const)(
    'is not for a %s',
    async (role) => {
      const { cookie, accountId } = await signInTestPerson(db, clock, role);
      expect((await call('GET', '/api/accounts', cookie)).json()).toMatchObject({ status: 403, code: 'forbidden' });
      expect((await call('POST', '/api/accounts', cookie, newPerson())).statusCode).toBe(403);
      expect(
        (await call('PATCH', `/api/accounts/${accountId}`, cookie, { version: 1, role: 'admin' })).statusCode,
      ).toBe(403);
    },
  );

  test.each([
    ['disabling', { disabled: true }],
    ['another role', { role: 'partner' }],
    ['other regions', { regions: [streetB.id] }],
    ['a new password', { password: true }],
    ['a new second factor', { role: 'supervisor', resetTotp: true }],
  ])('%s ends all sessions of the account at once', async (_what, change) => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    const person = await signInTestPerson(db, clock, 'operator', { regions: [streetA] });
    const second = cookieOf(await signIn({ username: person.username, password: person.password }));
    const answer = await call('PATCH', `/api/accounts/${person.accountId}`, admin.cookie, { version: 1, ...change });
    expect([answer.statusCode, answer.json().account.version]).toEqual([200, 2]);
    expect(revoked).toHaveLength(2);
    for (const cookie of [person.cookie, second])
      expect((await call('GET', '/api/session', cookie)).statusCode).toBe(401);
    expect(await findEndedSessions(db, revoked, clock.now())).toHaveLength(2);
  });

  test('another name leaves the sessions alone; an old version is a conflict', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    const person = await signInTestPerson(db, clock, 'operator', { regions: [streetA] });
    const change = { version: 1, name: '李四', staffId: null, disabled: false };
    expect((await call('PATCH', `/api/accounts/${person.accountId}`, admin.cookie, change)).statusCode).toBe(200);
    expect((await call('GET', '/api/session', person.cookie)).json()).toMatchObject({ name: '李四' });
    expect((await call('PATCH', `/api/accounts/${person.accountId}`, admin.cookie, change)).json()).toMatchObject({
      status: 409,
      code: 'conflict',
      version: 2,
    });
  });

  test('nobody takes away his own rights', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    for (const change of [{ disabled: true }, { role: 'operator' }, { regions: [district.id] }]) {
      expect(
        (await call('PATCH', `/api/accounts/${admin.accountId}`, admin.cookie, { version: 1, ...change })).json(),
      ).toMatchObject({ code: 'not_allowed_in_state' });
    }
  });

  test('a second factor that was reset begins anew; the old one is void', async () => {
    const admin = await signInTestPerson(db, clock, 'admin', { regions: [district] });
    const { username, password, totpSecret, accountId } = await signInTestPerson(db, clock, 'supervisor', {
      regions: [streetA],
    });
    await signIn({ username, password, totp: codeAt(totpSecret!, clock.now()) });
    const { totp } = (
      await call('PATCH', `/api/accounts/${accountId}`, admin.cookie, { version: 1, resetTotp: true })
    ).json();
    expect((await signIn({ username, password, totp: codeAt(totpSecret!, clock.now() + 30_000) })).statusCode).toBe(
      401,
    );
    expect((await signIn({ username, password, totp: codeAt(totp.secret, clock.now()) })).statusCode).toBe(200);
  });

  test("one changes one's own password by the present one, and one's other sessions end", async () => {
    const person = await signInTestPerson(db, clock, 'operator');
    const second = cookieOf(await signIn({ username: person.username, password: person.password }));
    const wrong = await call('POST', '/api/me/password', second, { current: 'wrong', new: 'quite-another-one' });
    expect(wrong.json()).toMatchObject({ status: 422, errors: [{ field: 'current', expected: '现在的密码' }] });
    expect(
      (await call('POST', '/api/me/password', second, { current: person.password, new: 'quite-another-one' }))
        .statusCode,
    ).toBe(204);
    expect((await call('GET', '/api/session', person.cookie)).statusCode).toBe(401);
    expect((await call('GET', '/api/session', second)).statusCode).toBe(200);
    expect((await signIn({ username: person.username, password: person.password })).statusCode).toBe(401);
    expect((await signIn({ username: person.username, password: 'quite-another-one' })).statusCode).toBe(200);
  });

  test('neither passwords nor secrets are in the audit trail, which auditors read and others do not', async () => {
    const auditor = await signInTestPerson(db, clock, 'auditor', { regions: [district] });
    const page = (await call('GET', '/api/audit?what=account.&limit=200', auditor.cookie)).json();
    expect(page.items.length).toBeGreaterThan(5);
    expect(page.items.every((item: { what: string }) => item.what.startsWith('account.'))).toBe(true);
    const { rows } = await db.pool.query('select data::text as text from audit');
    expect(rows.map((row) => row.text).join()).not.toMatch(/quite-another-one|一个很长的口令句子吧/);
    const operator = await signInTestPerson(db, clock, 'operator');
    expect((await call('GET', '/api/audit', operator.cookie)).statusCode).toBe(403);
    const elsewhere = await signInTestPerson(db, clock, 'auditor', { regions: [other] });
    expect((await call('GET', '/api/audit', elsewhere.cookie)).json().items).toEqual([]);
    await signIn({ username: 'nobody', password: 'wrong' });
    const everywhere = await signInTestPerson(db, clock, 'auditor');
    expect(
      (await call('GET', '/api/audit?what=session.refuse&limit=200', everywhere.cookie))
        .json()
        .items.some((item: { by: { id: string | null } }) => item.by.id === null),
    ).toBe(true);
  });
});
