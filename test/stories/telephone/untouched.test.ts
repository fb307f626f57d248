import { afterAll, expect, test } from 'vitest';
import { startCaseWorld } from './case-world.ts';

const DAUGHTER = '+8615400001111';
const NEIGHBOUR = '+8615400002222';

const world = await startCaseWorld({ others: { pickUp: 'never' } });
const { network, rows, pass } = world;
afterAll(() => world.stop());
network.script('120', { pickUp: 3, keys: ['1', '77#', '5#'], keyAfterS: 1 });

const pressed = async (device: string): Promise<string> => (await world.press([device]))[0]!;

test('a red press that nobody touches reaches family, grid worker and 120 by itself, each once, and the history says who answered what', async () => {
  network.script(DAUGHTER, { pickUp: 'never' });
  network.script(NEIGHBOUR, { pickUp: 4, keys: ['1', '6#'], keyAfterS: 1 });
  const id = await pressed('demo-0001');
  const staff = await rows<{ phone: string }>(`select phone from staff where phone is not null`);
  // Whoever of the street is asked goes, in seven minutes.
  for (const { phone } of staff) network.script(`+86${phone}`, { pickUp: 5, keys: ['1', '7#'], keyAfterS: 1 });
  await pass(240, 1);

  const history = await rows<{ kind: string; data: Record<string, unknown> }>(
    'select kind, data from history where incident_id = $1 order by seq',
    [id],
  );
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
  const undone = await rows(`select kind, detail from intent where incident_id = $1 and state <> 'done'`, [id]);
  expect(undone).toEqual([]);
});

test('where the street says no, family, street and 120 are all reached by the ladder alone, 120 once, with its own numbers', async () => {
  const numbers = async (sql: string): Promise<string[]> =>
    (await rows<{ phone: string }>(sql)).map(({ phone }) => `+86${phone}`);
  for (const phone of await numbers('select phone from staff where phone is not null'))
    network.script(phone, { pickUp: 5, keys: ['2'], keyAfterS: 1 });
  const family = await numbers(
    `select distinct c.phone from contact c join resident r on r.id = c.resident_id
     join device d on d.household_id = r.household_id or d.resident_id = r.id where d.id = 'demo-0002'`,
  );
  for (const phone of family) network.script(phone, { pickUp: 4, keys: ['1', '9#'], keyAfterS: 1 });
  const before = network.legs.length;
  const id = await pressed('demo-0002');
  await pass(200, 1);
  const handoffs = await rows<{ state: string; case_number: string; seat: string }>(
    `select state, case_number, seat from handoff where incident_id = $1 and target = '120'`,
    [id],
  );
  expect(handoffs).toEqual([{ state: 'accepted', case_number: '77', seat: '5' }]);
  const rung = network.legs.slice(before).map((leg) => leg.telephone);
  expect(rung.filter((number) => number === '120')).toHaveLength(1);
  expect(family.some((number) => rung.includes(number))).toBe(true);
  expect(family.filter((number) => rung.filter((one) => one === number).length > 1)).toEqual([]);
  const declined = await rows(`select id from assignment where incident_id = $1 and state = 'declined'`, [id]);
  expect(declined.length).toBeGreaterThan(0);
});
