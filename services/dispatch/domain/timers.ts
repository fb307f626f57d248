import type { Owes } from '#contracts/incident.ts';
import { settleCalls } from './calls.ts';
import { settleSeats } from './seats.ts';
import type { Draft } from './draft.ts';
import type { Incident } from './incident.ts';
import { isThere, isUnproven } from './places.ts';
import { ladderFor, type Policy } from './policy.ts';
import { isComing, isEnded, isLiveHandoff, isOpen, mayBecome, INCIDENT_EXITS } from './states.ts';

/** One clock that runs on a case: when it strikes (ms), what then, and who owes the step until then. */
export interface Timer {
  at: number;
  what:
    | 'ladder'
    | 'remind'
    | 'lose'
    | 'offer'
    | 'check'
    | 'proof'
    | 'handoff'
    | 'silence'
    | 'update'
    | 'follow_up'
    | 'family'
    | 'call';
  ref: string | null;
  owes: Owes | null;
}

/** Every clock that runs on the case now. A live case always has at least one that somebody owes. */
export function timersOf(i: Incident, policy: Policy): Timer[] {
  if (isEnded(i.state)) return [];
  const timers: Timer[] = [];
  if (i.state === 'resolved') {
    return [{ at: i.followUpAt!, what: 'follow_up', ref: null, owes: { kind: 'follow_up', name: '回访组', id: null } }];
  }
  if (i.ownerId === null) {
    const paged = i.ladder.step > 1 || i.ladder.round > 0;
    timers.push({
      at: i.ladder.nextAt!,
      what: 'ladder',
      ref: null,
      owes: paged
        ? { kind: 'supervisors', name: '值班长', id: null }
        : { kind: 'operators', name: '值班坐席', id: null },
    });
  } else {
    const clock = policy.ladder.clocks[i.queue][clockState(i)];
    const owes: Owes = { kind: 'operator', name: i.ownerName!, id: i.ownerId };
    if (i.remindedAt === null) timers.push({ at: i.attendedAt! + clock.ackS * 1000, what: 'remind', ref: null, owes });
    else timers.push({ at: i.remindedAt + clock.graceS * 1000, what: 'lose', ref: null, owes });
  }
  for (const a of i.assignments) {
    const owes: Owes = { kind: 'responder', name: a.name, id: a.staffId };
    if (a.state === 'offered') timers.push({ at: a.expiresAt!, what: 'offer', ref: a.id, owes });
    if ((isComing(a.state) || a.state === 'on_scene') && a.checkAt !== null)
      timers.push({ at: a.checkAt, what: 'check', ref: a.id, owes });
    // Whether he is there is for the desk to find out.
    if (isUnproven(a)) timers.push({ at: a.proveBy!, what: 'proof', ref: a.id, owes: deskOf(i) });
  }
  for (const h of i.handoffs) {
    if (h.state === 'offered' && h.deadlineAt !== null) {
      timers.push({
        at: h.deadlineAt,
        what: 'handoff',
        ref: h.id,
        owes: { kind: 'partner', name: h.target, id: null },
      });
    }
  }
  if (i.talk !== null && i.talk.heardAt === null && !i.silent) {
    timers.push({ at: i.talk.openedAt + policy.ladder.silenceS * 1000, what: 'silence', ref: null, owes: null });
  }
  if (i.familyAt !== null) timers.push({ at: i.familyAt, what: 'family', ref: null, owes: null });
  for (const call of i.calls) {
    if (call.endedAt === null && call.giveUpAt !== null)
      timers.push({ at: call.giveUpAt, what: 'call', ref: call.id, owes: null });
  }
  if (i.updateAt !== null && i.devices.length > 0 && i.state !== 'on_scene')
    timers.push({ at: i.updateAt, what: 'update', ref: null, owes: null });
  return timers;
}

function deskOf(i: Incident): Owes {
  return i.ownerId === null
    ? { kind: 'supervisors', name: '值班长', id: null }
    : { kind: 'operator', name: i.ownerName!, id: i.ownerId };
}

function clockState(i: Incident): 'claimed' | 'responding' | 'on_scene' {
  return i.state === 'responding' ? 'responding' : i.state === 'on_scene' ? 'on_scene' : 'claimed';
}

/**
 * The one writer of `state`, `deadlineAt`, `owes` and `wakeAt`: derives them from who owns the case, who is coming and
 * which clocks run. A state that the table of exits does not allow is a mistake in this file and throws.
 */
export function settle(draft: Draft, end?: 'resolved' | 'closed' | 'cancelled' | 'reopened'): void {
  const { i, before, policy, now } = draft;
  if (end === 'resolved' || end === 'closed' || end === 'cancelled') i.state = end;
  else if (end === 'reopened' || isOpen(i.state)) i.state = openState(i);
  if (i.state !== before.state && !mayBecome(INCIDENT_EXITS, before.state, i.state) && before.version > 0) {
    throw new Error(`an incident can't go from ${before.state} to ${i.state}`);
  }
  settleCalls(draft);
  settleSeats(draft);
  runLadder(i, policy, now);
  const timers = timersOf(i, policy);
  const owed = timers.filter((timer) => timer.owes !== null).sort((a, b) => a.at - b.at)[0];
  i.deadlineAt = owed?.at ?? null;
  i.owes = owed?.owes ?? { kind: 'nobody', name: '', id: null };
  i.wakeAt = timers.length === 0 ? null : Math.min(...timers.map((timer) => timer.at));
  i.version = before.version + 1;
}

function openState(i: Incident): 'waiting' | 'claimed' | 'responding' | 'on_scene' {
  if (i.assignments.some(isThere) || i.handoffs.some((h) => h.state === 'on_scene')) return 'on_scene';
  const arrivedOnce = i.state === 'on_scene' && i.ownerId !== null && i.assignments.some((a) => a.state === 'done');
  if (arrivedOnce) return 'on_scene';
  const coming =
    i.assignments.some((a) => isComing(a.state) || isUnproven(a)) ||
    i.handoffs.some((h) => isLiveHandoff(h.state) && h.state !== 'offered');
  if (coming) return 'responding';
  return i.ownerId === null ? 'waiting' : 'claimed';
}

/** The ladder stands while somebody owns the case and runs while nobody does. */
function runLadder(i: Incident, policy: Policy, now: number): void {
  if (!isOpen(i.state) || i.ownerId !== null) {
    i.ladder.nextAt = null;
    return;
  }
  if (i.ladder.nextAt !== null) return;
  const ladder = ladderFor(policy, i.queue, i.priority);
  i.ladder = {
    version: policy.ladderVersion,
    step: 0,
    round: i.ladder.round,
    since: now,
    nextAt: now + ladder.steps[0]!.afterS * 1000,
  };
}
