import { afterAll, describe, expect, it } from 'vitest';
import { HOME_GRID, OTHER_STREET, STREET, serveRegistry } from '#test/harness/registry.ts';
import { searchHomes } from '../directory/directory.ts';

const platform = await serveRegistry();
const { app, db, call, guilan, household, admin, supervisor, operator, stranger, all, looks } = platform;
afterAll(() => platform.stop());

describe('residents', () => {
  it('are listed masked, page by page, each once, of the regions that one may see', async () => {
    const everyone = await all('/api/residents?limit=200', operator);
    const { rows } = await db.pool.query(
      'select count(*)::int as n from resident r join household h on h.id = r.household_id where starts_with(h.region_path, $1)',
      [STREET],
    );
    expect(everyone).toHaveLength(rows[0].n);
    expect(new Set(everyone.map(({ id }) => id)).size).toBe(everyone.length);
    for (const resident of everyone) expect(resident.phone ?? '154****0000').toMatch(/^154\*{4}\d{4}$/);
    const inGrid = await all(`/api/residents?limit=3&region=${encodeURIComponent(HOME_GRID)}`, operator);
    expect(inGrid.map(({ id }) => id)).toContain(guilan);
    expect(inGrid.length).toBeLessThan(80);
  });

  it.each([
    ['her name', '王桂兰'],
    ['the beginning of it', '王桂'],
    ['her number', '15400000302'],
    ["her daughter's number", '15400001111'],
    ['a part of her address', '27号院2栋1单元302'],
    ['her device', 'demo-0001'],
  ])('are found by %s', async (_what, q) => {
    const found = await all(`/api/residents?limit=50&q=${encodeURIComponent(q)}`, operator);
    const her = found.find(({ id }) => id === guilan);
    expect(her).toMatchObject({ name: '王桂兰', age: 82, phone: '154****0302', status: 'home' });
    expect(her!.region.map(({ name }: { name: string }) => name).slice(-2)).toEqual(['清河口社区', '3网格']);
    expect(await all(`/api/residents?q=${encodeURIComponent(q)}`, stranger)).not.toContainEqual(
      expect.objectContaining({ id: guilan }),
    );
  });

  it("homes are found by the same words, within one's regions", async () => {
    for (const text of ['王桂兰', '15400000302', '15400001111', '27号院2栋1单元302', 'demo-0001']) {
      expect(await searchHomes(db, text, [STREET])).toContain(household);
      expect(await searchHomes(db, text, [OTHER_STREET])).not.toContain(household);
    }
    expect(await searchHomes(db, "' or 1=1 --\0\ud800", [STREET])).toEqual([]);
  });

  it('pages of a search hold each once, by name', async () => {
    const found = await all(`/api/residents?limit=5&q=${encodeURIComponent('王')}`, operator);
    expect(found.length).toBeGreaterThan(20);
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    for (const { name } of found) expect(name.startsWith('王')).toBe(true);
  });

  it('strange texts are just texts', async () => {
    for (const q of [
      "' or 1=1 --",
      "Robert'); drop table resident;--",
      '%',
      '_',
      '\0\u0007',
      '\ud800',
      '\\',
      '😀'.repeat(50),
    ]) {
      expect((await call('GET', `/api/residents?q=${encodeURIComponent(q.toWellFormed())}`, operator)).statusCode).toBe(
        200,
      );
    }
    expect((await call('GET', '/api/residents?limit=201', operator)).json()).toMatchObject({
      errors: [{ field: 'limit' }],
    });
    for (const cursor of ['x', 'W10', Buffer.from('["42/","x","y"]').toString('base64url')]) {
      expect((await call('GET', `/api/residents?cursor=${cursor}`, operator)).json()).toMatchObject({
        code: 'invalid_request',
        errors: [{ field: 'cursor' }],
      });
    }
  });

  it('opened, are unmasked, and the look is kept; outside they do not exist', async () => {
    const before = (await looks(guilan)).length;
    const her = (await call('GET', `/api/residents/${guilan}`, operator)).json();
    expect(her).toMatchObject({
      phone: '15400000302',
      born: '1944-03-08',
      formOfAddress: '王奶奶',
      care: { allergies: ['青霉素'], powerDependent: false },
      household: { entry: '门后有链', keyHolders: [{ name: '周芳' }] },
    });
    expect(her.contacts.map(({ relation }: { relation: string }) => relation)).toEqual(['女儿(广州)', '邻居']);
    expect((await looks(guilan)).slice(before)).toEqual(['resident']);
    expect((await call('GET', `/api/residents/${guilan}`, stranger)).statusCode).toBe(404);
    expect((await call('GET', '/api/residents/not-an-id', operator)).statusCode).toBe(404);
    expect((await call('PATCH', `/api/residents/${guilan}`, stranger, { version: 1, status: 'away' })).statusCode).toBe(
      404,
    );
    expect(await looks(guilan)).toHaveLength(before + 1);
  });

  it('whose row is damaged are shown as damaged, and hide nobody', async () => {
    await db.pool.query('alter table resident drop constraint if exists resident_status_check');
    const { rows } = await db.pool.query(
      `update resident set status = 'gone_fishing', born = '0001-01-01' where id = (select r.id from resident r join household h on h.id = r.household_id where starts_with(h.region_path, $1) and r.id <> $2 limit 1) returning id`,
      [HOME_GRID, guilan],
    );
    const answer = (
      await call('GET', `/api/residents?limit=200&region=${encodeURIComponent(HOME_GRID)}`, operator)
    ).json();
    expect(answer.unreadable).toEqual([{ id: rows[0].id, fields: ['born', 'status'] }]);
    const shown = answer.items.find(({ id }: { id: string }) => id === rows[0].id);
    expect(shown.marks).toContain('资料有误');
    expect(answer.items.map(({ id }: { id: string }) => id)).toContain(guilan);
    expect((await call('GET', `/api/residents/${rows[0].id}`, operator)).statusCode).toBe(200);
    await db.pool.query(`update resident set status = 'home', born = '1950-01-01' where id = $1`, [rows[0].id]);
  });

  it('are changed at the version that was seen; a supervisor changes status and care, an operator nothing', async () => {
    const { version } = (await call('GET', `/api/residents/${guilan}`, supervisor)).json();
    const away = await call('PATCH', `/api/residents/${guilan}`, supervisor, {
      version,
      status: 'away',
      care: { mobility: '坐轮椅' },
    });
    expect(away.json()).toMatchObject({
      status: 'away',
      version: version + 1,
      care: { mobility: '坐轮椅', allergies: ['青霉素'] },
    });
    expect(away.json().statusSince).toMatch(/^2026-11-23T04:0/);
    const late = await call('PATCH', `/api/residents/${guilan}`, supervisor, { version, status: 'home' });
    expect([late.statusCode, late.json().version]).toEqual([409, version + 1]);
    expect(
      (await call('PATCH', `/api/residents/${guilan}`, supervisor, { version: version + 1, name: '王' })).statusCode,
    ).toBe(403);
    expect(
      (await call('PATCH', `/api/residents/${guilan}`, operator, { version: version + 1, status: 'home' })).statusCode,
    ).toBe(403);
    const back = await call('PATCH', `/api/residents/${guilan}`, admin, {
      version: version + 1,
      status: 'home',
      phone: null,
      care: { mobility: '拄拐' },
    });
    expect(back.json()).toMatchObject({ phone: null, status: 'home', name: '王桂兰' });
    await db.pool.query(`update resident set phone = '15400000302' where id = $1`, [guilan]);
  });

  it('are entered, and taken out when entered by mistake', async () => {
    const body = {
      householdId: household,
      name: "王'; drop table resident; --",
      sex: 'm',
      born: '1940-02-29',
      phone: '+86 710 351-1234',
      care: { livesAlone: true, conditions: ['房颤'] },
    };
    const made = await call('POST', '/api/residents', admin, body);
    expect(made.statusCode, made.body).toBe(201);
    const { id } = made.json();
    expect(made.json()).toMatchObject({ name: body.name, age: 86, marks: ['独居', '心脏病'], status: 'home' });
    expect((await call('DELETE', `/api/residents/${id}`, supervisor)).statusCode).toBe(403);
    expect((await call('DELETE', `/api/residents/${id}`, admin)).statusCode).toBe(200);
    expect((await call('GET', `/api/residents/${id}`, admin)).statusCode).toBe(404);
    expect((await call('GET', `/api/households/${household}`, operator)).json().people).toHaveLength(1);
    const trail = await db.pool.query(`select what from audit where subject = $1 order by at`, [id]);
    expect(trail.rows.map(({ what }) => what)).toEqual(['resident.add', 'resident.remove']);
  });

  it.each([
    ['phone', { phone: '1'.repeat(40) }],
    ['phone', { phone: 'call me' }],
    ['name', { name: '' }],
    ['name', { name: 'a\u0007b' }],
    ['name', { name: '王'.repeat(65) }],
    ['born', { born: '1066-10-14' }],
    ['born', { born: '2026-02-30' }],
    ['sex', { sex: '?' }],
    ['status', { status: 'gone_fishing' }],
    ['householdId', { householdId: '00000000-0000-7000-8000-000000000000' }],
    ['care.conditions.0', { care: { conditions: [''] } }],
  ])('a wrong %s is named', async (field, wrong) => {
    const answer = await call('POST', '/api/residents', admin, {
      householdId: household,
      name: '王',
      sex: 'f',
      born: '1940-01-01',
      ...wrong,
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'invalid_fields', errors: [{ field }] });
  });
});

