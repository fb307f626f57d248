import type { SupervisionMode } from '#contracts/incident.ts';
import { addCall, beginCall, cancelCall, isLiveCall } from './calls.ts';
import { addFact, addIntent, endDraft, Refusal, startDraft, type Draft } from './draft.ts';
import type { Actor, CaseCall, Decision, Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { settle } from './timers.ts';

/** Those who talk on this case's telephone line now; who sits in is not one of them. */
function talking(i: Incident): CaseCall[] {
  return i.calls.filter((call) => isLiveCall(call) && call.state === 'connected' && call.purpose !== 'supervise');
}

/** The desk that alone hears a whisper: the owner's, else the newest on the line. */
function deskOf(i: Incident): CaseCall | undefined {
  const desks = talking(i).filter((call) => call.purpose === 'desk');
  return desks.find((call) => call.party === i.ownerId) ?? desks.at(-1);
}

/**
 * A supervisor sits in on a case's line, changes how, or leaves it. Her own telephone rings first. Throws `Refusal` when
 * nobody talks, when there is no desk to whisper to, and when she is one of those who talk. Null: it is so already.
 */
export function supervise(
  incident: Incident,
  { mode }: { mode: SupervisionMode | 'leave' },
  by: Actor,
  policy: Policy,
  now: number,
): Decision | null {
  const draft = startDraft(incident, policy, now);
  const { i } = draft;
  const mine = i.calls.find((call) => call.purpose === 'supervise' && call.party === by.id && isLiveCall(call));
  if (mode === 'leave') {
    if (!mine) throw new Refusal('not_allowed_in_state', '您不在这件事的线上 | You are not on the line of this case');
    leave(draft, mine, by);
  } else {
    if (i.calls.some((call) => call.purpose === 'desk' && call.party === by.id && isLiveCall(call)))
      throw new Refusal('not_allowed_in_state', '您自己正在这条线上说话 | You are talking on this line yourself');
    if (talking(i).length === 0)
      throw new Refusal('not_allowed_in_state', '这件事现在没有人在通话 | Nobody is talking on this case now');
    const desk = deskOf(i);
    if (mode === 'whisper' && !desk)
      throw new Refusal('not_allowed_in_state', '线上没有坐席,没有人听得见 | No desk is on the line to hear you');
    if (mine?.wants === mode) return null;
    const seat = { wants: mode, ref: mode === 'whisper' ? desk!.id : null };
    if (mine) move(draft, mine, seat);
    else {
      const call = addCall(draft, { purpose: 'supervise', party: by.id!, name: by.name, ref: seat.ref }, false);
      Object.assign(call, { wants: mode, mode: null });
      beginCall(draft, call);
    }
  }
  settle(draft);
  return endDraft(draft);
}

/** The telephone says how she sits now. */
export function hearSeat(draft: Draft, call: CaseCall, mode: string | null): void {
  if (call.mode === mode || mode === null) return;
  call.mode = mode as SupervisionMode;
  addFact(draft, 'supervised', actorOf(call), { who: call.name, mode });
}

/** Her line has ended. */
export function leaveLine(draft: Draft, call: CaseCall): void {
  addFact(draft, 'supervise_left', actorOf(call), { who: call.name });
}

/**
 * Who sits in leaves with the last who talks: alone in the conference she would be what a caller waits for. Whispering
 * without the desk that hears it becomes listening: nobody else may ever hear it.
 */
export function settleSupervision(draft: Draft): void {
  const { i } = draft;
  const isEmpty = talking(i).length === 0;
  const desk = deskOf(i);
  for (const call of i.calls) {
    if (call.purpose !== 'supervise' || !isLiveCall(call)) continue;
    if (isEmpty) leave(draft, call, actorOf(call));
    else if (call.wants === 'whisper' && !talking(i).some((one) => one.id === call.ref))
      move(draft, call, desk ? { wants: 'whisper', ref: desk.id } : { wants: 'listen', ref: null });
  }
}

function move(draft: Draft, call: CaseCall, seat: { wants: SupervisionMode; ref: string | null }): void {
  call.wants = seat.wants;
  call.ref = seat.ref;
  // The order of the call has the version in which it was placed; what is wanted later counts.
  const turn = draft.before.version + 1;
  addIntent(draft, 'seat', { call: call.id, mode: seat.wants, coach: seat.ref, turn });
}

function leave(draft: Draft, call: CaseCall, by: Actor): void {
  if (call.state === 'connected') addFact(draft, 'supervise_left', by, { who: call.name });
  cancelCall(draft, call);
}

function actorOf(call: CaseCall): Actor {
  return { kind: 'person', id: call.party, name: call.name, role: 'supervisor' };
}
