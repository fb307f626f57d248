/** What is next for the desk with the work orders of a case: no wording. */
import type { OrderCommandName, OrderState, WireOrder } from '#contracts/vendors.ts';

/** A step that the desk owes, or whom it waits for, or that every order is over. */
export type OrderNext =
  | { kind: 'step'; order: WireOrder; command: OrderCommandName; body: object }
  | { kind: 'wait'; order: WireOrder; state: WaitingState }
  | { kind: 'over' };

const WAITING = ['draft', 'offered', 'accepted', 'approved', 'on_scene'] as const satisfies readonly OrderState[];
type WaitingState = (typeof WAITING)[number];

const STEPS: Partial<Record<OrderState, { command: OrderCommandName; body: object }>> = {
  unfilled: { command: 'again', body: {} },
  quoted: { command: 'approve', body: {} },
  under_way: { command: 'arrived', body: {} },
  nobody_home: { command: 'again', body: {} },
  done: { command: 'confirm', body: { satisfied: true } },
  disputed: { command: 'again', body: {} },
};

/** What the orders of a case ask of the desk, the newest first: a step before waiting; null where nothing is ordered. */
export function orderNextOf(orders: readonly WireOrder[]): OrderNext | null {
  for (const order of orders) {
    const step = STEPS[order.state];
    if (step) return { kind: 'step', order, ...step };
  }
  for (const order of orders) {
    const state = WAITING.find((one) => one === order.state);
    if (state) return { kind: 'wait', order, state };
  }
  return orders.some((one) => one.state !== 'cancelled') ? { kind: 'over' } : null;
}