describe('contacts', () => {
  it('are read as a look, entered last, changed and taken out', async () => {
    const before = (await looks(guilan)).length;
    expect((await call('GET', `/api/contacts?resident=${guilan}`, operator)).json().items).toHaveLength(2);
    expect((await looks(guilan)).slice(before)).toEqual(['contacts']);
    expect((await call('GET', `/api/contacts?resident=${guilan}`, stranger)).statusCode).toBe(404);
    const made = await call('POST', '/api/contacts', admin, {
      residentId: guilan,
      name: '陈强',
      relation: '儿子',
      phone: '15400003333',
    });
    const { id } = made.json();
    expect(
      (await call('PATCH', `/api/contacts/${id}`, admin, { hasKey: true, minutes: 12, mayWake: 'always' })).statusCode,
    ).toBe(200);
    expect((await call('GET', `/api/contacts?resident=${guilan}`, operator)).json().items.at(-1)).toMatchObject({
      name: '陈强',
      order: 3,
      hasKey: true,
      minutes: 12,
      mayWake: 'always',
    });
    expect((await call('DELETE', `/api/contacts/${id}`, admin)).statusCode).toBe(200);
    expect((await call('PATCH', `/api/contacts/${id}`, admin, { hasKey: false })).statusCode).toBe(404);
    expect(
      (
        await call('POST', '/api/contacts', admin, {
          residentId: guilan,
          name: '陈',
          relation: '儿子',
          phone: '2'.repeat(40),
        })
      ).json(),
    ).toMatchObject({ errors: [{ field: 'phone' }] });
  });
});

it('a repeated call with the same key changes nothing twice', async () => {
  const send = () =>
    app.inject({
      method: 'POST',
      url: '/api/contacts',
      headers: { cookie: admin, 'idempotency-key': 'once' },
      payload: { residentId: guilan, name: '陈一', relation: '侄子', phone: '15400004444' },
    });
  const [first, second] = [await send(), await send()];
  expect(second.json()).toEqual(first.json());
  expect((await call('GET', `/api/contacts?resident=${guilan}`, operator)).json().items).toHaveLength(3);
});
