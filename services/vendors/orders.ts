import { randomInt } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Actor } from '#dispatch/domain/incident.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { addOutbox } from '#platform/outbox.ts';
import { loadQueries } from '#platform/sql.ts';
import { metresBetween } from '#registry/geometry.ts';
import type { Telephony } from '#telephony/port.ts';
import { decideOrder, type OrderCommand } from './domain/decide.ts';
import {
  endOrder,
  needsShops,
  offerNext,
  startOrder,
  type Order,
  type OrderDecision,
  type OrderEffect,
  type ShopChoice,
} from './domain/order.ts';
import { rankShops, type ShopNear } from './domain/rank.ts';
import { SYSTEM_NAME } from './domain/system.ts';
import { tickOrder } from './domain/tick.ts';
import { boxRows } from './box.ts';
import { confirmCall, offerCall } from './calls.ts';
import { phoneOf } from './people.ts';
import { wishesOf } from './domain/wishes.ts';
import { endPoints, holdFor, settleFor } from './money/holds.ts';
import { loadOrders, lockOrder, saveOrders, type OrderChange, type StoredOrder } from './store.ts';

const q = loadQueries(import.meta.url, 'vendors', [
  'shops_for',
  'due_orders',
  'rate_shop',
  'shop_phone',
  'lock_shop',
  'shop_busy',
  'add_confirm_call',
]);

const AT_ONCE = 20;
const PUT_OFF_MS = 60_000;

export interface OrdersDeps {
  db: Database;
  clock: Clock;
  log: Log;
  poke: () => void;
  /** Without it a burst pipe is offered on the page alone. */
  telephony: Telephony | null;
  /** The case of an order is to be told; called after the commit. */
  onChange: (orderId: string) => void;
}

/** The one way in which work orders change: locked, decided by the pure core, written with history, money and notices. */
export interface Orders {
  /** A draft that is in no table yet: money held, first shops asked. The same id again answers the order that is there. */
  create(draft: Order, by: Actor): Promise<Order>;
  /**
   * `may` is asked once the row is locked; what it throws is the answer. A shop that accepts with its hands full has
   * declined: see `mustHold`.
   */
  command(id: string, command: OrderCommand, by: Actor, may?: (order: Order) => void): Promise<Order>;
  /** The same inside a caller's transaction. */
  commandIn(tx: Tx, id: string, command: OrderCommand, by: Actor, may?: (order: Order) => void): Promise<Order>;
  /** Every deadline that has passed does its work, from the database alone. Answers how many orders moved. */
  runOnce(): Promise<number>;
}

/** Four digits; none of them the same for all doors, and never one that is easily said by chance. */
export function drawCode(): string {
  return String(randomInt(1_000, 10_000));
}

