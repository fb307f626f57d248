import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import type { Clock } from '#kernel/clock.ts';
import type { FirstAnswer, FirstQuestion, WireHistory, WireIncident, WireIncidentDetail } from '#contracts/incident.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import type { Language } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import { openHousehold } from '#registry/people.ts';
import { whoCouldCome, wireCandidate, type AskedFor, type Ranked, type WhereAre } from './candidates.ts';
import type { Incident } from './domain/incident.ts';
import { historyText } from './history-text.ts';
import type { Policies } from './policies.ts';
import { loadIncidents } from './store.ts';
import { wireIncidents } from './wire.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'list_incidents',
  'snapshot_incidents',
  'get_incident',
  'get_incidents',
  'history_of',
  'summary',
  'list_presses',
  'visible_incidents',
  'place_of',
]);

export interface ViewsDeps {
  db: Database;
  clock: Clock;
  policies: Policies;
  /** Writes down that somebody opened a resident's data (identity). */
  recordLook: (
    db: Db,
    look: { residentId: string; viewer: Viewer; what: string; incidentId: string; at: number },
  ) => Promise<void>;
  /** Where responders are now. None: at their bases. */
  whereAre?: WhereAre | undefined;
}

/** Roles to whom an incident without a region is shown: those who answer. */
const SEES_UNPLACED = new Set(['operator', 'supervisor', 'admin', 'auditor']);
const seesUnplaced = (viewer: Viewer): boolean => SEES_UNPLACED.has(viewer.role);

const STATES = {
  open: ['waiting', 'claimed', 'responding', 'on_scene', 'resolved'],
  all: null,
} as const;

/** What people may see of cases: everything through the region filter in SQL. */
export interface Views {
  list(viewer: Viewer, filter: IncidentFilter): Promise<{ items: WireIncident[]; nextCursor: string | null }>;
  detail(viewer: Viewer, id: string, language: Language): Promise<WireIncidentDetail>;
  one(viewer: Viewer, id: string): Promise<WireIncident>;
  /** Open cases for a screen that connects. */
  snapshot(viewer: Viewer): Promise<WireIncident[]>;
  /** For pushes: cases by id, without a viewer; the caller sends them only to rooms of their regions. */
  byIds(ids: readonly string[]): Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  summary(viewer: Viewer): Promise<{ waiting: number; active: number; today: number; longestWaitS: number | null }>;
  /** Of these cases, those that exist for the viewer. */
  visible(viewer: Viewer, ids: readonly string[]): Promise<Set<string>>;
  /** Where a case is, without a viewer: for looking for people who could come. */
  placeOf(id: string): Promise<{ regionPath: string | null; householdId: string | null }>;
  /** Who could come to a case that exists for the viewer, best first. */
  couldCome(viewer: Viewer, id: string): Promise<Ranked[]>;
  presses(viewer: Viewer, filter: PressFilter): Promise<{ items: unknown[]; nextCursor: string | null }>;
}

export interface IncidentFilter {
  state: string;
  queue: string | null;
  region: string | null;
  /** Households and incidents that a search found; null: no search. */
  found: string[] | null;
  limit: number;
  cursor: string | null;
}

export interface PressFilter {
  device: string | null;
  adapter: string | null;
  since: number | null;
  limit: number;
  cursor: string | null;
}

const cursorOf = (at: number, id: string): string => Buffer.from(`${at}|${id}`).toString('base64url');

/** A cursor as this module writes it; anything else is refused by name. */
export function readCursor(cursor: string | null): { at: Date; id: string } | null {
  if (cursor === null) return null;
  const [at, id, more] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (!/^\d{1,14}$/.test(at ?? '') || !z.uuid().safeParse(id).success || more !== undefined) {
    throw new Problem('invalid_request', {
      fields: [{ field: 'cursor', expected: '上一页给的 nextCursor | the nextCursor of the page before' }],
    });
  }
  return { at: new Date(Number(at)), id: id! };
}

