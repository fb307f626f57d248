import { Problem } from '#kernel/errors.ts';
import { commandBodies, wireIncidentSchema } from '#contracts/incident.ts';
import { deskPhoneOf } from '#identity/colleagues.ts';
import type { App } from '#platform/http.ts';
import { run } from './command-routes.ts';
import { partiesOfCase, type CentrePhone } from './phone.ts';
import { actorOf, byId, DESK, type DispatchRoutesDeps } from './routes.ts';

/** The telephone of a case: `POST /api/incidents/:id/{dial, hang_up}`. */
export function registerPhoneRoutes(app: App, deps: DispatchRoutesDeps & { centrePhone?: CentrePhone }): void {
  const { cases, db } = deps;
  app.post(
    '/api/incidents/:id/dial',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.dial, response: { 200: wireIncidentSchema } },
    },
    ({ viewer, params, body }) =>
      run(deps, viewer, params.id, async (sees) => {
        const party = (await partiesOfCase(db, params.id, deps.centrePhone)).find((one) => one.id === body.to);
        if (!party)
          throw new Problem('invalid_fields', {
            fields: [
              {
                field: 'to',
                expected: '老人、联系人或派出的人,有电话的 | resident, contact or who is sent, with a number',
              },
            ],
          });
        const own = await deskPhoneOf(db, viewer.accountId);
        const desk = own === null ? null : { id: viewer.accountId, name: viewer.name };
        return cases.phone(params.id, { type: 'dial', party, desk }, actorOf(viewer), body.version, sees);
      }),
  );

  app.post(
    '/api/incidents/:id/hang_up',
    {
      config: { access: DESK },
      schema: { params: byId, body: commandBodies.hang_up, response: { 200: wireIncidentSchema } },
    },
    ({ viewer, params, body }) =>
      run(deps, viewer, params.id, (sees) =>
        cases.phone(params.id, { type: 'hang_up', call: body.call }, actorOf(viewer), body.version, sees),
      ),
  );
}
