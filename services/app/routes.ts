import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { registerDeskRoutes } from '#console/desks.ts';
import type { Gateway } from '#console/gateway.ts';
import type { Cases } from '#dispatch/cases.ts';
import { registerCommandRoutes } from '#dispatch/command-routes.ts';
import { openCasesOf } from '#dispatch/people.ts';
import { registerPhoneRoutes } from '#dispatch/phone-routes.ts';
import { registerPolicyRoutes } from '#dispatch/policy-routes.ts';
import { actorOf, registerDispatchRoutes, type DispatchRoutesDeps } from '#dispatch/routes.ts';
import { recordAudit } from '#identity/audit.ts';
import { accountsSharing } from '#identity/colleagues.ts';
import { recordLook } from '#identity/looks.ts';
import { registerIdentityRoutes } from '#identity/routes.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { directory, searchHomes } from '#registry/directory/directory.ts';
import { registerRegistryRoutes } from '#registry/routes.ts';
import { auditor, mustHoldAll } from '#registry/scope.ts';
import { registerMeRoutes } from '#responders/me-routes.ts';
import { registerResponderRoutes } from '#responders/routes.ts';
import { registerLineRoutes } from '#telephony/line-routes.ts';
import type { Modules } from './modules.ts';
import { registerTelephone } from './phone.ts';

/** Everything that is reached over HTTP; `gateway` hears of what its screens show. */
export function registerRoutes(
  app: App,
  deps: { config: Config; db: Database; clock: Clock; modules: Modules; gateway: Gateway },
): void {
  const { config, db, clock, gateway, modules } = deps;
  const { sealing, cases, views, handoff, policies, telephony } = modules;
  registerIdentityRoutes(app, { db, clock, config, sealing, directory, onRevoked: gateway.revoke });
  registerRegistryRoutes(app, {
    db,
    clock,
    recordLook,
    recordAudit,
    homeMoved: (tx, moved, by) => modules.homeMoved(tx, moved, actorOf(by)),
    onRefusal: (tx, { by, ...of }) => modules.noteRefusal(tx, { ...of, by: actorOf(by) }),
  });
  const dispatchDeps = {
    db,
    clock,
    cases,
    views,
    search: (viewer, text) => searchHomes(db, text, viewer.regions),
  } satisfies DispatchRoutesDeps;
  registerDispatchRoutes(app, dispatchDeps);
  registerCommandRoutes(app, dispatchDeps);
  registerPhoneRoutes(app, { ...dispatchDeps, centrePhone: handoff.centrePhone });
  registerPolicyRoutes(app, { db, clock, policies });
  const street = { db, clock, cases, byIds: views.byIds, moved: gateway.responder };
  registerResponderRoutes(app, { ...street, placeOf: views.placeOf, visible: views.visible, recordLook });
  registerMeRoutes(app, street);
  registerDeskRoutes(app, {
    db,
    clock,
    colleagues: (viewer) => accountsSharing(db, viewer.regions, ['operator', 'supervisor']),
    openCases: async (on, accountId) =>
      (await openCasesOf(on, accountId)).map(({ reason, ...one }) => ({ ...one, who: reason })),
    visible: views.visible,
    handTo: (id, to, why) => handOver(cases, id, to, why),
    changed: gateway.desk,
  });
  handoff.registerRoutes(app);
  modules.familyLinks.registerRoutes(app);
  modules.vendors.registerRoutes(app);
  modules.quality.registerRoutes(app);
  registerLineRoutes(app, { db, mustHoldAll, audit: auditor({ recordLook, recordAudit, clock }) });
  if (telephony) registerTelephone(app, telephony, { db, clock, views });
}

/** A signed hand-over gives what is still open to the one who signed; what ended meanwhile stays as it is. */
async function handOver(cases: Cases, id: string, to: Viewer, why: string): Promise<void> {
  const sees = (regionPath: string | null): boolean => regionPath === null || liesInRegions(to, regionPath);
  try {
    await cases.desk(id, { type: 'claim', takeOver: why }, actorOf(to), null, sees);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}
