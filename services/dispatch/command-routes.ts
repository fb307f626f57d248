import type { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import { commandBodies, wireIncidentSchema, type WireIncident } from '#contracts/incident.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { App } from '#platform/http.ts';
import { homePlace } from '#registry/directory/directory.ts';
import { mayRecord } from '#registry/recording.ts';
import { candidateHelper } from './candidates.ts';
import type { Sees } from './cases.ts';
import type { DeskCommand } from './domain/desk.ts';
import { actorOf, byId, DESK, findResident, type DispatchRoutesDeps } from './routes.ts';

/** What operators do: `POST /api/incidents/:id/{claim, release, …}`. */
export function registerCommandRoutes(app: App, deps: DispatchRoutesDeps): void {
  registerDeskCommands(app, deps);
  registerStreetCommands(app, deps);
}

/** Runs a command and answers the incident as the viewer sees it; outside his regions there is nothing to command. */
export async function run(
  deps: DispatchRoutesDeps,
  viewer: Viewer,
  id: string,
  command: (sees: Sees) => Promise<unknown>,
): Promise<WireIncident> {
  if (!(await deps.views.visible(viewer, [id])).has(id)) throw new Problem('not_found');
  await command((regionPath) => regionPath === null || liesInRegions(viewer, regionPath));
  return deps.views.one(viewer, id);
}

function registerDeskCommands(app: App, deps: DispatchRoutesDeps): void {
  const { cases } = deps;
  app.post(
    '/api/incidents/:id/claim',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.claim.optional(), response: { 200: wireIncidentSchema } },
    },
    (request) =>
      run(deps, request.viewer, request.params.id, (sees) =>
        cases.desk(
          request.params.id,
          { type: 'claim', takeOver: request.body?.takeOver },
          actorOf(request.viewer),
          null,
          sees,
        ),
      ),
  );

  const plain = [
    'release',
    'route',
    'note',
    'attend',
    'quiet',
    'talk',
    'resolve',
    'reopen',
    'cancel',
    'close',
  ] as const;
  for (const name of plain) {
    app.post(
      `/api/incidents/:id/${name}`,
      {
        config: { access: DESK },
        schema: {
          params: byId,
          body: commandBodies[name] as z.ZodType<{ version: number }>,
          response: { 200: wireIncidentSchema },
        },
      },
      (request) => {
        const { version, ...rest } = request.body;
        const command = { type: name, ...rest } as unknown as DeskCommand;
        return run(deps, request.viewer, request.params.id, (sees) =>
          cases.desk(request.params.id, command, actorOf(request.viewer), version, sees),
        );
      },
    );
  }

  app.post(
    '/api/incidents/:id/answers',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.answers, response: { 200: wireIncidentSchema } },
    },
    (request) =>
      run(deps, request.viewer, request.params.id, (sees) =>
        cases.desk(request.params.id, { type: 'answers', ...request.body }, actorOf(request.viewer), null, sees),
      ),
  );

  app.post(
    '/api/incidents/:id/identify',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.identify, response: { 200: wireIncidentSchema } },
    },
    async (request) => {
      const { viewer, params, body } = request;
      const incident = await deps.views.one(viewer, params.id);
      const { householdId } = await deps.views.placeOf(params.id);
      const person =
        householdId === null
          ? await findResident(deps.db, viewer, body.resident)
          : incident.residents.find((one) => one.id === body.resident);
      if (!person)
        throw new Problem('invalid_fields', {
          fields: [{ field: 'resident', expected: '住在这一户的人 | somebody who lives there' }],
        });
      const home =
        'householdId' in person ? { ...person, position: await homePlace(deps.db, person.householdId) } : undefined;
      const refusesRecording = !(await mayRecord(deps.db, { householdId: null, residentId: person.id }));
      const command: DeskCommand = {
        type: 'identify',
        resident: person.id,
        name: person.name,
        refusesRecording,
        home,
      };
      return run(deps, viewer, params.id, (sees) =>
        cases.desk(params.id, command, actorOf(viewer), body.version, sees),
      );
    },
  );
}

function registerStreetCommands(app: App, deps: DispatchRoutesDeps): void {
  const { cases } = deps;
  const answer = { 200: wireIncidentSchema };
  app.post(
    '/api/incidents/:id/assign',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.assign, response: answer },
    },
    async (request) => {
      const found = await deps.views.couldCome(request.viewer, request.params.id);
      const chosen = found.find((candidate) => candidate.id === request.body.responder);
      if (!chosen)
        throw new Problem('invalid_fields', {
          fields: [{ field: 'responder', expected: '现在值班、能来的人 | somebody on duty who could come' }],
        });
      return run(deps, request.viewer, request.params.id, (sees) =>
        cases.street(
          request.params.id,
          { type: 'assign', helper: candidateHelper(chosen, null) },
          actorOf(request.viewer),
          request.body.version,
          sees,
        ),
      );
    },
  );

  app.post(
    '/api/incidents/:id/needs',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.needs, response: answer },
    },
    (request) =>
      run(deps, request.viewer, request.params.id, (sees) =>
        cases.street(
          request.params.id,
          { type: 'needs', people: request.body.people },
          actorOf(request.viewer),
          request.body.version,
          sees,
        ),
      ),
  );

  app.post(
    '/api/incidents/:id/withdraw',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.withdraw, response: answer },
    },
    (request) =>
      run(deps, request.viewer, request.params.id, (sees) =>
        cases.street(
          request.params.id,
          { type: 'withdraw', assignment: request.body.assignment },
          actorOf(request.viewer),
          request.body.version,
          sees,
        ),
      ),
  );

  app.post(
    '/api/incidents/:id/arrived',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.arrived, response: answer },
    },
    (request) =>
      run(deps, request.viewer, request.params.id, (sees) =>
        cases.street(
          request.params.id,
          { type: 'answer', assignment: request.body.assignment, to: 'on_scene' },
          actorOf(request.viewer),
          request.body.version,
          sees,
        ),
      ),
  );

  app.post(
    '/api/incidents/:id/handoff',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.handoff, response: answer },
    },
    (request) =>
      run(deps, request.viewer, request.params.id, (sees) =>
        cases.street(
          request.params.id,
          { type: 'handoff', target: request.body.to, note: request.body.note },
          actorOf(request.viewer),
          request.body.version,
          sees,
        ),
      ),
  );

  app.post(
    '/api/incidents/:id/handoff_update',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.handoff_update, response: answer },
    },
    (request) => {
      const { version, handoff, state, caseNumber, seat, reason } = request.body;
      if (state === 'withdrawn' && !reason?.trim())
        throw new Problem('invalid_fields', {
          detail: '先打电话取消,写下对方谁确认的 | Cancel by telephone, and say who confirmed it',
          fields: [{ field: 'reason', expected: '电话里确认的人 | who confirmed it by telephone' }],
        });
      return run(deps, request.viewer, request.params.id, (sees) =>
        cases.street(
          request.params.id,
          { type: 'handoff_update', handoff, to: state, caseNumber, seat, reason },
          actorOf(request.viewer),
          version,
          sees,
        ),
      );
    },
  );
}
