import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { commandBodies, openByHandSchema, QUEUES, wireIncidentDetailSchema, wireIncidentSchema, type WireIncident } from '#contracts/incident.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import { EVENT_TYPES } from '#contracts/device.ts';
import type { Role } from '#contracts/session.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { homePlace } from '#registry/directory/directory.ts';
import { findCandidates } from '#registry/duty.ts';
import { findPeople, type Person } from '#registry/people.ts';
import { findVisibleRegion } from '#registry/scope.ts';
import { candidateHelper } from './candidates.ts';
import type { Cases, Sees } from './cases.ts';
import type { DeskCommand } from './domain/desk.ts';
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

const byId = z.object({ id: z.uuid() });
const stateFilter = z.enum(['open', 'all', 'waiting', 'claimed', 'responding', 'on_scene', 'resolved', 'closed', 'cancelled']).default('open');

/** A person, as history names him. */
export function actorOf(viewer: Viewer): Actor {
  return { kind: 'person', id: viewer.accountId, name: viewer.name, role: viewer.role };
}

/** `/api/incidents…`, `/api/presses`, `/api/summary`. */
export function registerDispatchRoutes(app: App, deps: DispatchRoutesDeps): void {
  registerReading(app, deps);
  registerOpening(app, deps);
  registerDeskCommands(app, deps);
  registerStreetCommands(app, deps);
}

function registerReading(app: App, { db, views, search }: DispatchRoutesDeps): void {
  app.get('/api/incidents', {
    config: { access: LOOKS },
    schema: {
      querystring: pageQuery.extend({ state: stateFilter, queue: z.enum(QUEUES).optional(), region: z.string().max(200).optional(), q: z.string().max(100).optional() }),
      response: { 200: listOf(wireIncidentSchema) },
    },
  }, async (request) => {
    const { state, queue, region, q, limit, cursor } = request.query;
    const within = region === undefined ? null : await findVisibleRegion(db, request.viewer, region, true);
    if (region !== undefined && within === null) {
      throw new Problem('invalid_request', { fields: [{ field: 'region', expected: '您管的一个区划 | a region that you may see' }] });
    }
    const found = q === undefined || q.trim() === '' ? null : await search(request.viewer, q.trim());
    if (found?.length === 0) return { items: [], nextCursor: null };
    return views.list(request.viewer, { state, queue: queue ?? null, region: within?.path ?? null, found, limit, cursor: cursor ?? null });
  });

  app.get('/api/incidents/:id', {
    config: { access: LOOKS },
    schema: { params: byId, response: { 200: wireIncidentDetailSchema } },
  }, (request) => views.detail(request.viewer, request.params.id, request.language));

  app.get('/api/summary', {
    config: { access: LOOKS },
    schema: { response: { 200: z.object({ waiting: z.number(), active: z.number(), today: z.number(), longestWaitS: z.number().nullable() }) } },
  }, (request) => views.summary(request.viewer));

  const pressSchema = z.object({
    eventId: z.string(), device: z.string(), adapter: z.string().nullable(), type: z.string(), at: z.string().nullable(),
    receivedAt: z.string(), raw: z.string().nullable(), incident: z.string().nullable(),
  });
  app.get('/api/presses', {
    config: { access: ['admin', 'auditor'] },
    schema: {
      querystring: pageQuery.extend({ device: z.string().max(128).optional(), adapter: z.string().max(64).optional(), since: z.iso.datetime({ offset: true }).optional() }),
      response: { 200: listOf(pressSchema) },
    },
  }, async (request) => {
    const { device, adapter, since, limit, cursor } = request.query;
    const page = await views.presses(request.viewer, { device: device ?? null, adapter: adapter ?? null, since: since === undefined ? null : Date.parse(since), limit, cursor: cursor ?? null });
    return page as { items: z.infer<typeof pressSchema>[]; nextCursor: string | null };
  });
}

