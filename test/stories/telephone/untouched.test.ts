import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTelephoneNetwork, type TelephoneNetwork } from '#devices/telephone/network.ts';
import { seedDemoPartners } from '#handoff/demo.ts';
import { insertAccount } from '#identity/accounts.ts';
import { regionsOfLevel } from '#registry/directory/directory.ts';
import { KNOWN_GRID } from '#registry/demo/known.ts';
import { newId } from '#kernel/ids.ts';
import { standingClock, startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';
import { TEST_ACCOUNT } from '#test/harness/telephone.ts';
import { redPress } from '../climbing.ts';

/** A Monday noon, when people are on duty. */
const NOON = Date.parse('2026-11-23T12:00:00+08:00');
const DAUGHTER = '+8615400001111';
const NEIGHBOUR = '+8615400002222';

let network: TelephoneNetwork;
let running: RunningPlatform;
const clock = standingClock(NOON);

beforeAll(async () => {
  network = createTelephoneNetwork({ clock, ...TEST_ACCOUNT, lines: () => [], others: { pickUp: 'never' } });
  const { url } = await network.start();
  running = await startPlatformHere({ clock, network: { ...TEST_ACCOUNT, from: '+8671012349', apiBase: url } });
  await partners();
});
afterAll(async () => {
  await running?.stop();
  await network?.stop();
});

/** The centres of the demo, one of which has agreed to be called automatically. */
async function partners(): Promise<void> {
  const { db } = running;
  const district = (await regionsOfLevel(db, 'district')).find((region) => KNOWN_GRID.startsWith(region.path))!;
  const ids = new Map<string, string>();
  for (const username of ['desk120', 'desk110', 'desk119', 'hospital1', 'hospital2']) {
    const id = newId(clock.now());
    ids.set(username, id);
    const account = { id, username, role: 'partner' as const, name: username, staffId: null, totpSecret: null };
    await insertAccount(db, { ...account, passwordHash: 'none', regions: [district] }, clock.now());
  }
  await seedDemoPartners(db, { district, streets: [], account: (username) => ids.get(username)! });
}

/** Lets so much time pass, a second at a time, with what the platform and the network make of it. */
async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed++) {
    clock.advance(1_000);
    await network.settle();
    await running.platform.sweepOnce();
    await wait(60);
    await network.settle();
  }
}

test('a red press that nobody touches reaches family, grid worker and 120 by itself, each once, and the history says who answered what', async () => {
  network.script(DAUGHTER, { pickUp: 'never' });
  network.script(NEIGHBOUR, { pickUp: 4, keys: ['1', '6#'], keyAfterS: 1 });
  network.script('120', { pickUp: 3, keys: ['1', '77#', '5#'], keyAfterS: 1 });
  const [receipt] = await running.receive([redPress('demo-0001', clock.now())]);
  const id = receipt!.incident!;
  const { pool } = running.db;
  const staff = await pool.query<{ phone: string }>(`select phone from staff where phone is not null`);
  // Whoever of the street is asked goes, in seven minutes.
  for (const { phone } of staff.rows) network.script(`+86${phone}`, { pickUp: 5, keys: ['1', '7#'], keyAfterS: 1 });
  await pass(240);

  const history = (
    await pool.query<{ kind: string; data: Record<string, unknown> }>(
      'select kind, data from history where incident_id = $1 order by seq',
      [id],
    )
  ).rows;
  const of = (kind: string) => history.filter((line) => line.kind === kind).map((line) => line.data);
  expect(of('ladder_step').map((line) => line['who'])).toEqual([
    'operators',
    'supervisors',
    'neighbour',
    'family',
    'grid_worker',
    '120',
  ]);
  // The family: who did not pick up, then who comes and in how many minutes.
  expect(of('call_missed').map((line) => [line['who'], line['outcome']])).toContainEqual([
    '女儿(广州) 陈静',
    'no_answer',
  ]);
  expect(of('call_accepted')).toMatchObject([{ who: '邻居 张嫂', minutes: 6 }]);
  // The street: by telephone beside the page.
  expect(of('assignment_accepted')).toMatchObject([{ minutes: 7 }]);

  const legs = network.legs.filter((leg) => leg.direction === 'outbound-api');
  const times = (number: string) => legs.filter((leg) => leg.telephone === number).length;
  expect([times(DAUGHTER), times(NEIGHBOUR)]).toEqual([1, 1]);
  const rung = new Map<string, number>();
  for (const leg of legs) rung.set(leg.telephone, (rung.get(leg.telephone) ?? 0) + 1);
  expect([...rung].filter(([, count]) => count > 1)).toEqual([]);
  expect(network.messages.map((message) => message.to)).toEqual(expect.arrayContaining([DAUGHTER, NEIGHBOUR]));
  expect(network.violations).toEqual([]);
  const undone = await pool.query(`select kind, detail from intent where incident_id = $1 and state <> 'done'`, [id]);
  expect(undone.rows).toEqual([]);
});

test('where the street says no, family, street and 120 are all reached by the ladder alone, 120 once, with its own numbers', async () => {
  const { pool } = running.db;
  const numbers = async (sql: string): Promise<string[]> =>
    (await pool.query<{ phone: string }>(sql)).rows.map(({ phone }) => `+86${phone}`);
  for (const phone of await numbers('select phone from staff where phone is not null'))
    network.script(phone, { pickUp: 5, keys: ['2'], keyAfterS: 1 });
  const family = await numbers(
    `select distinct c.phone from contact c join resident r on r.id = c.resident_id
     join device d on d.household_id = r.household_id or d.resident_id = r.id where d.id = 'demo-0002'`,
  );
  for (const phone of family) network.script(phone, { pickUp: 4, keys: ['1', '9#'], keyAfterS: 1 });
  const before = network.legs.length;
  const [receipt] = await running.receive([redPress('demo-0002', clock.now())]);
  const id = receipt!.incident!;
  await pass(200);
  const { rows } = await pool.query<{ state: string; case_number: string; seat: string }>(
    `select state, case_number, seat from handoff where incident_id = $1 and target = '120'`,
    [id],
  );
  expect(rows).toEqual([{ state: 'accepted', case_number: '77', seat: '5' }]);
  const rung = network.legs.slice(before).map((leg) => leg.telephone);
  expect(rung.filter((number) => number === '120')).toHaveLength(1);
  expect(family.some((number) => rung.includes(number))).toBe(true);
  expect(family.filter((number) => rung.filter((one) => one === number).length > 1)).toEqual([]);
  const declined = await pool.query(`select id from assignment where incident_id = $1 and state = 'declined'`, [id]);
  expect(declined.rows.length).toBeGreaterThan(0);
});
