import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idFromName } from '#kernel/ids.ts';
import type { TestDatabase } from '#test/harness/database.ts';
import { createTestDatabase } from '#test/harness/database.ts';
import { insertRows } from './demo/rows.ts';
import type { RegionRow, StaffRow } from './demo/rows.ts';
import { coverageGaps, findCandidates, isOnDuty } from './duty.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase();
});
afterAll(() => base.drop());

const STREET = '1/2/3/4/';
const A = `${STREET}5/`;
const A1 = `${A}01/`;
const A2 = `${A}02/`;
const B1 = `${STREET}6/01/`;
const FAR = '1/2/3/9/7/01/';
const HOME = { lat: 32.04, lon: 112.14 };

const id = (name: string): string => idFromName(`duty test ${name}`);
/** Unix ms of a local time, Asia/Shanghai. */
const local = (time: string): number => Date.parse(`${time}+08:00`);

function region(path: string): RegionRow {
  const parts = path.split('/').slice(0, -1);
  const level = ['province', 'city', 'district', 'street', 'community', 'grid'][parts.length - 1]!;
  const nothing = { lat: null, lon: null, polygon: null, min_lat: null, max_lat: null, min_lon: null, max_lon: null };
  return { id: id(path), parent_id: null, level, code: parts.at(-1)!, name: path, path, households: 300, ...nothing };
}

async function hire(name: string, path: string, north = 0, kind: StaffRow['kind'] = 'grid_worker'): Promise<void> {
  await insertRows(base.db, {
    staff: [
      {
        id: id(name),
        name,
        phone: '1',
        kind,
        region_id: id(path),
        region_path: path,
        lat: HOME.lat + north,
        lon: HOME.lon,
        skills: [],
        dialect: null,
        may_wake: 'always',
      },
    ],
  });
}

async function rule(
  name: string,
  path: string,
  days: number[],
  from: string,
  to: string,
  holidays = false,
): Promise<void> {
  const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  await insertRows(base.db, {
    duty_rule: [
      {
        id: id(`${name} ${path} ${days.join()} ${from}`),
        staff_id: id(name),
        region_id: id(path),
        region_path: path,
        days,
        holidays,
        from_min: minutes(from),
        to_min: minutes(to),
      },
    ],
  });
}

async function except(name: string, day: string, onDuty: boolean, from = 0, to = 1440): Promise<void> {
  await base.db.pool.query(
    'insert into duty_exception (staff_id, day, on_duty, from_min, to_min) values ($1, $2, $3, $4, $5)',
    [id(name), day, onDuty, from, to],
  );
}

const on = (name: string, time: string): Promise<boolean> => isOnDuty(base.db, id(name), local(time));
const who = async (time: string, radius?: 'grid' | 'community' | 'street'): Promise<string[]> =>
  (await findCandidates(base.db, { regionPath: A1, at: local(time), ...HOME, householdId: null, radius })).map(
    ({ name }) => name,
  );

beforeEach(async () => {
  await base.db.pool.query(
    'truncate region, building, household, resident, care_profile, contact, staff, responsibility, key_holder, duty_rule, duty_exception, calendar_day, device cascade',
  );
  await insertRows(base.db, {
    region: ['1/', '1/2/', '1/2/3/', STREET, A, A1, A2, `${STREET}6/`, B1, '1/2/3/9/', '1/2/3/9/7/', FAR].map(region),
  });
});

