import type { Clock } from '#kernel/clock.ts';
import type { Database, Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { layOut } from '#registry/demo/city.ts';
import { FANCHENG } from '#registry/demo/places.ts';
import { insertRows } from '#registry/demo/rows.ts';
import { homesIn, staffCards } from '#registry/directory/directory.ts';
import { CATALOGUE } from './catalogue.ts';
import { planMonth } from './month.ts';
import { KNOWN_SHOPS, planShops } from './shops.ts';

const q = loadQueries(import.meta.url, 'vendors.demo', [
  'is_seeded',
  'seed_services',
  'seed_shops',
  'seed_shop_services',
  'seed_shop_areas',
  'seed_shop_staff',
  'seed_payers',
  'seed_rights',
  'seed_ratings',
  'known_staff',
]);

const CITY = '42/4206/';
const DISTRICT = '42/4206/420606/';

const PAYERS = [
  { id: 'resident', kind: 'resident', name: '老人自己', region_path: '' },
  { id: 'subsidy', kind: 'subsidy', name: '樊城区民政局服务补贴', region_path: DISTRICT },
  { id: 'points', kind: 'points', name: '积分养老', region_path: DISTRICT },
  { id: 'telecom', kind: 'partner', name: '电信公司爱心服务', region_path: DISTRICT },
  { id: 'insurer', kind: 'partner', name: '保险公司居家服务', region_path: DISTRICT },
  { id: 'bank', kind: 'partner', name: '银行养老客户服务', region_path: DISTRICT },
];
/** Classes and amounts are our working list, to be set by the district. */
const CLASSES = [
  { code: 'destitute', name: '特困老人', monthly_fen: 30_000 },
  { code: 'low_income', name: '低保老人', monthly_fen: 20_000 },
  { code: 'very_old', name: '高龄老人', monthly_fen: 10_000 },
];

/** A member of a shop for whom the demo makes an account. */
export interface KnownStaff {
  staffId: string;
  name: string;
  shop: string;
  regionPath: string;
}

/**
 * The catalogue, 600 shops with their people, who pays, and a month of orders (the month before `clock`), in one
 * transaction: all or nothing. Always the same shops; the orders' days follow the clock. Does nothing where shops are.
 */
export async function seedVendors(deps: { db: Database; clock: Clock; orders?: number }): Promise<void> {
  const { db, clock } = deps;
  if ((await db.query<{ seeded: boolean }>(q.is_seeded))[0]!.seeded) return;
  const shops = planShops(layOut(FANCHENG));
  await db.tx(async (tx) => {
    await seedCatalogue(tx);
    await insertRows(tx, { staff: shops.flatMap((shop) => shop.staff) });
    const bare = JSON.stringify(shops.map(({ staff: _staff, ...shop }) => shop));
    await tx.query(q.seed_shops, [bare]);
    await tx.query(q.seed_shop_services, [bare]);
    await tx.query(q.seed_shop_areas, [bare]);
    const staff = shops.flatMap((shop) => shop.staff.map((one, ord) => ({ staff_id: one.id, shop_id: shop.id, ord })));
    await tx.query(q.seed_shop_staff, [JSON.stringify(staff)]);
    const homes = await homesIn(tx, DISTRICT, 10_000);
    const rights = homes
      .filter((_, i) => i % 3 === 0)
      .map((home, i) => ({ resident_id: home.residentId, class: CLASSES[i % 3]!.code }));
    await tx.query(q.seed_rights, [JSON.stringify(rights)]);
    const stars = await planMonth(tx, {
      now: clock.now(),
      orders: deps.orders ?? 1_200,
      shops,
      homes,
      rights: new Set(rights.map((right) => right.resident_id)),
      payers: PAYERS,
    });
    await tx.query(q.seed_ratings, [JSON.stringify([...stars].map(([id, one]) => ({ id, ...one })))]);
  });
}

/** The 41 services with their prices in Xiangyang, and who may pay. What is there already is left as it is. */
export async function seedCatalogue(tx: Db): Promise<void> {
  await tx.query(q.seed_services, [JSON.stringify(CATALOGUE.map((one, ord) => ({ ...one, ord }))), CITY]);
  await tx.query(q.seed_payers, [JSON.stringify(PAYERS), JSON.stringify(CLASSES)]);
}

/** Who of the three known shops signs in, in the order of shop1, shop2, shop3. */
export async function knownStaff(db: Db): Promise<KnownStaff[]> {
  const rows = await db.query<{ staffId: string; name: string; regionPath: string }>(q.known_staff, [KNOWN_SHOPS]);
  const cards = await staffCards(
    db,
    rows.map((row) => row.staffId),
  );
  return rows.map((row) => ({
    staffId: row.staffId,
    shop: row.name,
    name: cards.find((card) => card.id === row.staffId)?.name ?? row.name,
    regionPath: row.regionPath,
  }));
}
