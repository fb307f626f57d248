import type { AssignmentState, HandoffState } from '#contracts/incident.ts';
import type { IncomingPress } from '#dispatch/press.ts';
import type { Actor, Incident } from '#dispatch/domain/incident.ts';
import { isEnded, isLiveAssignment, isLiveHandoff, isOpen } from '#dispatch/domain/states.ts';
import type { StreetCommand } from '#dispatch/domain/street.ts';
import { ACTORS, deviceId, PEOPLE } from '#test/harness/homes.ts';
import type { Step, Who } from './steps.ts';

/** The event that a step of kind `press` or `talk` sends at `now` (ms) in world `name`. */
export function pressOf(step: Extract<Step, { do: 'press' | 'talk' }>, name: string, now: number): IncomingPress {
  const isPress = step.do === 'press';
  const at = isPress
    ? { none: null, now: START + step.event * 1_000, long_ago: 86_400_000, future: now + 3 * 365 * 86_400_000 }[step.at]
    : null;
  return {
    device: deviceId(name, step.device),
    adapter: null,
    eventId: isPress ? `e${step.event}` : `t${step.event}`,
    type: isPress ? step.type : 'button',
    at,
    receivedAt: now,
    key: null,
    battery: null,
    test: isPress && step.test,
    location: null,
    detail: isPress ? null : { talk: step.what },
    topic: 'up/event',
    raw: Buffer.from('{}'),
    readable: !isPress || step.readable,
  };
}

/** When every world begins, ms. */
export const START = Date.UTC(2026, 10, 21, 8);

/** The case a step means: mostly one that lives, now and then one that has ended. */
export function chooseCase(cases: readonly Incident[], pick: number): Incident | undefined {
  const live = cases.filter((i) => !isEnded(i.state));
  const among = live.length === 0 || pick === 7 ? cases : live;
  // The newest first: a sequence mostly speaks of the case that it opened last.
  return among.at(-1 - (pick % Math.max(1, among.length)));
}

/** Who a step means, given the case. Nobody owns it: the first operator. */
export function chooseActor(i: Incident, who: Who): Actor {
  if (who !== 'owner') return ACTORS[who % ACTORS.length]!;
  return ACTORS.find((actor) => actor.id === i.ownerId) ?? ACTORS[0]!;
}

const NEXT_ANSWER: Partial<Record<AssignmentState, 'accepted' | 'under_way' | 'on_scene' | 'done'>> = {
  offered: 'accepted',
  accepted: 'under_way',
  under_way: 'on_scene',
  on_scene: 'done',
};
const NEXT_UPDATE: Partial<Record<HandoffState, 'accepted' | 'dispatched' | 'on_scene' | 'closed'>> = {
  offered: 'accepted',
  accepted: 'dispatched',
  dispatched: 'on_scene',
  on_scene: 'closed',
};

/** The street command that a step means, with the case and who gives it; undefined where there is nothing it could mean. */
export function streetOf(
  step: Step,
  cases: readonly Incident[],
): { id: string; command: StreetCommand; by: Actor } | undefined {
  if (step.do === 'assign' || step.do === 'handoff') {
    const open = cases.filter((i) => isOpen(i.state));
    const i = chooseCase(step.pick === 7 ? cases : open, step.pick);
    if (i === undefined) return undefined;
    const command: StreetCommand =
      step.do === 'assign'
        ? { type: 'assign', helper: PEOPLE[step.helper]! }
        : { type: 'handoff', target: step.target };
    return { id: i.id, command, by: chooseActor(i, step.who) };
  }
  if (step.do === 'answer' || step.do === 'withdraw') {
    const rows = cases.flatMap((i) => i.assignments.map((a) => ({ i, a })));
    const found = chooseRow(rows, (row) => isLiveAssignment(row.a.state), step.pick);
    if (!found) return undefined;
    const { i, a } = found;
    if (step.do === 'withdraw')
      return { id: i.id, command: { type: 'withdraw', assignment: a.id }, by: chooseActor(i, step.who) };
    const by: Actor = { kind: 'person', id: a.staffId, name: a.name, role: a.role };
    const to = step.to === 'next' ? (NEXT_ANSWER[a.state] ?? 'accepted') : step.to;
    return {
      id: i.id,
      command: {
        type: 'answer',
        assignment: a.id,
        to,
        minutes: step.minutes,
        // Half of those who come have something that shows it.
        proof: to === 'on_scene' && step.minutes !== undefined ? 'position' : undefined,
        reason: to === 'declined' ? '走不开' : undefined,
      },
      by,
    };
  }
  if (step.do === 'handoff_update') {
    const rows = cases.flatMap((i) => i.handoffs.map((h) => ({ i, h })));
    const found = chooseRow(rows, (row) => isLiveHandoff(row.h.state), step.pick);
    if (!found) return undefined;
    const { i, h } = found;
    const to = step.to === 'next' ? (NEXT_UPDATE[h.state] ?? 'accepted') : step.to;
    const read = step.complete ? { caseNumber: '20261121-7', seat: '31' } : {};
    return { id: i.id, command: { type: 'handoff_update', handoff: h.id, to, ...read }, by: chooseActor(i, step.who) };
  }
  return undefined;
}

function chooseRow<Row>(rows: readonly Row[], isLive: (row: Row) => boolean, pick: number): Row | undefined {
  const live = rows.filter(isLive);
  const among = live.length === 0 || pick === 7 ? rows : live;
  return among.at(-1 - (pick % Math.max(1, among.length)));
}
