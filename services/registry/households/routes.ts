import { z } from 'zod';
import { listOf, pageQuery } from '#contracts/list.ts';
import {
  householdChangeSchema,
  householdDetailSchema,
  householdSchema,
  newHouseholdSchema,
  searchTextSchema,
} from '#contracts/registry.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { auditor, MANAGERS, READERS, scopeOfQuery } from '../scope.ts';
import type { Followers, Recorders } from '../scope.ts';
import { addHousehold, changeHousehold, listHouseholds, openHome } from './households.ts';

const byId = z.object({ id: z.uuid() });

type Deps = Recorders & Followers & { db: Database; clock: Clock };

/** `/api/households…`. Opening one is a look at everybody who lives there. */
export function registerHouseholdRoutes(app: App, deps: Deps): void {
  registerReading(app, deps);
  registerChanging(app, deps);
}

async function open({ db, clock, recordLook }: Deps, viewer: Viewer, id: string) {
  const now = clock.now();
  const home = await openHome(db, viewer, id, now);
  if (home === null) throw new Problem('not_found');
  // In the order of ids, so that two who open the same home never wait for each other in a ring.
  for (const residentId of home.people.map((person) => person.id).toSorted()) {
    await recordLook(db, { residentId, viewer, what: 'household', at: now });
  }
  return home;
}

function registerReading(app: App, deps: Deps): void {
  const { db } = deps;

  app.get(
    '/api/households',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'Homes by region; q is a part of the address',
        querystring: pageQuery.extend({
          q: searchTextSchema.default(''),
          region: z.string().max(200).optional(),
          building: z.uuid().optional(),
        }),
        response: { 200: listOf(householdSchema) },
      },
    },
    async (request) => {
      const { q, region, building, limit, cursor } = request.query;
      const scope = await scopeOfQuery(db, request.viewer, region, 'region');
      return listHouseholds(db, { scope, text: q, building: building ?? null, limit, cursor });
    },
  );

  app.get(
    '/api/households/:id',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'One home, who lives there and how to get in; the looks are recorded',
        params: byId,
        response: { 200: householdDetailSchema },
      },
    },
    (request) => open(deps, request.viewer, request.params.id),
  );
}

function registerChanging(app: App, deps: Deps): void {
  const { db } = deps;
  const audit = auditor(deps);

  app.post(
    '/api/households',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Enter a home',
        body: newHouseholdSchema,
        response: { 201: householdDetailSchema },
      },
    },
    async (request, reply) => {
      const id = request.intentId;
      await addHousehold(db, {
        id,
        viewer: request.viewer,
        household: request.body,
        audit: (tx) => audit(tx, request.viewer, 'household.add', id),
      });
      return reply.code(201).send(await open(deps, request.viewer, id));
    },
  );

  app.patch(
    '/api/households/:id',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Change a home at the version that was seen',
        params: byId,
        body: householdChangeSchema,
        response: { 200: householdDetailSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { version: _version, ...fields } = request.body;
      await changeHousehold(db, {
        id,
        viewer: request.viewer,
        change: request.body,
        audit: (tx) => audit(tx, request.viewer, 'household.change', id, { fields: Object.keys(fields) }),
        moved: async (tx) => deps.homeMoved?.(tx, { householdId: id, residentId: null }, request.viewer),
      });
      return open(deps, request.viewer, id);
    },
  );
}
