import type { Actor } from '#dispatch/domain/incident.ts';
import { Problem } from '#kernel/errors.ts';
import {
  become,
  closeOffer,
  endOffers,
  endOrder,
  hasLiveOffer,
  note,
  refuse,
  setClock,
  startOrder,
  takeBack,
  type Offer,
  type Order,
  type OrderDecision,
  type OrderDraft,
  type Part,
  type Worker,
} from './order.ts';
import { callBack, comeBack, confirm, endCall, rate, settleFor, type Heard } from './word.ts';

/** What somebody does with an order. `offer` and `shop` name what the caller's shop was asked; never another's. */
export type OrderCommand =
  | {
      type: 'accept';
      shopId: string;
      staff: Worker[];
      /** False: `staff` is everybody of the shop, and the first of them go, as many as are needed. */
      named: boolean;
      minutes?: number | undefined;
      code: string;
    }
  | { type: 'decline'; shopId: string; reason: string; note?: string | undefined }
  | { type: 'give_back'; reason: string }
  | { type: 'staff'; staff: Worker[] }
  | { type: 'quote'; fen: number; note: string }
  | { type: 'approve'; by: 'resident' | 'payer' }
  | { type: 'refuse_quote'; reason: string }
  | { type: 'depart'; minutes?: number | undefined }
  | { type: 'arrive'; code: string }
  | { type: 'arrived'; by: 'box' | 'desk' }
  | { type: 'nobody_home'; note: string }
  | { type: 'complete'; labourFen?: number | undefined; parts: Part[]; note: string }
  | { type: 'confirm'; satisfied: boolean; note: string; how: Heard }
  /** The automatic call has ended without a key. */
  | { type: 'call_ended'; call: string; outcome: string }
  /** The work goes on, but its case is over: it has another. */
  | { type: 'move_case'; incident: string }
  | { type: 'rate'; stars: number; comment: string }
  | { type: 'complain'; text: string }
  | { type: 'callback'; outcome: 'satisfied' | 'unsatisfied' | 'not_reached'; note: string }
  | { type: 'again'; reason: string }
  | { type: 'warranty'; reason: string }
  | { type: 'cancel'; reason: string };

/**
 * Decides a command at `now` (ms). Throws Problem (`offer_gone`, `not_allowed_in_state`, `invalid_fields`) with a
 * sentence, and then nothing changes. When no shop is asked any more after it, the caller offers the next round.
 */
export function decideOrder(order: Order, command: OrderCommand, by: Actor, now: number): OrderDecision {
  const draft = startOrder(order, by, now);
  apply(draft, command);
  return endOrder(draft);
}

function apply(draft: OrderDraft, command: OrderCommand): void {
  switch (command.type) {
    case 'accept':
      return accept(draft, command);
    case 'decline':
      return decline(draft, command);
    case 'give_back':
      return giveBack(draft, command.reason);
    case 'staff':
      return nameStaff(draft, command.staff);
    case 'quote':
      return quote(draft, command.fen, command.note);
    case 'approve':
      return approve(draft, command.by);
    case 'refuse_quote':
      return refuseQuote(draft, command.reason);
    case 'depart':
      return depart(draft, command.minutes);
    case 'arrive':
      return arrive(draft, command.code);
    case 'arrived':
      return stand(draft, command.by);
    case 'nobody_home':
      become(draft, 'nobody_home', '人到了才能报没人在家 | Only once you have arrived');
      return note(draft, 'nobody_home', { note: command.note });
    case 'complete':
      return complete(draft, command);
    case 'confirm':
      return confirm(draft, command);
    case 'move_case':
      draft.o.incidentId = command.incident;
      return note(draft, 'case_moved', { incident: command.incident });
    case 'call_ended':
      return endCall(draft, command.call, command.outcome);
    default:
      return applyAfter(draft, command);
  }
}

function applyAfter(
  draft: OrderDraft,
  command: Extract<OrderCommand, { type: 'rate' | 'complain' | 'callback' | 'again' | 'warranty' | 'cancel' }>,
): void {
  const { o } = draft;
  switch (command.type) {
    case 'rate':
      return rate(draft, command.stars, command.comment);
    case 'complain':
      if (o.shopId === null) refuse('还没有店来做,没有可投诉的 | No shop has done anything yet');
      o.complaint = command.text;
      note(draft, 'complaint', { text: command.text });
      draft.effects.push({
        kind: 'notice',
        level: 'warn',
        code: 'order_complaint',
        text: `${o.serviceName}:有投诉,请看`,
      });
      return;
    case 'callback':
      return callBack(draft, command.outcome, command.note);
    case 'again':
      if (o.state !== 'unfilled' && o.state !== 'nobody_home' && o.state !== 'disputed')
        refuse('现在不用重新找店 | There is no need to ask shops again now');
      takeBack(draft, command.reason);
      o.round = 0;
      if (o.state === 'unfilled') o.deadlineAt = draft.now;
      return note(draft, 'asked_again', { reason: command.reason });
    case 'warranty':
      return comeBack(draft, command.reason);
    case 'cancel':
      become(draft, 'cancelled', '已经做完的单不能取消,可以投诉或要求返工 | Work that is done can not be cancelled');
      endOffers(draft, 'withdrawn', null);
      draft.effects.push({ kind: 'hold', fen: 0 });
      return note(draft, 'cancelled', { reason: command.reason });
  }
}

