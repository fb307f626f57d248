import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Problem } from '#kernel/errors.ts';
import {
  expirePoints,
  issuePoints,
  refundPoints,
  settlePoints,
  spendPoints,
  worthOf,
  type LedgerEntry,
  type Lot,
} from './ledger.ts';

/** A ledger in memory, as the tables keep it: entries appended, lots replaced. */
class Book {
  lots = new Map<string, Lot>();
  entries: LedgerEntry[] = [];
  keep(entry: LedgerEntry): void {
    if (entry.lines.length === 0) return;
    this.entries.push(entry);
    for (const lot of entry.lots) this.lots.set(lot.id, lot);
  }
  of(account: string): number {
    return this.entries
      .flatMap((one) => one.lines)
      .reduce((all, line) => all + (line.account === account ? line.points : 0), 0);
  }
  held(orderId: string) {
    const sums = new Map<string, number>();
    for (const line of this.entries.flatMap((one) => one.lines))
      if (line.account === `order:${orderId}`) sums.set(line.lotId!, (sums.get(line.lotId!) ?? 0) + line.points);
    return [...sums].filter(([, points]) => points !== 0).map(([id, points]) => ({ lot: this.lots.get(id)!, points }));
  }
  residents(residentId: string): Lot[] {
    return [...this.lots.values()].filter((lot) => lot.residentId === residentId);
  }
}

const RESIDENTS = ['a', 'b', 'c'];
const step = fc.oneof(
  fc.record({
    do: fc.constant('issue' as const),
    who: fc.constantFrom(...RESIDENTS),
    points: fc.integer({ min: 1, max: 5_000 }),
    rate: fc.integer({ min: 1, max: 7 }),
    days: fc.integer({ min: 1, max: 60 }),
  }),
  fc.record({
    do: fc.constant('hold' as const),
    who: fc.constantFrom(...RESIDENTS),
    order: fc.nat({ max: 5 }),
    fen: fc.nat({ max: 20_000 }),
  }),
  fc.record({ do: fc.constant('settle' as const), order: fc.nat({ max: 5 }) }),
  fc.record({ do: fc.constant('pass' as const), days: fc.integer({ min: 1, max: 30 }) }),
);

it('whatever is issued, held, given back, settled and ended, every entry and the whole ledger sum to zero and nobody falls below zero', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = new Book();
      let now = 0;
      let number = 0;
      const owner = new Map<string, string>();
      for (const one of steps) {
        if (one.do === 'issue') {
          const lot = {
            id: `lot${++number}`,
            residentId: one.who,
            issuer: 'bank',
            rateFen: one.rate,
            issued: one.points,
          };
          book.keep(issuePoints({ ...lot, expiresAt: now + one.days }, ''));
        } else if (one.do === 'hold') {
          // An order is one resident's.
          const order = `${one.who}${one.order}`;
          const who = owner.get(order) ?? one.who;
          owner.set(order, who);
          const held = book.held(order);
          const worth = held.reduce((all, h) => all + h.points * h.lot.rateFen, 0);
          const means = worthOf(book.residents(who), now);
          try {
            if (one.fen > worth) {
              book.keep(spendPoints(book.residents(who), order, one.fen - worth, now));
              const after = book.held(order).reduce((all, h) => all + h.points * h.lot.rateFen, 0);
              // Enough, and never more than a point's worth too much for each lot.
              expect(after).toBeGreaterThanOrEqual(one.fen);
              expect(after - one.fen).toBeLessThan(7);
            } else book.keep(refundPoints(held, order, one.fen, now));
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            expect(means).toBeLessThan(one.fen - worth);
          }
        } else if (one.do === 'settle') {
          for (const who of RESIDENTS)
            book.keep(settlePoints(book.held(`${who}${one.order}`), `${who}${one.order}`, 'shop'));
        } else {
          now += one.days;
          for (const entry of expirePoints([...book.lots.values()], now)) book.keep(entry);
        }
        for (const entry of book.entries) expect(entry.lines.reduce((all, line) => all + line.points, 0)).toBe(0);
        const accounts = new Set(book.entries.flatMap((entry) => entry.lines.map((line) => line.account)));
        expect([...accounts].reduce((all, account) => all + book.of(account), 0)).toBe(0);
        for (const account of accounts)
          if (!account.startsWith('issuer:')) expect(book.of(account)).toBeGreaterThanOrEqual(0);
        for (const who of RESIDENTS)
          expect(book.of(`resident:${who}`)).toBe(book.residents(who).reduce((all, lot) => all + lot.left, 0));
      }
    }),
    { numRuns: 300 },
  );
});

it('points that end first are used first, and what has ended is never used', () => {
  const lot = (id: string, expiresAt: number): Lot => ({
    id,
    residentId: 'a',
    issuer: 'bank',
    rateFen: 1,
    issued: 100,
    left: 100,
    expiresAt,
  });
  const entry = spendPoints([lot('late', 30), lot('gone', 5), lot('soon', 20)], 'order', 120, 10);
  expect(entry.lines.filter((line) => line.points < 0).map((line) => [line.lotId, line.points])).toEqual([
    ['soon', -100],
    ['late', -20],
  ]);
});
