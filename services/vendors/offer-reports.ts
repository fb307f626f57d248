import { Problem } from '#kernel/errors.ts';
import type { Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Report } from '#telephony/port.ts';
import type { Worker } from './domain/order.ts';
import { SYSTEM_NAME } from './domain/system.ts';
import { drawCode, mustHold, type Orders } from './orders.ts';

const q = loadQueries(import.meta.url, 'vendors', ['order_of_offer', 'order_of_call']);

interface ReportDeps {
  orders: Orders;
  workersOf: (shopId: string) => Promise<Worker[]>;
}

/**
 * What became of a call that offered work to a shop, or asked a resident whether work is done: a key counts as a tap
 * does. Who was too late is told so in words.
 */
export async function onVendorCall(
  deps: ReportDeps,
  tx: Tx,
  report: Report,
): Promise<{ say: string } | null | 'not ours'> {
  const [offer] = await tx.query<{ id: string; shopId: string }>(q.order_of_offer, [report.id]);
  if (offer) return inWords(() => answerOffer(deps, tx, offer, report));
  const [order] = await tx.query<{ id: string }>(q.order_of_call, [report.id]);
  if (order) return inWords(() => answerWhetherDone(deps, tx, order.id, report));
  return 'not ours';
}

/** The sentence of a refusal is what is said into the telephone. */
async function inWords(work: () => Promise<void>): Promise<{ say: string } | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { say: error.detail?.split(' | ')[0] ?? '这一单已经不在了。' };
  }
}

async function answerOffer(
  deps: ReportDeps,
  tx: Tx,
  offer: { id: string; shopId: string },
  report: Report,
): Promise<void> {
  if (report.event !== 'chosen') return;
  const { id, shopId } = offer;
  const staff = await deps.workersOf(shopId);
  const by = { kind: 'person', id: staff[0]?.id ?? null, name: staff[0]?.name ?? '店里', role: 'vendor' } as const;
  if (report.means === 'accepted')
    mustHold(
      await deps.orders.commandIn(tx, id, { type: 'accept', shopId, staff, named: false, code: drawCode() }, by),
      shopId,
    );
  else if (report.means === 'declined')
    await deps.orders.commandIn(tx, id, { type: 'decline', shopId, reason: 'no_staff', note: '电话里说的' }, by);
}

async function answerWhetherDone(deps: ReportDeps, tx: Tx, id: string, report: Report): Promise<void> {
  const by = { kind: 'person', id: null, name: '老人' } as const;
  if (report.event === 'chosen')
    await deps.orders.commandIn(
      tx,
      id,
      { type: 'confirm', satisfied: report.means === 'done', note: '', how: 'call' },
      by,
    );
  else if (report.event === 'ended' && report.outcome !== 'chosen')
    await deps.orders.commandIn(
      tx,
      id,
      { type: 'call_ended', call: report.id, outcome: report.outcome ?? 'unknown' },
      SYSTEM_NAME,
    );
}
