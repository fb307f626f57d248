import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInTestPerson } from '#test/harness/identity.ts';
import { serveRegistry } from '#test/harness/registry.ts';
import { verifyDeviceSecret } from './device-secret.ts';
import { searchHomes } from './directory/directory.ts';

const platform = await serveRegistry();
const { db, clock, call } = platform;
afterAll(() => platform.stop());

const STREET = '42/4206/420606/420606005/';
const OTHER = '42/4206/420606/420606007/';
const HOME_GRID = `${STREET}420606005001/03/`;

const regionOf = async (path: string): Promise<{ id: string; path: string }> =>
  (await db.pool.query('select id, path from region where path = $1', [path])).rows[0];

let admin: string;
let supervisor: string;
let operator: string;
let stranger: string;
let guilan: string;
let household: string;
beforeAll(async () => {
  const street = await regionOf(STREET);
  admin = (await signInTestPerson(db, clock, 'admin')).cookie;
  supervisor = (await signInTestPerson(db, clock, 'supervisor', { regions: [street] })).cookie;
  operator = (await signInTestPerson(db, clock, 'operator', { regions: [street] })).cookie;
  stranger = (await signInTestPerson(db, clock, 'supervisor', { regions: [await regionOf(OTHER)] })).cookie;
  const { rows } = await db.pool.query(
    `select id, household_id from resident where name = '王桂兰' and born = '1944-03-08'`,
  );
  guilan = rows[0].id;
  household = rows[0].household_id;
});

/** What the tests below read of a list's items, whatever the list. */
interface Item {
  id: string;
  name: string;
  path: string;
  from: string;
  phone: string | null;
  region: { name: string }[];
  polygon?: unknown[];
  onDuty: boolean;
  responsibleFor: unknown[];
}

/** All items of a list, page after page. */
async function all(url: string, cookie: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await call('GET', `${url}${more}`, cookie);
    expect(answer.statusCode, answer.body).toBe(200);
    items.push(...answer.json().items);
    cursor = answer.json().nextCursor;
  } while (cursor !== null);
  return items;
}

const looks = async (resident: string): Promise<string[]> =>
  (await db.pool.query('select what from look where resident_id = $1 order by seq', [resident])).rows.map(
    (row) => row.what,
  );

describe('regions', () => {
  it('are the tree that one may see, with outlines on demand', async () => {
    const grids = await all('/api/regions?level=grid&limit=100', admin);
    expect(grids).toHaveLength(300);
    expect(grids[0]!.polygon).toBeUndefined();
    const own = await all('/api/regions?level=grid&limit=7&polygons=1', operator);
    expect(own.length).toBeGreaterThan(20);
    for (const grid of own) {
      expect(grid.path.startsWith(STREET)).toBe(true);
      expect(grid.polygon!.length).toBeGreaterThan(3);
    }
    const communities = await all(`/api/regions?parent=${(await regionOf(STREET)).id}&limit=200`, operator);
    expect(communities.map(({ name }) => name)).toContain('清河口社区');
    expect(await all(`/api/regions?within=${encodeURIComponent(HOME_GRID)}`, operator)).toHaveLength(1);
    expect(await all('/api/regions?level=street&within=42/4206/420606/', operator)).toHaveLength(1);
  });

  it('of others and unknown ones are the same: none', async () => {
    for (const within of [OTHER, '42/9999/', 'x', "'; drop table region; --", '\0']) {
      const answer = await call('GET', `/api/regions?within=${encodeURIComponent(within)}`, operator);
      expect(answer.statusCode, within).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'within' }] });
    }
    expect((await call('GET', `/api/regions/${(await regionOf(OTHER)).id}`, operator)).statusCode).toBe(404);
    expect(
      (await call('GET', `/api/regions/${(await regionOf(HOME_GRID)).id}`, operator)).json().polygon.length,
    ).toBeGreaterThan(3);
  });
});

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
      expect(await searchHomes(db, text, [OTHER])).not.toContain(household);
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

