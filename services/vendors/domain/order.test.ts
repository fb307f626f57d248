import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Urgency } from '#contracts/vendors.ts';
import { Problem } from '#kernel/errors.ts';
import { EMPTY_ORDER } from '../booking.ts';
import { decideOrder, type OrderCommand } from './decide.ts';
import { endOrder, needsShops, offerNext, startOrder, type Order, type Part, type ShopChoice } from './order.ts';
import { rankShops } from './rank.ts';
import { isEnded } from './states.ts';
import { SYSTEM_NAME } from './system.ts';
import { tickOrder } from './tick.ts';
import { wishesOf } from './wishes.ts';

const MINUTE = 60_000;
const SHOPS: readonly ShopChoice[] = Array.from({ length: 9 }, (_, i) => ({
  shopId: `shop${i}`,
  name: `店${i}`,
  minutes: 5 + i,
  why: '',
}));

function draft(change: Partial<Order> = {}): Order {
  return {
    ...EMPTY_ORDER,
    id: 'order',
    number: '1122-0001',
    incidentId: null,
    householdId: null,
    residentId: null,
    regionPath: '42/',
    area: '',
    position: null,
    service: 'tap_leak',
    serviceName: '水龙头漏水',
    minutesOfWork: 40,
    people: 1,
    what: '滴水',
    quantity: 1,
    urgency: 'now',
    wantedAt: null,
    payer: { id: 'subsidy', kind: 'subsidy', name: '补贴' },
    priceFen: 5_000,
    agreedFen: 5_000,
    createdAt: 0,
    roundsFrom: 0,
    ...change,
  };
}

/** What orders.ts does after each decision: the next shops are asked where nobody has it. */
function ask(order: Order, now: number, shops = SHOPS): Order {
  if (!needsShops(order)) return order;
  const next = startOrder(order, SYSTEM_NAME, now);
  offerNext(next, shops);
  return endOrder(next).next;
}

const live = (order: Order): string[] => order.offers.filter((one) => one.state === 'offered').map((one) => one.shopId);

it.each([
  ['now', 1],
  ['today', 10],
  ['booked', 120],
] as const)(
  '%s: one shop for %i min, the next, then three at once, then the operator is told',
  (urgency: Urgency, minutes) => {
    const window = minutes * MINUTE;
    let order = ask(draft({ urgency }), 0);
    expect(live(order)).toEqual(['shop0']);
    expect(tickOrder(order, window - 1)).toBeNull();
    for (const [round, expected] of [['shop1'], ['shop2', 'shop3', 'shop4'], []].entries()) {
      const now = window * (round + 1);
      order = ask(tickOrder(order, now)!.next, now);
      expect(live(order)).toEqual(expected);
    }
    expect([order.state, order.owes.kind]).toEqual(['unfilled', 'desk']);
    expect(order.deadlineAt).toBe(window * 3 + 10 * MINUTE);
  },
);

it('nobody who could come: the operator is told at once', () => {
  expect(ask(draft(), 0, []).state).toBe('unfilled');
});

it('who does not set out is reminded once, then loses it to the next', () => {
  const by = SYSTEM_NAME;
  const staff = [{ id: 'w', name: '老周', phone: null }];
  let order = ask(draft(), 0);
  order = decideOrder(order, { type: 'accept', shopId: 'shop0', staff, named: true, code: '1234' }, by, 1).next;
  const first = order.deadlineAt!;
  const reminded = tickOrder(order, first)!;
  expect(reminded.next.state).toBe('accepted');
  expect(reminded.effects.map((one) => one.kind)).toContain('notice');
  const lost = ask(tickOrder(reminded.next, reminded.next.deadlineAt!)!.next, reminded.next.deadlineAt!);
  expect([lost.state, lost.shopId, lost.past, live(lost)]).toEqual(['offered', null, ['w'], ['shop1']]);
});

