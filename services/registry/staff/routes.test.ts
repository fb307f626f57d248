import { afterAll, describe, expect, it } from 'vitest';
import { HOME_GRID, OTHER_STREET, STREET, serveRegistry } from '#test/harness/registry.ts';

const platform = await serveRegistry();
const { regionOf, call, admin, supervisor, operator, stranger, all } = platform;
afterAll(() => platform.stop());

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
    const foreign = { ...night, regionId: (await regionOf(OTHER_STREET)).id };
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