/** Construction does nothing. */
export function createOrders(deps: OrdersDeps): Orders {
  const { db, clock } = deps;
  /** Orders that could not be moved, and until when (ms) they are put off. */
  const putOff = new Map<string, number>();
  let blamed = false;

  async function commandIn(
    tx: Tx,
    id: string,
    command: OrderCommand,
    by: Actor,
    may?: (order: Order) => void,
  ): Promise<Order> {
    const stored = await lockOrder(tx, id);
    if (!stored) throw new Problem('not_found');
    may?.(stored.order);
    const now = clock.now();
    const full = command.type === 'accept' && (await isFull(tx, command.shopId));
    const meant: OrderCommand = full ? { type: 'decline', shopId: command.shopId, reason: 'full' } : command;
    return carryOut(deps, tx, stored, decideOrder(stored.order, meant, by, now), now);
  }

  async function strike(size: number): Promise<number> {
    const now = clock.now();
    for (const [id, until] of putOff) if (until <= now) putOff.delete(id);
    return db.tx(async (tx) => {
      const due = await loadOrders(tx, q.due_orders, [new Date(now), size, [...putOff.keys()]]);
      for (const stored of due) {
        try {
          const decision = tickOrder(stored.order, now, deps.telephony !== null && (await mayRing(tx, stored.order)));
          if (decision) await carryOut(deps, tx, stored, decision, now);
        } catch (error) {
          putOff.set(stored.order.id, now + PUT_OFF_MS);
          blamed = true;
          throw error;
        }
      }
      return due.length;
    });
  }

  return {
    create: (draft, by) =>
      db.tx(async (tx) => {
        const known = await lockOrder(tx, draft.id);
        if (known) return known.order;
        const now = clock.now();
        const begun = startOrder(draft, by, now);
        begun.facts.push({
          kind: 'created',
          by,
          data: { service: draft.service, urgency: draft.urgency, payer: draft.payer.id, priceFen: draft.priceFen },
        });
        begun.effects.push({ kind: 'hold', fen: draft.priceFen });
        return carryOut(deps, tx, null, endOrder(begun), now);
      }),
    command: (id, command, by, may) => db.tx((tx) => commandIn(tx, id, command, by, may)),
    commandIn,
    async runOnce() {
      let moved = 0;
      for (;;) {
        let found: number;
        blamed = false;
        try {
          found = await strike(AT_ONCE);
        } catch (error) {
          // One bad order must not hold up the others: it is put off, and they come again at once.
          if (!blamed) throw error;
          deps.log.error({ err: (error as Error).message }, 'a work order could not be moved, put off');
          continue;
        }
        moved += found;
        if (found < AT_ONCE) break;
      }
      await db.tx((tx) => endPoints(tx, clock.now()));
      return moved;
    },
  };
}

/**
 * After an accept: `not_allowed_in_state` with a sentence where the shop had its hands full and the order went on to the
 * next.
 */
export function mustHold(order: Order, shopId: string): void {
  if (order.shopId !== shopId)
    throw new Problem('not_allowed_in_state', {
      detail:
        '您店里手上的活满了,这一单给了别家;做完一单再接 | Your shop has as much work as it can take; this order went to another',
    });
}

/** Whether the shop has as much in hand as it can take. It stays locked: two orders at once are counted one after the other. */
async function isFull(tx: Tx, shopId: string): Promise<boolean> {
  const [shop] = await tx.query<{ capacity: number }>(q.lock_shop, [shopId]);
  const [held] = await tx.query<{ busy: number }>(q.shop_busy, [shopId]);
  return shop !== undefined && held!.busy >= shop.capacity;
}

async function mayRing(tx: Db, order: Order): Promise<boolean> {
  return order.state === 'done' && (await phoneOf(tx, order)) !== null;
}

/** Asks the next shops where nobody has it, does what follows from the decision, and writes all of it. */
async function carryOut(
  deps: OrdersDeps,
  tx: Tx,
  before: StoredOrder | null,
  decision: OrderDecision,
  now: number,
): Promise<Order> {
  const whole = needsShops(decision.next) ? await askNext(tx, decision, now) : decision;
  const { next, facts, effects } = whole;
  const change: OrderChange = {
    before,
    next,
    facts,
    tellCase: next.incidentId !== null && (wishesOf(before?.order ?? null) !== wishesOf(next) || isBack(before, next)),
  };
  const offersFirst = [...effects].sort((a, b) => Number(a.kind === 'hold') - Number(b.kind === 'hold'));
  await saveOrders(tx, [change], now);
  for (const effect of offersFirst) {
    if (effect.kind === 'hold') await holdFor(tx, next, effect.fen, now);
    else if (effect.kind === 'settle') await settleFor(tx, next, now);
    else if (effect.kind === 'rate')
      await tx.query(q.rate_shop, [effect.shopId, effect.stars - (effect.before ?? 0), effect.before === null ? 1 : 0]);
    else if (effect.kind === 'notice') await tell(tx, next, effect, now);
    else if (deps.telephony) await ring(deps.telephony, tx, next, effect, now);
  }
  await tellScreens(tx, before?.order ?? null, next, now);
  await addOutbox(tx, await boxRows(tx, before?.order ?? null, next, now), now);
  tx.afterCommit(() => {
    deps.poke();
    if (change.tellCase) deps.onChange(next.id);
  });
  return next;
}