describe('homes', () => {
  it('are listed by region and address, and opened with who lives there', async () => {
    expect(await all(`/api/households?q=${encodeURIComponent('27号院2栋1单元302')}`, operator)).toMatchObject([
      { id: household, residents: 1, devices: 1 },
    ]);
    const many = await all('/api/households?limit=100', operator);
    expect(new Set(many.map(({ id }) => id)).size).toBe(many.length);
    const before = (await looks(guilan)).length;
    expect((await call('GET', `/api/households/${household}`, operator)).json()).toMatchObject({
      opened: { floor: 3, lift: false },
      people: [{ id: guilan, phone: '154****0302' }],
    });
    expect((await looks(guilan)).slice(before)).toEqual(['household']);
    expect((await call('GET', `/api/households/${household}`, stranger)).statusCode).toBe(404);
  });

  it('are entered in a grid that is named or that holds the position, and changed at their version', async () => {
    const { lat, lon } = (await call('GET', `/api/households/${household}`, admin)).json();
    const made = await call('POST', '/api/households', admin, { address: '民主路29号', lat, lon });
    expect(made.statusCode, made.body).toBe(201);
    expect(made.json().region.at(-1).name).toBe('3网格');
    const { id, version } = made.json();
    const changed = await call('PATCH', `/api/households/${id}`, admin, {
      version,
      entry: '家里有狗',
      regionId: (await regionOf(`${STREET}420606005002/01/`)).id,
    });
    expect(changed.json()).toMatchObject({
      version: version + 1,
      opened: { entry: '家里有狗' },
      region: [{}, {}, {}, {}, { name: '晒网台社区' }, {}],
    });
    expect((await call('PATCH', `/api/households/${id}`, admin, { version, entry: null })).statusCode).toBe(409);
    expect((await call('POST', '/api/households', admin, { address: '海上', lat: 0, lon: 0 })).json()).toMatchObject({
      errors: [{ field: 'regionId' }],
    });
    expect(
      (await call('POST', '/api/households', admin, { address: '街上', regionId: (await regionOf(STREET)).id })).json(),
    ).toMatchObject({ errors: [{ field: 'regionId' }] });
  });
});

