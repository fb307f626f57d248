import { afterAll, expect, test } from 'vitest';
import { movableClock } from '#kernel/clock.ts';
import { monthOf } from '#vendors/domain/order.ts';
import { BOX, startTown, until } from './town.ts';

const clock = movableClock();
const town = await startTown({ clock });
afterAll(() => town.stop());
const { operator, supervisor } = town;
const { pool } = town.running.db;
const stateOf = async (id: string): Promise<string> =>
  (await pool.query<{ state: string }>('select state from work_order where id = $1', [id])).rows[0]!.state;
const [first, second] = town.shops as [typeof operator, typeof operator];

test('green press → plumber offered, declines → next accepts → arrives → the key for done → rating → in the statement', async () => {
  const incident = await town.press('service');
  await operator.send('POST', `/api/incidents/${incident}/claim`, {});
  const opened = await town.open({ incident, urgency: 'now' });
  expect(opened).toMatchObject({ state: 'offered', priceFen: 5_000, incident, owes: { kind: 'shops' } });
  expect(opened.offers).toHaveLength(1);

  const asked = await town.mine(first);
  expect(asked.offers).toHaveLength(1);
  const { offer, order } = asked.offers[0]!;
  // What a shop is told before it has accepted: the work and the neighbourhood, nobody's name, door or number.
  expect(order).toMatchObject({ id: opened.id, home: null, code: null });
  expect(JSON.stringify(order)).not.toMatch(/王桂兰|民主路|15400000302/);
  expect(Date.parse(offer.expiresAt) - Date.parse(offer.offeredAt)).toBe(60_000);
  expect((await town.say(first, opened.id, 'decline', { reason: 'no_staff' })).status).toBe(200);
  expect((await town.mine(first)).offers).toEqual([]);

  expect((await town.mine(second)).offers).toHaveLength(1);
  const accepted = await town.say(second, opened.id, 'accept', { minutes: 8 });
  expect(accepted.body).toMatchObject({
    state: 'accepted',
    shop: { name: '老周水电维修' },
    home: { name: '王桂兰', phone: '15400000302' },
  });
  const { code, workers } = accepted.body;
  expect(code).toMatch(/^\d{4}$/);
  const name: string = workers[0].name;

  // The case knows who comes, and the box has said it with the four digits.
  const shown = async () => (await operator.get(`/api/incidents/${incident}`)).body;
  await until('the case shows the plumber', async () =>
    (await shown()).assignments.find((one: { state: string }) => one.state === 'accepted'),
  );
  expect((await shown()).assignments[0].responder).toMatchObject({ name, role: 'vendor_staff' });

  expect((await town.say(second, opened.id, 'arrive', { code })).body).toMatchObject({ code: 'not_allowed_in_state' });
  expect((await town.say(second, opened.id, 'depart')).status).toBe(200);
  await until('the case shows him on the way', async () => (await shown()).assignments[0].state === 'under_way');
  const digits = [...code].map((digit: string) => '零一二三四五六七八九'[Number(digit)]).join(' ');
  expect((await town.heard()).find((one) => one.stage === 'dispatched')?.say).toContain(digits);

  expect((await town.say(second, opened.id, 'complete', {})).body).toMatchObject({
    status: 409,
    detail: expect.stringContaining('还没到'),
  });
  const wrong = await town.say(second, opened.id, 'arrive', { code: code === '1234' ? '4321' : '1234' });
  expect(wrong.body).toMatchObject({ status: 422, errors: [{ field: 'code' }] });
  expect((await town.say(second, opened.id, 'arrive', { code })).body).toMatchObject({
    state: 'on_scene',
    arrivedBy: 'code',
  });
  await until('the box has said that he is there', async () =>
    (await town.heard()).some((one) => one.stage === 'arrived'),
  );

  const negative = await town.say(second, opened.id, 'complete', { labourFen: -1 });
  expect(negative.body).toMatchObject({
    status: 422,
    errors: [{ field: 'labourFen', expected: '不小于 0 的金额,单位分' }],
  });
  expect((await town.say(second, opened.id, 'complete', { note: '换了阀芯' })).body).toMatchObject({
    state: 'done',
    totalFen: 5_000,
  });
  await until('the case shows it done', async () => (await shown()).assignments[0].state === 'done');

  expect(await town.press('done', BOX)).toBe(incident);
  await until('the key confirms it', async () => (await town.order(operator, opened.id)).state === 'confirmed');
  expect((await town.say(operator, opened.id, 'rate', { stars: 5, comment: '麻利' })).status).toBe(200);

  const month = monthOf(clock.now());
  const mine = (await second.get(`/api/statements?month=${month}`)).body;
  expect(mine).toMatchObject({ orders: 1, totalFen: 5_000, netFen: 5_000, lines: [{ order: opened.id, rating: 5 }] });
  const book = await second.get(`/api/statements.xlsx?month=${month}`);
  expect([book.status, book.text.slice(0, 2)]).toEqual([200, 'PK']);
  // The other shop's statement is nobody's business.
  expect((await second.get(`/api/statements?month=${month}&shop=${(await town.mine(first)).shop.id}`)).status).toBe(
    404,
  );
  expect((await supervisor.get(`/api/statements?month=${month}&payer=resident`)).body).toMatchObject({
    orders: 1,
    totalFen: 5_000,
  });

  // A day to complain, then it is settled: nobody has to press anything for that.
  clock.advance(25 * 3_600_000);
  await until('it is settled', async () => (await stateOf(opened.id)) === 'settled');
  const lines = await pool.query<{ kind: string }>(
    'select kind from work_order_history where order_id = $1 order by seq',
    [opened.id],
  );
  const history = lines.rows.map((line) => line.kind);
  expect(history).toEqual([
    'created',
    'offered',
    'declined',
    'offered',
    'accepted',
    'under_way',
    'on_scene',
    'done',
    'confirmed',
    'rated',
    'settled',
  ]);
});
