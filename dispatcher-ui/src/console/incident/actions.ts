/** Which acts an incident allows to whom, each with its key: one table for buttons, keys and the bar at the bottom. */
import type { WireIncident } from '#contracts/incident.ts';
import type { Me } from '#contracts/session.ts';
import { lineActs } from '../supervision/line-acts.ts';
import type { OrderNext } from '../work-order/order-step.ts';
import { arrivingOf, isOpen, isUntaken, nextHandoffOf } from './case-state.ts';

export const ACTIONS = {
  claim: { key: 'enter', cap: '⏎' },
  takeOver: { key: 't', cap: 'T' },
  assign: { key: 'r', cap: 'R' },
  order: { key: 'g', cap: 'G' },
  orderStep: { key: 'v', cap: 'V' },
  handoff: { key: 'h', cap: 'H' },
  centreStep: { key: 'p', cap: 'P' },
  talk: { key: 'c', cap: 'C' },
  dial: { key: 'd', cap: 'D' },
  note: { key: 'n', cap: 'N' },
  arrived: { key: 'a', cap: 'A' },
  resolve: { key: 'f', cap: 'F' },
  close: { key: 'f', cap: 'F' },
  identify: { key: 'i', cap: 'I' },
  attend: { key: 'space', cap: '空格' },
  quiet: { key: 'q', cap: 'Q' },
  release: { key: 'l', cap: 'L' },
  cancel: { key: 'x', cap: 'X' },
  reopen: { key: 'b', cap: 'B' },
  listen: { key: 's', cap: 'S' },
  whisper: { key: 'w', cap: 'W' },
  join: { key: 'y', cap: 'Y' },
  leaveLine: { key: 'z', cap: 'Z' },
  route1: { key: '1', cap: '1' },
  route2: { key: '2', cap: '2' },
  route3: { key: '3', cap: '3' },
} as const satisfies Record<string, { key: string; cap: string }>;

export type ActionId = keyof typeof ACTIONS;

/** The queues behind the keys 1, 2 and 3. */
export const ROUTES = { route1: 'emergency', route2: 'medical', route3: 'household' } as const;

/** May act as if it were hers: who has it, and supervisors. */
export function isMine(incident: WireIncident, me: Me): boolean {
  return incident.owner?.id === me.id;
}

/**
 * The acts that are possible now, the one to be done next first (unless there is none: see `isWaiting`); what a
 * supervisor may do on the line comes last. `orders`: what the work orders of the case ask for.
 */
export function actionsOf(incident: WireIncident, me: Me, orders: OrderNext | null = null): ActionId[] {
  return [...caseActs(incident, me, orders), ...lineActs(incident, me)];
}

/** Nothing is to be done by her: a shop is to answer, to come, or is at work. */
export function isWaiting(incident: WireIncident, me: Me, orders: OrderNext | null): boolean {
  return isOpen(incident) && isMine(incident, me) && orders?.kind === 'wait' && liveStep(incident) === null;
}

function caseActs(incident: WireIncident, me: Me, orders: OrderNext | null): ActionId[] {
  if (incident.state === 'resolved') return ['close', 'reopen', 'note'];
  if (!isOpen(incident)) return [];
  const routes = (['route1', 'route2', 'route3'] as const).filter((one) => ROUTES[one] !== incident.queue);
  if (isUntaken(incident)) return ['claim', 'note', ...routes, 'quiet'];
  if (!isMine(incident, me))
    return me.role === 'supervisor'
      ? ['takeOver', 'assign', 'handoff', 'dial', 'note', 'quiet', ...routes]
      : ['takeOver', 'note'];
  const next = nextOf(incident, orders);
  const rest: ActionId[] = [
    ...(orders?.kind === 'step' ? (['orderStep'] as const) : []),
    ...(incident.class === 'household' ? (['order'] as const) : []),
    'assign',
    ...(nextHandoffOf(incident) ? (['centreStep'] as const) : []),
    'handoff',
    'talk',
    'dial',
    'note',
    'attend',
    'identify',
    'quiet',
    ...routes,
    'resolve',
    'release',
    'cancel',
  ];
  return [next, ...rest.filter((one) => one !== next && (one !== 'identify' || incident.residents.length > 1))];
}

/** With a centre: asked and not answered, she is on the telephone with them; it has accepted, she hears how far they are. */
function liveStep(incident: WireIncident): ActionId | null {
  if (incident.handoffs.some((one) => one.state === 'offered')) return 'handoff';
  return incident.state !== 'on_scene' && !arrivingOf(incident) && nextHandoffOf(incident) ? 'centreStep' : null;
}

/** The step that is owed next by the one who has it. */
function nextOf(incident: WireIncident, orders: OrderNext | null): ActionId {
  const live = liveStep(incident);
  if (live !== null) return live;
  if (orders?.kind === 'step') return 'orderStep';
  if (orders?.kind === 'over' || incident.state === 'on_scene') return 'resolve';
  if (arrivingOf(incident)) return 'arrived';
  if (incident.state === 'responding') return 'resolve';
  // Who asks for a plumber wants a shop; who asks for her children does not.
  return incident.queue === 'household' && incident.kind === 'service' ? 'order' : 'assign';
}
