import { z } from 'zod';
import { listOf, pageQuery } from '#contracts/list.ts';
import {
  deviceChangeSchema,
  newDeviceSchema,
  provisionedSchema,
  registeredDeviceSchema,
  searchTextSchema,
} from '#contracts/registry.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { auditor, MANAGERS, READERS, scopeOfQuery } from '../scope.ts';
import type { Recorders } from '../scope.ts';
import { changeDevice, findDevice, listDevices, provisionDevice, renewSecret } from './devices.ts';

const byId = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

type Deps = Recorders & { db: Database; clock: Clock };

/** `/api/devices…`: reading, provisioning, moving, disabling, a new secret. */
export function registerDeviceRoutes(app: App, deps: Deps): void {
  registerReading(app, deps);
  registerSecrets(app, deps);
  registerChanging(app, deps);
}

async function find(db: Database, viewer: Viewer, id: string) {
  const device = await findDevice(db, viewer, id);
  if (device === null) throw new Problem('not_found');
  return device;
}

function registerReading(app: App, deps: Deps): void {
  const { db } = deps;

  app.get(
    '/api/devices',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'Devices by id; q begins the id or the name in an adapter',
        querystring: pageQuery.extend({
          q: searchTextSchema.default(''),
          region: z.string().max(200).optional(),
          household: z.uuid().optional(),
          resident: z.uuid().optional(),
          online: z.stringbool().optional(),
        }),
        response: { 200: listOf(registeredDeviceSchema) },
      },
    },
    async (request) => {
      const { q, region, household, resident, online, limit, cursor } = request.query;
      const scope = await scopeOfQuery(db, request.viewer, region, 'region');
      return listDevices(db, {
        scope,
        at: household ?? resident ?? null,
        text: q,
        online: online ?? null,
        limit,
        cursor,
      });
    },
  );

  app.get(
    '/api/devices/:id',
    {
      config: { access: READERS },
      schema: { tags: ['registry'], summary: 'One device', params: byId, response: { 200: registeredDeviceSchema } },
    },
    (request) => find(db, request.viewer, request.params.id),
  );
}

function registerSecrets(app: App, deps: Deps): void {
  const { db } = deps;
  const audit = auditor(deps);

  app.post(
    '/api/devices',
    {
      config: { access: MANAGERS, secret: true },
      schema: {
        tags: ['registry'],
        summary: 'Provision a device: id, lane, base topic, and the secret, shown once',
        body: newDeviceSchema,
        response: { 201: provisionedSchema },
      },
    },
    async (request, reply) => {
      const provisioned = await provisionDevice(db, {
        viewer: request.viewer,
        device: request.body,
        madeId: request.intentId,
        audit: (tx, id) => audit(tx, request.viewer, 'device.provision', id),
      });
      return reply.code(201).send(provisioned);
    },
  );

  app.post(
    '/api/devices/:id/secret',
    {
      config: { access: MANAGERS, secret: true, bodyless: true },
      schema: {
        tags: ['registry'],
        summary: 'A new secret, shown once',
        params: byId,
        response: { 200: provisionedSchema },
      },
    },
    (request) => {
      const { id } = request.params;
      return renewSecret(db, {
        viewer: request.viewer,
        id,
        audit: (tx) => audit(tx, request.viewer, 'device.secret', id),
      });
    },
  );
}

function registerChanging(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.patch(
    '/api/devices/:id',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Change, move or disable a device at the version that was seen',
        params: byId,
        body: deviceChangeSchema,
        response: { 200: registeredDeviceSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { version: _version, ...fields } = request.body;
      await changeDevice(db, {
        viewer: request.viewer,
        id,
        change: request.body,
        now: clock.now(),
        audit: (tx) => audit(tx, request.viewer, 'device.change', id, { fields: Object.keys(fields) }),
      });
      return find(db, request.viewer, id);
    },
  );
}
