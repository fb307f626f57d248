import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { OrderState, WireOffer, WireOrder, WireOrderDetail, WireService, WireShop } from '#contracts/vendors.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import type { Language } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import { staffCards } from '#registry/directory/directory.ts';
import type { Order } from './domain/order.ts';
import { isEnded } from './domain/states.ts';
import { orderText } from './history-text.ts';
import { homeOf } from './people.ts';
import { getOrders, loadOrders } from './store.ts';

const q = loadQueries(import.meta.url, 'vendors', [
  'shops_by_phone',
  'list_services',
  'list_shops',
  'list_orders',
  'order_history',
  'photos_of',
  'shops_by_id',
  'services_by_code',
]);

export interface ViewsDeps {
  db: Database;
  clock: Clock;
  recordLook: (
    db: Db,
    look: { residentId: string; viewer: Viewer; what: string; incidentId: string | null; at: number },
  ) => Promise<void>;
}

/** How much of an order is shown: to the desk, to the shop that holds it, to a shop that is asked. */
export type Eyes = 'desk' | 'holder' | 'asked';

/** The catalogue with the prices of the viewer's city. */
export async function listServices(db: Db, viewer: Viewer): Promise<WireService[]> {
  const rows = await db.query<Omit<WireService, 'priceFen'> & { priceFen: number | null }>(q.list_services, [
    viewer.regions,
  ]);
  return rows.flatMap(({ priceFen, ...row }) => (priceFen === null ? [] : [{ ...row, priceFen }]));
}

type ShopRow = Omit<WireShop, 'staff' | 'rating'> & { staff: string[]; ratingSum: number };

/** Shops within `regions`, by id. */
export async function listShops(
  db: Db,
  wanted: {
    regions: readonly string[];
    id: string | null;
    service: string | null;
    covers: string | null;
    text: string | null;
    after: string | null;
    limit: number;
  },
): Promise<WireShop[]> {
  const { regions, id, service, covers, text, after, limit } = wanted;
  const rows = await db.query<ShopRow>(q.list_shops, [regions, id, service, covers, text, after, limit]);
  const cards = await staffCards(db, [...new Set(rows.flatMap((row) => row.staff))]);
  return rows.map(({ ratingSum, staff, ...row }) => ({
    ...row,
    rating: ratingOf(ratingSum, row.ratings),
    staff: staff.flatMap((one) => cards.filter((card) => card.id === one)),
  }));
}

