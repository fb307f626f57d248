/** Reading what the socket brings: one row that does not fit must not blind the whole list. */
import { z } from 'zod';
import { wireIncidentSchema, type WireIncident } from '#contracts/incident.ts';

/** An incident as the page holds it; `damaged` names the fields that could not be read and were replaced. */
export interface ShownIncident extends WireIncident {
  damaged: readonly string[];
}

const identity = z.object({ id: z.string().min(1), version: z.number().int() });

/** What stands in for a field that can't be read: what can't be told apart is taken as serious. */
const blank: Omit<WireIncident, 'id' | 'version'> = {
  state: 'waiting',
  class: 'rescue',
  queue: 'emergency',
  kind: 'alarm_unspecified',
  priority: 1,
  test: false,
  quiet: false,
  silent: false,
  source: 'system',
  openedAt: '1970-01-01T00:00:00.000Z',
  claimedAt: null,
  closedAt: null,
  deadlineAt: null,
  owes: { kind: 'operators', name: '', id: null },
  owner: null,
  code: null,
  reason: '',
  summary: null,
  ladder: { step: 0, of: 0, nextAt: null, next: null },
  region: [],
  position: null,
  resident: null,
  residents: [],
  device: null,
  presses: [],
  pressCount: 1,
  lastPressAt: null,
  needs: 1,
  assignments: [],
  handoffs: [],
  calls: [],
  told: [],
  area: null,
  linked: [],
};

/** Reads one incident, field by field where the whole does not fit; null when not even id and version are there. */
export function readIncident(raw: unknown): ShownIncident | null {
  const whole = wireIncidentSchema.safeParse(raw);
  if (whole.success) return { ...whole.data, damaged: [] };
  const known = identity.safeParse(raw);
  if (!known.success) return null;
  const damaged: string[] = [];
  const record = raw as Record<string, unknown>;
  const result: Record<string, unknown> = { ...known.data };
  for (const [field, schema] of Object.entries(wireIncidentSchema.shape)) {
    const parsed = schema.safeParse(record[field]);
    if (!parsed.success) damaged.push(field);
    if (field in blank) result[field] = parsed.success ? parsed.data : blank[field as keyof typeof blank];
  }
  return { ...(result as WireIncident), damaged };
}

/** Reads a list of anything, leaving out what does not fit; `unreadable` counts what was left out. */
export function readList<T>(schema: z.ZodType<T>, raw: unknown): { items: T[]; unreadable: number } {
  if (!Array.isArray(raw)) return { items: [], unreadable: 0 };
  const items: T[] = [];
  for (const one of raw) {
    const parsed = schema.safeParse(one);
    if (parsed.success) items.push(parsed.data);
  }
  return { items, unreadable: raw.length - items.length };
}
