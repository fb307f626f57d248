import { Problem } from '#kernel/errors.ts';
import { commandBodies, wireIncidentSchema } from '#contracts/incident.ts';
import { recordAudit } from '#identity/audit.ts';
import { deskPhoneOf } from '#identity/colleagues.ts';
import { recordLook } from '#identity/looks.ts';
import type { App } from '#platform/http.ts';
import { run } from './command-routes.ts';
import { partiesOfCase, type CentrePhone } from './phone.ts';
import { actorOf, byId, DESK, type DispatchRoutesDeps } from './routes.ts';

/** The telephone of a case: `POST /api/incidents/:id/{dial, hang_up, supervise}`. */
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
    '/api/incidents/:id/supervise',
    {
      config: { access: ['supervisor'] },
      schema: { params: byId, body: commandBodies.supervise, response: { 200: wireIncidentSchema } },
    },
    ({ viewer, params, body }) =>
      run(deps, viewer, params.id, async (sees) => {
        const { mode } = body;
        if (mode !== 'leave' && (await deskPhoneOf(db, viewer.accountId)) === null)
          throw new Problem('not_allowed_in_state', {
            detail: '先在右上角菜单里填您桌上的电话 | First enter the telephone on your desk, in the menu',
          });
        // An ear on the line is a look at her, written down before a word is heard.
        return cases.supervise(params.id, mode, actorOf(viewer), sees, async (tx, incident) => {
          const at = deps.clock.now();
          const { accountId, name, address } = viewer;
          const what = `line.${mode}`;
          if (mode === 'leave') return;
          if (incident.residentId === null)
            await recordAudit(tx, { at, by: { accountId, name }, what, subject: incident.id, address });
          else await recordLook(tx, { residentId: incident.residentId, viewer, what, incidentId: incident.id, at });
        });
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
