import { createHash } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Database } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { createLoop } from '#platform/loop.ts';
import { loadQueries } from '#platform/sql.ts';
import type { OrderState } from '#contracts/vendors.ts';
import type { OrderCommand } from '../domain/decide.ts';
import { drawCode, type Orders } from '../orders.ts';
import { workersOf } from '../people.ts';
import { getOrders } from '../store.ts';

const q = loadQueries(import.meta.url, 'vendors.demo', ['live_shop_work']);

const EVERY_MS = 1_000;
/** A page that has asked for nothing for so long is closed: an open one asks every 10 s at least. */
const PAGE_CLOSED_MS = 25_000;
/** How long a simulated shop takes for each step, ms. */
const PATIENCE: Partial<Record<OrderState, number>> = {
  offered: 5_000,
  accepted: 6_000,
  approved: 6_000,
  disputed: 10_000,
  under_way: 25_000,
  on_scene: 30_000,
};

interface Work {
  id: string;
  state: OrderState;
  version: number;
  offerId: string;
  shopId: string;
}

/**
 * Shops of the demo whose page is closed: they answer offers after a few seconds (most accept, some decline, always the
 * same ones), set out, arrive, and say it is done. Whoever has a page open is left alone.
 */
export function createSimulatedShops(deps: { db: Database; clock: Clock; log: Log; orders: Orders }): {
  start(): void;
  stop(): Promise<void>;
} {
  /** Since when each order stands as it stands, ms. */
  const since = new Map<string, number>();

  async function round(): Promise<void> {
    const now = deps.clock.now();
    const live = await deps.db.query<Work>(q.live_shop_work, [new Date(now - PAGE_CLOSED_MS)]);
    const keys = new Set(live.map((work) => `${work.offerId}/${work.state}`));
    for (const key of since.keys()) if (!keys.has(key)) since.delete(key);
    for (const work of live) {
      const key = `${work.offerId}/${work.state}`;
      if (!since.has(key)) since.set(key, now);
      if (now - since.get(key)! >= (PATIENCE[work.state] ?? Infinity)) await act(deps, work);
    }
  }

  return createLoop({ log: deps.log, name: 'simulated shops', every: EVERY_MS, after: EVERY_MS, work: round });
}

/** One offer in five is declined: which ones follows from its id. */
function declines(offerId: string): boolean {
  return createHash('sha256').update(offerId).digest()[0]! % 5 === 0;
}

async function act(deps: { db: Database; orders: Orders }, work: Work): Promise<void> {
  const workers = await workersOf(deps.db, work.shopId);
  const by = { kind: 'person', id: workers[0]?.id ?? null, name: workers[0]?.name ?? '店里', role: 'vendor' } as const;
  const [stored] = await getOrders(deps.db, [work.id]);
  if (!stored || stored.order.state !== work.state) return;
  const { order } = stored;
  const steps: Partial<Record<OrderState, OrderCommand>> = {
    offered: declines(work.offerId)
      ? { type: 'decline', shopId: work.shopId, reason: 'no_staff' }
      : { type: 'accept', shopId: work.shopId, staff: workers, named: false, code: drawCode() },
    accepted: { type: 'depart' },
    disputed: { type: 'depart' },
    approved: order.arrivedAt === null ? { type: 'depart' } : { type: 'complete', parts: [], note: '' },
    under_way: { type: 'arrive', code: order.code ?? '' },
    on_scene: { type: 'complete', parts: [], note: '' },
  };
  const command = steps[work.state];
  if (!command) return;
  // Somebody else was faster, or has just taken it in hand: nothing to do.
  await deps.orders.command(work.id, command, by).catch((error: unknown) => {
    if (!(error instanceof Problem)) throw error;
  });
}
