import { addFact, addIntent, makeId, type Draft } from './draft.ts';
import { SYSTEM, type CaseCall } from './incident.ts';
import { isOpen } from './states.ts';

/** A call of which the telephone has said nothing more for so long is given up, ms: longer than any ring and any talk by keys. */
const GIVE_UP_MS = 150_000;

/** Not ended yet: waiting for its turn, ringing, or somebody on the line. */
export function isLiveCall(call: CaseCall): boolean {
  return call.endedAt === null;
}

/** A call by our own order; its intent is written with it, unless it waits for its turn. */
export function addCall(
  draft: Draft,
  call: Pick<CaseCall, 'purpose' | 'party' | 'name'> & Partial<Pick<CaseCall, 'ref' | 'round' | 'local'>>,
  begin: boolean,
): CaseCall {
  const made: CaseCall = {
    ref: null,
    round: 1,
    local: false,
    ...call,
    id: makeId(draft, 'call'),
    state: 'waiting',
    outcome: null,
    minutes: null,
    startedAt: null,
    endedAt: null,
    giveUpAt: null,
  };
  draft.i.calls = [...draft.i.calls, made];
  if (begin) beginCall(draft, made);
  return made;
}

/** Its turn has come. */
export function beginCall(draft: Draft, call: CaseCall): void {
  call.state = 'calling';
  call.startedAt = draft.now;
  keepWaiting(draft, call);
  addIntent(draft, 'call', { call: call.id });
}

/** It is still under way: the telephone has a while more to say what becomes of it. */
export function keepWaiting(draft: Draft, call: CaseCall): void {
  call.giveUpAt = draft.now + GIVE_UP_MS;
}

/** The call is over as `state`. */
export function endCall(draft: Draft, call: CaseCall, state: CaseCall['state'], outcome: string | null): void {
  call.state = state;
  call.outcome = outcome ?? call.outcome;
  call.endedAt = draft.now;
  call.giveUpAt = null;
}

/** Takes back what has not ended: what waits never begins, what rings stops; a talk is over, and stays one that was had. */
export function cancelCall(draft: Draft, call: CaseCall): void {
  const begun = call.state !== 'waiting';
  if (call.state === 'connected') endCall(draft, call, 'done', null);
  else endCall(draft, call, 'cancelled', 'cancelled');
  if (begun) addIntent(draft, 'hang_up', { call: call.id });
}

/** The next of the family, when nobody of them is being rung and nobody comes. */
export function ringNext(draft: Draft): void {
  const calls = draft.i.calls.filter((call) => call.purpose === 'family');
  if (calls.some((call) => call.state === 'calling' || call.state === 'ringing' || call.state === 'answered')) return;
  const next = calls.find((call) => call.state === 'waiting');
  if (next) beginCall(draft, next);
  else if (calls.length > 0) noMore(draft, calls);
}

/** All of the family were rung: if nobody was reached, that is said, and who waited for them waits no longer. */
function noMore(draft: Draft, calls: readonly CaseCall[]): void {
  if (!calls.some((call) => call.state === 'connected'))
    for (const other of draft.i.calls) if (other.state === 'waiting') cancelCall(draft, other);
  if (!calls.some((call) => call.state === 'accepted' || call.outcome === 'told'))
    addFact(draft, 'family_not_reached', SYSTEM, {});
}

/**
 * Calls follow from where the case stands: an urgent offer rings its responder's telephone at once, and stops when the
 * offer is gone; the family is rung when the need is sure; nobody is rung any more when it is done or must be quiet.
 */
export function settleCalls(draft: Draft): void {
  const { i } = draft;
  const over = !isOpen(i.state);
  for (const call of i.calls.filter(isLiveCall)) {
    const offer = call.ref === null ? undefined : i.assignments.find((a) => a.id === call.ref);
    const gone = call.purpose === 'offer' && offer?.state !== 'offered' && call.state !== 'connected';
    const hushed = i.quiet && call.purpose === 'family' && call.state !== 'connected';
    // Who sits in goes with the last who talks (supervision.ts).
    const stays = call.purpose === 'desk' || call.purpose === 'supervise';
    if ((over && !stays) || gone || hushed) cancelCall(draft, call);
  }
  if (over || i.class !== 'rescue' || i.test) return;
  if (i.priority === 1) {
    for (const a of i.assignments) {
      if (a.state === 'offered' && a.phone !== null && !i.calls.some((call) => call.ref === a.id))
        addCall(draft, { purpose: 'offer', party: a.staffId, name: a.name, ref: a.id }, true);
    }
  }
  if (i.familyAt !== null && !i.quiet && (i.assignments.length > 0 || i.handoffs.length > 0)) {
    i.familyAt = null;
    addIntent(draft, 'call', { who: 'family', why: 'confirmed' });
  }
}
