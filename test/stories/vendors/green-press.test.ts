import { afterAll, expect, test } from 'vitest';
import { createBox } from '#devices/simulator/box.ts';
import { movableClock } from '#kernel/clock.ts';
import { demoSecret } from '#registry/demo/devices.ts';
import { DEMO_SECRET_SEED } from '#test/harness/database.ts';
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

test('work that was booked without a case: the box says each step when it is true, once, and its key confirms it', async () => {
  // A day has gone by: nobody is signed out by it here.
  const now = clock.now();
  await pool.query('update session set expires_at = $2, seen_at = $1', [new Date(now), new Date(now + 12 * 3_600_000)]);
  // At whatever hour this runs, one of these two is asked.
  const two = await Promise.all([first, second].map(async (shop) => (await town.mine(shop)).shop.id));
  await pool.query('update shop set disabled_at = $2 where id <> all ($1)', [two, new Date(now)]);
  await pool.query('update shop set capacity = 1000 where id = any ($1)', [two]);
  const box = await bookedHome();
  const book = async () => {
    const order = await town.open({ resident: box.resident });
    const shop = (await town.mine(first)).offers.some((one) => one.order.id === order.id) ? first : second;
    const accepted = await town.say(shop, order.id, 'accept', { minutes: 8 });
    expect(accepted.status, accepted.text).toBe(200);
    return { order, shop, accepted };
  };
  const { order, shop, accepted } = await book();
  const { code, workers } = accepted.body;
  const who = `${workers[0].name[0]}师傅`;
  const password = `门口暗号${[...code].map((digit: string) => '零一二三四五六七八九'[Number(digit)]).join(' ')},说对了再开门。`;
  const said = [`${who}接了这活,出门的时候再跟您说。${password}`];
  await expect.poll(() => box.said).toEqual(said);

  // It is switched off while he sets out, and says so when it is back.
  await box.stop();
  await town.say(shop, order.id, 'depart');
  await box.start();
  said.push(`${who}出门了,大约八分钟到您家。我们一直陪着您。${password}`);
  await expect.poll(() => box.said).toEqual(said);

  await town.say(shop, order.id, 'arrive', { code: code === '1234' ? '4321' : '1234' });
  await town.say(shop, order.id, 'arrive', { code });
  said.push(`${who}到门口了。先对暗号,再开门。`);
  await expect.poll(() => box.said).toEqual(said);
  await town.say(shop, order.id, 'complete', { note: '修好了' });
  said.push(`${who}说做好了,您看好了就按“做好了”。`);
  await expect.poll(() => box.said).toEqual(said);
  box.press('done');
  await until('the key confirms it', async () => (await stateOf(order.id)) === 'confirmed');
  said.push('这回的事办好了,您歇着。白天黑夜,有事就按红键。');
  await expect.poll(() => box.said).toEqual(said);

  // Everything is sent to it again when it comes back, and nothing is said twice.
  const heard = box.heard().length;
  await box.stop();
  await box.start();
  await expect.poll(() => box.heard().length).toBeGreaterThanOrEqual(heard + 4);
  expect(box.said).toEqual(said);

  // Who does not come after all is not waited for.
  const { order: next } = await book();
  await expect.poll(() => box.said.length).toBe(said.length + 1);
  await town.say(operator, next.id, 'cancel', { reason: '不用了' });
  await expect.poll(() => box.said.at(-1)).toBe(`${next.service.name}这一单取消了。有事随时再按。`);

  // In a home that is to be silent nothing is said.
  const incident = await town.press('sos', box.id);
  await operator.send('POST', `/api/incidents/${incident}/claim`, {});
  const beQuiet = (on: boolean): Promise<unknown> =>
    until('it is quiet, or no longer', async () => {
      const { version } = (await operator.get(`/api/incidents/${incident}`)).body;
      return (await operator.send('POST', `/api/incidents/${incident}/quiet`, { on, version })).status === 200;
    });
  const promises = (): number => new Set(box.heard().filter((one) => one.includes('接了这活'))).size;
  const before = promises();
  await beQuiet(true);
  await book();
  await beQuiet(false);
  await book();
  // What is told goes out in order: the first of the two would be there by now.
  await expect.poll(promises).toBe(before + 1);
  await box.stop();
});

/** A home that no case has, with its box on the broker. */
async function bookedHome() {
  const { rows } = await pool.query<{ id: string; lane: string; resident: string }>(
    `select d.id, d.lane, r.id as resident from device d
     join resident r on r.household_id = d.household_id and r.removed_at is null and r.status = 'home'
     join household h on h.id = d.household_id
     where d.kind = 'home' and d.id <> $1 and starts_with(h.region_path, '42/4206/420606/420606005/') order by d.id limit 1`,
    [BOX],
  );
  const { id, lane, resident } = rows[0]!;
  const said: string[] = [];
  const heard: string[] = [];
  const box = createBox({
    id,
    lane,
    secret: demoSecret(DEMO_SECRET_SEED, id),
    mqttUrl: town.running.mqttUrl,
    pace: 0.05,
    speak: (say) => void said.push(say),
    heard: (ack) => void heard.push(`${ack.incident} ${ack.at} ${ack.say}`),
  });
  const start = async (): Promise<void> => {
    // A box that comes back several times within 5 s is told once.
    clock.advance(6_000);
    box.start();
    await expect.poll(() => box.connected()).toBe(true);
  };
  await start();
  return {
    id,
    resident,
    said,
    heard: () => heard,
    start,
    stop: () => box.stop(),
    press: (type: string) => box.press(type),
  };
}
