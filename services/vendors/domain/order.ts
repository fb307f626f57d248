import type { Actor } from '#dispatch/domain/incident.ts';
import type { OfferState, OrderState, PayerKind, Urgency } from '#contracts/vendors.ts';
import { Problem } from '#kernel/errors.ts';
import { idFromName } from '#kernel/ids.ts';
import { mayBecome, OFFER_EXITS, ORDER_EXITS } from './states.ts';

/** Somebody of a shop who does the work. */
export interface Worker {
  id: string;
  name: string;
  phone: string | null;
}

export interface Part {
  name: string;
  count: number;
  fen: number;
}

/** One shop asked once. Times in ms. */
export interface Offer {
  id: string;
  shopId: string;
  shopName: string;
  state: OfferState;
  round: number;
  why: string;
  minutes: number;
  offeredAt: number;
  expiresAt: number;
  endedAt: number | null;
  reason: string | null;
}

/** The whole work order, as the pure core sees it. Times in ms, money in fen. `deadlineAt` null only when it has ended. */
export interface Order {
  id: string;
  number: string;
  version: number;
  state: OrderState;
  incidentId: string | null;
  householdId: string | null;
  residentId: string | null;
  regionPath: string;
  area: string;
  position: { lat: number; lon: number } | null;
  service: string;
  serviceName: string;
  minutesOfWork: number;
  people: number;
  what: string;
  quantity: number;
  urgency: Urgency;
  wantedAt: number | null;
  payer: { id: string; kind: PayerKind; name: string };
  /** By the catalogue, for all of it. */
  priceFen: number;
  /** What may be charged at most without asking again: the list price, or the approved quote. */
  agreedFen: number;
  round: number;
  /** When the rounds began; who let an offer run out before may be asked again. */
  roundsFrom: number;
  shopId: string | null;
  shopName: string | null;
  staff: Worker[];
  /** Staff who had it before and must be taken off the case. */
  past: string[];
  code: string | null;
  minutes: number;
  quote: { fen: number; note: string; at: number } | null;
  parts: Part[];
  labourFen: number | null;
  totalFen: number | null;
  owes: { kind: 'desk' | 'shop' | 'shops' | 'resident' | 'payer' | 'settlement' | 'nobody'; name: string };
  deadlineAt: number | null;
  /** How often the present step was already chased. */
  chased: number;
  createdAt: number;
  acceptedAt: number | null;
  departedAt: number | null;
  etaAt: number | null;
  arrivedAt: number | null;
  arrivedBy: 'code' | 'box' | 'desk' | null;
  doneAt: number | null;
  /** The automatic call that asks the resident whether it is done; `outcome` null while it is under way. Once for each completion. */
  confirmCall: { id: string; at: number; outcome: string | null } | null;
  /** The resident pressed "done" before the shop said so. */
  saidDoneAt: number | null;
  confirmedAt: number | null;
  confirmedBy: string | null;
  settledAt: number | null;
  /** Of its first confirmation: the statement it stands in, `2026-11`. */
  month: string | null;
  warrantyUntil: number | null;
  rating: number | null;
  comment: string | null;
  complaint: string | null;
  callback: { dueAt: number; outcome: 'satisfied' | 'unsatisfied' | 'not_reached' | null; note: string | null } | null;
  offers: Offer[];
  /** Names of the shops asked, by id. */
  offerNames: Record<string, string>;
}

/** One line of the order's history. */
export interface OrderFact {
  kind: string;
  by: Actor;
  data: Record<string, unknown>;
}

/** What else is to be done in the same transaction. `hold`: the payer's money or points held for this order become `fen`. */
export type OrderEffect =
  | { kind: 'hold'; fen: number }
  | { kind: 'settle' }
  | { kind: 'call'; offer: string }
  | { kind: 'ask_done'; call: string }
  | { kind: 'hang_up'; call: string }
  | { kind: 'notice'; level: 'info' | 'warn' | 'alarm'; code: string; text: string }
  | { kind: 'rate'; shopId: string; stars: number; before: number | null };

export interface OrderDecision {
  next: Order;
  facts: OrderFact[];
  effects: OrderEffect[];
}

