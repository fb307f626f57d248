import { idFromName } from '#kernel/ids.ts';
import { Problem } from '#kernel/errors.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { holdQuota, leftOf } from '../domain/quota.ts';
import { monthOf, type Order } from '../domain/order.ts';
import {
  expirePoints,
  issuePoints,
  refundPoints,
  settlePoints,
  spendPoints,
  worthOf,
  type Held,
  type LedgerEntry,
  type Lot,
} from '../domain/ledger.ts';

const q = loadQueries(import.meta.url, 'vendors.money', [
  'lock_right',
  'get_right',
  'quota_uses',
  'put_quota_use',
  'quota_month',
  'lock_lots',
  'lots_of',
  'ended_lots',
  'held_by_order',
  'lots_by_id',
  'put_lot',
  'add_entry',
]);

type RightRow = { class: string; className: string; monthlyFen: number };
type LotRow = Omit<Lot, 'expiresAt'> & { expiresAt: Date };
const lotOf = (row: LotRow): Lot => ({ ...row, expiresAt: row.expiresAt.getTime() });

/**
 * Makes what the order holds of its payer `fen`: of the month's quota, or of the resident's points. Refused with
 * `invalid_fields` when there is not enough. Partners and residents are billed afterwards: nothing is held.
 */
export async function holdFor(tx: Db, order: Order, fen: number, now: number): Promise<void> {
  if (order.payer.kind === 'subsidy') await holdSubsidy(tx, order, fen, now);
  else if (order.payer.kind === 'points') await holdPoints(tx, order, fen, now);
}

async function holdSubsidy(tx: Db, order: Order, fen: number, now: number): Promise<void> {
  if (order.residentId === null) throw noRight();
  const [right] = await tx.query<RightRow>(q.lock_right, [order.residentId]);
  if (!right) throw noRight();
  // It stays in the month in which it was first held, however long the work takes.
  const month = (await tx.query<{ month: string }>(q.quota_month, [order.id]))[0]?.month ?? monthOf(now);
  const uses = await tx.query<{ orderId: string; fen: number }>(q.quota_uses, [order.residentId, month]);
  holdQuota({ ...right, uses }, order.id, fen);
  await tx.query(q.put_quota_use, [order.id, order.residentId, month, fen]);
}

function noRight(): Problem {
  return new Problem('invalid_fields', {
    fields: [
      {
        field: 'payer',
        expected: '这位老人没有服务补贴,请换别的付法 | this resident has no subsidy; choose another way to pay',
      },
    ],
  });
}

async function holdPoints(tx: Db, order: Order, fen: number, now: number): Promise<void> {
  if (order.residentId === null) throw noRight();
  const lots = (await tx.query<LotRow>(q.lock_lots, [order.residentId])).map(lotOf);
  const held = await heldBy(tx, order.id, lots);
  const worth = held.reduce((all, one) => all + one.points * one.lot.rateFen, 0);
  if (fen > worth)
    await keepEntry(tx, spendPoints(lots, order.id, fen - worth, now), `${order.id}/${order.version}/spend`, now);
  else if (fen < worth)
    await keepEntry(tx, refundPoints(held, order.id, fen, now), `${order.id}/${order.version}/refund`, now);
}

async function heldBy(tx: Db, orderId: string, known: readonly Lot[]): Promise<Held[]> {
  const rows = await tx.query<{ id: string; points: number }>(q.held_by_order, [`order:${orderId}`]);
  return rows.map((row) => ({ lot: known.find((lot) => lot.id === row.id)!, points: row.points }));
}

/** What the order holds in points goes to its shop. */
export async function settleFor(tx: Db, order: Order, now: number): Promise<void> {
  if (order.payer.kind !== 'points' || order.shopId === null) return;
  const rows = await tx.query<{ id: string; points: number }>(q.held_by_order, [`order:${order.id}`]);
  const lots = (await tx.query<LotRow>(q.lots_by_id, [rows.map((row) => row.id)])).map(lotOf);
  const held = rows.map((row) => ({ lot: lots.find((lot) => lot.id === row.id)!, points: row.points }));
  if (held.length > 0) await keepEntry(tx, settlePoints(held, order.id, order.shopId), `${order.id}/settle`, now);
}

/** Writes an entry under an id that follows from `name`: the same entry again changes nothing. */
export async function keepEntry(tx: Db, entry: LedgerEntry, name: string, now: number): Promise<void> {
  if (entry.lines.length === 0) return;
  for (const lot of entry.lots)
    await tx.query(q.put_lot, [
      lot.id,
      lot.residentId,
      lot.issuer,
      lot.rateFen,
      lot.issued,
      lot.left,
      new Date(lot.expiresAt),
    ]);
  await tx.query(q.add_entry, [
    idFromName(`ledger/${name}`, now),
    new Date(now),
    entry.kind,
    entry.orderId,
    entry.note,
    entry.lines.map((line) => line.account),
    entry.lines.map((line) => line.points),
    entry.lines.map((line) => line.lotId),
  ]);
}

/** Gives a resident points. `id` names the lot: the same id again gives nothing. */
export async function givePoints(tx: Db, lot: Omit<Lot, 'left'>, note: string, now: number): Promise<void> {
  const [known] = await tx.query<LotRow>(q.lots_by_id, [[lot.id]]);
  if (!known) await keepEntry(tx, issuePoints(lot, note), `${lot.id}/issue`, now);
}

/** Points that have ended by `now` (ms) go back to their issuers. Answers how many lots. */
export async function endPoints(tx: Db, now: number): Promise<number> {
  const lots = (await tx.query<LotRow>(q.ended_lots, [new Date(now)])).map(lotOf);
  for (const [place, entry] of expirePoints(lots, now).entries())
    await keepEntry(tx, entry, `${lots[place]!.id}/end`, now);
  return lots.length;
}

/** A resident's points that still hold at `now` (ms). */
export async function pointsOf(db: Db, residentId: string, now: number): Promise<Lot[]> {
  return (await db.query<LotRow>(q.lots_of, [residentId])).map(lotOf).filter((lot) => lot.expiresAt > now);
}

/** What is left of the resident's quota of this month (null: no subsidy), and what his points are worth, fen. */
export async function meansOf(
  db: Db,
  residentId: string,
  now: number,
): Promise<{ quotaFen: number | null; pointsFen: number }> {
  const [right] = await db.query<RightRow>(q.get_right, [residentId]);
  const uses = right ? await db.query<{ orderId: string; fen: number }>(q.quota_uses, [residentId, monthOf(now)]) : [];
  return {
    quotaFen: right ? leftOf({ ...right, uses }) : null,
    pointsFen: worthOf(await pointsOf(db, residentId, now), now),
  };
}