function registerOpening(app: App, { db, cases, views, search }: DispatchRoutesDeps): void {
  app.post('/api/incidents', {
    config: { access: DESK },
    schema: { body: openByHandSchema, response: { 201: wireIncidentSchema } },
  }, async (request, reply) => {
    const { source, queue, kind, resident, phone, summary, priority } = request.body;
    const person = resident === undefined ? null : await findResident(db, request.viewer, resident);
    const byPhone = person === null && phone !== undefined ? await search(request.viewer, phone) : [];
    const incident = await cases.open({
      id: request.intentId,
      queue,
      kind: kind !== undefined && kind in EVENT_TYPES ? kind : queue === 'household' ? 'service' : queue === 'medical' ? 'medical' : 'alarm_other',
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
  });
}

/** A resident whom the viewer may see; anybody else's id is answered like one that nobody has. */
async function findResident(db: Database, viewer: Viewer, id: string): Promise<Person> {
  const [person] = await findPeople(db, { residentIds: [id] });
  if (person && liesInRegions(viewer, person.regionPath)) return person;
  throw new Problem('invalid_fields', { fields: [{ field: 'resident', expected: '登记过的居民 | a registered resident' }] });
}

/** A call that nobody could place yet stays with the desk that took it: what was typed is not for all the others. */
function onlyRegionOf(viewer: Viewer): string | null {
  const [region] = viewer.regions;
  return viewer.regions.length === 1 && region !== '' ? region! : null;
}

async function positionOf(db: Database, person: Person | null): Promise<{ lat: number; lon: number; source: 'home' } | null> {
  const place = person === null ? null : await homePlace(db, person.householdId);
  return place === null ? null : { ...place, source: 'home' };
}

/** Runs a command and answers the incident as the viewer sees it; outside his regions there is nothing to command. */
async function run(deps: DispatchRoutesDeps, viewer: Viewer, id: string, command: (sees: Sees) => Promise<unknown>): Promise<WireIncident> {
  if (!(await deps.views.visible(viewer, [id])).has(id)) throw new Problem('not_found');
  await command((regionPath) => regionPath === null || liesInRegions(viewer, regionPath));
  return deps.views.one(viewer, id);
}

function registerDeskCommands(app: App, deps: DispatchRoutesDeps): void {
  const { cases } = deps;
  app.post('/api/incidents/:id/claim', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.claim.optional(), response: { 200: wireIncidentSchema } },
  }, (request) =>
    run(deps, request.viewer, request.params.id, (sees) =>
      cases.desk(request.params.id, { type: 'claim', takeOver: request.body?.takeOver }, actorOf(request.viewer), null, sees),
    ),
  );

  const plain = ['release', 'route', 'note', 'attend', 'quiet', 'talk', 'resolve', 'reopen', 'cancel', 'close'] as const;
  for (const name of plain) {
    app.post(`/api/incidents/:id/${name}`, {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies[name] as z.ZodType<{ version: number }>, response: { 200: wireIncidentSchema } },
    }, (request) => {
      const { version, ...rest } = request.body;
      const command = { type: name, ...rest } as unknown as DeskCommand;
      return run(deps, request.viewer, request.params.id, (sees) => cases.desk(request.params.id, command, actorOf(request.viewer), version, sees));
    });
  }

  app.post('/api/incidents/:id/identify', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.identify, response: { 200: wireIncidentSchema } },
  }, async (request) => {
    const { viewer, params, body } = request;
    const incident = await deps.views.one(viewer, params.id);
    const { householdId } = await deps.views.placeOf(params.id);
    const person = householdId === null ? await findResident(deps.db, viewer, body.resident) : incident.residents.find((one) => one.id === body.resident);
    if (!person) throw new Problem('invalid_fields', { fields: [{ field: 'resident', expected: '住在这一户的人 | somebody who lives there' }] });
    const home = 'householdId' in person ? { ...person, position: await homePlace(deps.db, person.householdId) } : undefined;
    const command: DeskCommand = { type: 'identify', resident: person.id, name: person.name, home };
    return run(deps, viewer, params.id, (sees) => cases.desk(params.id, command, actorOf(viewer), body.version, sees));
  });
}

function registerStreetCommands(app: App, deps: DispatchRoutesDeps): void {
  const { cases, db, clock } = deps;
  const answer = { 200: wireIncidentSchema };
  app.post('/api/incidents/:id/assign', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.assign, response: answer },
  }, async (request) => {
    const incident = await deps.views.one(request.viewer, request.params.id);
    const { regionPath, householdId } = await deps.views.placeOf(incident.id);
    const candidates = regionPath === null ? [] : await findCandidates(db, {
      regionPath, at: clock.now(), lat: incident.position?.lat ?? null, lon: incident.position?.lon ?? null, householdId, limit: 50,
    });
    const chosen = candidates.find((candidate) => candidate.id === request.body.responder);
    if (!chosen) throw new Problem('invalid_fields', { fields: [{ field: 'responder', expected: '现在值班、能来的人 | somebody on duty who could come' }] });
    return run(deps, request.viewer, incident.id, (sees) =>
      cases.street(incident.id, { type: 'assign', helper: candidateHelper(chosen) }, actorOf(request.viewer), request.body.version, sees),
    );
  });

  app.post('/api/incidents/:id/withdraw', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.withdraw, response: answer },
  }, (request) =>
    run(deps, request.viewer, request.params.id, (sees) =>
      cases.street(request.params.id, { type: 'withdraw', assignment: request.body.assignment }, actorOf(request.viewer), request.body.version, sees),
    ),
  );

  app.post('/api/incidents/:id/arrived', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.arrived, response: answer },
  }, (request) =>
    run(deps, request.viewer, request.params.id, (sees) =>
      cases.street(request.params.id, { type: 'answer', assignment: request.body.assignment, to: 'on_scene' }, actorOf(request.viewer), request.body.version, sees),
    ),
  );

  app.post('/api/incidents/:id/handoff', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.handoff, response: answer },
  }, (request) =>
    run(deps, request.viewer, request.params.id, (sees) =>
      cases.street(request.params.id, { type: 'handoff', target: request.body.to, note: request.body.note }, actorOf(request.viewer), request.body.version, sees),
    ),
  );

  app.post('/api/incidents/:id/handoff_update', {
    config: { access: DESK },
    schema: { params: byId, body: commandBodies.handoff_update, response: answer },
  }, (request) => {
    const { version, handoff, state, caseNumber, seat, reason } = request.body;
    return run(deps, request.viewer, request.params.id, (sees) =>
      cases.street(request.params.id, { type: 'handoff_update', handoff, to: state, caseNumber, seat, reason }, actorOf(request.viewer), version, sees),
    );
  });
}
