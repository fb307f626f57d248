import { CHAIN_START } from '#kernel/hash-chain.ts';
import { idFromName } from '#kernel/ids.ts';
import type { PayerKind } from '#contracts/vendors.ts';
import type { Db } from '#platform/database.ts';
import { createRandom, type Random } from '#registry/demo/random.ts';
import { metresBetween } from '#registry/geometry.ts';
import { EMPTY_ORDER, orderNumber } from '../booking.ts';
import { decideOrder, type OrderCommand } from '../domain/decide.ts';
import { endOrder, monthOf, offerNext, startOrder, type Order, type OrderDecision } from '../domain/order.ts';
import { minutesOfWay } from '../domain/rank.ts';
import { tickOrder } from '../domain/tick.ts';
import { givePoints, holdFor, settleFor } from '../money/holds.ts';
import { areaName } from '../people.ts';
import { chainLines, insertOrders, type Line } from '../store.ts';
import { CATALOGUE, type CatalogueItem } from './catalogue.ts';
import { KNOWN_SHOPS, type ShopPlan } from './shops.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Home {
  residentId: string;
  householdId: string;
  regionPath: string;
  lat: number | null;
  lon: number | null;
}

interface Plan {
  now: number;
  orders: number;
  shops: readonly ShopPlan[];
  homes: readonly Home[];
  rights: ReadonlySet<string>;
  payers: readonly { id: string; kind: string; name: string }[];
}

/**
 * Orders of the month before `now` (ms), each taken through its whole life by the same core as the living ones, with
 * what it held of quotas and points. Answers the stars given to each shop.
 */
export async function planMonth(tx: Db, plan: Plan): Promise<Map<string, { stars: number; count: number }>> {
  const stars = new Map<string, { stars: number; count: number }>();
  if (plan.orders === 0) return stars;
  const [from, to] = monthBefore(plan.now);
  await handOutPoints(tx, plan, from);
  const areas = new Map<string, string>();
  let batch: { order: Order; lines: Line[] }[] = [];
  for (let i = 0; i < plan.orders; i++) {
    const made = drawOrder(plan, createRandom(`order:${monthOf(from)}:${i}`), i, from, to);
    if (made === null) continue;
    const area = areas.get(made.order.regionPath) ?? (await areaName(tx, made.order.regionPath));
    areas.set(made.order.regionPath, area);
    const lived = live({ ...made.order, area }, made.shop, made.random);
    batch.push(lived);
    if (lived.order.rating !== null) {
      const known = stars.get(made.shop.id) ?? { stars: 0, count: 0 };
      stars.set(made.shop.id, { stars: known.stars + lived.order.rating, count: known.count + 1 });
    }
    if (batch.length === 200 || i === plan.orders - 1) {
      await keep(tx, batch);
      batch = [];
    }
  }
  await keep(tx, batch);
  return stars;
}

/** First and last instant of the month of Xiangyang's calendar before the one in which `now` lies, ms. */
function monthBefore(now: number): [number, number] {
  const first = Date.parse(`${monthOf(now)}-01T00:00:00+08:00`);
  return [Date.parse(`${monthOf(first - DAY)}-01T00:00:00+08:00`), first];
}

async function keep(tx: Db, batch: readonly { order: Order; lines: Line[] }[]): Promise<void> {
  if (batch.length === 0) return;
  await insertOrders(tx, batch);
  for (const { order } of batch) {
    if (order.state === 'cancelled') continue;
    await holdFor(tx, order, order.totalFen!, order.createdAt);
    await settleFor(tx, order, order.settledAt!);
  }
}

/** Every seventh home has points from a partner, for a year. */
async function handOutPoints(tx: Db, plan: Plan, from: number): Promise<void> {
  const issuers = plan.payers.filter((one) => one.kind === 'partner').map((one) => one.id);
  for (const [i, home] of pointHomes(plan).entries()) {
    const id = idFromName(`points:${home.residentId}:${monthOf(from)}`, from);
    const lot = {
      id,
      residentId: home.residentId,
      issuer: issuers[i % issuers.length]!,
      rateFen: 1 + (i % 2),
      issued: 40_000,
    };
    await givePoints(tx, { ...lot, expiresAt: from + 365 * DAY }, '积分养老', from - HOUR);
  }
}

function pointHomes(plan: Plan): Home[] {
  return plan.homes.filter((home, i) => i % 7 === 1 && !plan.rights.has(home.residentId)).slice(0, 150);
}

function rightHomes(plan: Plan): Home[] {
  return plan.homes.filter((home) => plan.rights.has(home.residentId));
}

