import type { OfferState, OrderState } from '#contracts/vendors.ts';

/**
 * The states of a work order and its exits. `draft` being filled in · `offered` shops are asked · `unfilled` nobody took
 * it, the operator decides · `accepted` a shop has it and has named its people · `quoted` a price waits for who pays ·
 * `approved` the price is agreed · `under_way`, `on_scene` · `nobody_home` they stood before a closed door · `done` says
 * the shop · `disputed` the resident is not satisfied, or it came back under warranty · `confirmed` by the resident ·
 * `settled`, `cancelled` ended. Every state but the last two has a deadline and says who owes the next step.
 */
export const ORDER_EXITS = {
  draft: ['offered', 'unfilled', 'cancelled'],
  offered: ['accepted', 'unfilled', 'cancelled'],
  unfilled: ['offered', 'cancelled'],
  accepted: ['quoted', 'under_way', 'offered', 'unfilled', 'cancelled'],
  quoted: ['approved', 'offered', 'unfilled', 'cancelled'],
  approved: ['quoted', 'under_way', 'done', 'offered', 'unfilled', 'cancelled'],
  under_way: ['on_scene', 'offered', 'unfilled', 'cancelled'],
  on_scene: ['quoted', 'done', 'nobody_home', 'cancelled'],
  nobody_home: ['under_way', 'offered', 'unfilled', 'cancelled'],
  done: ['confirmed', 'disputed'],
  disputed: ['under_way', 'offered', 'unfilled', 'confirmed', 'cancelled'],
  confirmed: ['settled', 'disputed'],
  settled: ['disputed'],
  cancelled: [],
} as const satisfies Record<OrderState, readonly OrderState[]>;

/** An offer to one shop. `lost`: another was faster; `withdrawn`: taken back, or given back by the shop. */
export const OFFER_EXITS = {
  offered: ['accepted', 'declined', 'expired', 'withdrawn', 'lost'],
  accepted: ['withdrawn'],
  declined: [],
  expired: [],
  withdrawn: [],
  lost: [],
} as const satisfies Record<OfferState, readonly OfferState[]>;

/** Whether `table` lets `from` become `to`. */
export function mayBecome<State extends string>(
  table: Record<State, readonly State[]>,
  from: State,
  to: State,
): boolean {
  return table[from].includes(to);
}

/** Nothing more will happen to it, unless it comes back under warranty. */
export function isEnded(state: OrderState): boolean {
  return state === 'settled' || state === 'cancelled';
}
