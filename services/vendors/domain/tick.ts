import { idFromName } from '#kernel/ids.ts';
import { SYSTEM_NAME } from './system.ts';
import {
  askDesk,
  become,
  closeOffer,
  endConfirmCall,
  endOrder,
  hasLiveOffer,
  note,
  setClock,
  startOrder,
  takeBack,
  wakingFrom,
  type Order,
  type OrderDecision,
  type OrderDraft,
} from './order.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A call of which the telephone has said nothing for so long has asked nobody. */
const CALL_SAYS_MS = 10 * MINUTE;

/**
 * The order's deadline has passed by `now` (ms): offers run out, who is late is chased once and then loses the job, who
 * owes something is told of again. `mayRing`: the resident has a telephone that we can call. Null when nothing is due. Afterwards `needsShops` says whether the next round is due.
 */
export function tickOrder(order: Order, now: number, mayRing = false): OrderDecision | null {
  if (order.deadlineAt === null || order.deadlineAt > now) return null;
  const draft = startOrder(order, SYSTEM_NAME, now);
  strike(draft, mayRing);
  return endOrder(draft);
}

function strike(draft: OrderDraft, mayRing: boolean): void {
  const { o } = draft;
  switch (o.state) {
    case 'draft':
      return;
    case 'offered':
      return expire(draft);
    case 'accepted':
    case 'under_way':
      return chaseShop(draft);
    case 'approved':
      return o.arrivedAt === null ? chaseShop(draft) : remind(draft, 'work_late', HOUR);
    case 'on_scene':
      return remind(draft, 'work_late', HOUR);
    case 'quoted':
      return remind(draft, 'quote_waits', 30 * MINUTE);
    case 'unfilled':
      // A quarter of an hour in one's list is nobody's job: shops that let it run out may be asked once more.
      return remind(draft, 'order_unfilled', 10 * MINUTE);
    case 'nobody_home':
      return remind(draft, 'nobody_home', 30 * MINUTE);
    case 'done':
      return askResident(draft, mayRing);
    case 'disputed':
      return remind(draft, 'order_disputed', 4 * HOUR);
    case 'confirmed':
      return settle(draft);
    default:
      return;
  }
}

function expire(draft: OrderDraft): void {
  const { o, now } = draft;
  for (const one of o.offers) {
    if (one.state !== 'offered' || one.expiresAt > now) continue;
    closeOffer(one, 'expired', now);
    note(draft, 'expired', { offer: one.id, shop: one.shopName });
    if (o.urgency === 'now') draft.effects.push({ kind: 'hang_up', call: one.id });
  }
  if (hasLiveOffer(o)) setClock(draft);
}

/** She has not pressed the key: she is rung, once, when people are up; else, or when that said nothing, the desk asks her. */
function askResident(draft: OrderDraft, mayRing: boolean): void {
  const { o, now } = draft;
  if (o.confirmCall === null && mayRing) {
    const from = wakingFrom(now);
    if (from > now) {
      o.deadlineAt = from;
      return;
    }
    const id = idFromName(`${o.id}/confirm/${o.doneAt}`, now);
    o.confirmCall = { id, at: now, outcome: null };
    o.deadlineAt = now + CALL_SAYS_MS;
    note(draft, 'confirm_call');
    draft.effects.push({ kind: 'ask_done', call: id });
    return;
  }
  endConfirmCall(draft, 'unknown');
  askDesk(draft);
}

/** Once a reminder; the second time somebody else is asked. */
function chaseShop(draft: OrderDraft): void {
  const { o, now } = draft;
  if (o.chased === 0) {
    o.chased = 1;
    o.deadlineAt = now + (o.urgency === 'now' ? 5 : 15) * MINUTE;
    note(draft, 'late', { shop: o.shopName, state: o.state });
    draft.effects.push({
      kind: 'notice',
      level: 'warn',
      code: 'order_late',
      text: `${o.serviceName}:${o.shopName} ${o.state === 'under_way' ? '该到了还没到' : '还没出发'}`,
    });
    return;
  }
  note(draft, 'no_show', { shop: o.shopName });
  takeBack(draft, '没有来');
}

const REMINDERS: Record<string, string> = {
  work_late: '做了很久还没报完工',
  quote_waits: '报价还没有人定',
  order_unfilled: '还没有店来做',
  nobody_home: '到了没人在家,请联系老人',
  order_disputed: '不满意的单还没处理',
};

function remind(draft: OrderDraft, code: string, againMs: number): void {
  const { o, now } = draft;
  o.chased += 1;
  o.deadlineAt = now + againMs;
  note(draft, 'reminded', { about: code });
  draft.effects.push({ kind: 'notice', level: 'warn', code, text: `${o.serviceName}:${REMINDERS[code]!}` });
}

function settle(draft: OrderDraft): void {
  const { o, now } = draft;
  if (o.callback !== null && o.callback.outcome === null) {
    o.callback = { ...o.callback, dueAt: now + 24 * HOUR };
    return remindCallback(draft);
  }
  o.settledAt ??= now;
  become(draft, 'settled');
  note(draft, 'settled', { fen: o.totalFen });
  draft.effects.push({ kind: 'settle' });
}

function remindCallback(draft: OrderDraft): void {
  const { o } = draft;
  note(draft, 'reminded', { about: 'callback' });
  setClock(draft);
  draft.effects.push({
    kind: 'notice',
    level: 'info',
    code: 'callback_due',
    text: `${o.serviceName}:抽到回访,请打电话问一声`,
  });
}
