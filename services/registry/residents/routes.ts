import { z } from 'zod';
import {
  contactChangeSchema,
  newContactSchema,
  newResidentSchema,
  recordingConsentSchema,
  residentChangeSchema,
  residentDetailSchema,
  residentSchema,
  RESIDENT_STATUSES,
  searchTextSchema,
} from '#contracts/registry.ts';
import { wireContactSchema } from '#contracts/incident.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { seesHousehold } from '../households/households.ts';
import { auditor, CARERS, MANAGERS, READERS, scopeOfQuery } from '../scope.ts';
import type { Followers, Recorders } from '../scope.ts';
import { findConsent, setConsent, type OnRefusal } from './consent.ts';
import { addContact, changeContact, dropContact, listContacts } from './contacts.ts';
import { addResident, changeResident, listResidents, openResident, removeResident, seesResident } from './residents.ts';

const byId = z.object({ id: z.uuid() });
const done = z.object({ id: z.string() });

interface Deps extends Recorders, Followers {
  db: Database;
  clock: Clock;
  onRefusal: OnRefusal;
}

/** `/api/residents…`. Opening one is recorded before it is answered. */
export function registerResidentRoutes(app: App, deps: Deps): void {
  registerReading(app, deps);
  registerEntering(app, deps);
  registerChanging(app, deps);
  registerConsent(app, deps);
}

async function open({ db, clock, recordLook }: Deps, viewer: Viewer, id: string) {
  const now = clock.now();
  const resident = await openResident(db, viewer, id, now);
  if (resident === null) throw new Problem('not_found');
  await recordLook(db, { residentId: id, viewer, what: 'resident', at: now });
  return resident;
}

function registerReading(app: App, deps: Deps): void {
  const { db, clock } = deps;

  app.get(
    '/api/residents',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'Residents by home, or those whose name, number, address or device matches q; masked',
        querystring: pageQuery.extend({
          q: searchTextSchema.default(''),
          region: z.string().max(200).optional(),
          status: z.enum(RESIDENT_STATUSES).optional(),
        }),
        response: { 200: listOf(residentSchema) },
      },
    },
    async (request) => {
      const { q, region, status, limit, cursor } = request.query;
      const scope = await scopeOfQuery(db, request.viewer, region, 'region');
      return listResidents(db, { scope, text: q, status: status ?? null, limit, cursor, now: clock.now() });
    },
  );

  app.get(
    '/api/residents/:id',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'One resident, unmasked; the look is recorded',
        params: byId,
        response: { 200: residentDetailSchema },
      },
    },
    (request) => open(deps, request.viewer, request.params.id),
  );
}

function registerEntering(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.post(
    '/api/residents',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Enter a resident',
        body: newResidentSchema,
        response: { 201: residentDetailSchema },
      },
    },
    async (request, reply) => {
      const id = request.intentId;
      await addResident(db, {
        id,
        viewer: request.viewer,
        resident: request.body,
        now: clock.now(),
        sees: seesHousehold,
        audit: (tx) => audit(tx, request.viewer, 'resident.add', id),
      });
      return reply.code(201).send(await open(deps, request.viewer, id));
    },
  );

  app.delete(
    '/api/residents/:id',
    {
      config: { access: MANAGERS, bodyless: true },
      schema: {
        tags: ['registry'],
        summary: 'Take out one who was entered by mistake',
        params: byId,
        response: { 200: done },
      },
    },
    async (request) => {
      const { id } = request.params;
      await removeResident(db, {
        id,
        viewer: request.viewer,
        now: clock.now(),
        audit: (tx) => audit(tx, request.viewer, 'resident.remove', id),
      });
      return { id };
    },
  );
}

