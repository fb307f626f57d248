import { arrive, confirm, type Proof } from './arrival.ts';
import { addFact, addIntent, endDraft, makeId, Refusal, startDraft, tell, type Draft } from './draft.ts';
import { mustOwn } from './desk.ts';
import { notePhoto, reportEntered, reportNoEntry, type Entered, type NoEntry, type Photo } from './entry.ts';
import type { Actor, Assignment, Decision, Handoff, HandoffTarget, Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { changeNeeds, closeFilled, holders, isUnproven, namesOf } from './places.ts';
import { SAY, spokenName } from './sentences.ts';
import { ASSIGNMENT_EXITS, HANDOFF_EXITS, isComing, isEnded, isLiveAssignment, isOpen, mayBecome } from './states.ts';
import { settle } from './timers.ts';

/** Somebody who could come: minutes by the best estimate, `why` in words for the operator. */
export interface Helper {
  staffId: string;
  name: string;
  role: string;
  phone: string | null;
  minutes: number;
  why: string;
  /** In a straight line; null: not known. */
  metres?: number | null;
  /** The wave of the asking; none: an operator chose him. */
  wave?: number | null;
}

/** Sending people and handing over, and what they answer. */
export type StreetCommand =
  | { type: 'assign'; helper: Helper }
  | { type: 'withdraw'; assignment: string }
  | {
      type: 'answer';
      assignment: string;
      to: 'accepted' | 'declined' | 'under_way' | 'on_scene' | 'done';
      reason?: string | undefined;
      minutes?: number | undefined;
      /** What shows that he is there; none: his word alone. The desk's own word is one. */
      proof?: Proof | undefined;
      /** Of `accepted`: when he must set out, ms, where a shop has agreed on a time; else `departS` of the policy. */
      departBy?: number | undefined;
      /** Said by the box after the sentence of the step, or where that has none: what the man at the door will say too. */
      say?: string | undefined;
    }
  | NoEntry
  | Entered
  | Photo
  | { type: 'needs'; people: number }
  | { type: 'handoff'; target: HandoffTarget; note?: string | undefined }
  | {
      type: 'handoff_update';
      handoff: string;
      to: 'accepted' | 'rejected' | 'dispatched' | 'on_scene' | 'closed' | 'withdrawn';
      caseNumber?: string | undefined;
      seat?: string | undefined;
      reason?: string | undefined;
    };

/** Decides a street command at `now` (ms). Throws `Refusal` and then nothing changes. */
export function decideStreet(
  incident: Incident,
  command: StreetCommand,
  by: Actor,
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  if (command.type === 'assign') {
    mustOwnOrBeMedic(draft, by);
    offerTo(draft, command.helper, by);
  } else if (command.type === 'needs') {
    mustOwn(draft, by);
    changeNeeds(draft, command.people, by);
  } else if (command.type === 'no_entry') reportNoEntry(draft, command, by);
  else if (command.type === 'entered') reportEntered(draft, command, by);
  else if (command.type === 'photo') notePhoto(draft, command, by);
  else if (command.type === 'withdraw') withdraw(draft, command.assignment, by);
  else if (command.type === 'answer') answerOffer(draft, command, by);
  else if (command.type === 'handoff') handOff(draft, command.target, command.note, by);
  else updateHandoff(draft, command, by);
  if (draft.i.ownerId === by.id && by.id !== null) {
    draft.i.attendedAt = now;
    draft.i.remindedAt = null;
  }
  settle(draft);
  return endDraft(draft);
}

/** The medical desk may send a medic and call 120 beside the operator, whose case it stays. */
function mustOwnOrBeMedic(draft: Draft, by: Actor): void {
  if (by.role !== 'medic') return mustOwn(draft, by);
  if (!isOpen(draft.i.state)) throw new Refusal('not_allowed_in_state', '这件事已经办结了 | This case is settled');
}

/** Offers the case to somebody. Throws `Refusal` when he has it already. */
export function offerTo(draft: Draft, helper: Helper, by: Actor): void {
  const { i, now, policy } = draft;
  if (i.assignments.some((a) => a.staffId === helper.staffId && isLiveAssignment(a.state))) {
    throw new Refusal('not_allowed_in_state', `已经派给 ${helper.name} 了 | ${helper.name} is asked already`);
  }
  const id = makeId(draft, 'assignment');
  i.assignments.push({
    id,
    ...helper,
    metres: helper.metres ?? null,
    wave: helper.wave ?? null,
    state: 'offered',
    offeredAt: now,
    expiresAt: now + policy.ladder.offerS * 1000,
    checkAt: null,
    etaAt: null,
    acceptedAt: null,
    departedAt: null,
    arrivedAt: null,
    endedAt: null,
    declineReason: null,
    misses: 0,
    proveBy: null,
  });
  addFact(draft, 'offered', by, {
    assignment: id,
    who: helper.name,
    role: helper.role,
    minutes: helper.minutes,
    why: helper.why,
  });
  addIntent(draft, 'offer', { assignment: id, staff: helper.staffId, change: 'offered' });
}

function find(draft: Draft, id: string): Assignment {
  const found = draft.i.assignments.find((a) => a.id === id);
  if (!found) throw new Refusal('not_found', '没有这一单 | There is no such offer');
  return found;
}

function withdraw(draft: Draft, id: string, by: Actor): void {
  mustOwn(draft, by);
  const a = find(draft, id);
  if (!isLiveAssignment(a.state) || a.state === 'on_scene')
    throw new Refusal('not_allowed_in_state', '这一单不能收回了 | This offer can no longer be taken back');
  const wasComing = isComing(a.state);
  Object.assign(a, { state: 'withdrawn', endedAt: draft.now, checkAt: null });
  addFact(draft, 'withdrawn', by, { assignment: a.id, who: a.name });
  addIntent(draft, 'offer', { assignment: a.id, staff: a.staffId, change: 'withdrawn' });
  if (wasComing) tell(draft, 'update', SAY.another);
}

const mayTellAll = (by: Actor): boolean => by.role === 'operator' || by.role === 'supervisor';

/** A responder's answer to his offer. Throws `Refusal` when it comes too late. */
export function answerOffer(draft: Draft, command: Extract<StreetCommand, { type: 'answer' }>, by: Actor): void {
  const { now, policy } = draft;
  // The desk may enter what it was told by telephone, but only for its own case.
  if (mayTellAll(by)) mustOwn(draft, by);
  const a = find(draft, command.assignment);
  const proof = command.proof ?? (mayTellAll(by) ? 'desk' : null);
  if (command.to === 'on_scene' && proof !== null && isUnproven(a) && !isEnded(draft.i.state))
    return confirm(draft, a, proof, by, command.say);
  if (!mayBecome(ASSIGNMENT_EXITS, a.state, command.to) || isEnded(draft.i.state)) {
    throw new Refusal(
      a.state === 'expired' || a.state === 'withdrawn' ? 'offer_gone' : 'not_allowed_in_state',
      sentenceFor(a, command.to, draft.i),
    );
  }
  const who = spokenName(a.name, a.role);
  const from = a.state;
  a.state = command.to;
  if (command.minutes !== undefined) a.minutes = command.minutes;
  if (command.to === 'accepted') {
    a.acceptedAt = now;
    a.etaAt = now + a.minutes * 60_000;
    a.checkAt = Math.max(command.departBy ?? 0, now + policy.ladder.departS * 1000);
    const later = (command.departBy ?? 0) > now + 10 * 60_000;
    const heard = later ? SAY.acceptedLater(who) : SAY.accepted(who);
    tell(draft, 'update', `${heard}${command.say ?? ''}`, a.name, later ? null : a.minutes * 60);
  } else if (command.to === 'under_way') {
    a.departedAt = now;
    a.misses = 0;
    a.etaAt = now + a.minutes * 60_000;
    a.checkAt = lateAt(a);
    tell(draft, 'dispatched', `${SAY.dispatched(who, a.minutes)}${command.say ?? ''}`, a.name, a.minutes * 60);
  } else if (command.to === 'on_scene') {
    arrive(draft, a, proof, command.say);
  } else {
    a.endedAt = now;
    a.checkAt = null;
    if (command.to === 'done' && command.say !== undefined) tell(draft, 'update', command.say, a.name);
    if (command.to === 'declined') {
      a.declineReason = command.reason ?? null;
      if (from !== 'offered') tell(draft, 'update', SAY.another);
    }
  }
  addFact(draft, `assignment_${command.to}`, by, {
    assignment: a.id,
    who: a.name,
    minutes: a.minutes,
    reason: command.reason ?? null,
    proof: command.to === 'on_scene' ? (proof ?? 'own_word') : null,
    unproven: a.state === 'done' && a.proveBy !== null,
  });
  addIntent(draft, 'offer', { assignment: a.id, staff: a.staffId, change: command.to });
  if (command.to === 'accepted') closeFilled(draft, by);
  // As when an offer runs out: the next one is asked without waiting for the operator.
  if (command.to === 'declined' && draft.i.class === 'rescue') addIntent(draft, 'find_responder', { why: 'declined' });
}

/** Late is when he is not there two minutes, or a quarter of his way, after he was expected. */
export function lateAt(a: Assignment): number {
  return a.etaAt! + Math.max(120_000, a.minutes * 15_000);
}

function sentenceFor(a: Assignment, to: string, i: Incident): string {
  const others = namesOf(holders(i).filter((one) => one.id !== a.id));
  const taken = others === '' ? '' : `,${others} 已经接下`;
  const has = others === '' ? '' : `; ${others} has it`;
  if (a.state === 'expired')
    return `这一单已经过了接单时间${taken || ',已转给别人'},谢谢您 | The time for this offer is over${has || ', others were asked'}; thank you`;
  if (a.state === 'withdrawn') return `这一单已经收回了${taken},谢谢您 | This offer was taken back${has}; thank you`;
  if (a.state === 'declined') return '这一单您已经拒绝了 | You have declined this offer';
  if (a.state === 'done') return '这一单已经办完了 | This is finished already';
  if (to === 'done') return '还没有到达,不能办结 | Not finished before one has arrived';
  if (to === a.state) return '这一步已经做过了 | That step is done already';
  return '现在的状态不能做这一步 | Not possible in its present state';
}

function handOff(draft: Draft, target: HandoffTarget, note: string | undefined, by: Actor): void {
  const { i, now, policy } = draft;
  mustOwnOrBeMedic(draft, by);
  if (
    i.handoffs.some((h) => h.target === target && ['offered', 'accepted', 'dispatched', 'on_scene'].includes(h.state))
  ) {
    throw new Refusal('not_allowed_in_state', `已经转给 ${target} 了 | ${target} has been asked already`);
  }
  const id = makeId(draft, 'handoff');
  i.handoffs.push({
    id,
    target,
    state: 'offered',
    note: note ?? null,
    offeredAt: now,
    deadlineAt: now + policy.ladder.handoffS * 1000,
    caseNumber: null,
    seat: null,
    rejectReason: null,
    acceptedAt: null,
    endedAt: null,
  });
  addFact(draft, 'handoff_offered', by, { handoff: id, target, note: note ?? null });
  addIntent(draft, 'handoff', { handoff: id, target });
}

function updateHandoff(draft: Draft, command: Extract<StreetCommand, { type: 'handoff_update' }>, by: Actor): void {
  const { i, now } = draft;
  // The centre itself says what becomes of it; that it is the one that was asked, handoff has looked at.
  if (by.kind !== 'partner') mustOwn(draft, by);
  const h: Handoff | undefined = i.handoffs.find((candidate) => candidate.id === command.handoff);
  if (!h) throw new Refusal('not_found', '没有这次转接 | There is no such handoff');
  if (!isOpen(i.state) || !mayBecome(HANDOFF_EXITS, h.state, command.to))
    throw new Refusal('not_allowed_in_state', '这次转接不能做这一步 | This handoff does not allow that step now');
  if (command.to === 'accepted' && !(command.caseNumber && command.seat)) {
    throw new Refusal(
      'invalid_fields',
      '对方坐席号和案件号读回来、填上,才算接下 | Accepted only when seat and case number were read back and entered',
    );
  }
  h.state = command.to;
  h.deadlineAt = null;
  if (command.to === 'accepted') {
    h.caseNumber = command.caseNumber ?? null;
    h.seat = command.seat ?? null;
    h.acceptedAt = now;
  }
  if (command.to === 'rejected') h.rejectReason = command.reason ?? null;
  if (command.to === 'dispatched') tell(draft, 'dispatched', SAY.centreComing(h.target), h.target);
  if (command.to === 'on_scene')
    tell(draft, 'arrived', SAY.arrived(h.target === '120' ? '急救的人' : '来帮忙的人'), h.target);
  if (['rejected', 'closed', 'withdrawn'].includes(command.to)) h.endedAt = now;
  addFact(draft, `handoff_${command.to}`, by, {
    handoff: h.id,
    target: h.target,
    caseNumber: h.caseNumber,
    seat: h.seat,
    reason: command.reason ?? null,
  });
}
