import {
  askDesk,
  become,
  CALLBACK_MS,
  endConfirmCall,
  isSampled,
  monthOf,
  note,
  refuse,
  setClock,
  WARRANTY_MS,
  type OrderDraft,
} from './order.ts';

/** How the resident's word came: by the key at home, to an operator, by a key in the automatic call. */
export type Heard = 'box' | 'phone' | 'call';

/** She says that it is done, or not: by the box's key, to an operator, or by a key in the automatic call. */
export function confirm(draft: OrderDraft, said: { satisfied: boolean; note: string; how: Heard }): void {
  const { o, now } = draft;
  if (said.how === 'call' && o.state !== 'done') refuse('已经记下了,谢谢您 | It is recorded already, thank you');
  // The key may be quicker than the shop's telephone: it counts as soon as the shop says it is done.
  if (said.how === 'box' && (o.state === 'on_scene' || (o.state === 'approved' && o.arrivedAt !== null))) {
    if (o.saidDoneAt !== null) return;
    o.saidDoneAt = now;
    return note(draft, 'said_done', { how: 'box' });
  }
  if (said.how === 'box' && (o.state === 'confirmed' || o.state === 'settled')) return;
  if (o.state !== 'done' && o.state !== 'disputed')
    refuse('店里还没报完工,不用确认 | The shop has not said it is done');
  endConfirmCall(draft, said.how === 'call' ? 'chosen' : 'not_needed');
  if (said.satisfied) return settleFor(draft, said.how, said.note);
  if (o.state === 'disputed') refuse('已经记为不满意了 | It is already recorded as not satisfied');
  become(draft, 'disputed');
  note(draft, 'not_satisfied', { how: said.how, note: said.note });
  draft.effects.push({
    kind: 'notice',
    level: 'warn',
    code: 'order_disputed',
    text: `${o.serviceName}:老人不满意,请跟进`,
  });
}

/** The automatic call has told nothing: the desk asks her. */
export function endCall(draft: OrderDraft, call: string, outcome: string): void {
  const { o } = draft;
  if (o.confirmCall === null || o.confirmCall.id !== call || o.confirmCall.outcome !== null) return;
  o.confirmCall = { ...o.confirmCall, outcome };
  note(draft, 'confirm_call_ended', { outcome });
  if (o.state === 'done') askDesk(draft);
}

/** It is done, she says: it stands in this month's statement, and its warranty begins. */
export function settleFor(draft: OrderDraft, how: Heard, text: string): void {
  const { o, now, by } = draft;
  o.confirmedAt = now;
  o.month ??= monthOf(now);
  o.confirmedBy = how === 'box' ? '家里的按键' : how === 'call' ? '自动电话按键' : `电话(${by.name})`;
  o.warrantyUntil = now + WARRANTY_MS;
  if (o.payer.kind === 'subsidy' && o.callback === null && isSampled(o.id))
    o.callback = { dueAt: now + CALLBACK_MS, outcome: null, note: null };
  become(draft, 'confirmed');
  note(draft, 'confirmed', { how, note: text });
}

/** One to five stars; a second rating takes the place of the first. */
export function rate(draft: OrderDraft, stars: number, comment: string): void {
  const { o } = draft;
  if (o.confirmedAt === null || o.shopId === null)
    refuse('确认做完了才能评分 | Only work that is confirmed can be rated');
  draft.effects.push({ kind: 'rate', shopId: o.shopId, stars, before: o.rating });
  o.rating = stars;
  o.comment = comment === '' ? null : comment;
  note(draft, 'rated', { stars, comment });
}

/** What came of the call-back; not satisfied opens it again. */
export function callBack(draft: OrderDraft, outcome: 'satisfied' | 'unsatisfied' | 'not_reached', text: string): void {
  const { o, now } = draft;
  if (o.callback === null) refuse('这一单没有抽到回访 | This order was not drawn for a call-back');
  if (o.callback.outcome !== null && o.callback.outcome !== 'not_reached')
    refuse('已经回访过了 | The call-back is done');
  note(draft, 'called_back', { outcome, note: text });
  if (outcome === 'not_reached') {
    o.callback = { dueAt: now + CALLBACK_MS, outcome: null, note: text };
    if (o.state === 'confirmed') setClock(draft);
    return;
  }
  o.callback = { ...o.callback, outcome, note: text };
  if (outcome === 'unsatisfied') {
    become(draft, 'disputed');
    draft.effects.push({
      kind: 'notice',
      level: 'warn',
      code: 'order_disputed',
      text: `${o.serviceName}:回访不满意,请跟进`,
    });
  } else if (o.state === 'confirmed') setClock(draft);
}

/** The same fault within the warranty: the shop comes again, and nothing is asked for. */
export function comeBack(draft: OrderDraft, reason: string): void {
  const { o, now } = draft;
  if (o.warrantyUntil === null || now > o.warrantyUntil)
    refuse('过了保修期,请另开一单 | The warranty has ended; open another order');
  become(draft, 'disputed', '做完并确认的单才有保修 | Only confirmed work has a warranty');
  Object.assign(o, { saidDoneAt: null, departedAt: null, arrivedAt: null, arrivedBy: null, doneAt: null });
  note(draft, 'warranty', { reason });
}
