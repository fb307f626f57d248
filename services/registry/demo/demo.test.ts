import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Database } from '#platform/database.ts';
import type { TestDatabase } from '#test/harness/database.ts';
import { createTestDatabase, DEMO_SECRET_SEED } from '#test/harness/database.ts';
import { verifyDeviceSecret } from '../device-secret.ts';
import { coverageGaps } from '../duty.ts';
import { holdsPosition, metresBetween } from '../geometry.ts';
import { findGridAt, regionNames } from '../regions.ts';
import { layOut } from './city.ts';
import { extraDistrict, FANCHENG } from './places.ts';
import { createRandom } from './random.ts';
import { seedDemo, seedResidents, simulatedDevices } from './seed.ts';
import { areaOf } from './tiling.ts';

// Each of these writes whole cities.
vi.setConfig({ testTimeout: 60_000 });

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase({ seeded: true });
});
afterAll(() => base.drop());

const count = async (sql: string): Promise<number> =>
  Number((await base.db.pool.query(`select count(*) from ${sql}`)).rows[0].count);

describe('the map', () => {
  const layout = layOut(FANCHENG);
  const grids = layout.communities.flatMap((community) => community.grids);
  const district = layout.regions.find(({ level }) => level === 'district')!;

  it('any position of the district is in exactly one grid, any other in none', () => {
    const random = createRandom('positions');
    const wrong: unknown[] = [];
    let inside = 0;
    for (let i = 0; i < 10_000; i++) {
      const place = {
        lat: district.min_lat! + random.next() * (district.max_lat! - district.min_lat!),
        lon: district.min_lon! + random.next() * (district.max_lon! - district.min_lon!),
      };
      const holds = holdsPosition(district.polygon!, place);
      if (grids.filter((grid) => holdsPosition(grid.polygon, place)).length !== (holds ? 1 : 0)) wrong.push(place);
      if (holds) inside++;
    }
    expect(wrong).toEqual([]);
    expect(inside).toBeGreaterThan(2_000);
  });

  it('every corner and the middle of every border piece is in exactly one grid or on the rim', () => {
    let within = 0;
    let most = 0;
    for (const { polygon } of grids) {
      polygon.forEach(([lon, lat], i) => {
        const [lonB, latB] = polygon[(i + 1) % polygon.length]!;
        for (const place of [
          { lon, lat },
          { lon: (lon + lonB) / 2, lat: (lat + latB) / 2 },
        ]) {
          const held = grids.filter((grid) => holdsPosition(grid.polygon, place)).length;
          most = Math.max(most, held);
          within += held;
        }
      });
    }
    expect(most).toBe(1);
    expect(within).toBeGreaterThan(9_000);
  });

  it('the parts of a region have its area, and neighbours walk the same border points', () => {
    for (const level of ['street', 'community', 'grid']) {
      const sum = layout.regions
        .filter((region) => region.level === level)
        .reduce((all, region) => all + areaOf(region.polygon!), 0);
      expect(sum / areaOf(district.polygon!)).toBeCloseTo(1, 9);
    }
    const borders = new Map<string, number>();
    const key = (a: readonly number[], b: readonly number[]): string =>
      [`${a[0]},${a[1]}`, `${b[0]},${b[1]}`].toSorted().join(' ');
    for (const { polygon } of grids) {
      polygon.forEach((corner, i) => {
        const piece = key(corner, polygon[(i + 1) % polygon.length]!);
        borders.set(piece, (borders.get(piece) ?? 0) + 1);
      });
    }
    const rim = new Set(
      district.polygon!.map((corner, i) => key(corner, district.polygon![(i + 1) % district.polygon!.length]!)),
    );
    for (const [piece, sides] of borders) expect(sides, piece).toBe(rim.has(piece) ? 1 : 2);
  });

  it('extra districts lie apart from Fancheng and from each other', () => {
    const boxes = [FANCHENG, ...Array.from({ length: 40 }, (_, i) => extraDistrict(i + 1))].map(
      (plan) => `${plan.east.toFixed(2)} ${plan.north.toFixed(2)}`,
    );
    expect(new Set(boxes).size).toBe(boxes.length);
  });
});

