import type { AssignmentState, HandoffState, IncidentState } from '#contracts/incident.ts';

/**
 * The states of an incident and its exits. `waiting` nobody has it · `claimed` an operator has it · `responding`
 * somebody is coming · `on_scene` somebody is there · `resolved` done, to be followed up · `closed`, `cancelled` ended.
 * Written by one place only: `settle` in timers.ts.
 */
export const INCIDENT_EXITS = {
  waiting: ['claimed', 'responding'],
  claimed: ['waiting', 'responding', 'resolved', 'cancelled'],
  responding: ['waiting', 'claimed', 'on_scene', 'resolved', 'cancelled'],
  on_scene: ['waiting', 'claimed', 'responding', 'resolved', 'cancelled'],
  resolved: ['claimed', 'closed'],
  closed: [],
  cancelled: [],
} as const satisfies Record<IncidentState, readonly IncidentState[]>;

/** An offer to a responder and what became of it. */
export const ASSIGNMENT_EXITS = {
  offered: ['accepted', 'declined', 'expired', 'withdrawn'],
  accepted: ['under_way', 'on_scene', 'declined', 'withdrawn'],
  under_way: ['on_scene', 'declined', 'withdrawn'],
  on_scene: ['done'],
  done: [],
  declined: [],
  expired: [],
  withdrawn: [],
} as const satisfies Record<AssignmentState, readonly AssignmentState[]>;

/** A case given to a centre; until `accepted` it is ours. */
export const HANDOFF_EXITS = {
  offered: ['accepted', 'rejected', 'withdrawn'],
  accepted: ['dispatched', 'on_scene', 'closed', 'withdrawn'],
  rejected: [],
  dispatched: ['on_scene', 'closed', 'withdrawn'],
  on_scene: ['closed', 'withdrawn'],
  closed: [],
  withdrawn: [],
} as const satisfies Record<HandoffState, readonly HandoffState[]>;

/** Whether `table` lets `from` become `to`. */
export function mayBecome<State extends string>(
  table: Record<State, readonly State[]>,
  from: State,
  to: State,
): boolean {
  return table[from].includes(to);
}

/** Presses may join, people may work on it. */
export function isOpen(state: IncidentState): boolean {
  return state === 'waiting' || state === 'claimed' || state === 'responding' || state === 'on_scene';
}

/** Nothing more will happen to it. */
export function isEnded(state: IncidentState): boolean {
  return state === 'closed' || state === 'cancelled';
}

/** The offer still binds somebody. */
export function isLiveAssignment(state: AssignmentState): boolean {
  return state === 'offered' || state === 'accepted' || state === 'under_way' || state === 'on_scene';
}

/** He said yes and has not finished. */
export function isComing(state: AssignmentState): boolean {
  return state === 'accepted' || state === 'under_way';
}

/** The centre has it, or has been asked. */
export function isLiveHandoff(state: HandoffState): boolean {
  return state === 'offered' || state === 'accepted' || state === 'dispatched' || state === 'on_scene';
}
