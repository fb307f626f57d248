import { z } from 'zod';
import { listOf, pageQuery } from '#contracts/list.ts';
import { regionSchema } from '#contracts/registry.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { registerDeviceRoutes } from './devices/routes.ts';
import { registerHouseholdRoutes } from './households/routes.ts';
import { listRegions, REGION_LEVELS } from './regions.ts';
import type { OnRefusal } from './residents/consent.ts';
import { registerContactRoutes, registerResidentRoutes } from './residents/routes.ts';
import { findVisibleRegion, scopeOf, scopeOfQuery } from './scope.ts';
import type { Followers, Recorders } from './scope.ts';
import { registerDutyRoutes } from './staff/duty-routes.ts';
import { registerStaffRoutes } from './staff/routes.ts';

export interface RegistryRoutesDeps extends Recorders, Followers {
  db: Database;
  clock: Clock;
  /** A resident has begun to refuse that calls about her are recorded. */
  onRefusal: OnRefusal;
}

/** `/api/regions`, `/api/residents`, `/api/households`, `/api/contacts`, `/api/devices`, `/api/staff`, `/api/coverage`, `/api/calendar`. */
export function registerRegistryRoutes(app: App, deps: RegistryRoutesDeps): void {
  registerRegionRoutes(app, deps);
  registerResidentRoutes(app, deps);
  registerContactRoutes(app, deps);
  registerHouseholdRoutes(app, deps);
  registerDeviceRoutes(app, deps);
  registerStaffRoutes(app, deps);
  registerDutyRoutes(app, deps);
}

function registerRegionRoutes(app: App, { db }: RegistryRoutesDeps): void {
  app.get(
    '/api/regions',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['registry'],
        summary: 'Regions that one may see, by path: of a level, below one (within), or the children of one (parent)',
        querystring: pageQuery.extend({
          level: z.enum(REGION_LEVELS).optional(),
          within: z.string().max(200).optional(),
          parent: z.uuid().optional(),
          polygons: z.stringbool().default(false),
        }),
        response: { 200: listOf(regionSchema) },
      },
    },
    async (request) => {
      const { level, within, parent, polygons, limit, cursor } = request.query;
      const scope = await scopeOfQuery(db, request.viewer, within, 'within');
      return listRegions(db, {
        scope,
        level: level ?? null,
        parent: parent ?? null,
        id: null,
        polygons,
        limit,
        cursor,
      });
    },
  );

  app.get(
    '/api/regions/:id',
    {
      config: { access: 'signed_in' },
      schema: {
        tags: ['registry'],
        summary: 'One region with its outline',
        params: z.object({ id: z.uuid() }),
        response: { 200: regionSchema },
      },
    },
    async (request) => {
      const found = await findVisibleRegion(db, request.viewer, request.params.id);
      if (found === null) throw new Problem('not_found');
      const scope = scopeOf(request.viewer, found.path);
      const { items } = await listRegions(db, {
        scope,
        level: null,
        parent: null,
        id: found.id,
        polygons: true,
        limit: 1,
        cursor: undefined,
      });
      return items[0]!;
    },
  );
}
