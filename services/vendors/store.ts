import { CHAIN_START, chainHash } from '#kernel/hash-chain.ts';
import { Problem } from '#kernel/errors.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries, type Statement } from '#platform/sql.ts';
import type { Offer, Order, OrderFact } from './domain/order.ts';

const q = loadQueries(import.meta.url, 'vendors', ['save_orders', 'offers_of', 'lock_orders', 'get_orders']);

interface OrderRow {
  id: string;
  /** Written by an older release it may lack `confirmCall`. */
  body: Omit<Order, 'offers' | 'confirmCall'> & Partial<Pick<Order, 'confirmCall'>>;
  history_seq: number;
  history_hash: string;
}

interface OfferRow {
  id: string;
  order_id: string;
  shopId: string;
  state: Offer['state'];
  round: number;
  why: string;
  minutes: number;
  offered_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  reason: string | null;
}

/** An order as it lies in the database, with the head of its history. */
export interface StoredOrder {
  order: Order;
  seq: number;
  hash: string;
}

/** Reads orders by a statement over `work_order` (id, body, history_seq, history_hash), each with the shops asked. */
export async function loadOrders(db: Db, statement: Statement, params: readonly unknown[]): Promise<StoredOrder[]> {
  const rows = await db.query<OrderRow>(statement, params);
  if (rows.length === 0) return [];
  const offers = await db.query<OfferRow>(q.offers_of, [rows.map((row) => row.id)]);
  return rows.map((row) => ({
    order: {
      ...row.body,
      confirmCall: row.body.confirmCall ?? null,
      offers: offers
        .filter((one) => one.order_id === row.id)
        .map((one) => ({
          id: one.id,
          shopId: one.shopId,
          shopName: row.body.offerNames[one.shopId] ?? '',
          state: one.state,
          round: one.round,
          why: one.why,
          minutes: one.minutes,
          offeredAt: one.offered_at.getTime(),
          expiresAt: one.expires_at.getTime(),
          endedAt: one.ended_at?.getTime() ?? null,
          reason: one.reason,
        })),
    },
    seq: row.history_seq,
    hash: row.history_hash,
  }));
}

/** One order, locked until the transaction ends; null when there is none. */
export async function lockOrder(tx: Db, id: string): Promise<StoredOrder | null> {
  return (await loadOrders(tx, q.lock_orders, [[id]]))[0] ?? null;
}

/** Orders by id, in no certain order. */
export function getOrders(db: Db, ids: readonly string[]): Promise<StoredOrder[]> {
  return loadOrders(db, q.get_orders, [ids]);
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** What the history of an order says in one line; chained by hash, each order a chain of its own. */
export interface Line {
  order_id: string;
  seq: number;
  at: string | null;
  kind: string;
  by_kind: string;
  by_id: string | null;
  by_name: string;
  data: Record<string, unknown>;
  prev_hash: string;
  hash: string;
}

/** The lines that follow a head, at `now` (ms). */
export function chainLines(
  orderId: string,
  head: { seq: number; hash: string },
  facts: readonly OrderFact[],
  now: number,
): Line[] {
  let { seq, hash } = head;
  return facts.map((fact) => {
    seq += 1;
    const by = { kind: fact.by.kind, id: fact.by.id, name: fact.by.name };
    const prev = hash;
    hash = chainHash(prev, { order: orderId, seq, at: now, kind: fact.kind, by, data: fact.data });
    return {
      order_id: orderId,
      seq,
      at: iso(now),
      kind: fact.kind,
      by_kind: by.kind,
      by_id: by.id,
      by_name: by.name,
      data: fact.data,
      prev_hash: prev,
      hash,
    };
  });
}

/** A change to be written: the order as it is to be, how many versions it moved, and what its history says of it. */
export interface OrderChange {
  before: StoredOrder | null;
  next: Order;
  facts: readonly OrderFact[];
  /** The incident is to be told: somebody was named, set out, arrived, is done or was taken off. */
  tellCase: boolean;
}

/** Writes changes in one statement. Throws `conflict` when an order was no longer as it was read: nothing of it is written then. */
export async function saveOrders(tx: Db, changes: readonly OrderChange[], now: number): Promise<void> {
  if (changes.length === 0) return;
  const lines = changes.flatMap((change) =>
    chainLines(change.next.id, change.before ?? { seq: 0, hash: CHAIN_START }, change.facts, now),
  );
  const steps = Math.max(...changes.map((change) => change.next.version - (change.before?.order.version ?? 0)));
  const written = await tx.query<{ id: string }>(q.save_orders, [
    JSON.stringify(changes.map((change) => orderRow(change, lines))),
    JSON.stringify(
      changes.flatMap(({ before, next }) =>
        changedOffers(before?.order ?? null, next).map((one) => offerRow(next.id, one)),
      ),
    ),
    JSON.stringify(lines),
    steps,
  ]);
  if (written.length !== changes.length)
    throw new Problem('conflict', { detail: '刚刚有人改过 | It has just changed' });
}

/** Writes orders that are over, each with its whole history: for seeds. One that is there already is left as it is. */
export async function insertOrders(tx: Db, orders: readonly { order: Order; lines: readonly Line[] }[]): Promise<void> {
  await tx.query(q.save_orders, [
    JSON.stringify(
      orders.map(({ order, lines }) => orderRow({ before: null, next: order, facts: [], tellCase: false }, lines)),
    ),
    JSON.stringify(orders.flatMap(({ order }) => order.offers.map((one) => offerRow(order.id, one)))),
    JSON.stringify(orders.flatMap(({ lines }) => lines)),
    0,
  ]);
}

function orderRow({ before, next, tellCase }: OrderChange, lines: readonly Line[]): Record<string, unknown> {
  const { offers, ...body } = next;
  const last = lines.findLast((line) => line.order_id === next.id);
  return {
    id: next.id,
    version: next.version,
    state: next.state,
    incident_id: next.incidentId,
    household_id: next.householdId,
    resident_id: next.residentId,
    region_path: next.regionPath,
    service: next.service,
    shop_id: next.shopId,
    payer: next.payer.id,
    month: next.month,
    created_at: iso(next.createdAt),
    deadline_at: iso(next.deadlineAt),
    body: { ...body, offerNames: Object.fromEntries(offers.map((one) => [one.shopId, one.shopName])) },
    case_pending: tellCase && next.incidentId !== null,
    history_seq: last?.seq ?? before?.seq ?? 0,
    history_hash: last?.hash ?? before?.hash ?? CHAIN_START,
  };
}

function changedOffers(before: Order | null, next: Order): Offer[] {
  return next.offers.filter((one) => {
    const was = before?.offers.find((other) => other.id === one.id);
    return was === undefined || was.state !== one.state || was.endedAt !== one.endedAt;
  });
}

function offerRow(orderId: string, one: Offer): Record<string, unknown> {
  return {
    id: one.id,
    order_id: orderId,
    shop_id: one.shopId,
    state: one.state,
    round: one.round,
    why: one.why,
    minutes: one.minutes,
    offered_at: iso(one.offeredAt),
    expires_at: iso(one.expiresAt),
    ended_at: iso(one.endedAt),
    reason: one.reason,
  };
}
