import { Problem } from '#kernel/errors.ts';

/** Points that somebody was given at once: they end together and are worth `rateFen` fen each. Times in ms. */
export interface Lot {
  id: string;
  residentId: string;
  issuer: string;
  rateFen: number;
  issued: number;
  left: number;
  expiresAt: number;
}

/** One side of an entry; the lines of an entry sum to zero. Accounts: `issuer:`, `resident:`, `order:`, `shop:` + id. */
export interface LedgerLine {
  account: string;
  points: number;
  lotId: string | null;
}

export type EntryKind = 'issue' | 'spend' | 'refund' | 'expire' | 'settle';

export interface LedgerEntry {
  kind: EntryKind;
  orderId: string | null;
  note: string;
  lines: LedgerLine[];
  /** What is left of the lots that it touches. */
  lots: Lot[];
}

/** Throws unless the lines sum to zero: a ledger that does not balance is a mistake here, never data. */
export function balanced(entry: LedgerEntry): LedgerEntry {
  const sum = entry.lines.reduce((all, line) => all + line.points, 0);
  if (sum !== 0) throw new Error(`a ledger entry sums to ${sum}`);
  return { ...entry, lines: entry.lines.filter((line) => line.points !== 0) };
}

/** Points for a resident, from an issuer. */
export function issuePoints(lot: Omit<Lot, 'left'>, note: string): LedgerEntry {
  return balanced({
    kind: 'issue',
    orderId: null,
    note,
    lines: [
      { account: `issuer:${lot.issuer}`, points: -lot.issued, lotId: lot.id },
      { account: `resident:${lot.residentId}`, points: lot.issued, lotId: lot.id },
    ],
    lots: [{ ...lot, left: lot.issued }],
  });
}

/** What a resident's points are worth at `now` (ms), fen. */
export function worthOf(lots: readonly Lot[], now: number): number {
  return lots.reduce((all, lot) => all + (lot.expiresAt > now ? lot.left * lot.rateFen : 0), 0);
}

/**
 * Holds points worth at least `fen` for an order (rounded up to whole points), those that end first, first. Refused with
 * `invalid_fields` when there are not enough: then nothing is held.
 */
export function spendPoints(lots: readonly Lot[], orderId: string, fen: number, now: number): LedgerEntry {
  const lines: LedgerLine[] = [];
  const touched: Lot[] = [];
  let rest = fen;
  for (const lot of [...lots].sort((a, b) => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1))) {
    if (rest <= 0) break;
    if (lot.expiresAt <= now || lot.left === 0) continue;
    const take = Math.min(lot.left, Math.ceil(rest / lot.rateFen));
    rest -= take * lot.rateFen;
    lines.push({ account: `resident:${lot.residentId}`, points: -take, lotId: lot.id });
    lines.push({ account: `order:${orderId}`, points: take, lotId: lot.id });
    touched.push({ ...lot, left: lot.left - take });
  }
  if (rest > 0) {
    const short = (rest / 100).toFixed(2);
    throw new Problem('invalid_fields', {
      fields: [{ field: 'payer', expected: `够付的积分,还差 ${short} 元 | enough points; ${short} yuan are missing` }],
    });
  }
  return balanced({ kind: 'spend', orderId, note: '', lines, lots: touched });
}

/** What an order holds of each lot. */
export interface Held {
  lot: Lot;
  points: number;
}

/**
 * Gives back what an order holds beyond `keepFen`: what was taken last comes back first, into the lots it came from; of a
 * lot that has ended meanwhile it goes to the issuer.
 */
export function refundPoints(held: readonly Held[], orderId: string, keepFen: number, now: number): LedgerEntry {
  let keep = keepFen;
  const lines: LedgerLine[] = [];
  const touched: Lot[] = [];
  for (const { lot, points } of [...held].sort(
    (a, b) => a.lot.expiresAt - b.lot.expiresAt || (a.lot.id < b.lot.id ? -1 : 1),
  )) {
    const stays = Math.min(points, Math.max(0, Math.ceil(keep / lot.rateFen)));
    keep -= stays * lot.rateFen;
    const back = points - stays;
    if (back === 0) continue;
    lines.push({ account: `order:${orderId}`, points: -back, lotId: lot.id });
    if (lot.expiresAt > now) {
      lines.push({ account: `resident:${lot.residentId}`, points: back, lotId: lot.id });
      touched.push({ ...lot, left: lot.left + back });
    } else lines.push({ account: `issuer:${lot.issuer}`, points: back, lotId: lot.id });
  }
  return balanced({ kind: 'refund', orderId, note: '', lines, lots: touched });
}

/** What the order holds goes to the shop that did the work. */
export function settlePoints(held: readonly Held[], orderId: string, shopId: string): LedgerEntry {
  return balanced({
    kind: 'settle',
    orderId,
    note: '',
    lines: held.flatMap(({ lot, points }) => [
      { account: `order:${orderId}`, points: -points, lotId: lot.id },
      { account: `shop:${shopId}`, points, lotId: lot.id },
    ]),
    lots: [],
  });
}

/** What is left of lots that have ended by `now` (ms) goes back to their issuers. */
export function expirePoints(lots: readonly Lot[], now: number): LedgerEntry[] {
  return lots
    .filter((lot) => lot.expiresAt <= now && lot.left > 0)
    .map((lot) =>
      balanced({
        kind: 'expire',
        orderId: null,
        note: '',
        lines: [
          { account: `resident:${lot.residentId}`, points: -lot.left, lotId: lot.id },
          { account: `issuer:${lot.issuer}`, points: lot.left, lotId: lot.id },
        ],
        lots: [{ ...lot, left: 0 }],
      }),
    );
}
