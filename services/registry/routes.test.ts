import { afterAll, describe, expect, it } from 'vitest';
import { HOME_GRID, OTHER_STREET, STREET, serveRegistry } from '#test/harness/registry.ts';

const platform = await serveRegistry();
const { regionOf, call, guilan, household, admin, operator, stranger, all, looks } = platform;
afterAll(() => platform.stop());

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
    for (const within of [OTHER_STREET, '42/9999/', 'x', "'; drop table region; --", '\0']) {
      const answer = await call('GET', `/api/regions?within=${encodeURIComponent(within)}`, operator);
      expect(answer.statusCode, within).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'within' }] });
    }
    expect((await call('GET', `/api/regions/${(await regionOf(OTHER_STREET)).id}`, operator)).statusCode).toBe(404);
    expect(
      (await call('GET', `/api/regions/${(await regionOf(HOME_GRID)).id}`, operator)).json().polygon.length,
    ).toBeGreaterThan(3);
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
