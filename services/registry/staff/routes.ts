import { z } from 'zod';
import { listOf, pageQuery } from '#contracts/list.ts';
import { newStaffSchema, searchTextSchema, STAFF_KINDS, staffChangeSchema, staffSchema } from '#contracts/registry.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { auditor, MANAGERS, READERS, scopeOfQuery } from '../scope.ts';
import type { Recorders } from '../scope.ts';
import { addStaff, changeStaff, findStaff, listStaff } from './staff.ts';

const byId = z.object({ id: z.uuid() });

type Deps = Recorders & { db: Database; clock: Clock };

/** `/api/staff…`: the people. */
export function registerStaffRoutes(app: App, deps: Deps): void {
  registerReading(app, deps);
  registerChanging(app, deps);
}

async function find({ db, clock }: Deps, viewer: Viewer, id: string) {
  const staff = await findStaff(db, viewer, id, clock.now());
  if (staff === null) throw new Problem('not_found');
  return staff;
}

function registerReading(app: App, deps: Deps): void {
  const { db, clock } = deps;

  app.get(
    '/api/staff',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'Staff by region, with what they answer for and whether they are on duty; q begins a name or a number',
        querystring: pageQuery.extend({
          q: searchTextSchema.default(''),
          region: z.string().max(200).optional(),
          kind: z.enum(STAFF_KINDS).optional(),
        }),
        response: { 200: listOf(staffSchema) },
      },
    },
    async (request) => {
      const { q, region, kind, limit, cursor } = request.query;
      const scope = await scopeOfQuery(db, request.viewer, region, 'region');
      return listStaff(db, { scope, text: q, kind: kind ?? null, id: null, limit, cursor, now: clock.now() });
    },
  );

  app.get(
    '/api/staff/:id',
    {
      config: { access: READERS },
      schema: { tags: ['registry'], summary: 'One member of staff', params: byId, response: { 200: staffSchema } },
    },
    (request) => find(deps, request.viewer, request.params.id),
  );
}

function registerChanging(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.post(
    '/api/staff',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Enter a member of staff',
        body: newStaffSchema,
        response: { 201: staffSchema },
      },
    },
    async (request, reply) => {
      const id = request.intentId;
      const { viewer } = request;
      await addStaff(db, { id, viewer, staff: request.body, audit: (tx) => audit(tx, viewer, 'staff.add', id) });
      return reply.code(201).send(await find(deps, viewer, id));
    },
  );

  app.patch(
    '/api/staff/:id',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Change a member of staff',
        params: byId,
        body: staffChangeSchema,
        response: { 200: staffSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { viewer, body } = request;
      await changeStaff(db, {
        id,
        viewer,
        change: body,
        now: clock.now(),
        audit: (tx) => audit(tx, viewer, 'staff.change', id, { fields: Object.keys(body) }),
      });
      return find(deps, viewer, id);
    },
  );
}