describe('the city', () => {
  it('has the numbers that are on record', async () => {
    expect(await count(`region where level = 'community'`)).toBe(72);
    expect(await count(`region where level = 'grid'`)).toBe(300);
    expect(await count(`region where level = 'grid' and households not between 250 and 500`)).toBe(0);
    expect(await count(`staff where kind = 'grid_worker'`)).toBe(694);
    expect(await count('resident')).toBe(6_000);
    expect(await count(`device where id like 'demo-%' and secret_hash is not null`)).toBe(200);
    expect(await count(`resident where born > '1966-11-01' or born < '1926-01-01'`)).toBe(0);
  });

  it('can name who answers for each grid, building and household', async () => {
    for (const [scope, table] of [
      ['grid', `region g where level = 'grid' and`],
      ['building', 'building g where'],
      ['household', 'household g where'],
    ] as const) {
      expect(
        await count(
          `${table} not exists (select 1 from responsibility p where p.scope = '${scope}' and p.scope_id = g.id and p.part = 'responsible')`,
        ),
      ).toBe(0);
    }
    expect(
      await count(
        `region g where level = 'grid' and not exists (select 1 from responsibility p where p.scope_id = g.id and p.part = 'backup')`,
      ),
    ).toBe(0);
  });

  it('has its buildings in the grid that they belong to', async () => {
    const { rows } = await base.db.pool.query(
      `select b.lat, b.lon, r.path from building b join region r on r.id = b.grid_id order by md5(b.id::text) limit 150`,
    );
    for (const { lat, lon, path } of rows) expect((await findGridAt(base.db, { lat, lon }))?.path).toBe(path);
    expect(await findGridAt(base.db, { lat: 0, lon: 0 })).toBeNull();
    expect(await findGridAt(base.db, { lat: Number.NaN, lon: 112 })).toBeNull();
  });

  it('names its regions from the province down', async () => {
    const path = '42/4206/420606/420606005/420606005001/03/';
    const names = await regionNames(base.db, [path, '42/4206/nowhere/']);
    expect(names.get(path)!.map(({ name }) => name)).toEqual([
      '湖北省',
      '襄阳市',
      '樊城区',
      '清河口街道',
      '清河口社区',
      '3网格',
    ]);
    expect(names.get('42/4206/nowhere/')!.map(({ level }) => level)).toEqual(['province', 'city']);
  });

  it('is staffed by day, around office hours, at night, at weekends and on holidays, but for a few hours', async () => {
    // Monday to Sunday of an ordinary week, a worked Saturday, and the first of October.
    const days = [
      '2026-11-23',
      '2026-11-24',
      '2026-11-25',
      '2026-11-26',
      '2026-11-27',
      '2026-11-28',
      '2026-11-29',
      '2026-10-10',
      '2026-10-01',
    ];
    for (const day of days) {
      const gaps = await coverageGaps(base.db, {
        regionPrefixes: ['42/4206/420606/'],
        from: Date.parse(`${day}T00:00:00+08:00`),
      });
      expect(gaps.length, day).toBeGreaterThan(0);
      expect(new Set(gaps.map(({ gridId }) => gridId)).size, day).toBeLessThan(20);
      for (const { from, to } of gaps) expect(to - from).toBe(3_600_000);
    }
  });

  it('has contacts that ring nowhere', async () => {
    for (const table of ['contact', 'staff', 'resident', 'key_holder'])
      expect(await count(`${table} where phone !~ '^154\\d{8}$'`)).toBe(0);
  });

  it('has workers who live where they work', async () => {
    const { rows } = await base.db.pool.query(
      `select s.lat, s.lon, r.lat as glat, r.lon as glon from staff s join region r on r.id = s.region_id where r.level = 'grid'`,
    );
    for (const { lat, lon, glat, glon } of rows)
      expect(metresBetween({ lat, lon }, { lat: glat, lon: glon })).toBeLessThan(3_000);
  });
});

describe('seeding', () => {
  it('makes the same city again, in under 6 s of its own work, and nothing when it is there', async () => {
    const other = await createTestDatabase();
    try {
      // Not by the wall clock, which tells how busy the machine is with other things.
      const start = process.cpuUsage();
      const made = await seedDemo({ db: other.db, secretSeed: DEMO_SECRET_SEED });
      expect(process.cpuUsage(start).user).toBeLessThan(6_000_000);
      expect(made.created).toBe(true);
      expect(made.devices).toHaveLength(200);
      expect(made.devices[0]).toMatchObject({ id: 'demo-0001', lane: 'd', resident: '王桂兰' });
      expect(made.gateways).toMatchObject([{ username: 'zigbee-gw' }]);
      for (const table of [
        'region',
        'building',
        'household',
        'resident',
        'care_profile',
        'contact',
        'staff',
        'duty_rule',
        'responsibility',
        'device',
        'gateway',
      ]) {
        const digest = `select md5(string_agg(t::text, '|' order by t::text)) as digest from ${table} t`;
        expect((await other.db.pool.query(digest)).rows[0].digest, table).toBe(
          (await base.db.pool.query(digest)).rows[0].digest,
        );
      }
      expect(await seedDemo({ db: other.db, secretSeed: DEMO_SECRET_SEED })).toEqual({ ...made, created: false });
      expect(await simulatedDevices(other.db, DEMO_SECRET_SEED, 40)).toHaveLength(40);
    } finally {
      await other.drop();
    }
  });

  it('adds districts until there are as many residents as asked for, and goes on where it stopped', async () => {
    const lines: string[] = [];
    const seed = (residents: number): Promise<number> =>
      seedResidents({ db: base.db, secretSeed: DEMO_SECRET_SEED, residents, say: (line) => lines.push(line) });
    expect(await seed(6_500)).toBe(6_500);
    expect(await seed(6_600)).toBe(6_600);
    expect(lines).toEqual(['6000 residents', '6500 residents', '6500 residents', '6500 residents', '6600 residents']);
    expect(await count(`region where level = 'district'`)).toBe(3);
  });

  it('a small city still has the known home, also where drawing takes longer than a transaction may sit idle', async () => {
    const other = await createTestDatabase();
    // As a machine that is busy: here every pause between two statements is too long.
    const busy: Database = {
      ...other.db,
      tx: (work) =>
        other.db.tx(async (tx) => {
          await tx.query({ name: 'busy', text: 'set local idle_in_transaction_session_timeout = 20' });
          return work(tx);
        }),
    };
    try {
      const made = await seedDemo({ db: busy, secretSeed: 'x', residents: 10 });
      expect(made.devices[0]).toMatchObject({ id: 'demo-0001', resident: '王桂兰' });
      // Its DATA_DIR was lost and the database kept: what is listed now must still open the door.
      const again = await seedDemo({ db: other.db, secretSeed: 'y', residents: 10 });
      expect(again.created).toBe(false);
      const known = again.devices[0]!;
      const [kept] = (await other.db.pool.query('select secret_hash from device where id = $1', [known.id])).rows;
      expect(verifyDeviceSecret(known.secret, kept.secret_hash)).toBe(true);
      const [gateway] = (await other.db.pool.query('select secret_hash from gateway')).rows;
      expect(verifyDeviceSecret(again.gateways[0]!.password, gateway.secret_hash)).toBe(true);
    } finally {
      await other.drop();
    }
  });
});