describe('devices', () => {
  it('are listed by id with where they stand, never with a secret', async () => {
    const found = await all('/api/devices?limit=10&q=demo-', operator);
    expect(found.length).toBeGreaterThan(10);
    const own = found.find(({ id }) => id === 'demo-0001');
    expect(own).toMatchObject({
      lane: 'd',
      base: '12349/v1/d/demo-0001',
      battery: 86,
      address: '民主路27号院2栋1单元302',
      online: false,
    });
    expect(JSON.stringify(found)).not.toMatch(/secret|\$7\$/i);
    expect((await call('GET', '/api/devices/demo-0001', stranger)).statusCode).toBe(404);
    expect(await all(`/api/devices?household=${household}&online=false`, operator)).toHaveLength(1);
  });

  it('are provisioned with a secret that is shown once, moved, disabled and given another secret', async () => {
    const made = await call('POST', '/api/devices', admin, {
      id: 'factory-7',
      householdId: household,
      placedIn: '卧室',
    });
    expect(made.statusCode, made.body).toBe(201);
    const { id, lane, base, secret } = made.json();
    expect({ id, base }).toEqual({ id: 'factory-7', base: `12349/v1/${lane}/factory-7` });
    const hash = async (): Promise<string> =>
      (await db.pool.query(`select secret_hash from device where id = 'factory-7'`)).rows[0].secret_hash;
    expect(verifyDeviceSecret(secret, await hash())).toBe(true);
    expect(
      (await call('POST', '/api/devices', admin, { id: 'factory-7', householdId: household })).json(),
    ).toMatchObject({ errors: [{ field: 'id' }] });

    const { version } = (await call('GET', '/api/devices/factory-7', admin)).json();
    const moved = await call('PATCH', '/api/devices/factory-7', admin, {
      version,
      householdId: null,
      residentId: guilan,
      disabled: true,
    });
    expect(moved.json()).toMatchObject({ residentId: guilan, householdId: null, disabled: true, version: version + 1 });
    expect((await call('PATCH', '/api/devices/factory-7', admin, { version, disabled: false })).statusCode).toBe(409);
    const again = await call('POST', '/api/devices/factory-7/secret', admin);
    expect(verifyDeviceSecret(again.json().secret, await hash())).toBe(true);
    expect(verifyDeviceSecret(secret, await hash())).toBe(false);
    expect((await call('POST', '/api/devices', operator, { householdId: household })).statusCode).toBe(403);
  });

  it('of an adapter are known by a name of their own and have no secret', async () => {
    const made = await call('POST', '/api/devices', admin, {
      householdId: household,
      adapter: 'zigbee2mqtt',
      adapterName: 'bath',
      settings: { model: 'TS0218' },
    });
    expect(made.json()).toMatchObject({ secret: null });
    expect(
      (
        await call('POST', '/api/devices', admin, {
          householdId: household,
          adapter: 'zigbee2mqtt',
          adapterName: 'bath',
        })
      ).json(),
    ).toMatchObject({ errors: [{ field: 'adapterName' }] });
    expect(
      (await call('POST', '/api/devices', admin, { householdId: household, adapter: 'zigbee2mqtt' })).json(),
    ).toMatchObject({ errors: [{ field: 'adapterName' }] });
  });

  it.each([
    ['id', { id: 'bridge-0' }],
    ['id', { id: 'a b' }],
    ['householdId', { householdId: null }],
    ['residentId', { residentId: '00000000-0000-7000-8000-000000000000' }],
    ['heartbeatS', { heartbeatS: 0 }],
    ['power', { power: 'steam' }],
  ])('a wrong %s is named', async (field, wrong) => {
    expect((await call('POST', '/api/devices', admin, { householdId: household, ...wrong })).json()).toMatchObject({
      code: 'invalid_fields',
      errors: [{ field }],
    });
  });

  it('whose row is damaged are listed as damaged', async () => {
    await db.pool.query(`update device set settings = '[]', battery = 700 where id = 'demo-0001'`);
    const answer = (await call('GET', '/api/devices?q=demo-0001', operator)).json();
    expect(answer).toMatchObject({
      items: [{ id: 'demo-0001', settings: {}, battery: null }],
      unreadable: [{ id: 'demo-0001' }],
    });
    await db.pool.query(`update device set settings = '{}', battery = 86 where id = 'demo-0001'`);
  });
});

