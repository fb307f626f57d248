import type { ClosingCode, FirstAnswer, FirstQuestion, Priority, Queue } from '#contracts/incident.ts';
import { addFact, addIntent, endDraft, Refusal, startDraft, tell, type Draft } from './draft.ts';
import type { Actor, Decision, Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { SAY } from './sentences.ts';
import { isLiveAssignment, isLiveHandoff, isOpen } from './states.ts';
import { settle } from './timers.ts';

/** Where somebody lives, for a case of which the home was not known. Position in WGS-84. */
export interface Home {
  householdId: string;
  regionPath: string;
  position: { lat: number; lon: number } | null;
}

/** What an operator does at her desk. */
export type DeskCommand =
  | { type: 'claim'; takeOver?: string | undefined }
  | { type: 'release'; why?: string | undefined }
  | { type: 'route'; queue: Queue; priority?: number | undefined; why?: string | undefined }
  | { type: 'note'; text: string }
  | { type: 'answers'; question: FirstQuestion; answer: FirstAnswer }
  | {
      type: 'identify';
      resident: string;
      name: string;
      refusesRecording?: boolean | undefined;
      home?: Home | undefined;
    }
  | { type: 'attend' }
  | { type: 'quiet'; on: boolean }
  | { type: 'talk'; on: boolean }
  | { type: 'resolve'; code?: ClosingCode | undefined; note?: string | undefined }
  | { type: 'reopen'; why?: string | undefined }
  | { type: 'cancel'; note?: string | undefined }
  | {
      type: 'close';
      code?: ClosingCode | undefined;
      satisfied?: 'yes' | 'no' | 'not_reached' | undefined;
      note?: string | undefined;
    };

/**
 * Decides a desk command at `now` (ms). Throws `Refusal` (`already_claimed`, `conflict`, `not_allowed_in_state`,
 * `invalid_fields`) and then nothing changes.
 */
export function decideDesk(incident: Incident, command: DeskCommand, by: Actor, policy: Policy, now: number): Decision {
  const draft = startDraft(incident, policy, now);
  const end = apply(draft, command, by);
  if (draft.i.ownerId === by.id && by.id !== null) {
    draft.i.attendedAt = now;
    draft.i.remindedAt = null;
  }
  settle(draft, end);
  return endDraft(draft);
}

function apply(
  draft: Draft,
  command: DeskCommand,
  by: Actor,
): 'resolved' | 'closed' | 'cancelled' | 'reopened' | undefined {
  switch (command.type) {
    case 'claim':
      return claim(draft, by, command.takeOver);
    case 'release':
      return release(draft, by, command.why);
    case 'route':
      return reroute(draft, by, command);
    case 'note':
      mustNotBeEnded(draft);
      addFact(draft, 'note', by, { text: command.text });
      return undefined;
    case 'answers':
      mustNotBeEnded(draft);
      addFact(draft, 'answers', by, { question: command.question, answer: command.answer });
      return undefined;
    case 'identify':
      return identify(draft, by, command);
    case 'attend':
      mustOwn(draft, by);
      addFact(draft, 'attended', by, {});
      return undefined;
    case 'quiet':
      return setQuiet(draft, by, command.on);
    case 'talk':
      return setTalk(draft, by, command.on);
    case 'resolve':
      return resolve(draft, by, command.code, command.note);
    case 'reopen':
      return reopen(draft, by, command.why);
    case 'cancel':
      return cancel(draft, by, command.note);
    case 'close':
      return close(draft, by, command);
  }
}

function mustBeOpen(draft: Draft): void {
  if (!isOpen(draft.i.state)) throw new Refusal('not_allowed_in_state', '这件事已经办结了 | This case is settled');
}

function mustNotBeEnded(draft: Draft): void {
  if (draft.i.state === 'closed' || draft.i.state === 'cancelled')
    throw new Refusal('not_allowed_in_state', '这件事已经结案了 | This case is closed');
}

/** Only who has it may act on it; nobody has it: take it first. Supervisors may act on any. */
export function mustOwn(draft: Draft, by: Actor): void {
  mustBeOpen(draft);
  if (by.role === 'supervisor' || by.kind === 'system') return;
  if (draft.i.ownerId === null) throw new Refusal('not_allowed_in_state', '请先受理 | Take it first');
  if (draft.i.ownerId !== by.id)
    throw new Refusal('conflict', `${draft.i.ownerName} 正在处理 | ${draft.i.ownerName} has it`);
}

function mayTouch(draft: Draft, by: Actor): void {
  mustBeOpen(draft);
  if (draft.i.ownerId !== null && draft.i.ownerId !== by.id && by.role !== 'supervisor') {
    throw new Refusal('conflict', `${draft.i.ownerName} 正在处理 | ${draft.i.ownerName} has it`);
  }
}

function claim(draft: Draft, by: Actor, takeOver: string | undefined): undefined {
  const { i, now } = draft;
  mustBeOpen(draft);
  if (i.ownerId === by.id) throw new Refusal('already_claimed', '您已经受理了 | You have it already');
  if (i.ownerId !== null && takeOver === undefined)
    throw new Refusal('already_claimed', `${i.ownerName} 已经受理了 | ${i.ownerName} has it already`);
  const from = i.ownerName;
  const first = i.claimedAt === null;
  i.ownerId = by.id;
  i.ownerName = by.name;
  i.claimedAt ??= now;
  i.attendedAt = now;
  i.remindedAt = null;
  addFact(draft, from === null ? 'claimed' : 'taken_over', by, from === null ? {} : { from, why: takeOver });
  if (first) {
    tell(draft, 'claimed', SAY.claimed(by.name), by.name);
    if (i.class === 'rescue' && !i.quiet && i.devices.length > 0) openLine(draft, by);
  }
  return undefined;
}

/** Who refuses is recorded no longer. With a home the case moves to its region, out of the sight of others: then only who has it, or anybody while nobody has. */
function identify(
  draft: Draft,
  by: Actor,
  { resident, name, refusesRecording, home }: Extract<DeskCommand, { type: 'identify' }>,
): undefined {
  const { i } = draft;
  mustNotBeEnded(draft);
  if (home !== undefined && i.householdId === null) {
    if (i.ownerId !== null && i.ownerId !== by.id)
      throw new Refusal('conflict', `${i.ownerName} 正在处理 | ${i.ownerName} has it`);
    i.householdId = home.householdId;
    i.regionPath = home.regionPath;
    if (home.position !== null) i.position = { ...home.position, source: 'home' };
  }
  i.residentId = resident;
  addFact(draft, 'identified', by, { resident, name });
  if (refusesRecording) addIntent(draft, 'stop_recording', {});
  return undefined;
}

function release(draft: Draft, by: Actor, why: string | undefined): undefined {
  mustOwn(draft, by);
  if (draft.i.ownerId === null) throw new Refusal('not_allowed_in_state', '还没有人受理 | Nobody has taken it yet');
  giveUp(draft);
  addFact(draft, 'released', by, { why: why ?? null });
  return undefined;
}

/** Nobody owns it any more: the ladder starts again from its first step. */
export function giveUp(draft: Draft): void {
  draft.i.ownerId = null;
  draft.i.ownerName = null;
  draft.i.attendedAt = null;
  draft.i.remindedAt = null;
  draft.i.ladder.nextAt = null;
  draft.i.ladder.round += 1;
}

function reroute(
  draft: Draft,
  by: Actor,
  command: { queue: Queue; priority?: number | undefined; why?: string | undefined },
): undefined {
  const { i } = draft;
  mayTouch(draft, by);
  const from = i.queue;
  i.queue = command.queue;
  if (command.priority !== undefined) i.priority = command.priority as Priority;
  i.reason = command.why ?? `${by.name} 转到这个队列`;
  addFact(draft, 'rerouted', by, { from, to: command.queue, reason: i.reason, priority: i.priority });
  if (i.ownerId === by.id && from !== i.queue) giveUp(draft);
  else if (i.ownerId === null) i.ladder.nextAt = null;
  return undefined;
}

function setQuiet(draft: Draft, by: Actor, on: boolean): undefined {
  mayTouch(draft, by);
  if (draft.i.quiet === on)
    throw new Refusal('not_allowed_in_state', on ? '已经是静音了 | It is quiet already' : '没有静音 | It is not quiet');
  draft.i.quiet = on;
  draft.orders.push({ command: 'quiet', on });
  if (on && draft.i.talk) closeLine(draft);
  addFact(draft, on ? 'quiet_on' : 'quiet_off', by, {});
  return undefined;
}

function setTalk(draft: Draft, by: Actor, on: boolean): undefined {
  mustOwn(draft, by);
  if (draft.i.quiet && on)
    throw new Refusal('not_allowed_in_state', '静音中,不能开话 | In quiet mode no line is opened');
  if (on) openLine(draft, by);
  else {
    closeLine(draft);
    addFact(draft, 'line_closed', by, {});
  }
  return undefined;
}

function openLine(draft: Draft, by: Actor): void {
  draft.i.talk = { openedAt: draft.now, heardAt: null };
  draft.i.silent = false;
  draft.orders.push({ command: 'talk', on: true });
  addFact(draft, 'line_asked', by, {});
}

function closeLine(draft: Draft): void {
  if (draft.i.talk === null) return;
  draft.i.talk = null;
  draft.orders.push({ command: 'hang_up', on: false });
}

function endWork(draft: Draft, by: Actor): void {
  for (const a of draft.i.assignments) {
    if (a.state === 'on_scene') {
      Object.assign(a, { state: 'done', endedAt: draft.now });
      addIntent(draft, 'offer', { assignment: a.id, staff: a.staffId, change: 'done' });
    } else if (isLiveAssignment(a.state)) {
      Object.assign(a, { state: 'withdrawn', endedAt: draft.now, checkAt: null });
      addFact(draft, 'withdrawn', by, { who: a.name, assignment: a.id });
      addIntent(draft, 'offer', { assignment: a.id, staff: a.staffId, change: 'withdrawn' });
    }
  }
  closeLine(draft);
}

function resolve(draft: Draft, by: Actor, code: ClosingCode | undefined, note: string | undefined): 'resolved' {
  const { i, now, policy } = draft;
  mustOwn(draft, by);
  if (i.ownerId === null) throw new Refusal('not_allowed_in_state', '请先受理 | Take it first');
  if (i.handoffs.some((h) => h.state === 'offered'))
    throw new Refusal(
      'not_allowed_in_state',
      '转出去的还没有答复,先等答复或收回 | A handoff is not answered yet: wait for it or take it back',
    );
  if (code) i.code = code;
  endWork(draft, by);
  for (const h of i.handoffs) if (isLiveHandoff(h.state)) Object.assign(h, { state: 'closed', endedAt: now });
  i.resolvedAt = now;
  i.followUpAt = now + policy.ladder.followUpS * 1000;
  addFact(draft, 'resolved', by, { code: i.code, note: note ?? null });
  tell(draft, 'resolved', SAY.resolved);
  i.updateAt = null;
  return 'resolved';
}

function reopen(draft: Draft, by: Actor, why: string | undefined): 'reopened' {
  const { i, now, policy } = draft;
  if (i.state !== 'resolved')
    throw new Refusal('not_allowed_in_state', '只有办结的才能重开 | Only a settled case can be opened again');
  i.resolvedAt = null;
  i.updateAt = now + policy.ladder.updateS * 1000;
  i.followUpAt = null;
  i.ownerId = by.id;
  i.ownerName = by.name;
  i.attendedAt = now;
  i.remindedAt = null;
  addFact(draft, 'reopened', by, { why: why ?? null });
  return 'reopened';
}

function cancel(draft: Draft, by: Actor, note: string | undefined): 'cancelled' {
  mustOwn(draft, by);
  if (draft.i.ownerId === null)
    throw new Refusal('not_allowed_in_state', '请先受理,和老人确认后再取消 | Take it first, ask her, then cancel');
  if (draft.i.handoffs.some((h) => isLiveHandoff(h.state)))
    throw new Refusal('not_allowed_in_state', '已经转出去了,先收回再取消 | It was handed over: take that back first');
  endWork(draft, by);
  draft.i.code ??= 'mistaken';
  draft.i.closedAt = draft.now;
  addFact(draft, 'cancelled', by, { code: draft.i.code, note: note ?? null });
  tell(draft, 'cancelled', SAY.cancelled);
  draft.i.updateAt = null;
  return 'cancelled';
}

function close(
  draft: Draft,
  by: Actor,
  command: { code?: ClosingCode | undefined; satisfied?: Incident['satisfied'] | undefined; note?: string | undefined },
): 'closed' {
  const { i } = draft;
  if (i.state !== 'resolved')
    throw new Refusal(
      'not_allowed_in_state',
      i.state === 'closed' ? '已经结案了 | It is closed already' : '先办结,再结案 | Settle it before closing it',
    );
  if (command.code) i.code = command.code;
  if (i.code === null) throw new Refusal('invalid_fields', '结案要选一个结案码 | Closing wants a code');
  i.satisfied = command.satisfied ?? i.satisfied;
  i.closedAt = draft.now;
  i.followUpAt = null;
  addFact(draft, 'closed', by, { code: i.code, satisfied: i.satisfied, note: command.note ?? null });
  return 'closed';
}
