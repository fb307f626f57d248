import type { Assignment, Handoff, Incident } from './incident.ts';

/** What one step changed: whole fields of the case, and whole rows of people sent and centres asked. */
export type Patch = Partial<Omit<Incident, 'assignments' | 'handoffs'>> & {
  assignments?: Assignment[];
  handoffs?: Handoff[];
};

/** The difference between two versions of a case, small enough to keep for ever. */
export function diff(before: Incident | null, after: Incident): Patch {
  if (before === null) return structuredClone(after);
  const patch: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(after)) {
    if (field === 'assignments' || field === 'handoffs') {
      const earlier = before[field] as { id: string }[];
      const changed = (value as { id: string }[]).filter(
        (row) =>
          !same(
            row,
            earlier.find((old) => old.id === row.id),
          ),
      );
      if (changed.length > 0) patch[field] = changed;
    } else if (!same(value, before[field as keyof Incident])) patch[field] = value;
  }
  return structuredClone(patch) as Patch;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** The state that a history tells of: what an operator saw after any line of it. */
export function rebuild(patches: readonly Patch[]): Incident {
  const state = { assignments: [], handoffs: [] } as unknown as Incident;
  for (const patch of patches) {
    const { assignments, handoffs, ...fields } = structuredClone(patch);
    Object.assign(state, fields);
    state.assignments = merge(state.assignments, assignments ?? []);
    state.handoffs = merge(state.handoffs, handoffs ?? []);
  }
  return state;
}

function merge<Row extends { id: string }>(rows: Row[], changed: Row[]): Row[] {
  const kept = rows.map((row) => changed.find((newer) => newer.id === row.id) ?? row);
  return [...kept, ...changed.filter((row) => !rows.some((old) => old.id === row.id))];
}
