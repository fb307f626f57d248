import type { SupervisionMode } from '#contracts/incident.ts';
import { addCall, beginCall, isLiveCall } from './calls.ts';
import { endDraft, Refusal, startDraft } from './draft.ts';
import type { Actor, Decision, Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { changeSeat, deskOf, endSeat, talking } from './seats.ts';
import { settle } from './timers.ts';

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
    endSeat(draft, mine, by);
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
    if (mine) changeSeat(draft, mine, seat);
    else {
      const call = addCall(draft, { purpose: 'supervise', party: by.id!, name: by.name, ref: seat.ref }, false);
      Object.assign(call, { wants: mode, mode: null });
      beginCall(draft, call);
    }
  }
  settle(draft);
  return endDraft(draft);
}
