import { Problem } from '#kernel/errors.ts';

/** What a class of residents may use in a month, and what each order of this month holds of it, fen. */
export interface Quota {
  className: string;
  monthlyFen: number;
  uses: readonly { orderId: string; fen: number }[];
}

/** What is left of the month, fen; never below zero. */
export function leftOf(quota: Quota): number {
  return Math.max(0, quota.monthlyFen - quota.uses.reduce((all, use) => all + use.fen, 0));
}

/**
 * The uses when `orderId` holds `fen`. Refused with `invalid_fields` where that is more than the month has left: then
 * nothing is held and nobody is sent. Holding less than before is never refused.
 */
export function holdQuota(quota: Quota, orderId: string, fen: number): Quota {
  const others = quota.uses.filter((use) => use.orderId !== orderId);
  const before = quota.uses.find((use) => use.orderId === orderId)?.fen ?? 0;
  const left = leftOf({ ...quota, uses: others });
  if (fen > left && fen > before) {
    const yuan = (amount: number): string => (amount / 100).toFixed(2);
    throw new Problem('invalid_fields', {
      fields: [
        {
          field: 'payer',
          expected: `${quota.className}这个月的补贴还剩 ${yuan(left)} 元,这一单要 ${yuan(fen)} 元,请换别的付法 | this month's subsidy has ${yuan(left)} yuan left and this takes ${yuan(fen)}`,
        },
      ],
    });
  }
  return { ...quota, uses: fen === 0 ? others : [...others, { orderId, fen }] };
}