describe('staff and duty', () => {
  const find = async (q: string) =>
    (
      await all(`/api/staff?limit=200&q=${encodeURIComponent(q)}&region=${encodeURIComponent(HOME_GRID)}`, operator)
    )[0]!;

  it('are listed with what they answer for and whether they are on duty', async () => {
    const fang = await find('周芳');
    expect(fang).toMatchObject({ kind: 'grid_worker', onDuty: true, regionPath: HOME_GRID });
    expect(fang.responsibleFor).toContainEqual({ scope: 'grid', name: '3网格', part: 'responsible' });
    expect((await all('/api/staff?kind=guard', operator)).every(({ onDuty }) => !onDuty)).toBe(true);
    expect((await call('GET', `/api/staff/${fang.id}`, stranger)).statusCode).toBe(404);
  });

  it('rosters are read, replaced, and set out of turn for a day', async () => {
    const fang = await find('周芳');
    const url = `/api/staff/${fang.id}/duty`;
    const before = (await call('GET', url, operator)).json();
    expect(before.rules).toMatchObject([{ days: [1, 2, 3, 4, 5], region: '3网格' }]);
    const away = await call('PUT', `${url}/2026-11-23`, supervisor, { onDuty: false });
    expect(away.json().exceptions).toEqual([{ day: '2026-11-23', onDuty: false, fromMin: 0, toMin: 1440 }]);
    expect((await find('周芳')).onDuty).toBe(false);
    expect((await call('DELETE', `${url}/2026-11-23`, supervisor)).json().exceptions).toEqual([]);
    expect((await find('周芳')).onDuty).toBe(true);

    const grid = await regionOf(HOME_GRID);
    const night = { regionId: grid.id, days: [1, 3], holidays: false, fromMin: 1110, toMin: 450 };
    expect((await call('PUT', url, supervisor, { rules: [night] })).json().rules).toMatchObject([
      { ...night, region: '3网格' },
    ]);
    expect((await find('周芳')).onDuty).toBe(false);
    const foreign = { ...night, regionId: (await regionOf(OTHER)).id };
    expect((await call('PUT', url, supervisor, { rules: [night, foreign] })).json()).toMatchObject({
      errors: [{ field: 'rules.1.regionId' }],
    });
    expect((await call('PUT', url, supervisor, { rules: [{ ...night, days: [] }] })).json()).toMatchObject({
      errors: [{ field: 'rules' }],
    });
    expect((await call('PUT', url, operator, { rules: [] })).statusCode).toBe(403);
    expect((await call('PUT', url, stranger, { rules: [] })).statusCode).toBe(404);
    expect(
      (
        await call('PUT', url, supervisor, {
          rules: before.rules.map(({ id: _id, region: _region, ...rule }: Record<string, unknown>) => rule),
        })
      ).json().rules,
    ).toHaveLength(1);
  });

  it('are entered and changed by an administrator', async () => {
    const made = await call('POST', '/api/staff', admin, {
      name: '马超',
      kind: 'volunteer',
      regionId: (await regionOf(HOME_GRID)).id,
      skills: ['急救'],
    });
    expect(made.statusCode, made.body).toBe(201);
    const { id } = made.json();
    expect(
      (await call('PATCH', `/api/staff/${id}`, admin, { phone: '15400009999', disabled: true })).json(),
    ).toMatchObject({ phone: '15400009999', disabled: true, onDuty: false, skills: ['急救'] });
    expect((await call('PATCH', `/api/staff/${id}`, supervisor, { name: 'x' })).statusCode).toBe(403);
    expect(
      (
        await call('POST', '/api/staff', admin, {
          name: '马',
          kind: 'volunteer',
          regionId: '00000000-0000-7000-8000-000000000000',
        })
      ).json(),
    ).toMatchObject({ errors: [{ field: 'regionId' }] });
  });

  it('hours that nobody covers are named by community and grid, page by page', async () => {
    const gaps = await all('/api/coverage?hours=168&limit=20', admin);
    expect(gaps.length).toBeGreaterThan(20);
    expect(gaps[0]).toMatchObject({ name: expect.stringMatching(/社区 \d网格$/), from: expect.stringMatching(/Z$/) });
    expect(new Set(gaps.map(({ path, from }) => `${path} ${from}`)).size).toBe(gaps.length);
    for (const gap of await all('/api/coverage?hours=168', operator)) expect(gap.path.startsWith(STREET)).toBe(true);
    expect((await call('GET', '/api/coverage?region=nowhere', operator)).statusCode).toBe(400);
  });

  it('the calendar says which days are holidays', async () => {
    expect((await call('GET', '/api/calendar', operator)).json().items).toContainEqual({
      day: '2026-10-01',
      kind: 'holiday',
      name: '国庆节',
    });
    expect((await call('PUT', '/api/calendar/2027-02-09', admin, { kind: 'holiday', name: '春节' })).statusCode).toBe(
      200,
    );
    expect((await call('GET', '/api/calendar?year=2027', operator)).json().items).toContainEqual({
      day: '2027-02-09',
      kind: 'holiday',
      name: '春节',
    });
    expect((await call('DELETE', '/api/calendar/2027-02-09', admin)).statusCode).toBe(200);
    expect(
      (await call('PUT', '/api/calendar/2027-02-09', supervisor, { kind: 'holiday', name: '春节' })).statusCode,
    ).toBe(403);
  });
});

it('a repeated call with the same key changes nothing twice', async () => {
  const send = () =>
    platform.app.inject({
      method: 'POST',
      url: '/api/contacts',
      headers: { cookie: admin, 'idempotency-key': 'once' },
      payload: { residentId: guilan, name: '陈一', relation: '侄子', phone: '15400004444' },
    });
  const [first, second] = [await send(), await send()];
  expect(second.json()).toEqual(first.json());
  expect((await call('GET', `/api/contacts?resident=${guilan}`, operator)).json().items).toHaveLength(3);
});
