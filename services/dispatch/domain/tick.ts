import { chaseProof } from './arrival.ts';
import { addFact, addIntent, endDraft, makeId, startDraft, tell, type Draft } from './draft.ts';
import { giveUpCall } from './call-news.ts';
import { giveUp } from './desk.ts';
import { SYSTEM, type Decision, type Incident } from './incident.ts';
import type { LadderTarget } from '#contracts/policy.ts';
import { ladderFor, type Policy } from './policy.ts';
import { stillOutside } from './entry.ts';
import { countMiss } from './places.ts';
import { SAY, spokenName } from './sentences.ts';
import { isComing, isLiveHandoff } from './states.ts';
import { lateAt } from './street.ts';
import { settle, timersOf, type Timer } from './timers.ts';

/**
 * Every clock of the case that has struck by `now` (ms) does its work; null when none has. Called by the sweep, from the
 * database alone, however late: each clock strikes once and is set again or is gone. One ladder step is taken a call, so
 * that a case found after an hour of darkness climbs visibly, step by step; the next is due at once.
 */
export function tick(incident: Incident, policy: Policy, now: number): Decision | null {
  const due = timersOf(incident, policy).filter((timer) => timer.at <= now);
  // Awake and nothing to do: another policy is in force than when the clocks were set. They are set anew.
  const early = due.length === 0 && incident.wakeAt !== null && incident.wakeAt <= now;
  if (due.length === 0 && !early) return null;
  const draft = startDraft(incident, policy, now);
  for (const timer of due) strike(draft, timer);
  settle(draft);
  return endDraft(draft);
}

function strike(draft: Draft, timer: Timer): void {
  switch (timer.what) {
    case 'ladder':
      return climb(draft);
    case 'remind':
      draft.i.remindedAt = draft.now;
      addFact(draft, 'reminded', SYSTEM, { who: draft.i.ownerName });
      return addIntent(draft, 'page', { who: 'owner', owner: draft.i.ownerId, why: 'reminded' });
    case 'lose':
      addFact(draft, 'lost_owner', SYSTEM, { who: draft.i.ownerName });
      return giveUp(draft);
    case 'offer':
      return expire(draft, timer.ref!);
    case 'check':
      return check(draft, timer.ref!);
    case 'proof':
      return chaseProof(draft, timer.ref!);
    case 'handoff':
      return chaseHandoff(draft, timer.ref!);
    case 'silence':
      return silence(draft);
    case 'family':
      draft.i.familyAt = null;
      return addIntent(draft, 'call', { who: 'family', why: 'no_word' });
    case 'call':
      return giveUpCall(draft, timer.ref!);
    case 'update':
      return stillHere(draft);
    case 'follow_up':
      draft.i.followUpAt = draft.now + 4 * 3_600_000;
      addFact(draft, 'follow_up_due', SYSTEM, {});
      return addIntent(draft, 'page', { who: 'supervisors', why: 'follow_up_due' });
  }
}

function climb(draft: Draft): void {
  const { i, now, policy } = draft;
  const ladder = ladderFor(policy, i.queue, i.priority);
  const step = ladder.steps[i.ladder.step];
  if (step === undefined) {
    i.ladder.round += 1;
    i.ladder.nextAt = now + ladder.repeatS * 1000;
    addFact(draft, 'ladder_repeat', SYSTEM, { round: i.ladder.round, who: 'supervisors' });
    addIntent(draft, 'page', { who: 'supervisors', why: 'nobody_has_it' });
    return;
  }
  const coming = i.assignments.some((a) => isComing(a.state) || a.state === 'on_scene');
  const skipped = coming && (step.who === 'grid_worker' || step.who === '120') ? 'somebody_is_coming' : null;
  addFact(draft, 'ladder_step', SYSTEM, { step: i.ladder.step + 1, of: ladder.steps.length, who: step.who, skipped });
  if (skipped === null) takeStep(draft, step.who);
  i.ladder.step += 1;
  const next = ladder.steps[i.ladder.step];
  i.ladder.nextAt = next ? Math.max(now, i.ladder.since + next.afterS * 1000) : now + ladder.repeatS * 1000;
}

