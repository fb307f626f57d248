import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { ENTRY_WAYS, fieldDetailSchema, PHOTO_BYTES, photoSchema, stepSchema, type WireFix } from '#contracts/field.ts';
import { listOf } from '#contracts/list.ts';
import { wireIncidentSchema } from '#contracts/incident.ts';
import { fieldAssignmentSchema, wireResponderSchema, type WireResponder } from '#contracts/socket.ts';
import type { Role } from '#contracts/session.ts';
import type { Viewer } from '#platform/access.ts';
import type { App } from '#platform/http.ts';
import type { Cases } from '#dispatch/cases.ts';
import type { DoorNews } from '#dispatch/domain/entry.ts';
import { liveAssignments } from '#dispatch/people.ts';
import { actorOf } from '#dispatch/routes.ts';
import { judgeArrival } from './arrival.ts';
import { assignmentsOf, asSentTo, fieldDetail, type DetailDeps } from './field.ts';
import { findPhoto, keepPhoto, readPhoto } from './photos.ts';
import { liveResponders } from './positions.ts';

/** Those who come to people's doors. */
export const STREET: readonly Role[] = ['grid_worker', 'volunteer', 'medic', 'vendor'];
/** A photo as base64 within JSON. */
const PHOTO_BODY = Math.ceil((PHOTO_BYTES * 4) / 3) + 64 * 1024;

export interface ResponderRoutesDeps extends DetailDeps {
  clock: Clock;
  cases: Cases;
  /** Which of these cases exist for the viewer. */
  visible: (viewer: Viewer, ids: readonly string[]) => Promise<Set<string>>;
  moved: (responder: WireResponder, regionPath: string) => void;
}

const byId = z.object({ id: z.uuid() });
const answered = z.object({ id: z.string(), state: z.string(), incident: wireIncidentSchema });

/** `/api/responders`, `/api/assignments`, `/api/photos`. */
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
    { config: { access: STREET }, schema: { response: { 200: listOf(fieldAssignmentSchema) } } },
    async (request) => ({ items: await assignmentsOf(deps, staffOf(request.viewer)), nextCursor: null }),
  );
  app.get(
    '/api/assignments/:id',
    { config: { access: STREET }, schema: { params: byId, response: { 200: fieldDetailSchema } } },
    (request) => fieldDetail(deps, request.viewer, staffOf(request.viewer), request.params.id, clock.now()),
  );
  registerSteps(app, deps);
  registerDoor(app, deps);
  registerPhotos(app, deps);
}

function registerSteps(app: App, deps: ResponderRoutesDeps): void {
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
        schema: { params: byId, body: stepSchema, response: { 200: answered } },
      },
      async (request) => {
        const { viewer, params } = request;
        const staffId = staffOf(viewer);
        const { reason, minutes, note, position } = request.body ?? {};
        const proof = to === 'on_scene' ? await proofOf(deps, staffId, params.id, position) : undefined;
        const incident = await deps.cases.answer(
          params.id,
          staffId,
          { to, reason: reason ?? (to === 'declined' ? note : undefined), minutes, proof },
          actorOf(viewer),
        );
        if (note !== undefined && to !== 'declined')
          await deps.cases.desk(incident.id, { type: 'note', text: note }, actorOf(viewer), null);
        return { id: params.id, state: to, incident: await shown(deps, staffId, incident.id) };
      },
    );
  }
}

async function shown(
  deps: ResponderRoutesDeps,
  staffId: string,
  incident: string,
): Promise<z.infer<typeof wireIncidentSchema>> {
  const [one] = await deps.byIds([incident]);
  return asSentTo(staffId, one!.wire);
}

/** What shows that he has arrived. Refused in words while his own position says that he is elsewhere. */
async function proofOf(
  deps: ResponderRoutesDeps,
  staffId: string,
  assignment: string,
  position: WireFix | undefined,
): Promise<'position' | undefined> {
  const mine = (await liveAssignments(deps.db)).find((a) => a.id === assignment && a.staffId === staffId);
  if (!mine || position === undefined) return undefined;
  const now = deps.clock.now();
  const home = (await deps.byIds([mine.incidentId]))[0]?.wire.position ?? null;
  const at = position.at === undefined ? now : Math.min(now, Date.parse(position.at));
  const judged = judgeArrival(home, { ...position, accuracy: position.accuracy ?? null, at }, now);
  if (judged.is === 'away') {
    const far = judged.metres < 1000 ? `${judged.metres} 米` : `${(judged.metres / 1000).toFixed(1)} 公里`;
    throw new Problem('not_allowed_in_state', {
      detail: `定位显示离她家还有 ${far};到了门口再点,或请她按一下“到达”键 | Your position is ${judged.metres} m away; confirm at the door, or with the arrival key of her box`,
    });
  }
  return judged.is === 'there' ? 'position' : undefined;
}