/** It is to be done again: its case may be over by now. */
function isBack(before: StoredOrder | null, next: Order): boolean {
  return next.state === 'disputed' && before?.order.state !== 'disputed';
}

async function askNext(tx: Db, decision: OrderDecision, now: number): Promise<OrderDecision> {
  const draft = startOrder(decision.next, SYSTEM_NAME, now);
  offerNext(draft, await choicesFor(tx, decision.next, now));
  return {
    next: draft.o,
    facts: [...decision.facts, ...draft.facts],
    effects: [...decision.effects, ...draft.effects],
  };
}

async function tell(
  tx: Db,
  order: Order,
  notice: { level: 'info' | 'warn' | 'alarm'; code: string; text: string },
  now: number,
): Promise<void> {
  const { level, code, text } = notice;
  const payload = { notice: { level, code, text, incident: order.incidentId }, region: order.regionPath };
  await addOutbox(tx, [{ topic: 'console', key: '', payload }], now);
}

/** Every page that shows the order is told to look again: the shops', and the desks that have its case before them. */
async function tellScreens(tx: Db, before: Order | null, next: Order, now: number): Promise<void> {
  const shops = shopsOf(before, next);
  const told: object[] = shops.length > 0 ? [{ shops }] : [];
  const cases = new Set([before?.incidentId ?? null, next.incidentId]);
  for (const one of cases) if (one !== null) told.push({ ordersOf: one, region: next.regionPath });
  await addOutbox(
    tx,
    told.map((payload) => ({ topic: 'console' as const, key: '', payload })),
    now,
  );
}

/** Shops whose page shows something else now: who holds or held it, who is or was asked. */
function shopsOf(before: Order | null, next: Order): string[] {
  const asked = next.offers.filter((one) => one.state !== before?.offers.find((was) => was.id === one.id)?.state);
  const all = [before?.shopId, next.shopId, ...asked.map((one) => one.shopId)];
  return [...new Set(all.filter((id) => typeof id === 'string'))];
}

async function ring(
  telephony: Telephony,
  tx: Tx,
  order: Order,
  effect: Extract<OrderEffect, { kind: 'call' | 'ask_done' | 'hang_up' }>,
  now: number,
): Promise<void> {
  if (effect.kind === 'hang_up') return telephony.hangUp(tx, effect.call);
  if (effect.kind === 'ask_done') {
    await tx.query(q.add_confirm_call, [effect.call, order.id, new Date(now)]);
    return telephony.place(tx, confirmCall(order, effect.call, (await phoneOf(tx, order)) ?? ''));
  }
  const offer = order.offers.find((one) => one.id === effect.offer);
  const phone = offer && (await tx.query<{ phone: string }>(q.shop_phone, [offer.shopId]))[0]?.phone;
  if (offer && phone) await telephony.place(tx, offerCall(order, offer, phone));
}

const DAY_MS = 86_400_000;

/** Shops that could take it at the time for which it is wanted, best first. */
async function choicesFor(db: Db, order: Order, now: number): Promise<ShopChoice[]> {
  const at = Math.max(now, order.wantedAt ?? now);
  const local = at + 8 * 3_600_000;
  // 1970-01-01 was a Thursday.
  const weekday = ((Math.floor(local / DAY_MS) + 3) % 7) + 1;
  const minute = Math.floor((local % DAY_MS) / 60_000);
  const shops = await db.query<ShopNear>(q.shops_for, [order.service, order.regionPath, weekday, minute]);
  const home = order.position;
  return rankShops(
    shops,
    home === null ? null : (shop) => Math.round(metresBetween(home, { lat: shop.lat, lon: shop.lon })),
  );
}
