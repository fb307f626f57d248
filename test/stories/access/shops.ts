import { randomUUID } from 'node:crypto';
import type { OrderCommand } from '#vendors/domain/decide.ts';
import { seedCatalogue } from '#vendors/demo/seed.ts';
import { monthOf } from '#vendors/domain/order.ts';
import type { Clock } from '#kernel/clock.ts';
import type { RunningPlatform } from '#test/harness/running.ts';
import type { Home, Person, Street } from './streets.ts';

/** How far a work order has got. */
export const ORDER_STAGES = [
  'offered',
  'unfilled',
  'accepted',
  'quoted',
  'under_way',
  'on_scene',
  'done',
  'confirmed',
] as const;
export type OrderStage = (typeof ORDER_STAGES)[number];

export interface Ordered {
  id: string;
  code: string;
  photo: string;
}

/** What a street has of shops and their work. */
export interface ShopTarget {
  shop(): Promise<{ id: string; name: string }>;
  /** A work order of the street's own shop at that stage. */
  order(stage: OrderStage): Promise<Ordered>;
  /** Something taken off the shop's statement, as long as `appealed` says so with the shop's appeal. */
  deduction(appealed: boolean): Promise<string>;
  /** For whom the orders above are: one of the street, since homes are few. */
  resident(): string;
  /** Of the orders above. */
  month: string;
}

/** The catalogue, who pays, and one shop in each street. Called once, before `shopTarget`. */
export async function settleShops(running: RunningPlatform, streets: readonly Street[]): Promise<void> {
  const { db } = running;
  await seedCatalogue(db);
  for (const street of streets) {
    const id = shopIdOf(street);
    const name = `${street.name}便民维修`;
    await db.pool.query(
      `insert into shop (id, name, kind, region_id, region_path, address, phone, lat, lon, days, open_min, close_min, capacity)
       values ($1, $2, 'shop', $3, $4, '民主路1号', '15400009999', 32.04, 112.14, '{1,2,3,4,5,6,7}', 0, 1440, 1000)`,
      [id, name, street.id, street.path],
    );
    await db.pool.query('insert into shop_area (shop_id, region_path) values ($1, $2)', [id, street.path]);
    await db.pool.query('insert into shop_service (shop_id, service) select $1, code from service', [id]);
    await db.pool.query('insert into shop_staff (staff_id, shop_id, ord) values ($1, $2, 0)', [
      street.people.vendor.staffId,
      id,
    ]);
    street.words.add(id, name);
  }
}

const homes = new Map<string, Home>();
const ids = new Map<string, string>();
function shopIdOf(street: Pick<Street, 'path'>): string {
  const known = ids.get(street.path) ?? randomUUID();
  ids.set(street.path, known);
  return known;
}

/** Orders of a street, made by its own people. */
export function shopTarget(running: RunningPlatform, clock: Clock, street: Street, nextHome: () => Home): ShopTarget {
  const { app, db } = running;
  const shop = shopIdOf(street);
  const call = async (person: Person, url: string, payload: object): Promise<{ id: string; code: string }> => {
    const answer = await app.inject({ method: 'POST', url, headers: { cookie: person.cookie }, payload });
    if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.body}`);
    return answer.json();
  };
  const { operator, vendor } = street.people;
  const steps: Record<OrderStage, readonly (readonly [Person, OrderCommand['type'], object?])[]> = {
    offered: [],
    unfilled: [[vendor, 'decline', { reason: 'no_staff' }]],
    accepted: [[vendor, 'accept']],
    quoted: [
      [vendor, 'accept'],
      [vendor, 'quote', { fen: 9_000, note: '换阀' }],
    ],
    under_way: [
      [vendor, 'accept'],
      [vendor, 'depart'],
    ],
    on_scene: [
      [vendor, 'accept'],
      [vendor, 'depart'],
      [operator, 'arrived'],
    ],
    done: [
      [vendor, 'accept'],
      [vendor, 'depart'],
      [operator, 'arrived'],
      [vendor, 'complete'],
    ],
    confirmed: [
      [vendor, 'accept'],
      [vendor, 'depart'],
      [operator, 'arrived'],
      [vendor, 'complete'],
      [operator, 'confirm', { satisfied: true }],
    ],
  };
  const resident = (): string => {
    const home = homes.get(street.path) ?? nextHome();
    homes.set(street.path, home);
    return home.residentId;
  };
  const order = async (stage: OrderStage): Promise<Ordered> => {
    const body = { resident: resident(), service: 'tap_leak', what: '滴水' };
    let { id, code } = await call(operator, '/api/work-orders', body);
    for (const [person, command, more] of steps[stage])
      ({ id, code } = await call(person, `/api/work-orders/${id}/${command}`, more ?? {}));
    const photo = randomUUID();
    await db.pool.query(
      `insert into work_order_photo (id, order_id, at, by_name, mime, bytes) values ($1, $2, $3, '店里', 'image/png', '\\x89504e470d0a1a0a')`,
      [photo, id, new Date(clock.now())],
    );
    // Drawn for a call-back, as every fifth subsidised order is.
    if (stage === 'confirmed')
      await db.pool.query(
        `update work_order set body = jsonb_set(body, '{callback}', '{"dueAt": 4102444800000, "outcome": null, "note": null}') where id = $1`,
        [id],
      );
    return { id, code: code ?? '0000', photo };
  };
  return {
    resident,
    month: monthOf(clock.now()),
    shop: async () => ({ id: shop, name: `${street.name}便民维修` }),
    order,
    async deduction(appealed) {
      const { id } = await order('confirmed');
      const made = await call(street.people.supervisor, '/api/deductions', { order: id, fen: 100, reason: '迟到' });
      if (appealed) await call(vendor, `/api/deductions/${made.id}/appeal`, { text: '路上封了' });
      return made.id;
    },
  };
}

/** Of the other street: made once, so that nobody can change them. */
export function shopTargetOnce(
  make: ShopTarget,
  once: <T>(name: string, work: () => Promise<T>) => Promise<T>,
): ShopTarget {
  return {
    resident: make.resident,
    month: make.month,
    shop: make.shop,
    order: (stage) => once(`order ${stage}`, () => make.order(stage)),
    deduction: (appealed) => once(`deduction ${appealed}`, () => make.deduction(appealed)),
  };
}

/** What nobody has. */
export const NO_SHOPS: ShopTarget = {
  resident: () => randomUUID(),
  month: '2026-11',
  shop: async () => ({ id: randomUUID(), name: '无此店' }),
  order: async () => ({ id: randomUUID(), code: '0000', photo: randomUUID() }),
  deduction: async () => randomUUID(),
};