describe('on duty', () => {
  it('by weekday, from the minute it begins to the minute before it ends', async () => {
    await hire('li', A1);
    await rule('li', A1, [1, 2, 3, 4, 5], '08:30', '17:30');
    expect(await on('li', '2026-11-23T08:29:59')).toBe(false);
    expect(await on('li', '2026-11-23T08:30:00')).toBe(true);
    expect(await on('li', '2026-11-23T17:29:59')).toBe(true);
    expect(await on('li', '2026-11-23T17:30:00')).toBe(false);
    expect(await on('li', '2026-11-22T10:00:00')).toBe(false);
  });

  it('a night belongs to the day on which it begins, also past midnight', async () => {
    await hire('wu', A1);
    await rule('wu', A1, [5], '18:30', '07:30');
    expect(await on('wu', '2026-11-27T23:59:00')).toBe(true);
    expect(await on('wu', '2026-11-28T07:29:00')).toBe(true);
    expect(await on('wu', '2026-11-28T07:30:00')).toBe(false);
    expect(await on('wu', '2026-11-27T07:00:00')).toBe(false);
    expect(await on('wu', '2026-11-28T19:00:00')).toBe(false);
  });

  it('from midnight to midnight is the whole day', async () => {
    await hire('he', A1);
    await rule('he', A1, [2], '00:00', '24:00');
    expect(await on('he', '2026-11-24T00:00:00')).toBe(true);
    expect(await on('he', '2026-11-24T23:59:00')).toBe(true);
    expect(await on('he', '2026-11-25T00:00:00')).toBe(false);
  });

  it('a public holiday is served by the holiday rules alone, a worked Saturday as a Monday', async () => {
    await hire('li', A1);
    await rule('li', A1, [1, 2, 3, 4, 5], '08:30', '17:30');
    await hire('sat', A1);
    await rule('sat', A1, [6], '08:30', '17:30');
    await hire('feast', A1);
    await rule('feast', A1, [], '20:00', '06:00', true);
    await insertRows(base.db, {
      calendar_day: [
        { day: '2026-10-01', kind: 'holiday', name: '国庆节' },
        { day: '2026-10-10', kind: 'workday', name: '国庆节调休' },
      ],
    });
    expect(await on('li', '2026-10-01T10:00:00')).toBe(false);
    expect(await on('feast', '2026-10-01T21:00:00')).toBe(true);
    // The night of the holiday goes on into the ordinary morning after it, and not from the evening before.
    expect(await on('feast', '2026-10-02T05:00:00')).toBe(true);
    expect(await on('feast', '2026-10-01T05:00:00')).toBe(false);
    expect(await on('li', '2026-10-10T10:00:00')).toBe(true);
    expect(await on('sat', '2026-10-10T10:00:00')).toBe(false);
  });

  it('away by day and away for a shift that begins while away; out of turn when so entered', async () => {
    await hire('wu', A1);
    await rule('wu', A1, [1, 2, 3, 4, 5, 6, 7], '18:30', '07:30');
    await except('wu', '2026-11-24', false);
    expect(await on('wu', '2026-11-23T23:00:00')).toBe(true);
    expect(await on('wu', '2026-11-24T03:00:00')).toBe(false);
    expect(await on('wu', '2026-11-24T22:00:00')).toBe(false);
    expect(await on('wu', '2026-11-25T03:00:00')).toBe(false);
    expect(await on('wu', '2026-11-25T22:00:00')).toBe(true);
    await hire('extra', A2);
    await except('extra', '2026-11-24', true, 22 * 60, 6 * 60);
    expect(await on('extra', '2026-11-25T05:00:00')).toBe(true);
    expect(await on('extra', '2026-11-24T21:00:00')).toBe(false);
  });

  it('who has left is on duty no more, and neither is nobody', async () => {
    await hire('li', A1);
    await rule('li', A1, [1], '08:30', '17:30');
    await base.db.pool.query(`update staff set disabled_at = '2026-01-01'`);
    expect(await on('li', '2026-11-23T10:00:00')).toBe(false);
    expect(await on('nobody', '2026-11-23T10:00:00')).toBe(false);
    expect(await who('2026-11-23T10:00:00')).toEqual([]);
  });
});

