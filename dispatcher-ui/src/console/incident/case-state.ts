/** Where a case stands, from what is on the wire: no wording. */
import type { WireIncident } from '#contracts/incident.ts';

export type Tone = 'red' | 'blue' | 'green' | 'grey';

/** Presses may join, people may work on it. */
export function isOpen(incident: WireIncident): boolean {
  return (
    incident.state === 'waiting' ||
    incident.state === 'claimed' ||
    incident.state === 'responding' ||
    incident.state === 'on_scene'
  );
}

/** Nobody sits on it: also when the ladder has already sent somebody. */
export function isUntaken(incident: WireIncident): boolean {
  return isOpen(incident) && incident.owner === null;
}

/** A life may be at risk and nobody has taken it: pinned, and the alarm sounds. */
export function isRed(incident: WireIncident): boolean {
  return isUntaken(incident) && (incident.queue === 'emergency' || incident.priority === 1);
}

/** Red: life, not taken. Blue: taken, moving. Green: arrived or done. Grey: the rest. */
export function toneOf(incident: WireIncident): Tone {
  if (isRed(incident)) return 'red';
  if (isUntaken(incident) || incident.state === 'cancelled') return 'grey';
  return incident.state === 'on_scene' || incident.state === 'resolved' || incident.state === 'closed'
    ? 'green'
    : 'blue';
}

/** Somebody was asked, is coming or is there. */
export function liveAssignments(incident: WireIncident): WireIncident['assignments'] {
  return incident.assignments.filter(
    (one) =>
      one.state === 'offered' || one.state === 'accepted' || one.state === 'under_way' || one.state === 'on_scene',
  );
}

/** Whose arrival is to be entered next: who says that he is there first, then who is on the way. */
export function arrivingOf(incident: WireIncident): WireIncident['assignments'][number] | undefined {
  const live = liveAssignments(incident);
  return live.find((one) => one.unproven) ?? live.find((one) => one.state === 'under_way' || one.state === 'accepted');
}

/** Given to a centre and not ended. */
export function liveHandoffs(incident: WireIncident): WireIncident['handoffs'] {
  return incident.handoffs.filter(
    (one) =>
      one.state === 'offered' || one.state === 'accepted' || one.state === 'dispatched' || one.state === 'on_scene',
  );
}

const AFTER = { accepted: 'dispatched', dispatched: 'on_scene', on_scene: 'closed' } as const;

/** What a centre that has accepted says next: it has set out, is there, is done; null where that is not for the desk to enter. */
export function afterHandoff(
  state: WireIncident['handoffs'][number]['state'],
): (typeof AFTER)[keyof typeof AFTER] | null {
  return state in AFTER ? AFTER[state as keyof typeof AFTER] : null;
}

/** The centre that is on its way to her, and what it says next. */
export function nextHandoffOf(
  incident: WireIncident,
): { handoff: WireIncident['handoffs'][number]; to: 'dispatched' | 'on_scene' } | null {
  const handoff = incident.handoffs.findLast((one) => one.state === 'accepted' || one.state === 'dispatched');
  return handoff ? { handoff, to: handoff.state === 'accepted' ? 'dispatched' : 'on_scene' } : null;
}

/** Which of the five steps of the path is reached, 0 waiting … 4 done. */
export function stepOf(incident: WireIncident): number {
  if (incident.state === 'resolved' || incident.state === 'closed' || incident.state === 'cancelled') return 4;
  if (incident.state === 'on_scene') return 3;
  if (incident.state === 'responding') return 2;
  return incident.state === 'claimed' ? 1 : 0;
}
