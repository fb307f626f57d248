import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { openByHandSchema, QUEUES, wireIncidentDetailSchema, wireIncidentSchema } from '#contracts/incident.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import { EVENT_TYPES } from '#contracts/device.ts';
import type { Role } from '#contracts/session.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { homePlace } from '#registry/directory/directory.ts';
import { findPeople, type Person } from '#registry/people.ts';
import { findVisibleRegion } from '#registry/scope.ts';
import type { Cases } from './cases.ts';
import type { Actor } from './domain/incident.ts';
import type { Views } from './views.ts';

/** Who works on cases at a desk. */
export const DESK: readonly Role[] = ['operator', 'supervisor'];
const LOOKS: readonly Role[] = ['operator', 'supervisor', 'admin', 'auditor'];

export interface DispatchRoutesDeps {
  db: Database;
  clock: Clock;
  cases: Cases;
  views: Views;
  /** Households and incidents whose people, numbers or addresses match; only within the viewer's regions. */
  search: (viewer: Viewer, text: string) => Promise<string[]>;
}

/** The path of one case. */
export const byId = z.object({ id: z.uuid() });
const stateFilter = z
  .enum(['open', 'all', 'waiting', 'claimed', 'responding', 'on_scene', 'resolved', 'closed', 'cancelled'])
  .default('open');

/** A person, as history names him. */
export function actorOf(viewer: Viewer): Actor {
  return { kind: 'person', id: viewer.accountId, name: viewer.name, role: viewer.role };
}

/** Reading and opening: `/api/incidents`, `/api/presses`, `/api/summary`. */
export function registerDispatchRoutes(app: App, deps: DispatchRoutesDeps): void {
  registerReading(app, deps);
  registerOpening(app, deps);
}

function registerReading(app: App, { db, views, search }: DispatchRoutesDeps): void {
  app.get(
    '/api/incidents',
    {
      config: { access: LOOKS },
      schema: {
        querystring: pageQuery.extend({
          state: stateFilter,
          queue: z.enum(QUEUES).optional(),
          region: z.string().max(200).optional(),
          q: z.string().max(100).optional(),
        }),
        response: { 200: listOf(wireIncidentSchema) },
      },
    },
    async (request) => {
      const { state, queue, region, q, limit, cursor } = request.query;
      const isNarrowed = region !== undefined && region !== '';
      const within = isNarrowed ? await findVisibleRegion(db, request.viewer, region, true) : null;
      if (isNarrowed && within === null) {
        throw new Problem('invalid_request', {
          fields: [{ field: 'region', expected: '您管的一个区划 | a region that you may see' }],
        });
      }
      const found = q === undefined || q.trim() === '' ? null : await search(request.viewer, q.trim());
      if (found?.length === 0) return { items: [], nextCursor: null };
      return views.list(request.viewer, {
        state,
        queue: queue ?? null,
        region: within?.path ?? null,
        found,
        limit,
        cursor: cursor ?? null,
      });
    },
  );

  app.get(
    '/api/incidents/:id',
    {
      config: { access: LOOKS },
      schema: { params: byId, response: { 200: wireIncidentDetailSchema } },
    },
    (request) => views.detail(request.viewer, request.params.id, request.language),
  );

  app.get(
    '/api/summary',
    {
      config: { access: LOOKS },
      schema: {
        response: {
          200: z.object({
            waiting: z.number(),
            active: z.number(),
            today: z.number(),
            longestWaitS: z.number().nullable(),
          }),
        },
      },
    },
    (request) => views.summary(request.viewer),
  );

  const pressSchema = z.object({
    eventId: z.string(),
    device: z.string(),
    adapter: z.string().nullable(),
    type: z.string(),
    at: z.string().nullable(),
    receivedAt: z.string(),
    raw: z.string().nullable(),
    incident: z.string().nullable(),
  });
  app.get(
    '/api/presses',
    {
      config: { access: ['admin', 'auditor'] },
      schema: {
        querystring: pageQuery.extend({
          device: z.string().max(128).optional(),
          adapter: z.string().max(64).optional(),
          since: z.iso.datetime({ offset: true }).optional(),
        }),
        response: { 200: listOf(pressSchema) },
      },
    },
    async (request) => {
      const { device, adapter, since, limit, cursor } = request.query;
      const page = await views.presses(request.viewer, {
        device: device ?? null,
        adapter: adapter ?? null,
        since: since === undefined ? null : Date.parse(since),
        limit,
        cursor: cursor ?? null,
      });
      return page as { items: z.infer<typeof pressSchema>[]; nextCursor: string | null };
    },
  );
}

function registerOpening(app: App, { db, cases, views, search }: DispatchRoutesDeps): void {
  app.post(
    '/api/incidents',
    {
      config: { access: DESK },
      schema: { body: openByHandSchema, response: { 201: wireIncidentSchema } },
    },
    async (request, reply) => {
      const { source, queue, kind, resident, phone, summary, priority } = request.body;
      const person = resident === undefined ? null : await findResident(db, request.viewer, resident);
      const byPhone = person === null && phone !== undefined ? await search(request.viewer, phone) : [];
      const incident = await cases.open({
        id: request.intentId,
        queue,
        kind:
          kind !== undefined && Object.hasOwn(EVENT_TYPES, kind)
            ? kind
            : queue === 'household'
              ? 'service'
              : queue === 'medical'
                ? 'medical'
                : 'alarm_other',
        priority: (priority ?? (queue === 'emergency' ? 1 : queue === 'medical' ? 2 : 3)) as 1 | 2 | 3 | 4,
        source,
        summary,
        by: actorOf(request.viewer),
        place: {
          subject: person ? `household:${person.householdId}` : byPhone[0] ? `household:${byPhone[0]}` : null,
          regionPath: person?.regionPath ?? onlyRegionOf(request.viewer),
          householdId: person?.householdId ?? null,
          residentId: person?.id ?? null,
          deviceId: null,
          position: await positionOf(db, person),
        },
      });
      return reply.code(201).send(await views.one(request.viewer, incident.id));
    },
  );
}

/** A resident whom the viewer may see; anybody else's id is answered like one that nobody has. */
export async function findResident(db: Database, viewer: Viewer, id: string): Promise<Person> {
  const [person] = await findPeople(db, { residentIds: [id] });
  if (person && liesInRegions(viewer, person.regionPath)) return person;
  throw new Problem('invalid_fields', {
    fields: [{ field: 'resident', expected: '登记过的居民 | a registered resident' }],
  });
}

/** A call that nobody could place yet stays with the desk that took it: what was typed is not for all the others. */
function onlyRegionOf(viewer: Viewer): string | null {
  const [region] = viewer.regions;
  return viewer.regions.length === 1 && region !== '' ? region! : null;
}

async function positionOf(
  db: Database,
  person: Person | null,
): Promise<{ lat: number; lon: number; source: 'home' } | null> {
  const place = person === null ? null : await homePlace(db, person.householdId);
  return place === null ? null : { ...place, source: 'home' };
}