/** The shop's own live offer, or the sentence why there is none any more. */
function offerOf(o: Order, shopId: string, now: number): Offer {
  const mine = o.offers.filter((one) => one.shopId === shopId);
  const live = mine.find((one) => one.state === 'offered');
  if (live && o.state === 'offered') {
    if (now < live.expiresAt) return live;
    throw new Problem('offer_gone', {
      detail: '这一单过了接单时间,已转给别家 | The time to accept has run out; it went to another shop',
    });
  }
  const last = mine.at(-1);
  if (!last) throw new Problem('not_found');
  const sentences: Record<Offer['state'], string> = {
    offered: '这一单已经收回了 | This offer was withdrawn',
    accepted: '这一单您已经接了 | You have already accepted it',
    declined: '这一单您已经回绝了 | You have already declined it',
    expired: '这一单过了接单时间,已转给别家 | The time to accept has run out; it went to another shop',
    withdrawn: '这一单已经收回了 | This offer was withdrawn',
    lost: '慢了一步,别家刚接了这一单 | Another shop was faster and has it',
  };
  throw new Problem(last.state === 'accepted' || last.state === 'declined' ? 'not_allowed_in_state' : 'offer_gone', {
    detail: sentences[last.state],
  });
}

function accept(draft: OrderDraft, command: Extract<OrderCommand, { type: 'accept' }>): void {
  const { o, now } = draft;
  const offer = offerOf(o, command.shopId, now);
  const staff = command.named ? command.staff : command.staff.slice(0, Math.max(1, o.people));
  mustBeEnough(o, staff);
  closeOffer(offer, 'accepted', now);
  endOffers(draft, 'lost', offer.id);
  o.shopId = offer.shopId;
  o.shopName = offer.shopName;
  o.staff = staff;
  o.past = o.past.filter((id) => !staff.some((one) => one.id === id));
  o.code = command.code;
  o.minutes = command.minutes ?? offer.minutes;
  o.acceptedAt = now;
  if (o.urgency === 'now') draft.effects.push({ kind: 'hang_up', call: offer.id });
  become(draft, 'accepted');
  note(draft, 'accepted', { offer: offer.id, shop: offer.shopName, who: staff.map((one) => one.name) });
}

function mustBeEnough(o: Order, staff: readonly Worker[]): void {
  if (staff.length >= o.people) return;
  throw new Problem('invalid_fields', {
    fields: [{ field: 'staff', expected: `这项服务要去 ${o.people} 个人 | this service takes ${o.people} people` }],
  });
}

function decline(draft: OrderDraft, command: Extract<OrderCommand, { type: 'decline' }>): void {
  const { o, now } = draft;
  const offer = offerOf(o, command.shopId, now);
  closeOffer(offer, 'declined', now, command.reason);
  if (o.urgency === 'now') draft.effects.push({ kind: 'hang_up', call: offer.id });
  note(draft, 'declined', { offer: offer.id, shop: offer.shopName, reason: command.reason, note: command.note ?? '' });
  if (hasLiveOffer(o)) setClock(draft);
  else o.deadlineAt = now;
}

function giveBack(draft: OrderDraft, reason: string): void {
  const { o } = draft;
  if (o.arrivedAt !== null || !['accepted', 'quoted', 'approved', 'under_way'].includes(o.state))
    refuse('到了以后不能退单,请和坐席商量 | Once there it can not be given back; talk to the desk');
  note(draft, 'given_back', { shop: o.shopName, reason });
  takeBack(draft, reason);
}

function nameStaff(draft: OrderDraft, staff: Worker[]): void {
  const { o } = draft;
  if (o.state !== 'accepted' && o.state !== 'approved')
    refuse('出发以后不能换人 | People can not be changed after setting out');
  mustBeEnough(o, staff);
  const gone = o.staff.filter((one) => !staff.some((other) => other.id === one.id)).map((one) => one.id);
  o.past = [...new Set([...o.past, ...gone])].filter((id) => !staff.some((one) => one.id === id));
  o.staff = staff;
  note(draft, 'staff_named', { who: staff.map((one) => one.name) });
}