describe('who could come', () => {
  const noon = '2026-11-23T12:00:00';
  const days = [1, 2, 3, 4, 5, 6, 7];

  it('the duty of the grid first, then of the community, then of the street, never of another street', async () => {
    for (const [name, path, north] of [
      ['own', A1, 0.01],
      ['next', A2, 0],
      ['street', B1, 0],
      ['far', FAR, 0],
    ] as const) {
      await hire(name, path, north);
      await rule(name, path, days, '08:00', '18:00');
    }
    await hire('night team', STREET, 0.02, 'guard');
    await rule('night team', STREET, days, '08:00', '18:00');
    expect(await who(noon)).toEqual(['own', 'night team', 'next', 'street']);
    expect(await who(noon, 'community')).toEqual(['own', 'night team', 'next']);
    expect(await who(noon, 'grid')).toEqual(['own', 'night team']);
    expect(await who('2026-11-23T18:00:00')).toEqual([]);
  });

  it('a key and answering for the place are worth minutes', async () => {
    for (const [name, north] of [
      ['near', 0.0025],
      ['key', 0.009],
      ['worker', 0.005],
    ] as const) {
      await hire(name, A1, north);
      await rule(name, A1, days, '08:00', '18:00');
    }
    await base.db.pool.query(
      `insert into building (id, grid_id, name, address, lat, lon, floors) values ($1, $2, 'b', 'b', $3, $4, 6)`,
      [id('building'), id(A1), HOME.lat, HOME.lon],
    );
    await base.db.pool.query(
      `insert into household (id, building_id, region_id, region_path, address) values ($1, $2, $3, $4, 'b 1')`,
      [id('home'), id('building'), id(A1), A1],
    );
    await insertRows(base.db, {
      key_holder: [
        { id: id('k'), household_id: id('home'), staff_id: id('key'), name: 'key', phone: null, kind: '网格员' },
      ],
      responsibility: [
        { staff_id: id('worker'), scope: 'grid', scope_id: id(A1), part: 'backup' },
        { staff_id: id('worker'), scope: 'building', scope_id: id('building'), part: 'responsible' },
      ],
    });
    const found = await findCandidates(base.db, { regionPath: A1, at: local(noon), ...HOME, householdId: id('home') });
    expect(found.map(({ name, hasKey, part, minutes }) => ({ name, hasKey, part, minutes }))).toEqual([
      { name: 'worker', hasKey: false, part: 'responsible', minutes: 5 },
      { name: 'key', hasKey: true, part: null, minutes: 8 },
      { name: 'near', hasKey: false, part: null, minutes: 4 },
    ]);
    expect(found[0]!.metres).toBe(556);
  });

  it('a home whose place or grid is not known still gets an answer', async () => {
    await hire('own', A1);
    await rule('own', A1, days, '08:00', '18:00');
    expect(
      await findCandidates(base.db, { regionPath: A1, at: local(noon), lat: null, lon: null, householdId: null }),
    ).toMatchObject([{ name: 'own', metres: 3_000, minutes: 18 }]);
    expect(
      await findCandidates(base.db, { regionPath: '', at: local(noon), lat: null, lon: null, householdId: null }),
    ).toEqual([]);
    expect(
      await findCandidates(base.db, { regionPath: '9/', at: local(noon), lat: null, lon: null, householdId: null }),
    ).toEqual([]);
  });
});

describe('hours that nobody covers', () => {
  it('are exact to the minute and count duty for any region above the grid', async () => {
    await hire('day', A1);
    await rule('day', A1, [1, 2, 3, 4, 5, 6, 7], '08:30', '17:30');
    await hire('night', STREET, 0, 'guard');
    await rule('night', STREET, [1, 2, 3, 4, 5, 6, 7], '17:45', '08:30');
    await except('night', '2026-11-24', false);
    const gaps = await coverageGaps(base.db, { regionPrefixes: [A], from: local('2026-11-23T12:00:00'), hours: 24 });
    expect(gaps.map(({ path, from, to }) => [path, new Date(from).toISOString(), new Date(to).toISOString()])).toEqual([
      [A1, '2026-11-23T09:30:00.000Z', '2026-11-23T09:45:00.000Z'],
      // Away on the 24th from midnight on.
      [A1, '2026-11-23T16:00:00.000Z', '2026-11-24T00:30:00.000Z'],
      [A2, '2026-11-23T04:00:00.000Z', '2026-11-23T09:45:00.000Z'],
      [A2, '2026-11-23T16:00:00.000Z', '2026-11-24T04:00:00.000Z'],
    ]);
  });

  it('a grid without any duty is one gap; other regions are not told', async () => {
    expect(
      await coverageGaps(base.db, { regionPrefixes: [FAR], from: local('2026-11-23T12:00:00'), hours: 2 }),
    ).toEqual([
      { gridId: id(FAR), name: FAR, path: FAR, from: local('2026-11-23T12:00:00'), to: local('2026-11-23T14:00:00') },
    ]);
    expect(await coverageGaps(base.db, { regionPrefixes: [], from: local('2026-11-23T12:00:00') })).toEqual([]);
  });
});