/** A working copy of one order while one thing is decided. */
export interface OrderDraft {
  readonly now: number;
  readonly by: Actor;
  o: Order;
  facts: OrderFact[];
  effects: OrderEffect[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long one shop may think, ms. */
export const OFFER_MS: Readonly<Record<Urgency, number>> = { now: MINUTE, today: 10 * MINUTE, booked: 2 * HOUR };
/** How many shops are asked together in each round; after the last the operator is told. */
export const ROUNDS = [1, 1, 3] as const;
/** Free repair of the same fault. */
export const WARRANTY_MS = 30 * 24 * HOUR;
const COMPLAIN_MS = 24 * HOUR;
const CONFIRM_MS = 30 * MINUTE;

/** A draft of `order` at `now` (ms). */
export function startOrder(order: Order, by: Actor, now: number): OrderDraft {
  return { now, by, o: structuredClone(order), facts: [], effects: [] };
}

/** The decision; the version is one higher. */
export function endOrder(draft: OrderDraft): OrderDecision {
  draft.o.version += 1;
  return { next: draft.o, facts: draft.facts, effects: draft.effects };
}

/** A line of history. */
export function note(draft: OrderDraft, kind: string, data: Record<string, unknown> = {}): void {
  draft.facts.push({ kind, by: draft.by, data });
}

/** `not_allowed_in_state` with a sentence. */
export function refuse(sentence: string): never {
  throw new Problem('not_allowed_in_state', { detail: sentence });
}

/** The one writer of `state`, `deadlineAt` and `owes`. A step that the table does not allow is refused by `sentence`. */
export function become(
  draft: OrderDraft,
  to: OrderState,
  sentence = '现在的状态不能做这一步 | Not possible in its present state',
): void {
  const { o } = draft;
  if (!mayBecome(ORDER_EXITS, o.state, to)) refuse(sentence);
  o.state = to;
  o.chased = 0;
  setClock(draft);
}

/** Sets the deadline of the present state and who owes the step. */
export function setClock({ o, now }: OrderDraft): void {
  const shop = { kind: 'shop', name: o.shopName ?? '' } as const;
  const desk = { kind: 'desk', name: '值班坐席' } as const;
  const set = (at: number | null, owes: Order['owes']): void => {
    o.deadlineAt = at;
    o.owes = owes;
  };
  switch (o.state) {
    case 'draft':
      return set(now, desk);
    case 'offered':
      return set(Math.min(...o.offers.filter((one) => one.state === 'offered').map((one) => one.expiresAt)), {
        kind: 'shops',
        name: o.offers
          .filter((one) => one.state === 'offered')
          .map((one) => one.shopName)
          .join('、'),
      });
    case 'unfilled':
      return set(now + 10 * MINUTE, desk);
    case 'accepted':
      return set(departBy(o, now), shop);
    case 'quoted':
      return set(now + 30 * MINUTE, { kind: 'payer', name: o.payer.kind === 'resident' ? '老人或家属' : o.payer.name });
    case 'approved':
      return set(o.arrivedAt === null ? departBy(o, now) : now + workMs(o), shop);
    case 'under_way':
      return set((o.etaAt ?? now) + Math.max(10 * MINUTE, o.minutes * 15_000), shop);
    case 'on_scene':
      return set(now + workMs(o), shop);
    case 'nobody_home':
      return set(now + 30 * MINUTE, desk);
    case 'done':
      return set(now + CONFIRM_MS, { kind: 'resident', name: '老人' });
    case 'disputed':
      return set(now + 4 * HOUR, shop);
    case 'confirmed':
      return o.callback !== null && o.callback.outcome === null
        ? set(o.callback.dueAt, { kind: 'desk', name: '回访组' })
        : set((o.confirmedAt ?? now) + COMPLAIN_MS, { kind: 'settlement', name: '结算' });
    case 'settled':
    case 'cancelled':
      return set(null, { kind: 'nobody', name: '' });
  }
}

function departBy(o: Order, now: number): number {
  if (o.urgency === 'now') return now + 5 * MINUTE;
  if (o.wantedAt !== null) return Math.max(now + 10 * MINUTE, o.wantedAt);
  return now + (o.urgency === 'today' ? 2 * HOUR : 24 * HOUR);
}

function workMs(o: Order): number {
  return o.minutesOfWork * o.quantity * 2 * MINUTE + 30 * MINUTE;
}

/** A shop that could take it, best first as ranked outside. */
export interface ShopChoice {
  shopId: string;
  name: string;
  minutes: number;
  why: string;
}

/**
 * Asks the next round of shops of `ranked` that were not asked yet; when there is nobody, or all rounds are over, the
 * order is `unfilled` and the operator is told.
 */
export function offerNext(draft: OrderDraft, ranked: readonly ShopChoice[]): void {
  const { o, now } = draft;
  const again = (one: Offer): boolean =>
    (one.state === 'expired' || one.state === 'lost') && one.offeredAt < o.roundsFrom;
  const asked = new Set(o.offers.filter((one) => !again(one)).map((one) => one.shopId));
  const size = ROUNDS[o.round];
  const chosen = ranked.filter((one) => !asked.has(one.shopId)).slice(0, size ?? 0);
  if (chosen.length === 0) {
    if (o.state === 'unfilled') setClock(draft);
    else become(draft, 'unfilled');
    note(draft, 'unfilled', { asked: asked.size });
    draft.effects.push({
      kind: 'notice',
      level: 'alarm',
      code: 'order_unfilled',
      text:
        asked.size === 0
          ? `${o.serviceName}:现在没有能来的店,请您安排`
          : `${o.serviceName}:问了 ${asked.size} 家店都没人接,请您安排`,
    });
    return;
  }
  o.round += 1;
  for (const one of chosen) {
    const id = idFromName(`${o.id}/offer/${one.shopId}/${o.offers.length}`, now);
    o.offers.push({
      id,
      shopId: one.shopId,
      shopName: one.name,
      state: 'offered',
      round: o.round,
      why: one.why,
      minutes: one.minutes,
      offeredAt: now,
      expiresAt: now + OFFER_MS[o.urgency],
      endedAt: null,
      reason: null,
    });
    note(draft, 'offered', { offer: id, shop: one.name, why: one.why, round: o.round });
    if (o.urgency === 'now') draft.effects.push({ kind: 'call', offer: id });
  }
  if (o.state === 'offered') setClock(draft);
  else become(draft, 'offered');
}

/** Whether somebody is still asked. */
export function hasLiveOffer(o: Order): boolean {
  return o.offers.some((one) => one.state === 'offered');
}

/** What became of an offer. One that the table of exits does not allow is a mistake here and throws. */
export function closeOffer(offer: Offer, to: OfferState, now: number, reason: string | null = null): void {
  if (!mayBecome(OFFER_EXITS, offer.state, to)) throw new Error(`an offer can't go from ${offer.state} to ${to}`);
  Object.assign(offer, { state: to, endedAt: now, reason });
}

/** Ends every offer that still binds somebody. */
export function endOffers(draft: OrderDraft, to: 'lost' | 'withdrawn', but: string | null): void {
  for (const one of draft.o.offers) {
    if (one.state !== 'offered' || one.id === but) continue;
    closeOffer(one, to, draft.now);
    if (draft.o.urgency === 'now') draft.effects.push({ kind: 'hang_up', call: one.id });
  }
}

/** Nobody knows whether it is done: the desk rings her. Said again after four hours. */
export function askDesk(draft: OrderDraft): void {
  const { o, now } = draft;
  o.chased += 1;
  o.owes = { kind: 'desk', name: '值班坐席' };
  o.deadlineAt = now + 4 * HOUR;
  note(draft, 'reminded', { about: 'confirm_by_phone' });
  const tried = o.confirmCall === null ? '老人还没按“做好了”' : '自动电话没问到老人';
  draft.effects.push({
    kind: 'notice',
    level: 'warn',
    code: 'confirm_by_phone',
    text: `${o.serviceName}:店里说做完了,${tried},请打电话问`,
  });
}

/** The resident is no longer asked by telephone: she has answered otherwise, or there is nothing to ask. */
export function endConfirmCall(draft: OrderDraft, outcome: string): void {
  const call = draft.o.confirmCall;
  if (call === null || call.outcome !== null) return;
  draft.o.confirmCall = { ...call, outcome };
  // Who has pressed a key in it is still being thanked.
  if (outcome !== 'chosen') draft.effects.push({ kind: 'hang_up', call: call.id });
}

/** The shop has it no longer: its people are taken off, its offer counts as taken back. */
export function takeBack(draft: OrderDraft, reason: string): void {
  const { o, now } = draft;
  for (const one of o.offers) if (one.state === 'accepted') closeOffer(one, 'withdrawn', now, reason);
  o.past = [...new Set([...o.past, ...o.staff.map((one) => one.id)])];
  Object.assign(o, {
    // Two more rounds, then the operator.
    round: Math.min(o.round, 1),
    roundsFrom: now,
    shopId: null,
    shopName: null,
    staff: [],
    code: null,
    quote: null,
    agreedFen: o.priceFen,
    acceptedAt: null,
    departedAt: null,
    etaAt: null,
    arrivedAt: null,
    arrivedBy: null,
    doneAt: null,
    parts: [],
    labourFen: null,
    totalFen: null,
  });
}

/** Hours of Xiangyang's clock in which a resident may be rung for something that can wait. */
const AWAKE = { from: 8, to: 20 };

/** `at` (ms) where she may be rung then, else the next morning. */
export function wakingFrom(at: number): number {
  const local = at + 8 * HOUR;
  const midnight = Math.floor(local / (24 * HOUR)) * 24 * HOUR;
  const hour = (local - midnight) / HOUR;
  if (hour >= AWAKE.from && hour < AWAKE.to) return at;
  return midnight + (hour < AWAKE.from ? 0 : 24 * HOUR) + AWAKE.from * HOUR - 8 * HOUR;
}

/** Drawn for a call-back: every fifth subsidised order, always the same ones. */
export function isSampled(orderId: string): boolean {
  let hash = 0x811c9dc5;
  for (let i = 0; i < orderId.length; i++) hash = Math.imul(hash ^ orderId.charCodeAt(i), 0x01000193) >>> 0;
  return hash % 5 === 0;
}

/** When the call-back is due after the confirmation, ms. */
export const CALLBACK_MS = 24 * HOUR;

/** The month of Xiangyang's calendar (UTC+8) in which `at` (ms) lies: `2026-11`. */
export function monthOf(at: number): string {
  return new Date(at + 8 * HOUR).toISOString().slice(0, 7);
}

/** A working order that nobody holds and nobody is asked about: its next round is due. */
export function needsShops(o: Order): boolean {
  return (
    o.shopId === null && o.state !== 'unfilled' && o.state !== 'settled' && o.state !== 'cancelled' && !hasLiveOffer(o)
  );
}