function quote(draft: OrderDraft, fen: number, text: string): void {
  const { o, now } = draft;
  become(
    draft,
    'quoted',
    '接单以后、完工以前才能报价 | A price can be quoted after accepting and before the work is done',
  );
  o.quote = { fen, note: text, at: now };
  note(draft, 'quoted', { fen, note: text });
  draft.effects.push({
    kind: 'notice',
    level: 'warn',
    code: 'order_quoted',
    text: `${o.serviceName}:${o.shopName} 报价 ${(fen / 100).toFixed(2)} 元,请付钱的人定`,
  });
}

function approve(draft: OrderDraft, by: 'resident' | 'payer'): void {
  const { o } = draft;
  if (o.quote === null || o.state !== 'quoted') refuse('没有等着定的报价 | There is no quote to decide on');
  const { fen } = o.quote;
  o.agreedFen = fen;
  draft.effects.push({ kind: 'hold', fen });
  become(draft, 'approved');
  note(draft, 'approved', { fen, by });
}

function refuseQuote(draft: OrderDraft, reason: string): void {
  const { o } = draft;
  if (o.state !== 'quoted') refuse('没有等着定的报价 | There is no quote to decide on');
  note(draft, 'quote_refused', { fen: o.quote?.fen ?? 0, reason });
  takeBack(draft, reason === '' ? '没谈成价钱' : reason);
}

function depart(draft: OrderDraft, minutes: number | undefined): void {
  const { o, now } = draft;
  o.departedAt = now;
  if (minutes !== undefined) o.minutes = minutes;
  o.etaAt = now + o.minutes * 60_000;
  if (o.state === 'approved' && o.arrivedAt !== null) refuse('已经到了 | You are already there');
  become(draft, 'under_way', '接了单才能出发 | Accept it before setting out');
  note(draft, 'under_way', { who: o.staff.map((one) => one.name), minutes: o.minutes });
}

function arrive(draft: OrderDraft, code: string): void {
  const { o } = draft;
  if (o.state !== 'under_way') refuse('先点出发,再点到达 | Set out before you arrive');
  if (code !== o.code) {
    throw new Problem('invalid_fields', {
      fields: [{ field: 'code', expected: '暗号不对,要这一单的四位数 | the four digits of this order' }],
    });
  }
  stand(draft, 'code');
}

function stand(draft: OrderDraft, by: 'code' | 'box' | 'desk'): void {
  const { o, now } = draft;
  o.arrivedAt = now;
  o.arrivedBy = by;
  become(draft, 'on_scene', '还没有人出发 | Nobody has set out yet');
  note(draft, 'on_scene', { who: o.staff.map((one) => one.name), by });
}

function complete(draft: OrderDraft, command: Extract<OrderCommand, { type: 'complete' }>): void {
  const { o } = draft;
  if (o.arrivedAt === null) refuse('还没到,不能报完工 | Work can not be done before arriving');
  if (o.state === 'quoted') refuse('报价还没有人定,先别完工 | The quote is not decided yet');
  // It came back under warranty: what was paid is paid, and nothing is asked for again.
  if (o.settledAt !== null) return finish(draft, o.labourFen ?? 0, o.parts, command.note);
  const labourFen =
    command.labourFen ?? (o.quote === null ? o.priceFen : Math.max(0, o.agreedFen - sum(command.parts)));
  const total = labourFen + sum(command.parts);
  if (o.quote === null && command.parts.length > 0)
    throw tooMuch('parts', '零件要先报价,付钱的人同意了再用 | parts must be quoted and approved first');
  if (total > o.agreedFen)
    throw tooMuch(
      'labourFen',
      `不超过说好的 ${(o.agreedFen / 100).toFixed(2)} 元,要多请先报价 | at most the agreed ${(o.agreedFen / 100).toFixed(2)} yuan; quote first`,
    );
  draft.effects.push({ kind: 'hold', fen: total });
  finish(draft, labourFen, command.parts, command.note);
}

function finish(draft: OrderDraft, labourFen: number, parts: Part[], text: string): void {
  const { o, now } = draft;
  Object.assign(o, { parts, labourFen, totalFen: labourFen + sum(parts), doneAt: now, confirmCall: null });
  become(draft, 'done');
  note(draft, 'done', { labourFen, partsFen: sum(parts), note: text });
  if (o.saidDoneAt !== null) settleFor(draft, 'box', '');
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((all, part) => all + part.count * part.fen, 0);
}

function tooMuch(field: string, expected: string): Problem {
  return new Problem('invalid_fields', { fields: [{ field, expected }] });
}
