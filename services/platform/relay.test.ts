import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createLog } from './log.ts';
import { addOutbox, type OutboxTopic } from './outbox.ts';
import { createRelay, dropOldOutbox, type Relay, type RelayDeps, type TakenRow } from './relay.ts';

let test_: TestDatabase;
let relays: Relay[] = [];

beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());
beforeEach(() => test_.db.pool.query('truncate outbox'));
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  relays = [];
});

function start(handle: RelayDeps['handle'], more: Partial<RelayDeps> = {}): Relay {
  const relay = createRelay({
    db: test_.db,
    clock: systemClock,
    log: createLog('silent'),
    topics: ['down'],
    batch: 50,
    handle,
    ...more,
  });
  relays.push(relay);
  relay.start();
  return relay;
}

const write = (payloads: unknown[], topic: OutboxTopic = 'down', key = '0'): Promise<void> =>
  addOutbox(
    test_.db,
    payloads.map((payload) => ({ topic, key, payload })),
    Date.now(),
  );

const unsent = async (): Promise<number> =>
  (await test_.db.pool.query<{ n: number }>('select count(*)::int as n from outbox where sent_at is null')).rows[0]!.n;

test('what was written is carried in order and marked as sent', async () => {
  const carried: unknown[] = [];
  await write([1, 2, 3]);
  start(async (rows) => void carried.push(...rows.map((row) => row.payload)));
  await expect.poll(unsent).toBe(0);
  await write([4]);
  await expect.poll(() => carried).toEqual([1, 2, 3, 4]);
});

test('a poke carries at once what the next look would have found', async () => {
  const carried: number[] = [];
  const relay = start(async () => void carried.push(performance.now()));
  const delays: number[] = [];
  for (let i = 0; i < 10; i++) {
    await write([i]);
    const since = performance.now();
    relay.poke();
    await expect.poll(() => carried.length, { interval: 2 }).toBe(i + 1);
    delays.push(carried[i]! - since);
  }
  delays.sort((a, b) => a - b);
  // Waiting for the next look would take as long as a look every second takes: half a second in the middle.
  expect(delays[5]).toBeLessThan(400);
});

test('a row that commits late is not skipped', async () => {
  const carried: unknown[] = [];
  start(async (rows) => void carried.push(...rows.map((row) => row.payload)));
  await test_.db.tx(async (tx) => {
    await addOutbox(tx, [{ topic: 'down', key: '0', payload: 'early id, late commit' }], Date.now());
    await write(['late id, early commit']);
    await expect.poll(() => carried).toEqual(['late id, early commit']);
  });
  await expect.poll(() => carried).toEqual(['late id, early commit', 'early id, late commit']);
});

test('a row that can never be carried holds up no other', async () => {
  const carried: unknown[] = [];
  await write(['a', 'poison', 'b', 'poison', 'poison', 'poison', 'c']);
  start(async (rows) => {
    if (rows.some((row) => row.payload === 'poison')) throw new Error('poisoned');
    carried.push(...rows.map((row) => row.payload));
  });
  await expect.poll(() => carried).toEqual(['a', 'b', 'c']);
  await write(['d']);
  await expect.poll(() => carried).toEqual(['a', 'b', 'c', 'd']);
  expect(await unsent()).toBe(4);
});

test('what failed while the carrier was away is carried within seconds of its return', async () => {
  let away = true;
  let tries = 0;
  const carried = new Set<unknown>();
  await write(Array.from({ length: 30 }, (_, i) => i));
  start(async (rows) => {
    tries++;
    if (away) throw new Error('away');
    for (const row of rows) carried.add(row.payload);
  });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(tries).toBeLessThan(12);
  expect(carried.size).toBe(0);
  away = false;
  await expect.poll(() => carried.size).toBe(30);
  await expect.poll(unsent).toBe(0);
});

test('a carrier that fails and then takes no keys does not make the process stand still', async () => {
  let keys = ['0'];
  let isAway = true;
  const carried: unknown[] = [];
  await write([1]);
  start(
    async (rows) => {
      if (!isAway) return void carried.push(...rows.map((row) => row.payload));
      keys = [];
      throw new Error('away');
    },
    { keys: () => keys },
  );
  await expect.poll(() => keys).toEqual([]);
  // Timers must still strike: a relay that never waits for anything but itself lets none of them.
  await new Promise((resolve) => setTimeout(resolve, 300));
  isAway = false;
  keys = ['0'];
  await expect.poll(() => carried).toEqual([1]);
});

test('a carrier that hangs is given up, and its rows stay', async () => {
  let hang = true;
  const carried: TakenRow[] = [];
  await write(['x']);
  start((rows) => (hang ? new Promise(() => undefined) : Promise.resolve(void carried.push(...rows))));
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  expect(await unsent()).toBe(1);
  hang = false;
  await expect.poll(() => carried.length).toBe(1);
});

test('two relays carry each row once, and only the keys they were given', async () => {
  const left: unknown[] = [];
  const right: unknown[] = [];
  await write(
    Array.from({ length: 100 }, (_, i) => i),
    'down',
    'a',
  );
  await write(['other'], 'down', 'b');
  start(async (rows) => void left.push(...rows.map((row) => row.payload)), { keys: () => ['a'], batch: 7 });
  start(async (rows) => void right.push(...rows.map((row) => row.payload)), { keys: () => ['a'], batch: 7 });
  await expect.poll(unsent).toBe(1);
  expect([...left, ...right].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('old rows that were sent are dropped, others stay', async () => {
  await write([1, 2, 3]);
  await test_.db.pool.query(`update outbox set sent_at = '2026-01-01' where payload <> '3'`);
  expect(await dropOldOutbox(test_.db, Date.parse('2026-02-01T00:00:00Z'))).toBe(2);
  expect(await unsent()).toBe(1);
});
