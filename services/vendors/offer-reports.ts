import { Problem } from '#kernel/errors.ts';
import type { Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Report } from '#telephony/port.ts';
import type { Worker } from './domain/order.ts';
import { drawCode, type Orders } from './orders.ts';

const q = loadQueries(import.meta.url, 'vendors', ['order_of_offer']);

/**
 * What became of such a call: a key accepts or declines, as a tap does. Who was too late is told so in words.
 */
export async function onOfferCall(
  deps: { orders: Orders; workersOf: (shopId: string) => Promise<Worker[]> },
  tx: Tx,
  report: Report,
): Promise<{ say: string } | null | 'not ours'> {
  const [found] = await tx.query<{ id: string; shopId: string }>(q.order_of_offer, [report.id]);
  if (!found) return 'not ours';
  if (report.event !== 'chosen') return null;
  const staff = await deps.workersOf(found.shopId);
  const by = { kind: 'person', id: staff[0]?.id ?? null, name: staff[0]?.name ?? '店里', role: 'vendor' } as const;
  try {
    if (report.means === 'accepted')
      await deps.orders.commandIn(
        tx,
        found.id,
        { type: 'accept', shopId: found.shopId, staff, named: false, code: drawCode() },
        by,
      );
    else if (report.means === 'declined')
      await deps.orders.commandIn(
        tx,
        found.id,
        { type: 'decline', shopId: found.shopId, reason: 'no_staff', note: '电话里说的' },
        by,
      );
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { say: error.detail?.split(' | ')[0] ?? '这一单已经不在了。' };
  }
  return null;
}