function registerDoor(app: App, deps: ResponderRoutesDeps): void {
  const tell = async (viewer: Viewer, id: string, news: DoorNews): Promise<z.infer<typeof answered>> => {
    const staffId = staffOf(viewer);
    const incident = await deps.cases.fromDoor(id, staffId, news, actorOf(viewer));
    return { id, state: 'on_scene', incident: await shown(deps, staffId, incident.id) };
  };
  app.post(
    '/api/assignments/:id/no_entry',
    {
      config: { access: STREET },
      schema: {
        params: byId,
        body: z.object({ note: z.string().trim().min(1).max(500).optional() }).optional(),
        response: { 200: answered },
      },
    },
    (request) => tell(request.viewer, request.params.id, { type: 'no_entry', note: request.body?.note }),
  );
  app.post(
    '/api/assignments/:id/entered',
    {
      config: { access: STREET },
      schema: {
        params: byId,
        body: z.object({
          how: z.enum(ENTRY_WAYS),
          witness: z.string().trim().min(1).max(50).optional(),
          authorised: z.string().trim().min(1).max(50).optional(),
        }),
        response: { 200: answered },
      },
    },
    (request) => tell(request.viewer, request.params.id, { type: 'entered', ...request.body }),
  );
  app.post(
    '/api/assignments/:id/note',
    {
      config: { access: STREET },
      schema: {
        params: byId,
        body: z.object({ text: z.string().trim().min(1).max(2000) }),
        response: { 200: z.object({ id: z.string() }) },
      },
    },
    async (request) => {
      const mine = await ownLive(deps, staffOf(request.viewer), request.params.id);
      const note = { type: 'note', text: request.body.text } as const;
      await deps.cases.desk(mine.incidentId, note, actorOf(request.viewer), null);
      return { id: request.params.id };
    },
  );
}

function registerPhotos(app: App, deps: ResponderRoutesDeps): void {
  app.post(
    '/api/assignments/:id/photo',
    {
      bodyLimit: PHOTO_BODY,
      config: { access: STREET },
      schema: { params: byId, body: photoSchema, response: { 201: z.object({ id: z.string() }) } },
    },
    async (request, reply) => {
      const staffId = staffOf(request.viewer);
      const mine = await ownLive(deps, staffId, request.params.id);
      const { type, data } = request.body;
      const bytes = readPhoto(type, data);
      const id = request.intentId;
      const at = deps.clock.now();
      await keepPhoto(deps.db, { id, assignment: mine.id, incident: mine.incidentId, staffId, at, type, bytes });
      await deps.cases.fromDoor(mine.id, staffId, { type: 'photo', photo: id }, actorOf(request.viewer));
      return reply.code(201).send({ id });
    },
  );
  app.get(
    '/api/photos/:id',
    {
      config: { access: [...STREET, 'operator', 'supervisor', 'auditor'] },
      schema: { params: byId },
    },
    async (request, reply) => {
      const { viewer, params } = request;
      const photo = await findPhoto(deps.db, params.id);
      const own = photo !== null && photo.staffId === viewer.staffId;
      if (
        photo === null ||
        (!own && (STREET.includes(viewer.role) || !(await deps.visible(viewer, [photo.incident])).has(photo.incident)))
      )
        throw new Problem('not_found');
      return reply.header('content-type', photo.type).header('cache-control', 'private, no-store').send(photo.bytes);
    },
  );
}

/** His own assignment that he accepted and has not finished. */
async function ownLive(
  deps: ResponderRoutesDeps,
  staffId: string,
  id: string,
): Promise<{ id: string; incidentId: string }> {
  const mine = (await liveAssignments(deps.db)).find((a) => a.id === id && a.staffId === staffId);
  if (!mine) throw new Problem('not_found');
  if (mine.state === 'offered') throw new Problem('not_allowed_in_state', { detail: '请先接单 | Accept it first' });
  return mine;
}

/** The member of staff behind an account of the street. */
export function staffOf(viewer: Viewer): string {
  if (viewer.staffId === null)
    throw new Problem('forbidden', { detail: '这个账号没有对应的工作人员 | This account belongs to no responder' });
  return viewer.staffId;
}