/** Stars on average, one decimal; null before the first. */
export function ratingOf(sum: number, count: number): number | null {
  return count === 0 ? null : Math.round((sum / count) * 10) / 10;
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function wireOffer(offer: Order['offers'][number]): WireOffer {
  return {
    id: offer.id,
    shop: { id: offer.shopId, name: offer.shopName },
    state: offer.state,
    round: offer.round,
    why: offer.why,
    minutes: offer.minutes,
    offeredAt: iso(offer.offeredAt)!,
    expiresAt: iso(offer.expiresAt)!,
    endedAt: iso(offer.endedAt),
    reason: offer.reason,
  };
}

/**
 * Orders as `eyes` may see them. Who lives there is only for the shop that holds a live order (`home`), and for the desk
 * when one order is opened.
 */
export async function wireOrders(
  db: Db,
  orders: readonly Order[],
  eyes: (order: Order) => { as: Eyes; shopId: string | null; home: boolean },
): Promise<WireOrder[]> {
  if (orders.length === 0) return [];
  const ids = orders.map((order) => order.id);
  const photos = await db.query<{ id: string; orderId: string; at: Date }>(q.photos_of, [ids]);
  const shopIds = [...new Set(orders.flatMap((order) => (order.shopId === null ? [] : [order.shopId])))];
  const shops = await db.query<{ id: string; name: string; phone: string }>(q.shops_by_id, [shopIds]);
  const services = await db.query<WireOrder['service']>(q.services_by_code, [
    [...new Set(orders.map((order) => order.service))],
  ]);
  const wires: WireOrder[] = [];
  for (const order of orders) {
    const { as, shopId, home } = eyes(order);
    wires.push({
      ...facts(order),
      service: services.find((one) => one.code === order.service)!,
      home: home && as !== 'asked' ? await homeOf(db, order.householdId, order.residentId) : null,
      code: as === 'asked' ? null : order.code,
      shop: shops.find((one) => one.id === order.shopId) ?? null,
      workers: as === 'asked' ? [] : order.staff,
      // A shop learns nothing of the others that were asked.
      offers: order.offers.filter((one) => as === 'desk' || one.shopId === shopId).map(wireOffer),
      photos: photos.filter((one) => one.orderId === order.id).map((one) => ({ id: one.id, at: one.at.toISOString() })),
      complaint: as === 'desk' ? order.complaint : null,
      callback:
        as === 'desk' && order.callback !== null ? { ...order.callback, dueAt: iso(order.callback.dueAt)! } : null,
    });
  }
  return wires;
}

type Facts = Omit<
  WireOrder,
  'service' | 'home' | 'code' | 'shop' | 'workers' | 'offers' | 'photos' | 'complaint' | 'callback'
>;

function facts(order: Order): Facts {
  return {
    id: order.id,
    number: order.number,
    version: order.version,
    state: order.state,
    incident: order.incidentId,
    what: order.what,
    quantity: order.quantity,
    urgency: order.urgency,
    wantedAt: iso(order.wantedAt),
    payer: order.payer,
    area: order.area,
    priceFen: order.priceFen,
    quote: order.quote === null ? null : { ...order.quote, at: iso(order.quote.at)! },
    parts: order.parts,
    labourFen: order.labourFen,
    partsFen: order.totalFen === null || order.labourFen === null ? null : order.totalFen - order.labourFen,
    totalFen: order.totalFen,
    deadlineAt: iso(order.deadlineAt),
    owes: order.owes,
    createdAt: iso(order.createdAt)!,
    acceptedAt: iso(order.acceptedAt),
    departedAt: iso(order.departedAt),
    etaAt: iso(order.etaAt),
    arrivedAt: iso(order.arrivedAt),
    arrivedBy: order.arrivedBy,
    doneAt: iso(order.doneAt),
    confirmedAt: iso(order.confirmedAt),
    confirmedBy: order.confirmedBy,
    settledAt: iso(order.settledAt),
    warrantyUntil: iso(order.warrantyUntil),
    rating: order.rating,
    comment: order.comment,
  };
}

/** How this viewer sees this order, or null when it does not exist for him. `shopId` is a vendor's own shop. */
export function eyesOf(viewer: Viewer, order: Order, shopId: string | null): Eyes | null {
  if (viewer.role !== 'vendor') return liesInRegions(viewer, order.regionPath) ? 'desk' : null;
  if (shopId === null) return null;
  if (order.shopId === shopId) return 'holder';
  return order.offers.some((one) => one.shopId === shopId && one.state === 'offered') ? 'asked' : null;
}

const cursorOf = (order: Order): string => Buffer.from(`${order.createdAt}|${order.id}`).toString('base64url');

/** Orders of the viewer's regions (a vendor: those his shop holds or is asked), newest first. */
export async function listOrders(
  deps: ViewsDeps,
  viewer: Viewer,
  wanted: {
    incident: string | null;
    shopId: string | null;
    states: readonly OrderState[] | null;
    callbacks: boolean;
    /** The beginning of a number, or a part of the service's or the shop's name. */
    text: string | null;
    after: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<{ items: WireOrder[]; nextCursor: string | null }> {
  const { incident, shopId, states, after, limit, callbacks, text } = wanted;
  // A shop's orders are its own wherever they lie: its area need not be its account's.
  const regions = viewer.role === 'vendor' ? [''] : viewer.regions;
  const params = [regions, incident, shopId, states, after?.at ?? null, after?.id ?? null, limit + 1, callbacks, text];
  const found = (await loadOrders(deps.db, q.list_orders, params)).map((stored) => stored.order);
  const page = found.slice(0, limit);
  const own = viewer.role === 'vendor' ? shopId : null;
  const items = await wireOrders(deps.db, page, (order) => ({
    as: eyesOf(viewer, order, own) ?? 'asked',
    shopId: own,
    home: false,
  }));
  const last = page.at(-1);
  return { items, nextCursor: found.length > limit && last ? cursorOf(last) : null };
}

/** One order opened, with its history; `not_found` where it does not exist for the viewer. The look at the resident is recorded. */
export async function openOrder(
  deps: ViewsDeps,
  viewer: Viewer,
  id: string,
  shopId: string | null,
  language: Language,
  hadIt = false,
): Promise<WireOrderDetail> {
  const [stored] = await getOrders(deps.db, [id]);
  // Who has just declined or given it back is told how it stands, as one who is asked would see it.
  const as = stored ? (eyesOf(viewer, stored.order, shopId) ?? (hadIt ? 'asked' : null)) : null;
  if (!stored || as === null) throw new Problem('not_found');
  const { order } = stored;
  // The shop sees where it was only as long as it has something to do there.
  const home = as === 'desk' || (as === 'holder' && !isEnded(order.state) && order.state !== 'confirmed');
  if (home && order.residentId !== null) {
    const look = { residentId: order.residentId, viewer, what: 'work_order', incidentId: order.incidentId };
    await deps.recordLook(deps.db, { ...look, at: deps.clock.now() });
  }
  const [wire] = await wireOrders(deps.db, [order], () => ({ as, shopId, home }));
  const lines =
    as === 'desk'
      ? await deps.db.query<{ seq: number; at: Date; kind: string; by: string; data: Record<string, unknown> }>(
          q.order_history,
          [id],
        )
      : [];
  return {
    ...wire!,
    timeline: lines.map((line) => ({
      seq: line.seq,
      at: line.at.toISOString(),
      kind: line.kind,
      by: line.by,
      text: orderText(line.kind, line.data, language),
    })),
  };
}

/** Shops by their telephones, as these are written down. */
export function shopsByPhone(db: Db, spellings: readonly string[]): Promise<{ phone: string; name: string }[]> {
  return db.query(q.shops_by_phone, [spellings]);
}
