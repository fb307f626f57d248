import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import type { Viewer } from '#platform/access.ts';
import { KNOWN_GRID } from '#registry/demo/known.ts';
import { draftOrder } from '#vendors/booking.ts';
import { seedCatalogue } from '#vendors/demo/seed.ts';
import type { OrderCommand } from '#vendors/domain/decide.ts';
import { pressOf } from '#test/stories/access/streets.ts';
import { startCaseWorld } from '#test/stories/telephone/case-world.ts';

const RESIDENT = '+8615400000302';

const world = await startCaseWorld({ others: { pickUp: 'never' } });
afterAll(() => world.stop());
const { clock, db, modules, network, rows, pass } = world;
const { orders } = modules.vendors;

const shop = randomUUID();
await db.tx((tx) => seedCatalogue(tx));
await db.pool.query(
  `insert into shop (id, name, kind, region_id, region_path, address, phone, lat, lon, days, open_min, close_min, capacity)
   select $1, '老周水电维修', 'shop', id, path, '民主路1号', '15400009999', 32.04, 112.14, '{1,2,3,4,5,6,7}', 0, 1440, 10
   from region where path = $2`,
  [shop, KNOWN_GRID],
);
await db.pool.query('insert into shop_area (shop_id, region_path) values ($1, $2)', [shop, KNOWN_GRID]);
await db.pool.query(`insert into shop_service (shop_id, service) values ($1, 'tap_leak')`, [shop]);
await db.pool.query('insert into shop_staff (staff_id, shop_id, ord) select id, $1, 0 from staff order by id limit 1', [
  shop,
]);

const operator = { kind: 'person', id: randomUUID(), name: '李敏', role: 'operator' } as const;
const viewer: Viewer = {
  accountId: operator.id,
  sessionId: 'none',
  role: 'operator',
  name: operator.name,
  regions: [''],
  staffId: null,
  address: null,
};
const worker = { id: randomUUID(), name: '周师傅', phone: null };
const by = { kind: 'person', id: worker.id, name: worker.name, role: 'vendor' } as const;

/** An order for a green press of her box, offered to the shop. */
async function ordered(urgency: 'now' | 'today' = 'today'): Promise<string> {
  const [receipt] = await modules.receiver.receive([{ ...pressOf('demo-0001', clock), type: 'service', key: 'green' }]);
  const incident = receipt!.incident!;
  await modules.cases.desk(incident, { type: 'claim' }, operator, null).catch(() => undefined);
  const { byIds, placeOf } = modules.views;
  const work = { service: 'tap_leak', what: '滴水', quantity: 1, urgency, wantedAt: null, payer: 'resident' };
  const draft = await draftOrder({ db, clock, byIds, placeOf }, viewer, randomUUID(), {
    ...work,
    incident,
    resident: null,
  });
  return (await orders.create(draft, operator)).id;
}

/** Of which the shop has said that it is done. */
async function workDone(): Promise<string> {
  const id = await ordered();
  const steps: OrderCommand[] = [
    { type: 'accept', shopId: shop, staff: [worker], named: true, code: '1234' },
    { type: 'depart' },
    { type: 'arrive', code: '1234' },
    { type: 'complete', parts: [], note: '' },
  ];
  for (const step of steps) await orders.command(id, step, by);
  return id;
}

const stateOf = async (id: string) =>
  (
    await rows<{ state: string; owes: string }>(
      `select state, body -> 'owes' ->> 'kind' as owes from work_order where id = $1`,
      [id],
    )
  )[0];
const rung = (): number => network.legs.filter((leg) => leg.telephone === RESIDENT).length;

test('over the telephone network: she is rung once, presses 2, and the shop has it again; who does not answer is left to the operator', async () => {
  network.script(RESIDENT, { pickUp: 3, keys: ['2'], keyAfterS: 2 });
  const broken = await workDone();
  clock.advance(31 * 60_000);
  await modules.vendors.runOnce();
  await pass(60, 1);
  expect(await stateOf(broken)).toEqual({ state: 'disputed', owes: 'shop' });
  expect(rung()).toBe(1);
  expect(network.violations).toEqual([]);

  network.script(RESIDENT, { pickUp: 'never' });
  const silent = await workDone();
  clock.advance(31 * 60_000);
  await modules.vendors.runOnce();
  await pass(90, 1);
  await modules.vendors.runOnce();
  expect(await stateOf(silent)).toEqual({ state: 'done', owes: 'desk' });
  expect(rung()).toBe(2);
});

test('what comes back when its case is over has another case, which waits for somebody, and whose steps the box hears', async () => {
  network.script(RESIDENT, { pickUp: 'never' });
  const id = await workDone();
  await orders.command(id, { type: 'confirm', satisfied: true, note: '', how: 'phone' }, operator);
  const caseOf = async (): Promise<string> =>
    (await rows<{ incident: string }>('select incident_id as incident from work_order where id = $1', [id]))[0]!
      .incident;
  const first = await caseOf();
  await modules.vendors.runOnce();
  await modules.cases.desk(first, { type: 'resolve', code: 'household' }, operator, null);
  await modules.cases.desk(first, { type: 'close' }, operator, null);

  await orders.command(id, { type: 'warranty', reason: '又滴水了' }, operator);
  await modules.vendors.runOnce();
  await modules.vendors.runOnce();
  const second = await caseOf();
  expect(second).not.toBe(first);
  expect(await rows('select state, queue, summary from incident where id = $1', [second])).toEqual([
    { state: 'waiting', queue: 'household', summary: '水龙头漏水要返工(老周水电维修)' },
  ]);
  expect(await rows(`select 1 from incident where summary like '%要返工%' and household_id is not null`)).toHaveLength(
    1,
  );
  await modules.cases.desk(second, { type: 'claim' }, operator, null);
  await orders.command(id, { type: 'depart' }, by);
  await modules.vendors.runOnce();
  const said = await rows<{ say: string }>(
    `select body ->> 'say' as say from told where device_id = 'demo-0001' and body ->> 'incident' = $1 order by at, seq`,
    [second],
  );
  expect(said.map((one) => one.say)).toContainEqual(expect.stringMatching(/^周师傅出门了/));
  // Her key means this case, too.
  await orders.command(id, { type: 'arrive', code: '1234' }, by);
  await orders.command(id, { type: 'complete', parts: [], note: '' }, by);
  const [done] = await modules.receiver.receive([{ ...pressOf('demo-0001', clock), type: 'done', key: 'done' }]);
  expect(done!.incident).toBe(second);
});

test('a burst pipe rings at the shop: who presses 1 has it, and hears the thanks to their end', async () => {
  network.script('+8615400009999', { pickUp: 2, keys: ['1'], keyAfterS: 1 });
  const id = await ordered('now');
  await pass(45, 1);
  expect(await stateOf(id)).toEqual({ state: 'accepted', owes: 'shop' });
  const [leg] = network.legs.filter((one) => one.telephone === '+8615400009999');
  expect(leg!.heard.map((one) => one.text).join('')).toContain('好,单子在手机上,请马上出发。');
  expect(leg!.endedAt! - leg!.heard.at(-1)!.at).toBeGreaterThan(1_000);
});
