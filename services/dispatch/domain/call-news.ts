import { addCall, beginCall, cancelCall, endCall, isLiveCall, keepWaiting, ringNext } from './calls.ts';
import { mustOwn } from './desk.ts';
import { addFact, addIntent, endDraft, Refusal, startDraft, tell, type Draft } from './draft.ts';
import { SYSTEM, type Actor, type CaseCall, type Decision, type Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { SAY } from './sentences.ts';
import { isOpen } from './states.ts';
import { answerOffer } from './street.ts';
import { hearSeat, leaveLine } from './seats.ts';
import { settle } from './timers.ts';

/** Somebody of the family who may be rung now, in the order the family chose. `local`: near enough to come. */
export interface Relative {
  id: string;
  name: string;
  relation: string;
  local: boolean;
}

/** What the telephone told of one of our calls (`#telephony/port.ts`, `Report`). */
export interface CallNews {
  call: string;
  event: 'ringing' | 'answered' | 'chosen' | 'joined' | 'seated' | 'ended';
  means: string | null;
  typed: Record<string, string>;
  outcome: string | null;
}

/** How often the family is gone through: the "two rounds". */
const FAMILY_ROUNDS = 2;
/**
 * The family is to be rung: in order, two rounds. Those who were rung before for this case keep what became of it; asked
 * again (the ladder came to it) while a round is under way, nothing is added.
 */
export function ringFamily(
  incident: Incident,
  family: readonly Relative[],
  /** The elder herself, if she has a telephone: rung as soon as one of hers is on the line, where she asked for them. */
  elder: { id: string; name: string } | null,
  intent: string,
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  const outcome = familyOutcome(draft.i, family);
  draft.i.familyAt = null;
  addFact(draft, 'outcome', SYSTEM, { intent, kind: 'call', outcome, who: 'family' });
  if (outcome === 'calling') {
    for (let round = 1; round <= FAMILY_ROUNDS; round++) {
      for (const one of family) {
        const name = one.relation === '' ? one.name : `${one.relation} ${one.name}`;
        addCall(draft, { purpose: 'family', party: one.id, name, round, local: one.local }, false);
      }
    }
    if (draft.i.kind === 'family' && elder !== null)
      addCall(draft, { purpose: 'talk', party: elder.id, name: elder.name }, false);
    ringNext(draft);
  }
  settle(draft);
  return endDraft(draft);
}

/** The family is not rung: no line, a quiet home, or somebody took the case meanwhile; only then the clock for it stays. */
export function leaveFamily(
  incident: Incident,
  { intent, outcome }: { intent: string; outcome: 'taken' | 'quiet' | 'no_carrier' },
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  if (outcome !== 'taken') draft.i.familyAt = null;
  addFact(draft, 'outcome', SYSTEM, { intent, kind: 'call', outcome, who: 'family' });
  settle(draft);
  return endDraft(draft);
}

function familyOutcome(i: Incident, family: readonly Relative[]): string {
  if (!isOpen(i.state)) return 'ended';
  if (i.quiet) return 'quiet';
  if (i.test) return 'drill';
  if (i.calls.some((call) => call.purpose === 'family' && isLiveCall(call))) return 'calling_already';
  if (i.calls.some((call) => call.purpose === 'family' && call.state === 'accepted')) return 'family_is_coming';
  return family.length === 0 ? 'nobody_found' : 'calling';
}

/** What follows from news of a call: null, nothing. `say`: to the one who chose, when it came too late. */
export interface Heard {
  decision: Decision | null;
  say: string | null;
}

/** Takes what the telephone says of a call of this case. */
export function hearCall(incident: Incident, news: CallNews, policy: Policy, now: number): Heard {
  const draft = startDraft(incident, policy, now);
  const call = draft.i.calls.find((one) => one.id === news.call);
  if (!call || !isNews(call, news.event))
    return { decision: null, say: news.event === 'chosen' ? '谢谢您,这件事已经有人在办了。' : null };
  let say: string | null = null;
  if (news.event === 'ringing') call.state = 'ringing';
  else if (news.event === 'answered' || news.event === 'joined') pickedUp(draft, call, news.event);
  else if (news.event === 'seated') hearSeat(draft, call, news.means);
  else if (news.event === 'ended') ended(draft, call, news.outcome ?? 'unknown');
  else if (call.purpose === 'offer') say = answeredByKey(draft, call, news);
  else if (call.purpose === 'family') chosen(draft, call, news);
  if (call.endedAt === null && call.state !== 'connected') keepWaiting(draft, call);
  if (call.purpose === 'family') ringNext(draft);
  settle(draft);
  return { decision: endDraft(draft), say };
}

/** What each event may follow: the telephone tells things in order, and an older one says nothing new. */
const FOLLOWS: Record<CallNews['event'], readonly CaseCall['state'][]> = {
  ringing: ['calling'],
  answered: ['calling', 'ringing'],
  chosen: ['calling', 'ringing', 'answered'],
  joined: ['calling', 'ringing', 'answered', 'connected'],
  seated: ['connected'],
  ended: ['calling', 'ringing', 'answered', 'connected'],
};

function isNews(call: CaseCall, event: CallNews['event']): boolean {
  if (event === 'seated' && call.purpose !== 'supervise') return false;
  return call.endedAt === null && FOLLOWS[event].includes(call.state);
}

/** A responder takes or declines his offer by a key, as on his page. What he is refused he is told at once. */
function answeredByKey(draft: Draft, call: CaseCall, news: CallNews): string | null {
  const a = draft.i.assignments.find((one) => one.id === call.ref)!;
  const to = news.means === 'accepted' ? 'accepted' : 'declined';
  endCall(draft, call, to, 'chosen');
  try {
    const by: Actor = { kind: 'person', id: a.staffId, name: a.name };
    answerOffer(draft, { type: 'answer', assignment: a.id, to, minutes: minutesOf(news), reason: undefined }, by);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Said to him, in the language that he is spoken to.
    return error.sentence.split(' | ')[0]!;
  }
}

function minutesOf(news: CallNews): number | undefined {
  const minutes = Number(news.typed['minutes']);
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= 240 ? minutes : undefined;
}

/** Whom the operator wants on the line; her own telephone is rung beside, unless she is on it already. `id`: resident, contact or staff. */
export interface Dial {
  party: { id: string; name: string };
  desk: { id: string; name: string } | null;
}

/** The operator calls somebody into the case's conference. Throws `Refusal` when it is not hers, or he is being called. */
export function dial(incident: Incident, { party, desk }: Dial, by: Actor, policy: Policy, now: number): Decision {
  const draft = startDraft(incident, policy, now);
  mustOwn(draft, by);
  const live = draft.i.calls.filter((call) => isLiveCall(call) && call.state !== 'waiting');
  if (live.some((call) => call.party === party.id))
    throw new Refusal('not_allowed_in_state', `正在给 ${party.name} 打电话 | ${party.name} is being called`);
  if (desk !== null && !live.some((call) => call.purpose === 'desk' && call.party === desk.id))
    addCall(draft, { purpose: 'desk', party: desk.id, name: desk.name }, true);
  addCall(draft, { purpose: 'talk', party: party.id, name: party.name }, true);
  addFact(draft, 'dialled', by, { who: party.name });
  attended(draft, by);
  settle(draft);
  return endDraft(draft);
}

/** The operator ends one call of the case; the others stay on the line. */
export function hangUp(incident: Incident, id: string, by: Actor, policy: Policy, now: number): Decision {
  const draft = startDraft(incident, policy, now);
  mustOwn(draft, by);
  const call = draft.i.calls.find((one) => one.id === id);
  if (!call) throw new Refusal('not_found', '没有这个电话 | There is no such call');
  if (!isLiveCall(call)) throw new Refusal('not_allowed_in_state', '这个电话已经结束了 | This call has ended');
  addFact(draft, 'hung_up', by, { who: call.name });
  cancelCall(draft, call);
  if (call.purpose === 'family') ringNext(draft);
  attended(draft, by);
  settle(draft);
  return endDraft(draft);
}

function attended(draft: Draft, by: Actor): void {
  if (draft.i.ownerId !== by.id) return;
  draft.i.attendedAt = draft.now;
  draft.i.remindedAt = null;
}

function pickedUp(draft: Draft, call: CaseCall, event: 'answered' | 'joined'): void {
  if (event === 'answered') {
    call.state = 'answered';
    return;
  }
  call.state = 'connected';
  call.giveUpAt = null;
  if (call.purpose !== 'supervise')
    addFact(draft, 'call_connected', callActor(call), { who: call.name, purpose: call.purpose });
}

/** Only a key proves a person. Of the family only somebody near counts as coming; who is far has been told, and the next is rung. */
function chosen(draft: Draft, call: CaseCall, news: CallNews): void {
  const said = minutesOf(news) ?? null;
  if (news.means === 'accepted' && call.local) {
    call.minutes = said;
    addFact(draft, 'call_accepted', callActor(call), { who: call.name, minutes: said });
    tell(draft, 'update', SAY.familyComing(kinOf(call), said), call.name, said === null ? null : said * 60);
    endCall(draft, call, 'accepted', 'chosen');
    dropWaiting(draft, () => true);
    return;
  }
  addFact(draft, 'call_told', callActor(call), { who: call.name, far: news.means === 'accepted' });
  call.outcome = 'told';
  // Told once is enough: a second round is for those who were not reached.
  dropWaiting(draft, (other) => other.party === call.party || draft.i.kind === 'family');
  if (news.means === 'connect') {
    call.state = 'connected';
    for (const other of draft.i.calls)
      if (other.purpose === 'talk' && other.state === 'waiting') beginCall(draft, other);
  } else endCall(draft, call, 'declined', 'told');
}

function dropWaiting(draft: Draft, which: (call: CaseCall) => boolean): void {
  for (const other of draft.i.calls)
    if (other.purpose === 'family' && other.state === 'waiting' && which(other)) cancelCall(draft, other);
}

function callActor(call: CaseCall): Actor {
  return { kind: 'partner', id: call.party, name: call.name };
}

function ended(draft: Draft, call: CaseCall, outcome: string): void {
  const talked = call.state === 'connected';
  endCall(draft, call, talked ? 'done' : 'missed', talked ? null : outcome);
  if (talked && call.purpose === 'supervise') leaveLine(draft, call);
  else if (talked)
    addFact(draft, outcome === 'on_line' ? 'call_on_line' : 'call_ended', callActor(call), { who: call.name });
  else addFact(draft, 'call_missed', SYSTEM, { who: call.name, outcome, purpose: call.purpose });
}

/** The telephone has said nothing for too long: counted as missed, and the next one is rung. */
export function giveUpCall(draft: Draft, id: string): void {
  const call = draft.i.calls.find((one) => one.id === id)!;
  const { purpose } = call;
  ended(draft, call, 'unknown');
  addIntent(draft, 'hang_up', { call: id });
  if (purpose === 'family') ringNext(draft);
}

/** `女儿(广州) 陈静` → `女儿`: as the resident herself says it. */
function kinOf(call: CaseCall): string {
  return call.name.split(' ')[0]!.replace(/[((].*$/, '');
}
