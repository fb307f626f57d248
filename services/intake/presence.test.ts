import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { movableClock } from '#kernel/clock.ts';
import { createLog } from '#platform/log.ts';
import { findPresence, listLanePresence, setDevicePresence, type PresenceChange } from '#registry/presence.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createPresence, toleranceOf, type Presence } from './presence.ts';

const MINUTE = 60_000;
let test_: TestDatabase;
let clock: ReturnType<typeof movableClock>;
let presences: Presence[];
let writes: PresenceChange[][];
let back: string[];

beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_.drop());
beforeEach(async () => {
  await test_.db.pool.query('truncate device');
  clock = movableClock();
  presences = [];
  writes = [];
  back = [];
});
afterEach(() => Promise.all(presences.map((presence) => presence.stop())));

function bridge(): Presence {
  const presence = createPresence({
    clock,
    log: createLog('silent'),
    load: (group) => listLanePresence(test_.db, group, false),
    find: (ids) => findPresence(test_.db, ids),
    async save(changes) {
      writes.push([...changes]);
      return setDevicePresence(test_.db, changes);
    },
    onBack: async (id) => void back.push(id),
  });
  presences.push(presence);
  presence.start();
  presence.gain('3');
  return presence;
}

const device = (id: string, more: { power?: string; online?: boolean; heartbeat?: number } = {}): Promise<unknown> =>
  test_.db.pool.query(
    `insert into device (id, kind, lane, power, online, heartbeat_s) values ($1, 'home', '3', $2, $3, $4)`,
    [id, more.power ?? 'mains', more.online ?? false, more.heartbeat ?? 60],
  );

const online = async (): Promise<Record<string, boolean>> =>
  Object.fromEntries(
    (await test_.db.pool.query<{ id: string; online: boolean }>('select id, online from device')).rows.map((row) => [
      row.id,
      row.online,
    ]),
  );

const known = (presence: Presence, ...ids: string[]): Promise<void> =>
  expect.poll(() => ids.every((id) => presence.get(id) !== undefined)).toBe(true);

test('beats write nothing; coming, going silent and coming back each write once', async () => {
  await device('box');
  const presence = bridge();
  presence.heard('3', 'box');
  await expect.poll(online).toEqual({ box: true });
  for (let i = 0; i < 100; i++) presence.heard('3', 'box');
  clock.advance(2 * MINUTE);
  presence.heard('3', 'box');
  clock.advance(2 * MINUTE);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await online()).toEqual({ box: true });
  clock.advance(MINUTE - 4_000);
  await expect.poll(online).toEqual({ box: false });
  presence.heard('3', 'box');
  await expect.poll(online).toEqual({ box: true });
  expect(writes.flat().map((change) => change.online)).toEqual([true, false, true]);
  expect(back).toEqual(['box', 'box']);
});

test('a button on battery may be silent for a day, but not for 25 hours and more', async () => {
  await device('button', { power: 'battery', heartbeat: 43_200 });
  const presence = bridge();
  presence.heard('3', 'button');
  await expect.poll(online).toEqual({ button: true });
  clock.advance(24 * 60 * MINUTE);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await online()).toEqual({ button: true });
  clock.advance(60 * MINUTE);
  await expect.poll(online).toEqual({ button: false });
});

test('the tolerance follows the row: a unit that promises a beat every ten minutes is not lost after three', () => {
  expect(toleranceOf({ power: 'mains', heartbeatS: 60 })).toBeLessThan(3 * MINUTE);
  expect(toleranceOf({ power: 'mains', heartbeatS: 600 })).toBeGreaterThan(20 * MINUTE);
  expect(toleranceOf({ power: 'battery', heartbeatS: 43_200 })).toBeLessThan(25 * 60 * MINUTE);
});

test('after a restart nobody goes offline or online by that alone; who stays silent is gone after one tolerance', async () => {
  await device('there', { online: true });
  await device('silent', { online: true });
  await device('gone');
  const presence = bridge();
  await known(presence, 'there', 'silent', 'gone');
  clock.advance(2 * MINUTE);
  presence.heard('3', 'there');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(writes).toEqual([]);
  clock.advance(1.5 * MINUTE);
  await expect.poll(online).toEqual({ there: true, silent: false, gone: false });
});

test('a retained "online" makes nobody online, a retained "offline" is believed until the device is heard', async () => {
  await device('liar');
  await device('left', { online: true });
  await device('talks', { online: true });
  const presence = bridge();
  presence.status('3', 'liar', { online: true }, true);
  presence.status('3', 'left', { online: false }, true);
  presence.heard('3', 'talks');
  presence.status('3', 'talks', { online: false }, true);
  await expect.poll(online).toEqual({ liar: false, left: false, talks: true });
  expect(back).toEqual([]);
});

test('a last will takes a device offline at once, and what it says of itself on its return is written', async () => {
  await device('box', { online: true });
  const presence = bridge();
  await known(presence, 'box');
  presence.heard('3', 'box');
  presence.status('3', 'box', { online: false }, false);
  await expect.poll(online).toEqual({ box: false });
  presence.status('3', 'box', { online: true, can: ['voice', 'talk'], kind: 'home', power: 'mains' }, false);
  await expect.poll(online).toEqual({ box: true });
  const { rows } = await test_.db.pool.query('select can, kind from device');
  expect(rows).toEqual([{ can: ['voice', 'talk'], kind: 'home' }]);
  expect(back).toEqual(['box']);
});

test('a device registered after the start is known by its first word; a stranger is no row', async () => {
  const presence = bridge();
  await device('new');
  presence.heard('3', 'new', { battery: 80 });
  presence.heard('3', 'stranger');
  await expect.poll(online).toEqual({ new: true });
  expect(presence.get('stranger')).toBeUndefined();
  const { rows } = await test_.db.pool.query('select battery from device');
  expect(rows).toEqual([{ battery: 80 }]);
});

test('many changes go in one statement, and what could not be written is written later', async () => {
  for (let i = 0; i < 50; i++) await device(`box-${i}`);
  const presence = bridge();
  await known(presence, 'box-49');
  await test_.db.pool.query('alter table device rename to away');
  for (let i = 0; i < 50; i++) presence.heard('3', `box-${i}`);
  await expect.poll(() => writes.length).toBeGreaterThan(0);
  await test_.db.pool.query('alter table away rename to device');
  await expect.poll(async () => Object.values(await online()).every(Boolean)).toBe(true);
  expect(writes[0]).toHaveLength(50);
});
