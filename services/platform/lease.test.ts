import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { movableClock, systemClock, type Clock } from '#kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDatabase, type Db } from './database.ts';
import { createLeaseKeeper, type LeaseKeeper } from './lease.ts';
import { createLog } from './log.ts';

const NAMES = Array.from({ length: 16 }, (_, i) => i.toString(16));
const log = createLog('silent');
let test_: TestDatabase;
let keepers: LeaseKeeper[] = [];
/** Who holds what at this moment, by what the keepers said; two holders of one name end up in `clashes`. */
let owners: Map<string, string>;
let clashes: string[];
let fences: Map<string, number>;

beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.db.pool.query('truncate lease');
  owners = new Map();
  clashes = [];
  fences = new Map();
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  keepers = [];
});

async function join(holder: string, options: { db?: Db; clock?: Clock } = {}): Promise<LeaseKeeper> {
  const keeper = createLeaseKeeper({
    db: options.db ?? test_.db,
    log,
    clock: options.clock ?? systemClock,
    holder,
    group: 'lanes',
    names: NAMES,
    onGained(name, fence) {
      if (owners.has(name)) clashes.push(`${name}: ${owners.get(name)} and ${holder}`);
      if (fence < (fences.get(name) ?? 0)) clashes.push(`${name}: fence fell`);
      owners.set(name, holder);
      fences.set(name, fence);
    },
    onLost(name) {
      if (owners.get(name) === holder) owners.delete(name);
    },
  });
  keepers.push(keeper);
  await keeper.start();
  return keeper;
}

const counts = (): number[] => keepers.map((keeper) => keeper.held().length);

test('one process holds everything at once', async () => {
  await join('a');
  expect(counts()).toEqual([16]);
});

test('three processes share sixteen names fairly, and nothing is ever held twice', async () => {
  await join('a');
  await join('b');
  await expect.poll(counts, { timeout: 6_000 }).toEqual([8, 8]);
  await join('c');
  await expect.poll(() => counts().sort((x, y) => x - y), { timeout: 8_000 }).toEqual([4, 6, 6]);
  expect(owners.size).toBe(16);
  expect(clashes).toEqual([]);
});

test('a process that stops gives its names away at once', async () => {
  const first = await join('a');
  await join('b');
  await expect.poll(counts, { timeout: 6_000 }).toEqual([8, 8]);
  await first.stop();
  await expect.poll(counts, { timeout: 3_000 }).toEqual([0, 16]);
});

test('what a dead process held is taken over within ten seconds, with a higher fence', async () => {
  let dead = false;
  const db: Db = {
    query: (statement, params) => (dead ? new Promise(() => undefined) : test_.db.query(statement, params)),
  };
  await join('a', { db });
  const before = new Map(fences);
  dead = true;
  const since = performance.now();
  await join('b');
  await expect.poll(() => keepers[1]!.held().length, { timeout: 10_000 }).toBe(16);
  expect(performance.now() - since).toBeLessThan(10_000);
  expect(clashes).toEqual([]);
  for (const name of NAMES) expect(fences.get(name)).toBe(before.get(name)! + 1);
  dead = false;
});

test('a process cut off from the database lets go before anybody else can take over', async () => {
  const own = createDatabase({ url: test_.url, log, max: 2 });
  await join('a', { db: own });
  await own.stop();
  const until = await expiry();
  await expect.poll(() => owners.size, { timeout: 7_000, interval: 50 }).toBe(0);
  expect(Date.now()).toBeLessThan(until);
});

test('a process whose clock jumps ahead counts its leases as lost', async () => {
  const clock = movableClock();
  await join('a', { clock });
  clock.advance(60_000);
  expect(keepers[0]!.held()).toEqual([]);
  await expect.poll(() => owners.size, { interval: 20 }).toBe(0);
});

async function expiry(): Promise<number> {
  const { rows } = await test_.db.pool.query<{ at: Date }>(
    `select min(expires_at) as at from lease where name like 'lanes/_'`,
  );
  return rows[0]!.at.getTime();
}
