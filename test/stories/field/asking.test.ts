import { afterEach, expect, test } from 'vitest';
import { mine, NOON, openField, type FieldWorld } from './street.ts';

let world: FieldWorld;
afterEach(() => world.stop());

const NIGHT = Date.parse('2026-11-24T02:30:00+08:00');
const asked = async (id: string): Promise<string[]> => {
  const { rows } = await world.running.db.pool.query<{ name: string }>(
    'select name from assignment where incident_id = $1 order by offered_at, id',
    [id],
  );
  return rows.map((row) => row.name).toSorted();
};
const lines = async (id: string, kind: string): Promise<Record<string, unknown>[]> =>
  (await world.history(id)).filter((line) => line.kind === kind).map((line) => line.data);

test('first one is asked, then three, then all within a quarter of an hour, the best first', async () => {
  world = await openField();
  await world.hire('最近的', { metres: 300 });
  for (const [place, metres] of [500, 600, 700, 800, 900].entries()) await world.hire(`第${place + 2}近`, { metres });
  await world.hire('太远的', { metres: 9_000 });
  const id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
  expect(await asked(id)).toEqual(['最近的']);
  world.clock.advance(61_000);
  await world.settle();
  expect(await asked(id)).toEqual(['最近的', '第2近', '第3近', '第4近'].toSorted());
  world.clock.advance(61_000);
  await world.settle();
  // The first wave heard nothing for two minutes: all are asked, they once more.
  expect(new Set(await asked(id))).toEqual(new Set(['最近的', '第2近', '第3近', '第4近', '第5近', '第6近']));
  expect(await lines(id, 'asking')).toMatchObject([{ wave: 1, people: 1 }, { wave: 2, people: 3 }, { wave: 3 }]);
}, 60_000);

test('for a fall two are asked at once, and the second stays asked when the first says yes', async () => {
  world = await openField();
  const near = await world.hire('周芳', { metres: 300 });
  const next = await world.hire('刘强', { metres: 400 });
  await world.hire('孙梅', { metres: 500 });
  const id = await world.press('fall');
  world.clock.advance(45_000);
  await world.settle();
  expect(await asked(id)).toEqual(['刘强', '周芳']);
  const offer = await mine(near);
  expect((await near.api.send('POST', `/api/assignments/${offer.id}/accept`, {})).status).toBe(200);
  expect(await mine(next)).toMatchObject({ state: 'offered' });
  expect(
    (await next.api.send('POST', `/api/assignments/${(await mine(next)).id}/decline`, { reason: '不舒服' })).status,
  ).toBe(200);
  await world.settle();
  expect(await asked(id)).toEqual(['刘强', '周芳', '孙梅']);
}, 60_000);

test('an operator who says that two must come has the second looked for at once', async () => {
  world = await openField();
  const near = await world.hire('周芳', { metres: 300 });
  await world.hire('刘强', { metres: 400 });
  const id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
  expect((await near.api.send('POST', `/api/assignments/${(await mine(near)).id}/accept`, {})).status).toBe(200);
  await world.settle();
  await world.desk.send('POST', `/api/incidents/${id}/claim`, {});
  await world.settle();
  expect((await world.desk.act(id, 'needs', { people: 2 })).body).toMatchObject({ needs: 2 });
  await world.settle();
  expect(await asked(id)).toEqual(['刘强', '周芳']);
}, 60_000);

test('nobody off duty is asked unless he agreed to be woken at that hour; away means away', async () => {
  world = await openField(NIGHT);
  await world.hire('睡着的', { duty: false, kind: 'volunteer', mayWake: 'never', metres: 100 });
  await world.hire('白天可叫', {
    duty: false,
    kind: 'volunteer',
    mayWake: 'emergency',
    wake: [8 * 60, 22 * 60],
    metres: 100,
  });
  await world.hire('不是邻居', { duty: false, kind: 'grid_worker', mayWake: 'always', metres: 100 });
  const away = await world.hire('值班走开了', { kind: 'guard', mayWake: 'always', metres: 50 });
  expect((await away.api.send('POST', '/api/me/duty', { on: false })).body).toMatchObject({
    on: false,
    switched: true,
  });
  await world.hire('夜里可叫', {
    duty: false,
    kind: 'volunteer',
    mayWake: 'emergency',
    wake: [22 * 60, 8 * 60],
    metres: 2_000,
  });
  await world.hire('有钥匙的', { duty: false, kind: 'grid_worker', mayWake: 'emergency', key: true, metres: 1_500 });
  const id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
  world.clock.advance(61_000);
  await world.settle();
  expect(await asked(id)).toEqual(['夜里可叫', '有钥匙的'].toSorted());
  const offered = await lines(id, 'offered');
  expect(offered.map((line) => line['why'])).toEqual(
    expect.arrayContaining([expect.stringContaining('不在班、同意被叫醒、有钥匙')]),
  );
}, 60_000);

test('nobody of the street: the neighbouring one is asked, and when nobody is left 110 is called, each as a step that is seen', async () => {
  world = await openField();
  const far = await world.hire('邻街的', { next: true, metres: 1_200 });
  const id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
  expect(await asked(id)).toEqual(['邻街的']);
  expect(await lines(id, 'asking_next')).toHaveLength(1);
  await far.api.send('POST', `/api/assignments/${(await mine(far)).id}/decline`, { reason: '走不开' });
  await world.settle();
  expect(await lines(id, 'nobody_comes')).toMatchObject([{ next: '110', automatic: true }]);
  const { handoffs, timeline } = await world.detail(id);
  expect(handoffs.filter((one) => one.to === '110')).toHaveLength(1);
  expect(timeline.map((line) => line.text)).toEqual(
    expect.arrayContaining(['本街道没有能来的人,问邻近街道和城区', '附近都没有能来的人,转 110']),
  );
}, 60_000);

test('who is late twice stays welcome, and the next one is asked beside him', async () => {
  world = await openField(NOON);
  const late = await world.hire('周芳', { metres: 300 });
  await world.hire('刘强', { metres: 400 });
  const id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
  const { id: assignment } = await mine(late);
  await late.api.send('POST', `/api/assignments/${assignment}/accept`, { minutes: 5 });
  await late.api.send('POST', `/api/assignments/${assignment}/depart`, {});
  world.clock.advance(8 * 60_000);
  await world.settle();
  expect(await lines(id, 'late')).toHaveLength(1);
  expect(await asked(id)).toEqual(['周芳']);
  world.clock.advance(6 * 60_000);
  await world.settle();
  expect(await lines(id, 'late')).toHaveLength(2);
  expect(await asked(id)).toEqual(['刘强', '周芳']);
  expect(await mine(late)).toMatchObject({ state: 'under_way' });
}, 60_000);
