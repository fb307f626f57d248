import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { listOf } from '#contracts/list.ts';
import { wireIncidentSchema, type WireIncident } from '#contracts/incident.ts';
import {
  fieldAssignmentSchema,
  wireResponderSchema,
  type FieldAssignment,
  type WireResponder,
} from '#contracts/socket.ts';
import type { Role } from '#contracts/session.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Cases } from '#dispatch/cases.ts';
import { liveAssignments } from '#dispatch/people.ts';
import { actorOf } from '#dispatch/routes.ts';
import { liveResponders, putPositions } from './positions.ts';

/** Those who come to people's doors. */
const STREET: readonly Role[] = ['grid_worker', 'volunteer', 'medic', 'vendor'];

export interface ResponderRoutesDeps {
  db: Database;
  clock: Clock;
  cases: Cases;
  /** Cases by id, unfiltered: a responder sees those he is assigned to. */
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  moved: (responder: WireResponder, regionPath: string) => void;
}

/** A responder's own live assignments with their cases. Nothing that is not his exists for him. */
export async function assignmentsOf(
  deps: Pick<ResponderRoutesDeps, 'db' | 'byIds'>,
  staffId: string,
): Promise<FieldAssignment[]> {
  const mine = (await liveAssignments(deps.db)).filter((a) => a.staffId === staffId);
  const cases = await deps.byIds(mine.map((a) => a.incidentId));
  return mine.flatMap((a) => {
    const wire = cases.find((one) => one.wire.id === a.incidentId)?.wire;
    const assignment = wire?.assignments.find((one) => one.id === a.id);
    return wire && assignment ? [{ ...assignment, incident: asSentTo(staffId, wire) }] : [];
  });
}

/** A case as one sees it who goes there: of the people asked only himself, no other case of the home, nothing raw. */
function asSentTo(staffId: string, wire: WireIncident): WireIncident {
  return {
    ...wire,
    assignments: wire.assignments.filter((one) => one.responder.id === staffId),
    linked: [],
    area: null,
    presses: wire.presses.map((press) => ({ ...press, raw: null })),
  };
}

/** `/api/responders`, `/api/assignments`, `/api/me/position`. */
export function registerResponderRoutes(app: App, deps: ResponderRoutesDeps): void {
  const { db, clock } = deps;
  app.get(
    '/api/responders',
    {
      config: { access: ['operator', 'supervisor', 'admin', 'auditor'] },
      schema: { response: { 200: listOf(wireResponderSchema) } },
    },
    async (request) => ({
      items: await liveResponders(db, await liveAssignments(db), request.viewer, clock.now()),
      nextCursor: null,
    }),
  );

  app.get(
    '/api/assignments',
    {
      config: { access: STREET },
      schema: { response: { 200: listOf(fieldAssignmentSchema) } },
    },
    async (request) => ({ items: await assignmentsOf(deps, staffOf(request.viewer)), nextCursor: null }),
  );

  const steps = {
    accept: 'accepted',
    decline: 'declined',
    depart: 'under_way',
    arrive: 'on_scene',
    complete: 'done',
  } as const;
  for (const [name, to] of Object.entries(steps)) {
    app.post(
      `/api/assignments/:id/${name}`,
      {
        config: { access: STREET },
        schema: {
          params: z.object({ id: z.uuid() }),
          body: z
            .object({ reason: z.string().max(200).optional(), minutes: z.number().int().min(1).max(240).optional() })
            .optional(),
          response: { 200: z.object({ id: z.string(), state: z.string(), incident: wireIncidentSchema }) },
        },
      },
      async (request) => {
        const staffId = staffOf(request.viewer);
        const answer = { to, reason: request.body?.reason, minutes: request.body?.minutes };
        const incident = await deps.cases.answer(request.params.id, staffId, answer, actorOf(request.viewer));
        const [one] = await deps.byIds([incident.id]);
        return { id: request.params.id, state: to, incident: asSentTo(staffId, one!.wire) };
      },
    );
  }

  app.post(
    '/api/me/position',
    {
      config: { access: STREET },
      schema: {
        body: z.object({
          lat: z.number().min(-90).max(90),
          lon: z.number().min(-180).max(180),
          accuracy: z.number().min(0).max(100_000).optional(),
          at: z.iso.datetime({ offset: true }).optional(),
        }),
        response: { 200: z.object({ at: z.string() }) },
      },
    },
    async (request) => {
      const { lat, lon, accuracy, at } = request.body;
      const now = clock.now();
      const when = at === undefined ? now : Math.min(now, Date.parse(at));
      await reportPosition(deps, { staffId: staffOf(request.viewer), lat, lon, accuracy: accuracy ?? null, at: when });
      return { at: new Date(when).toISOString() };
    },
  );
}

/** Keeps a fix and shows it to the desks of the cases that this person is on. */
export async function reportPosition(
  deps: Pick<ResponderRoutesDeps, 'db' | 'clock' | 'moved'>,
  fix: { staffId: string; lat: number; lon: number; accuracy: number | null; at: number },
): Promise<void> {
  await putPositions(deps.db, [fix]);
  const mine = (await liveAssignments(deps.db)).filter((a) => a.staffId === fix.staffId && a.regionPath !== null);
  for (const a of mine) {
    const [responder] = await liveResponders(deps.db, [a], { regions: [''] }, deps.clock.now());
    if (responder) deps.moved(responder, a.regionPath!);
  }
}

function staffOf(viewer: Viewer): string {
  if (viewer.staffId === null)
    throw new Problem('forbidden', { detail: '这个账号没有对应的工作人员 | This account belongs to no responder' });
  return viewer.staffId;
}