/** The reading side of cases. Construction does nothing. */
export function createViews(deps: ViewsDeps): Views {
  const { db, clock, policies } = deps;
  return {
    async list(viewer, filter) {
      const from = readCursor(filter.cursor);
      const states = filter.state === 'open' ? STATES.open : filter.state === 'all' ? STATES.all : [filter.state];
      const stored = await loadIncidents(db, q.list_incidents, [
        states,
        filter.queue,
        viewer.regions,
        filter.region,
        filter.found,
        from?.at ?? null,
        from?.id ?? null,
        filter.limit + 1,
        seesUnplaced(viewer),
      ]);
      const page = stored.slice(0, filter.limit);
      const last = page.at(-1)?.incident;
      return {
        items: await wireIncidents(db, page, policies.current(), clock.now()),
        nextCursor: stored.length > filter.limit && last ? cursorOf(last.openedAt, last.id) : null,
      };
    },
    detail: (viewer, id, language) => detail(deps, viewer, id, language),
    async one(viewer, id) {
      const stored = await loadIncidents(db, q.get_incident, [id, viewer.regions, seesUnplaced(viewer)]);
      if (stored.length === 0) throw new Problem('not_found');
      return (await wireIncidents(db, stored, policies.current(), clock.now()))[0]!;
    },
    async snapshot(viewer) {
      return wireIncidents(
        db,
        await loadIncidents(db, q.snapshot_incidents, [viewer.regions, 500]),
        policies.current(),
        clock.now(),
      );
    },
    async byIds(ids) {
      const stored = await loadIncidents(db, q.get_incidents, [ids]);
      const wires = await wireIncidents(db, stored, policies.current(), clock.now());
      return wires.map((wire, place) => ({ wire, regionPath: stored[place]!.incident.regionPath }));
    },
    async summary(viewer) {
      const now = clock.now();
      const midnight = new Date(Math.floor((now + 8 * 3_600_000) / 86_400_000) * 86_400_000 - 8 * 3_600_000);
      const row = (
        await db.query<{ waiting: number; active: number; today: number; oldest: Date | null }>(q.summary, [
          viewer.regions,
          midnight,
        ])
      )[0]!;
      return {
        waiting: row.waiting,
        active: row.active,
        today: row.today,
        longestWaitS: row.oldest === null ? null : Math.round((now - row.oldest.getTime()) / 1000),
      };
    },
    async visible(viewer, ids) {
      const rows = await db.query<{ id: string }>(q.visible_incidents, [ids, viewer.regions, seesUnplaced(viewer)]);
      return new Set(rows.map((row) => row.id));
    },
    async placeOf(id) {
      const row = (await db.query<{ region_path: string | null; household_id: string | null }>(q.place_of, [id]))[0];
      return { regionPath: row?.region_path ?? null, householdId: row?.household_id ?? null };
    },
    async couldCome(viewer, id) {
      const [stored] = await loadIncidents(db, q.get_incident, [id, viewer.regions, seesUnplaced(viewer)]);
      if (!stored) throw new Problem('not_found');
      return whoCouldCome(db, deps.whereAre, stored.incident, stored.incident.asking.reach, clock.now());
    },
    presses: (viewer, filter) => listPresses(deps, viewer, filter),
  };
}

async function detail(deps: ViewsDeps, viewer: Viewer, id: string, language: Language): Promise<WireIncidentDetail> {
  const { db, clock, policies } = deps;
  const now = clock.now();
  const stored = await loadIncidents(db, q.get_incident, [id, viewer.regions, seesUnplaced(viewer)]);
  if (stored.length === 0) throw new Problem('not_found');
  const { incident } = stored[0]!;
  const wire = (await wireIncidents(db, stored, policies.current(), now, true))[0]!;
  const home = incident.householdId === null ? null : await openHousehold(db, incident.householdId);
  const shown = incident.residentId ?? home?.residents[0]?.id ?? null;
  for (const resident of wire.residents) {
    await deps.recordLook(db, { residentId: resident.id, viewer, what: 'incident', incidentId: id, at: now });
  }
  const history = await db.query<{
    seq: number;
    at: Date;
    kind: string;
    by_kind: WireHistory['by']['kind'];
    by_name: string;
    data: Record<string, unknown>;
  }>(q.history_of, [id]);
  return {
    ...wire,
    timeline: history.map((line) => ({
      seq: line.seq,
      at: line.at.toISOString(),
      kind: line.kind,
      by: { kind: line.by_kind, name: line.by_name },
      text: historyText(line.kind, line.data, language),
      photo: line.kind === 'photo' ? (line.data['photo'] as string) : null,
    })),
    contacts: home?.residents.find((resident) => resident.id === shown)?.contacts ?? [],
    care: home?.residents.find((resident) => resident.id === shown)?.care ?? null,
    household: home?.household ?? null,
    candidates: await candidatesFor(deps, incident, now),
    answers: Object.fromEntries(
      history
        .filter((line) => line.kind === 'answers')
        .map((line) => [line.data['question'] as FirstQuestion, line.data['answer'] as FirstAnswer]),
    ),
  };
}

/** The best nine for the operator: of the own street; beyond it once the asking has gone there. */
async function candidatesFor(
  deps: ViewsDeps,
  incident: AskedFor & Pick<Incident, 'state' | 'asking'>,
  now: number,
): Promise<WireIncidentDetail['candidates']> {
  if (incident.state === 'closed' || incident.state === 'cancelled') return [];
  const found = await whoCouldCome(deps.db, deps.whereAre, incident, incident.asking.reach, now);
  return found.slice(0, 9).map(wireCandidate);
}

async function listPresses(
  deps: ViewsDeps,
  viewer: Viewer,
  filter: PressFilter,
): Promise<{ items: unknown[]; nextCursor: string | null }> {
  const from = readCursor(filter.cursor);
  const rows = await deps.db.query<{
    id: string;
    event_id: string;
    device: string;
    adapter: string | null;
    type: string;
    at: Date | null;
    received_at: Date;
    raw: Buffer | null;
    incident_id: string | null;
  }>(q.list_presses, [
    filter.device,
    filter.adapter,
    filter.since === null ? null : new Date(filter.since),
    from?.at ?? null,
    from?.id ?? null,
    filter.limit + 1,
    viewer.regions,
  ]);
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      eventId: row.event_id,
      device: row.device,
      adapter: row.adapter,
      type: row.type,
      at: row.at?.toISOString() ?? null,
      receivedAt: row.received_at.toISOString(),
      raw: rawText(row.raw),
      incident: row.incident_id,
    })),
    nextCursor: rows.length > filter.limit && last ? cursorOf(last.received_at.getTime(), last.id) : null,
  };
}

/** The bytes as they came: as text where they are UTF-8, else `base64:` and their base64. */
function rawText(raw: Buffer | null): string | null {
  if (raw === null) return null;
  return isUtf8(raw) ? raw.toString('utf8') : `base64:${raw.toString('base64')}`;
}
