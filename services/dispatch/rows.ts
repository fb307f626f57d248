import type { Assignment, Handoff, Incident } from './domain/incident.ts';

/** A case with the head of its hash chain. */
export interface Stored {
  incident: Incident;
  historySeq: number;
  historyHash: string;
}

export type Row = Record<string, unknown>;

const INCIDENT_TIMES = [
  'openedAt',
  'claimedAt',
  'attendedAt',
  'remindedAt',
  'resolvedAt',
  'followUpAt',
  'closedAt',
  'deadlineAt',
  'updateAt',
  'wakeAt',
  'lastPressAt',
  'familyAt',
] as const;
const ASSIGNMENT_TIMES = [
  'offeredAt',
  'expiresAt',
  'checkAt',
  'etaAt',
  'acceptedAt',
  'departedAt',
  'arrivedAt',
  'endedAt',
  'proveBy',
] as const;
const HANDOFF_TIMES = ['offeredAt', 'deadlineAt', 'acceptedAt', 'endedAt'] as const;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** ms → what a column of type timestamptz reads. */
const isoOrNull = (ms: unknown): string | null => (typeof ms === 'number' ? new Date(ms).toISOString() : null);
const msOrNull = (at: unknown): number | null => (at instanceof Date ? at.getTime() : null);

function toRow(value: object, times: readonly string[]): Row {
  return Object.fromEntries(
    Object.entries(value).map(([field, content]) => [
      snake(field),
      times.includes(field) ? isoOrNull(content) : content,
    ]),
  );
}

function fromRow(row: Row, times: readonly string[]): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, content]) => {
      const field = camel(column);
      return [field, times.includes(field) ? msOrNull(content) : content];
    }),
  );
}

/** The columns of table `incident`. */
export function incidentRow(stored: Stored): Row {
  const { assignments: _a, handoffs: _h, ...fields } = stored.incident;
  return { ...toRow(fields, INCIDENT_TIMES), history_seq: stored.historySeq, history_hash: stored.historyHash };
}

/** The columns of table `assignment`. */
export function assignmentRow(incidentId: string, assignment: Assignment): Row {
  return { ...toRow(assignment, ASSIGNMENT_TIMES), incident_id: incidentId };
}

/** The columns of table `handoff`. */
export function handoffRow(incidentId: string, handoff: Handoff): Row {
  return { ...toRow(handoff, HANDOFF_TIMES), incident_id: incidentId };
}

/** Rows of the three tables → cases with their people and centres, in the order of `incidents`. */
export function readStored(incidents: Row[], assignments: Row[], handoffs: Row[]): Stored[] {
  return incidents.map((row) => {
    const { historySeq, historyHash, ...fields } = fromRow(row, INCIDENT_TIMES);
    const mine = (rows: Row[], times: readonly string[]): Row[] =>
      rows
        .filter((other) => other['incident_id'] === row['id'])
        .map((other) => {
          const { incidentId: _i, ...rest } = fromRow(other, times);
          return rest;
        });
    const incident = {
      ...fields,
      assignments: mine(assignments, ASSIGNMENT_TIMES),
      handoffs: mine(handoffs, HANDOFF_TIMES),
    } as unknown as Incident;
    return { incident, historySeq: historySeq as number, historyHash: historyHash as string };
  });
}
