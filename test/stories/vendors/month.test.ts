import exceljs from 'exceljs';
import { afterAll, expect, test } from 'vitest';
import type { Ledger, Statement, StatementParty } from '#contracts/vendors.ts';
import { standingClock } from '#test/harness/running.ts';
import { startTown } from './town.ts';

/** A Tuesday, ten in the morning in Xiangyang: the month of the demo's orders is October. */
const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const town = await startTown({ clock, role: 'api', orders: 1_200 });
afterAll(() => town.stop());
const { admin, supervisor } = town;
const { pool } = town.running.db;
const MONTH = '2026-10';

/** What the orders themselves say, without the statements. */
const orders = (
  await pool.query<{ shop_id: string; payer: string; total: number; labour: number }>(
    `select shop_id, payer, (body ->> 'totalFen')::int as total, (body ->> 'labourFen')::int as labour
     from work_order where state = 'settled' and month = $1`,
    [MONTH],
  )
).rows;
const sum = (list: readonly { total: number }[]): number => list.reduce((all, one) => all + one.total, 0);

test('41 services in 7 categories with unit, price, duration and what to know; two people for a bath', async () => {
  const { items } = (await admin.get('/api/services')).body;
  expect(items).toHaveLength(41);
  const perCategory = Object.groupBy(items as { category: string }[], (one) => one.category);
  expect(Object.fromEntries(Object.entries(perCategory).map(([name, list]) => [name, list!.length]))).toEqual({
    housekeeping: 7,
    repair: 8,
    delivery: 5,
    daily_living: 8,
    accompaniment: 6,
    comfort: 4,
    emergency_rescue: 3,
  });
  for (const one of items)
    expect([one.note !== '', one.unit !== '', one.minutes > 0, one.priceFen >= 0]).toEqual([true, true, true, true]);
  expect(items.find((one: { name: string }) => one.name === '助浴(两人)')).toMatchObject({
    people: 2,
    priceFen: 18_000,
  });
});

test('600 shops, each with services, grids, hours, capacity and people of its own', async () => {
  const all: { id: string; services: string[]; areas: string[]; staff: unknown[]; capacity: number }[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: typeof all; nextCursor: string | null } = (
      await admin.get(`/api/vendors?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    ).body;
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(all).toHaveLength(600);
  expect(new Set(all.map((one) => one.id)).size).toBe(600);
  for (const one of all)
    expect([one.services.length > 0, one.areas.length > 0, one.staff.length >= 2, one.capacity > 0]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  expect(new Set(all.flatMap((one) => one.services)).size).toBe(41);
});

test('the statements of all shops, and of all payers, add up to the orders', async () => {
  expect(orders.length).toBeGreaterThan(1_100);
  let total = 0;
  let count = 0;
  for (const payer of ['resident', 'subsidy', 'points', 'telecom', 'insurer', 'bank']) {
    const statement: Statement = (await supervisor.get(`/api/statements?month=${MONTH}&payer=${payer}`)).body;
    const mine = orders.filter((one) => one.payer === payer);
    expect([payer, statement.orders, statement.totalFen, statement.netFen]).toEqual([
      payer,
      mine.length,
      sum(mine),
      sum(mine),
    ]);
    expect(statement.labourFen + statement.partsFen).toBe(statement.totalFen);
    total += statement.totalFen;
    count += statement.orders;
  }
  expect([count, total]).toEqual([orders.length, sum(orders)]);
  let shopsTotal = 0;
  for (const shop of new Set(orders.map((one) => one.shop_id))) {
    const statement: Statement = (await supervisor.get(`/api/statements?month=${MONTH}&shop=${shop}`)).body;
    expect(statement.totalFen).toBe(sum(orders.filter((one) => one.shop_id === shop)));
    expect(statement.lines.reduce((all, line) => all + line.totalFen, 0)).toBe(statement.totalFen);
    shopsTotal += statement.totalFen;
  }
  expect(shopsTotal).toBe(sum(orders));
});

test('side by side, shops and payers of the month are all there, with the sums of their statements, the largest first', async () => {
  for (const kind of ['shop', 'payer']) {
    const all: StatementParty[] = [];
    for (let cursor: string | null = '0'; cursor !== null;) {
      const page: { items: StatementParty[]; nextCursor: string | null } = (
        await supervisor.get(`/api/statements/parties?month=${MONTH}&kind=${kind}&limit=200&cursor=${cursor}`)
      ).body;
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    const ids = orders.map((one) => (kind === 'shop' ? one.shop_id : one.payer));
    expect(new Set(all.map((one) => one.id))).toEqual(new Set(ids));
    expect(all.reduce((total, one) => total + one.totalFen, 0)).toBe(sum(orders));
    expect(all.map((one) => one.totalFen)).toEqual(all.map((one) => one.totalFen).toSorted((x, y) => y - x));
    const [first] = all as [StatementParty];
    const statement: Statement = (await supervisor.get(`/api/statements?month=${MONTH}&${kind}=${first.id}`)).body;
    expect([first.orders, first.totalFen, first.netFen]).toEqual([
      statement.orders,
      statement.totalFen,
      statement.netFen,
    ]);
  }
});

test('the workbook holds the same lines and sums', async () => {
  const [shop] = orders.map((one) => one.shop_id) as [string];
  const statement: Statement = (await supervisor.get(`/api/statements?month=${MONTH}&shop=${shop}`)).body;
  const answer = await fetch(`${town.running.url}/api/statements.xlsx?month=${MONTH}&shop=${shop}`, {
    headers: { cookie: supervisor.cookie },
  });
  const book = new exceljs.Workbook();
  await book.xlsx.load(await answer.arrayBuffer());
  const sheet = book.getWorksheet('对账单')!;
  expect(sheet.rowCount).toBe(statement.orders + 2);
  const last = sheet.lastRow!;
  expect([last.getCell(1).value, last.getCell(8).value]).toEqual(['合计', statement.totalFen / 100]);
  let lines = 0;
  for (let row = 2; row < sheet.rowCount; row++) lines += Number(sheet.getRow(row).getCell(8).value);
  expect(Math.round(lines * 100)).toBe(statement.totalFen);
});

test('the points ledger sums to zero, quotas are kept, and every fifth subsidised order was called back', async () => {
  const ledger: Ledger = (await admin.get('/api/ledger')).body;
  expect(ledger.sum).toBe(0);
  expect(ledger.latest).toHaveLength(50);
  expect(ledger.latest[0]).toMatchObject({ kind: 'settle', from: 'order', to: 'shop', number: expect.any(String) });
  expect(ledger.entries).toBeGreaterThan(100);
  const spent = ledger.accounts.find((one) => one.kind === 'shop')!.points;
  expect(spent).toBeGreaterThan(0);
  const over = await pool.query(
    `select u.resident_id from quota_use u join subsidy_right r on r.resident_id = u.resident_id join subsidy_class c on c.code = r.class
     group by u.resident_id, u.month, c.monthly_fen having sum(u.fen) > c.monthly_fen`,
  );
  expect(over.rows).toEqual([]);
  const subsidised = orders.filter((one) => one.payer === 'subsidy').length;
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from work_order where payer = 'subsidy' and body -> 'callback' ->> 'outcome' = 'satisfied'`,
  );
  expect(rows[0]!.n / subsidised).toBeGreaterThan(0.1);
  expect(rows[0]!.n / subsidised).toBeLessThan(0.35);
});