function drawOrder(
  plan: Plan,
  random: Random,
  i: number,
  from: number,
  to: number,
): { order: Order; shop: ShopPlan; random: Random } | null {
  const payerId = random.weighted([
    ['resident', 40],
    ['subsidy', 35],
    ['points', 10],
    ['telecom', 5],
    ['insurer', 5],
    ['bank', 5],
  ] as const);
  const items = CATALOGUE.filter((one) => one.fen > 0 || payerId === 'resident');
  // A subsidy of one month pays for one job of a home here: each has its own, in turn.
  const home =
    payerId === 'subsidy'
      ? rightHomes(plan)[i % 1_000]!
      : payerId === 'points'
        ? pointHomes(plan)[i % 150]!
        : random.pick(plan.homes);
  const able = (item: CatalogueItem): ShopPlan[] =>
    plan.shops.filter(
      (shop) => shop.services.includes(item.code) && shop.areas.some((area) => home.regionPath.startsWith(area)),
    );
  const item = random.pick(items);
  const shops = able(item);
  if (shops.length === 0) return null;
  const limited = payerId === 'subsidy' || payerId === 'points';
  const affordable = !limited || (item.fen <= 10_000 && (payerId === 'points' || i < 1_000));
  const payer = plan.payers.find((one) => one.id === (affordable ? payerId : 'resident'))!;
  const quantity =
    limited && affordable
      ? 1
      : item.unit === '平方米'
        ? random.int(6, 30)
        : random.weighted([
            [1, 80],
            [2, 15],
            [3, 5],
          ] as const);
  const createdAt = from + Math.floor(random.next() * (to - from - 3 * DAY));
  const id = idFromName(`demo order:${monthOf(from)}:${i}`, createdAt);
  const order: Order = {
    ...EMPTY_ORDER,
    id,
    number: orderNumber(id, createdAt),
    incidentId: null,
    householdId: home.householdId,
    residentId: home.residentId,
    regionPath: home.regionPath,
    area: '',
    position: home.lat === null || home.lon === null ? null : { lat: home.lat, lon: home.lon },
    service: item.code,
    serviceName: item.name,
    minutesOfWork: item.minutes,
    people: item.people,
    what: item.name,
    quantity,
    urgency: random.weighted([
      ['today', 70],
      ['booked', 25],
      ['now', 5],
    ] as const),
    wantedAt: null,
    payer: { id: payer.id, kind: payer.kind as PayerKind, name: payer.name },
    priceFen: item.fen * quantity,
    agreedFen: item.fen * quantity,
    createdAt,
    roundsFrom: createdAt,
  };
  // Those who sign in in the demo have something in their statement.
  const known = shops.filter((shop) => KNOWN_SHOPS.includes(shop.id));
  return { order, shop: random.pick(known.length > 0 && random.chance(0.5) ? known : shops), random };
}

/** Takes an order through its life by the core, writing down each step. */
function live(draft: Order, shop: ShopPlan, random: Random): { order: Order; lines: Line[] } {
  let order = draft;
  let at = draft.createdAt;
  const lines: Line[] = [];
  const take = (decision: OrderDecision): void => {
    const last = lines.at(-1);
    lines.push(...chainLines(order.id, { seq: last?.seq ?? 0, hash: last?.hash ?? CHAIN_START }, decision.facts, at));
    order = decision.next;
  };
  const desk = { kind: 'person', id: null, name: '李敏', role: 'operator' } as const;
  const worker = { kind: 'person', id: shop.staff[0]!.id, name: shop.staff[0]!.name, role: 'vendor' } as const;
  const step = (minutes: number, command: OrderCommand, by: typeof desk | typeof worker): void => {
    at += minutes * MINUTE;
    take(decideOrder(order, command, by, at));
  };
  const metres = draft.position === null ? 1_500 : metresBetween(draft.position, shop);
  const minutes = minutesOfWay(metres);
  const begun = startOrder(order, desk, at);
  begun.facts.push({
    kind: 'created',
    by: desk,
    data: { service: order.service, urgency: order.urgency, payer: order.payer.id, priceFen: order.priceFen },
  });
  offerNext(begun, [{ shopId: shop.id, name: shop.name, minutes, why: '近、有空' }]);
  take(endOrder(begun));
  if (random.chance(0.03)) {
    step(0.2, { type: 'cancel', reason: '老人改主意了' }, desk);
    return { order, lines };
  }
  const staff = shop.staff.slice(0, Math.max(1, draft.people)).map(({ id, name, phone }) => ({ id, name, phone }));
  const code = String(random.int(1_000, 9_999));
  step(0.5, { type: 'accept', shopId: shop.id, staff, named: true, code }, worker);
  if (draft.payer.kind === 'resident' && random.chance(0.15)) {
    step(2, { type: 'quote', fen: order.priceFen + random.int(10, 80) * 100, note: '要换零件' }, worker);
    step(3, { type: 'approve', by: 'resident' }, desk);
  }
  step(1, { type: 'depart' }, worker);
  step(minutes, { type: 'arrive', code }, worker);
  const parts = order.quote === null ? [] : [{ name: '配件', count: 1, fen: order.agreedFen - order.priceFen }];
  step(draft.minutesOfWork, { type: 'complete', labourFen: order.priceFen, parts, note: '' }, worker);
  step(5, { type: 'confirm', satisfied: true, note: '', how: random.chance(0.7) ? 'box' : 'phone' }, desk);
  if (random.chance(0.8)) {
    const given = random.weighted([
      [5, 70],
      [4, 22],
      [3, 6],
      [2, 2],
    ] as const);
    step(1, { type: 'rate', stars: given, comment: '' }, desk);
  }
  if (order.callback !== null) step(60, { type: 'callback', outcome: 'satisfied', note: '' }, desk);
  at = order.deadlineAt!;
  take(tickOrder(order, at)!);
  if (order.state !== 'settled') throw new Error('a demo order did not come to its end');
  return { order, lines };
}
