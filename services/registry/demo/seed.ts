import { setImmediate } from 'node:timers/promises';
import type { Database, Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { holidays } from './calendar.ts';
import { layOut } from './city.ts';
import type { CommunityPlan, DistrictLayout } from './city.ts';
import { demoSecret, demoSecretHash, drawDevice, ZIGBEE_DEVICES, ZIGBEE_GATEWAY, zigbeeDevice } from './devices.ts';
import { settleCommunity } from './elders.ts';
import type { HomePlan } from './elders.ts';
import { KNOWN_COMMUNITY, KNOWN_DEVICE, KNOWN_GRID, nameKnownStaff, settleKnownHome } from './known.ts';
import { extraDistrict, FANCHENG } from './places.ts';
import type { DistrictPlan } from './places.ts';
import { createRandom } from './random.ts';
import { insertRows, noRows, TABLES } from './rows.ts';
import type { Rows } from './rows.ts';
import { planStaff } from './staff.ts';
import type { StaffPlan } from './staff.ts';

const q = loadQueries(import.meta.url, 'registry.demo', [
  'take_your_time',
  'district_exists',
  'count_residents',
  'demo_devices',
  'simulated_devices',
  'gateway_secret',
  'demo_secrets',
  'set_device_secrets',
  'set_gateway_secret',
]);

const DEMO_RESIDENTS = 6_000;
/** A district of a larger seed holds up to this many elders: 100 in each grid. */
const PER_DISTRICT = 30_000;
const DEMO_DEVICES = 200;
/** Residents written in one go: what is held in memory at a time. */
const BATCH = 2_000;

/** A device with its secret, for `demo.json` and the simulator. `resident` is the name of who presses it. */
export interface DemoDevice {
  id: string;
  secret: string;
  lane: string;
  resident: string;
}

export interface DemoCity {
  /** False when the city was there already; nothing but the secrets may have changed then. */
  created: boolean;
  devices: DemoDevice[];
  gateways: { username: string; password: string; topics: string[] }[];
}

/**
 * Fancheng with its 72 communities, 300 grids, staff, duty, 6,000 elders and 200 devices (`demo-0001` … `demo-0200`),
 * in one transaction, so that a start that is killed leaves all or nothing. Always the same city; the secrets follow
 * from `secretSeed` and are the same for the same seed. Every other home has a box (see `simulatedDevices`).
 */
export async function seedDemo(deps: { db: Database; secretSeed: string; residents?: number }): Promise<DemoCity> {
  const created = await seedDistrict(
    deps.db,
    FANCHENG,
    Math.min(deps.residents ?? DEMO_RESIDENTS, DEMO_RESIDENTS),
    deps.secretSeed,
  );
  if (created) await analyze(deps.db);
  else await adoptSecrets(deps.db, deps.secretSeed);
  const devices = await deps.db.query<Omit<DemoDevice, 'secret'>>(q.demo_devices);
  return {
    created,
    devices: devices.map((device) => ({ ...device, secret: demoSecret(deps.secretSeed, device.id) })),
    gateways: [
      {
        username: ZIGBEE_GATEWAY.username,
        password: demoSecret(deps.secretSeed, ZIGBEE_GATEWAY.username),
        topics: [...ZIGBEE_GATEWAY.topics],
      },
    ],
  };
}

/** A city that was seeded with another `secretSeed` (its DATA_DIR is gone, its database was kept) gets the secrets of this one. */
async function adoptSecrets(db: Database, secretSeed: string): Promise<void> {
  const { username } = ZIGBEE_GATEWAY;
  const [gateway] = await db.query<{ secretHash: string }>(q.gateway_secret, [username]);
  const hash = demoSecretHash(secretSeed, username);
  if (gateway === undefined || gateway.secretHash === hash) return;
  await db.tx(async (tx) => {
    const devices = await tx.query<{ id: string }>(q.demo_secrets);
    const ids = devices.map((device) => device.id);
    await tx.query(q.set_device_secrets, [ids, ids.map((id) => demoSecretHash(secretSeed, id))]);
    await tx.query(q.set_gateway_secret, [username, hash]);
  });
}

/** Up to `count` boxes that are not listed in `demo.json`, spread over the city, with their secrets; for simulated presses. */
export async function simulatedDevices(db: Db, secretSeed: string, count: number): Promise<DemoDevice[]> {
  const devices = await db.query<Omit<DemoDevice, 'secret'>>(q.simulated_devices, [count]);
  return devices.map((device) => ({ ...device, secret: demoSecret(secretSeed, device.id) }));
}

/**
 * Adds districts beside Fancheng until there are at least `residents` elders: each is one transaction, and held in
 * memory in parts only. Can be stopped and run again. `say` gets a line for each district.
 */
export async function seedResidents(deps: {
  db: Database;
  secretSeed: string;
  residents: number;
  say: (line: string) => void;
}): Promise<number> {
  await seedDemo(deps);
  for (let n = 1; ; n++) {
    const count = (await deps.db.query<{ count: number }>(q.count_residents))[0]!.count;
    deps.say(`${count} residents`);
    if (count >= deps.residents) {
      await analyzeEach(deps.db);
      return count;
    }
    // A district that is there is left as it is, and the next one takes what is missing.
    await seedDistrict(deps.db, extraDistrict(n), Math.min(PER_DISTRICT, deps.residents - count), deps.secretSeed);
  }
}

/** False when the district is there already. */
async function seedDistrict(db: Database, plan: DistrictPlan, residents: number, secretSeed: string): Promise<boolean> {
  const layout = layOut(plan);
  if ((await db.query(q.district_exists, [layout.path])).length > 0) return false;
  await db.tx(async (tx) => {
    await tx.query(q.take_your_time);
    const staff = planStaff(layout);
    nameKnownStaff(staff);
    await insertRows(tx, {
      ...staff,
      region: layout.regions,
      calendar_day: holidays(),
      gateway: [
        {
          username: ZIGBEE_GATEWAY.username,
          secret_hash: demoSecretHash(secretSeed, ZIGBEE_GATEWAY.username),
          topics: [...ZIGBEE_GATEWAY.topics],
        },
      ],
    });
    await writeBatches(tx, settle(layout, staff, residents, secretSeed, plan === FANCHENG));
  });
  return true;
}

/** Writes what comes in batches; the next one is drawn while Postgres is busy with the one before. */
async function writeBatches(tx: Db, parts: Iterable<Rows>): Promise<void> {
  let writing = Promise.resolve();
  let batch = noRows();
  for (const part of parts) {
    for (const table of Object.keys(part) as (keyof Rows)[]) (batch[table] as unknown[]).push(...part[table]);
    if (batch.resident.length < BATCH) {
      // Lets the answer to the last statement in, and the next one out.
      await setImmediate();
      continue;
    }
    await writing;
    writing = insertRows(tx, batch);
    // Its failure is met at the next await; until then it must not count as nobody's.
    writing.catch(() => undefined);
    batch = noRows();
  }
  await writing;
  await insertRows(tx, batch);
}

/** Fresh statistics: without them the first questions after a seed are planned as for empty tables. */
async function analyze(db: Database): Promise<void> {
  await db.query({ name: 'registry.demo.analyze', text: 'analyze' });
}

/** The same of a large city, table by table: all at once took 13 s for a million residents, and a statement may take 15. */
async function analyzeEach(db: Database): Promise<void> {
  for (const table of TABLES) {
    await db.tx(async (tx) => {
      await tx.query(q.take_your_time);
      await tx.query({ name: `registry.demo.analyze.${table}`, text: `analyze ${table}` });
    });
  }
}

/** The elders of a district, community by community, the known one first. */
function* settle(
  layout: DistrictLayout,
  staff: StaffPlan,
  residents: number,
  secretSeed: string,
  demo: boolean,
): Generator<Rows> {
  const communities = layout.communities.toSorted(
    (a, b) => Number(b.path === KNOWN_COMMUNITY) - Number(a.path === KNOWN_COMMUNITY),
  );
  const counts = shareOut(layout.communities, residents);
  const issue = createIssuer(layout.path, secretSeed, demo ? DEMO_DEVICES / communities.length : 0);
  for (const community of communities) {
    const { rows, homes } = settleCommunity(
      community,
      community.grids.map((grid) => counts.get(grid.path)!),
      (gridPath) => staff.byGrid.get(gridPath)!,
    );
    const known = homes.findIndex((home) => home.gridPath === KNOWN_GRID);
    if (known >= 0) {
      settleKnownHome(rows, homes[known]!.householdId, staff);
      homes.unshift(...homes.splice(known, 1));
    }
    issue(rows, homes);
    if (community.path === KNOWN_COMMUNITY) Object.assign(rows.device[0] ?? {}, KNOWN_DEVICE);
    yield rows;
  }
}

/** How many elders each grid has: more where more people live, `total` in all, and one at least in the known grid. */
function shareOut(communities: readonly CommunityPlan[], total: number): Map<string, number> {
  const weights = communities.flatMap(({ grids }) =>
    grids.map((grid) => ({
      path: grid.path,
      weight: grid.households * (0.6 + 0.8 * createRandom(`share:${grid.path}`).next()),
    })),
  );
  const sum = weights.reduce((all, { weight }) => all + weight, 0);
  const counts = new Map<string, number>();
  let passed = 0;
  let given = 0;
  for (const { path, weight } of weights) {
    passed += weight;
    const count = Math.round((total * passed) / sum) - given;
    given += count;
    counts.set(path, count);
  }
  if (total > 0 && counts.get(KNOWN_GRID) === 0) {
    const [largest] = [...counts].toSorted((a, b) => b[1] - a[1]);
    counts.set(largest![0], largest![1] - 1);
    counts.set(KNOWN_GRID, 1);
  }
  return counts;
}

/**
 * Hands out devices, community by community: a listed one (`demo-0001` …) to `listedShare` homes on average, every fifth
 * of them worn; a box to each other home, and a worn button to some. Zigbee devices go to the first listed homes.
 */
function createIssuer(
  districtPath: string,
  secretSeed: string,
  listedShare: number,
): (rows: Rows, homes: readonly HomePlan[]) => void {
  const district = districtPath.split('/').at(-2)!;
  let owed = 0;
  let listed = 0;
  let boxes = 0;
  let worn = 0;
  return (rows, homes) => {
    const random = createRandom(`devices:${district}:${boxes}`);
    owed += listedShare;
    const quota = Math.min(Math.round(owed) - listed, homes.length);
    const stride = Math.max(1, Math.floor(homes.length / Math.max(1, quota)));
    let here = 0;
    const issue = (id: string, isWorn: boolean, home: HomePlan): void => {
      rows.device.push(
        drawDevice(random, secretSeed, {
          id,
          worn: isWorn,
          householdId: home.householdId,
          residentId: home.residents[0]!,
        }),
      );
    };
    homes.forEach((home, i) => {
      const isListed = here < quota && i === here * stride;
      if (isListed) {
        here++;
        listed++;
        const isWorn = listed % 5 === 0;
        issue(`demo-${String(listed).padStart(4, '0')}`, isWorn, home);
        for (const resident of rows.resident)
          if (home.residents.includes(resident.id)) Object.assign(resident, { status: 'home', status_since: null });
        const zigbee = listed - 2;
        if (zigbee >= 0 && zigbee < ZIGBEE_DEVICES.length) rows.device.push(zigbeeDevice(zigbee, home.householdId));
        if (!isWorn) return;
      }
      issue(`box-${district}-${String(++boxes).padStart(5, '0')}`, false, home);
      if (!isListed && random.chance(0.08)) issue(`worn-${district}-${String(++worn).padStart(5, '0')}`, true, home);
    });
  };
}
