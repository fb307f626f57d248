import { afterAll, expect, test } from 'vitest';
import { standingClock } from '#test/harness/running.ts';
import { startTown } from './town.ts';

/** A Tuesday, ten in the morning in Xiangyang. */
const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const town = await startTown({ clock, role: 'api' });
afterAll(() => town.stop());
const { operator, admin, running } = town;
const { pool } = running.db;
const guilan = (await pool.query<{ id: string }>(`select id from resident where name = '王桂兰'`)).rows[0]!.id;

/** Somebody in a class of subsidy in the known street, and what the class may use in a month. */
async function subsidised(fen: number): Promise<string> {
  const { rows } = await pool.query<{ id: string; class: string }>(
    `select r.id, s.class from resident r join household h on h.id = r.household_id join subsidy_right s on s.resident_id = r.id
     join subsidy_class c on c.code = s.class
     where starts_with(h.region_path, '42/4206/420606/420606005/') and c.monthly_fen = $1 order by r.id limit 1`,
    [fen],
  );
  return rows[0]!.id;
}

/** Takes an order to its confirmation by the first of the known shops that it is offered to. */
async function doIt(id: string): Promise<void> {
  const shop = (
    await Promise.all(town.shops.map(async (one) => ({ one, offers: (await town.mine(one)).offers })))
  ).find(({ offers }) => offers.some(({ order }) => order.id === id))!.one;
  await town.say(shop, id, 'accept');
  await town.say(shop, id, 'depart');
  await town.say(operator, id, 'arrived');
  await town.say(shop, id, 'complete');
  const confirmed = await town.say(operator, id, 'confirm', { satisfied: true });
  expect(confirmed.body).toMatchObject({ state: 'confirmed' });
}

test('a quota that is used up is refused before anybody is sent; what is cancelled is free again', async () => {
  const resident = await subsidised(10_000);
  const wish = { resident, payer: 'subsidy', service: 'drain' };
  const order = await town.open(wish);
  const refused = await operator.send('POST', '/api/work-orders', { what: '又堵了', ...wish });
  expect(refused.body).toMatchObject({
    status: 422,
    errors: [{ field: 'payer', expected: expect.stringContaining('还剩 20.00 元,这一单要 80.00 元') }],
  });
  const { rows } = await pool.query('select id from work_order where resident_id = $1', [resident]);
  expect(rows).toEqual([{ id: order.id }]);
  expect((await operator.get(`/api/payers?resident=${resident}`)).body.items).toContainEqual(
    expect.objectContaining({ id: 'subsidy', leftFen: 2_000 }),
  );
  expect((await town.say(operator, order.id, 'cancel', { reason: '通了' })).status).toBe(200);
  await town.open(wish);
});

test('two orders at the same moment never hold more than the month has', async () => {
  const resident = await subsidised(20_000);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      operator.send('POST', '/api/work-orders', { resident, payer: 'subsidy', service: 'drain', what: '堵了' }),
    ),
  );
  expect(answers.filter((one) => one.status === 201)).toHaveLength(2);
  const { rows } = await pool.query<{ fen: number }>(
    'select sum(fen)::int as fen from quota_use where resident_id = $1',
    [resident],
  );
  expect(rows[0]!.fen).toBe(16_000);
});

test('points are held when the order opens, go to the shop when it is settled, and the ledger sums to zero', async () => {
  const none = await operator.send('POST', '/api/work-orders', {
    resident: guilan,
    payer: 'points',
    service: 'tap_leak',
    what: '滴水',
  });
  expect(none.body).toMatchObject({ status: 422, errors: [{ field: 'payer' }] });
  const issued = await admin.send('POST', '/api/points', {
    resident: guilan,
    issuer: 'bank',
    points: 8_000,
    expiresAt: new Date(clock.now() + 30 * 86_400_000).toISOString(),
  });
  expect(issued.body).toMatchObject({ points: 8_000, worthFen: 8_000 });
  const order = await town.open({ resident: guilan, payer: 'points' });
  expect((await operator.get(`/api/points?resident=${guilan}`)).body).toMatchObject({ points: 3_000 });
  await doIt(order.id);
  clock.advance(25 * 3_600_000);
  await running.platform.vendors.runOnce();
  const balance = async () => {
    const { rows } = await pool.query<{ kind: string; points: number }>(
      `select split_part(account, ':', 1) as kind, sum(points)::int as points from ledger_line group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map((row) => [row.kind, row.points]));
  };
  expect(await balance()).toEqual({ issuer: -8_000, order: 0, resident: 3_000, shop: 5_000 });
  // What is left ends with its time.
  clock.advance(30 * 86_400_000);
  await running.platform.vendors.runOnce();
  expect(await balance()).toEqual({ issuer: -5_000, order: 0, resident: 0, shop: 5_000 });
});

test('an entry that does not balance is refused by the database itself', async () => {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const entry = await client.query<{ id: string }>(
      `insert into ledger_entry (id, at, kind, note) values (gen_random_uuid(), now(), 'issue', '') returning id`,
    );
    const line = `insert into ledger_line (entry_id, account, points, ord) values ($1, 'issuer:x', -5, 1)`;
    await client.query(line, [entry.rows[0]!.id]);
    await expect(client.query('commit')).rejects.toThrow('does not balance');
  } finally {
    await client.query('rollback');
    client.release();
  }
});