it('nearest and best rated first, and what they have in hand counts', () => {
  const shop = (shopId: string, rating: number | null, busy = 0) => ({
    shopId,
    name: shopId,
    lat: 0,
    lon: 0,
    rating,
    ratings: 9,
    busy,
    capacity: 4,
  });
  const metres: Record<string, number> = { near: 300, far: 4_000, good: 1_200, full: 300 };
  const ranked = rankShops(
    [shop('far', 5), shop('full', 4, 4), shop('good', 4.9), shop('near', 4)],
    (one) => metres[one.shopId]!,
  );
  expect(ranked.map((one) => one.shopId)).toEqual(['good', 'near', 'full', 'far']);
});

const staff = [{ id: 'w', name: '老周', phone: null }];
const shopId = fc.constantFrom(...SHOPS.map((one) => one.shopId));
const anything: fc.Arbitrary<OrderCommand | { type: 'wait'; minutes: number }> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('accept' as const),
      shopId,
      staff: fc.constant(staff),
      named: fc.constant(false),
      code: fc.constant('1234'),
    }),
  },
  fc.record({ type: fc.constant('decline' as const), shopId, reason: fc.constant('too_far') }),
  fc.record({ type: fc.constant('give_back' as const), reason: fc.constant('x') }),
  fc.record({ type: fc.constant('quote' as const), fen: fc.nat({ max: 20_000 }), note: fc.constant('x') }),
  fc.record({ type: fc.constant('approve' as const), by: fc.constant('payer' as const) }),
  fc.record({ type: fc.constant('refuse_quote' as const), reason: fc.constant('') }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant('depart' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('arrive' as const), code: fc.constantFrom('1234', '9999') }) },
  fc.record({ type: fc.constant('nobody_home' as const), note: fc.constant('') }),
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('complete' as const),
      labourFen: fc.option(fc.nat({ max: 25_000 }), { nil: undefined }),
      parts: fc.constant<Part[]>([]),
      note: fc.constant(''),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('confirm' as const),
      satisfied: fc.boolean(),
      note: fc.constant(''),
      how: fc.constantFrom('box' as const, 'phone' as const),
    }),
  },
  fc.record({ type: fc.constant('rate' as const), stars: fc.integer({ min: 1, max: 5 }), comment: fc.constant('') }),
  fc.record({
    type: fc.constant('callback' as const),
    outcome: fc.constantFrom('satisfied' as const, 'unsatisfied' as const, 'not_reached' as const),
    note: fc.constant(''),
  }),
  fc.record({ type: fc.constant('again' as const), reason: fc.constant('') }),
  fc.record({ type: fc.constant('warranty' as const), reason: fc.constant('x') }),
  fc.record({ type: fc.constant('cancel' as const), reason: fc.constant('x') }),
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 600 }) }),
  },
);

it('whatever people do and leave undone: one holder at most, a deadline while it lives, no work without arrival, no charge above what was agreed', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), (steps) => {
      let now = 0;
      let order = ask(draft(), 0);
      for (const step of steps) {
        const before = order;
        try {
          if (step.type === 'wait') {
            now += step.minutes * MINUTE;
            for (let i = 0; i < 50; i++) {
              const due = tickOrder(order, now);
              if (due === null) break;
              order = ask(due.next, now);
            }
          } else order = ask(decideOrder(order, step, SYSTEM_NAME, now).next, now);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect(order).toBe(before);
          continue;
        }
        expect(order.offers.filter((one) => one.state === 'accepted').length).toBe(order.shopId === null ? 0 : 1);
        if (order.shopId !== null) expect(live(order)).toEqual([]);
        expect(order.deadlineAt === null).toBe(isEnded(order.state));
        expect(order.owes.kind === 'nobody').toBe(isEnded(order.state));
        if (order.state === 'done' || order.state === 'confirmed') expect(order.arrivedAt).not.toBeNull();
        if (order.totalFen !== null)
          expect(order.totalFen).toBeLessThanOrEqual(Math.max(order.agreedFen, order.priceFen));
        if (order.state === 'offered') expect(live(order).length).toBeGreaterThan(0);
        expect(wishesOf(order)).toBeTypeOf('string');
      }
    }),
    { numRuns: 500 },
  );
});
