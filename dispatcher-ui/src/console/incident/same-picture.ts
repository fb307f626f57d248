import type { CommandName, WireIncident } from '#contracts/incident.ts';

/**
 * Whether an act that was decided before `seen` still means the same before `now`: the ladder, the box and the clocks
 * write a newer version every few seconds, which is no reason to refuse an operator. A note means the same before anything.
 */
export function meansTheSame(act: CommandName, seen: WireIncident, now: WireIncident): boolean {
  return act === 'note' || act === 'answers' || pictureOf(seen) === pictureOf(now);
}

function pictureOf(one: WireIncident): string {
  return JSON.stringify([
    one.state,
    one.owner?.id,
    one.queue,
    one.quiet,
    one.resident?.id,
    one.assignments.map(({ id, state }) => [id, state]),
    one.handoffs.map(({ id, state }) => [id, state]),
  ]);
}