function takeStep(draft: Draft, who: LadderTarget): void {
  if (who === 'family') return addIntent(draft, 'call', { who: 'family' });
  if (who === 'grid_worker') return addIntent(draft, 'find_responder', { why: 'ladder' });
  if (who === '120') return ladderHandoff(draft, '120');
  addIntent(draft, 'page', { who, why: 'ladder' });
}

/** The centre is asked without a person having decided it: once, while nothing else is under way with it. */
export function ladderHandoff(draft: Draft, target: '110' | '119' | '120'): void {
  const { i, now, policy } = draft;
  if (i.handoffs.some((h) => h.target === target && isLiveHandoff(h.state))) return;
  const id = makeId(draft, 'handoff');
  i.handoffs.push({
    id,
    target,
    state: 'offered',
    note: null,
    offeredAt: now,
    deadlineAt: now + policy.ladder.handoffS * 1000,
    caseNumber: null,
    seat: null,
    rejectReason: null,
    acceptedAt: null,
    endedAt: null,
  });
  addFact(draft, 'handoff_offered', SYSTEM, { handoff: id, target });
  addIntent(draft, 'handoff', { handoff: id, target });
}

function expire(draft: Draft, id: string): void {
  const a = draft.i.assignments.find((candidate) => candidate.id === id)!;
  Object.assign(a, { state: 'expired', endedAt: draft.now, checkAt: null });
  addFact(draft, 'assignment_expired', SYSTEM, { assignment: id, who: a.name });
  addIntent(draft, 'offer', { assignment: id, staff: a.staffId, change: 'expired' });
  if (draft.i.class === 'rescue') addIntent(draft, 'find_responder', { why: 'expired' });
}

function check(draft: Draft, id: string): void {
  const { i, now } = draft;
  const a = i.assignments.find((candidate) => candidate.id === id)!;
  if (a.state === 'on_scene') {
    if (stillOutside(draft, a)) ladderHandoff(draft, '119');
    return;
  }
  countMiss(draft, a);
  if (a.state === 'accepted') {
    a.checkAt = now + 60_000;
    addFact(draft, 'not_departed', SYSTEM, { assignment: id, who: a.name });
  } else {
    const minutes = Math.max(3, Math.ceil(a.minutes / 3));
    a.minutes = minutes;
    a.etaAt = now + minutes * 60_000;
    a.checkAt = lateAt(a);
    addFact(draft, 'late', SYSTEM, { assignment: id, who: a.name, minutes });
    tell(draft, 'update', SAY.late(spokenName(a.name, a.role), minutes), a.name, minutes * 60);
  }
  addIntent(draft, 'page', { who: i.ownerId === null ? 'supervisors' : 'owner', owner: i.ownerId, why: 'late' });
}

function chaseHandoff(draft: Draft, id: string): void {
  const { i, now, policy } = draft;
  const h = i.handoffs.find((candidate) => candidate.id === id)!;
  h.deadlineAt = now + policy.ladder.handoffS * 1000;
  addFact(draft, 'handoff_unanswered', SYSTEM, { handoff: id, target: h.target });
  addIntent(draft, 'page', {
    who: i.ownerId === null ? 'supervisors' : 'owner',
    owner: i.ownerId,
    why: 'handoff_unanswered',
  });
}

/** Twenty seconds of silence on an open line: taken as a person who can't speak; the nearest helper is asked at once. */
function silence(draft: Draft): void {
  const { i } = draft;
  i.silent = true;
  if (i.class === 'rescue') i.priority = 1;
  addFact(draft, 'silent', SYSTEM, { seconds: draft.policy.ladder.silenceS });
  const coming = i.assignments.some((a) => a.state === 'offered' || isComing(a.state) || a.state === 'on_scene');
  if (i.class === 'rescue' && !coming) addIntent(draft, 'find_responder', { why: 'silent' });
}

function stillHere(draft: Draft): void {
  const { i, now } = draft;
  addFact(draft, 'still_here', SYSTEM, {});
  const coming = i.assignments.filter((a) => a.state === 'under_way').sort((a, b) => a.etaAt! - b.etaAt!)[0];
  if (coming) {
    const minutes = Math.max(1, Math.ceil((coming.etaAt! - now) / 60_000));
    tell(draft, 'update', SAY.onTheWay(spokenName(coming.name, coming.role), minutes), coming.name, minutes * 60);
  } else {
    tell(draft, 'update', SAY.stillHere);
  }
}
