import type { SupervisionMode } from '#contracts/incident.ts';
import { cancelCall, isLiveCall } from './calls.ts';
import { addFact, addIntent, type Draft } from './draft.ts';
import type { Actor, CaseCall, Incident } from './incident.ts';

/** Those who talk on this case's telephone line now; who sits in is not one of them. */
export function talking(i: Incident): CaseCall[] {
  return i.calls.filter((call) => isLiveCall(call) && call.state === 'connected' && call.purpose !== 'supervise');
}

/** The desk that alone hears a whisper: the owner's, else the newest on the line. */
export function deskOf(i: Incident): CaseCall | undefined {
  const desks = talking(i).filter((call) => call.purpose === 'desk');
  return desks.find((call) => call.party === i.ownerId) ?? desks.at(-1);
}

/** The telephone says how she sits now. */
export function hearSeat(draft: Draft, call: CaseCall, mode: string | null): void {
  if (call.mode === mode || mode === null) return;
  call.mode = mode as SupervisionMode;
  addFact(draft, 'supervised', actorOf(call), { who: call.name, mode });
}

/** The telephone says that her line has ended. */
export function leaveLine(draft: Draft, call: CaseCall): void {
  addFact(draft, 'supervise_left', actorOf(call), { who: call.name });
}

/**
 * Who sits in leaves with the last who talks (alone in the conference she would be what a caller waits for), and when her
 * telephone is wanted for a desk of her own. Whispering
 * without the desk that hears it becomes listening: nobody else may ever hear it.
 */
export function settleSeats(draft: Draft): void {
  const { i } = draft;
  const isEmpty = talking(i).length === 0;
  const desk = deskOf(i);
  for (const call of i.calls) {
    if (call.purpose !== 'supervise' || !isLiveCall(call)) continue;
    const talksHerself = i.calls.some((one) => one.purpose === 'desk' && one.party === call.party && isLiveCall(one));
    if (isEmpty || talksHerself) endSeat(draft, call, actorOf(call));
    else if (call.wants === 'whisper' && !talking(i).some((one) => one.id === call.ref))
      changeSeat(draft, call, desk ? { wants: 'whisper', ref: desk.id } : { wants: 'listen', ref: null });
  }
}

/** She is to sit in otherwise: the network is asked, and says when she does. */
export function changeSeat(draft: Draft, call: CaseCall, seat: { wants: SupervisionMode; ref: string | null }): void {
  call.wants = seat.wants;
  call.ref = seat.ref;
  // The order of the call has the version in which it was placed; what is wanted later counts.
  const turn = draft.before.version + 1;
  addIntent(draft, 'seat', { call: call.id, mode: seat.wants, coach: seat.ref, turn });
}

/** Her line is ended. */
export function endSeat(draft: Draft, call: CaseCall, by: Actor): void {
  if (call.state === 'connected') addFact(draft, 'supervise_left', by, { who: call.name });
  cancelCall(draft, call);
}

function actorOf(call: CaseCall): Actor {
  return { kind: 'person', id: call.party, name: call.name, role: 'supervisor' };
}