function registerChanging(app: App, deps: Deps): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.patch(
    '/api/residents/:id',
    {
      config: { access: CARERS },
      schema: {
        tags: ['registry'],
        summary:
          'Change a resident at the version that was seen; a supervisor: status, care profile and consent to recording',
        params: byId,
        body: residentChangeSchema,
        response: { 200: residentDetailSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { version: _version, care, ...fields } = request.body;
      const changed = [...Object.keys(fields), ...Object.keys(care ?? {}).map((field) => `care.${field}`)];
      await changeResident(db, {
        id,
        viewer: request.viewer,
        change: request.body,
        now: clock.now(),
        sees: seesHousehold,
        onRefusal: deps.onRefusal,
        audit: (tx) => audit(tx, request.viewer, 'resident.change', id, { fields: changed }),
        moved: async (tx, householdId) => deps.homeMoved?.(tx, { householdId, residentId: id }, request.viewer),
      });
      return open(deps, request.viewer, id);
    },
  );
}

/** What she says of it on the telephone, the operator writes down at once. */
function registerConsent(app: App, deps: Deps): void {
  const { db, clock, onRefusal } = deps;
  const audit = auditor(deps);
  const url = '/api/residents/:id/recording-consent';
  const response = { 200: recordingConsentSchema };

  app.get(
    url,
    {
      config: { access: READERS },
      schema: { tags: ['registry'], summary: 'Whether her calls may be recorded', params: byId, response },
    },
    (request) => findConsent(db, request.viewer, request.params.id),
  );

  app.put(
    url,
    {
      config: { access: ['operator', ...CARERS] },
      schema: {
        tags: ['registry'],
        summary: 'She lets her calls be recorded, or refuses: then what is being recorded stops',
        params: byId,
        body: recordingConsentSchema.pick({ allowed: true }),
        response,
      },
    },
    (request) => {
      const { viewer } = request;
      const { id } = request.params;
      const { allowed } = request.body;
      const note = (tx: Db): Promise<void> => audit(tx, viewer, 'resident.recording_consent', id, { allowed });
      return setConsent(db, { id, viewer, allowed, now: clock.now(), onRefusal, audit: note });
    },
  );
}

/** `/api/contacts…`: whom to call for a resident. Reading them is a look at the resident. */
export function registerContactRoutes(app: App, deps: Deps): void {
  registerContactReading(app, deps);
  registerContactChanging(app, deps);
}

function registerContactReading(app: App, deps: Deps): void {
  const { db, clock } = deps;

  app.get(
    '/api/contacts',
    {
      config: { access: READERS },
      schema: {
        tags: ['registry'],
        summary: 'Contacts of a resident in order, unmasked; the look is recorded',
        querystring: z.object({ resident: z.uuid() }),
        response: { 200: listOf(wireContactSchema) },
      },
    },
    async (request) => {
      const { resident } = request.query;
      if (!(await seesResident(db, request.viewer, resident))) throw new Problem('not_found');
      await deps.recordLook(db, { residentId: resident, viewer: request.viewer, what: 'contacts', at: clock.now() });
      return { items: await listContacts(db, resident), nextCursor: null };
    },
  );
}

function registerContactChanging(app: App, deps: Deps): void {
  const { db } = deps;
  const audit = auditor(deps);

  app.post(
    '/api/contacts',
    {
      config: { access: MANAGERS },
      schema: { tags: ['registry'], summary: 'Enter a contact', body: newContactSchema, response: { 201: done } },
    },
    async (request, reply) => {
      const id = request.intentId;
      const { residentId } = request.body;
      if (!(await seesResident(db, request.viewer, residentId))) {
        throw new Problem('invalid_fields', {
          fields: [{ field: 'residentId', expected: '登记过的居民 | a registered resident' }],
        });
      }
      await db.tx(async (tx) => {
        await addContact(tx, id, request.body);
        await audit(tx, request.viewer, 'contact.add', id, { resident: residentId });
      });
      return reply.code(201).send({ id });
    },
  );

  app.patch(
    '/api/contacts/:id',
    {
      config: { access: MANAGERS },
      schema: {
        tags: ['registry'],
        summary: 'Change a contact',
        params: byId,
        body: contactChangeSchema,
        response: { 200: done },
      },
    },
    async (request) => {
      const { id } = request.params;
      await changeContact(db, request.viewer, id, request.body, (tx) =>
        audit(tx, request.viewer, 'contact.change', id, { fields: Object.keys(request.body) }),
      );
      return { id };
    },
  );

  app.delete(
    '/api/contacts/:id',
    {
      config: { access: MANAGERS, bodyless: true },
      schema: { tags: ['registry'], summary: 'Take out a contact', params: byId, response: { 200: done } },
    },
    async (request) => {
      const { id } = request.params;
      await dropContact(db, request.viewer, id, (tx) => audit(tx, request.viewer, 'contact.remove', id));
      return { id };
    },
  );
}
