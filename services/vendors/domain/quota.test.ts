import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Problem } from '#kernel/errors.ts';
import { holdQuota, leftOf, type Quota } from './quota.ts';

it('orders never hold more of a month than it has, and holding less is never refused', () => {
  const use = fc.record({ orderId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), fen: fc.nat({ max: 30_000 }) });
  fc.assert(
    fc.property(fc.nat({ max: 30_000 }), fc.array(use, { maxLength: 40 }), (monthlyFen, uses) => {
      let quota: Quota = { className: '低保老人', monthlyFen, uses: [] };
      for (const { orderId, fen } of uses) {
        const before = quota.uses.find((one) => one.orderId === orderId)?.fen ?? 0;
        try {
          quota = holdQuota(quota, orderId, fen);
          expect(quota.uses.find((one) => one.orderId === orderId)?.fen ?? 0).toBe(fen);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          expect(fen).toBeGreaterThan(before);
        }
        const held = quota.uses.reduce((all, one) => all + one.fen, 0);
        expect(held).toBeLessThanOrEqual(monthlyFen);
        expect(leftOf(quota)).toBe(monthlyFen - held);
      }
    }),
  );
});
