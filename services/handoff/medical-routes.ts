import { z } from 'zod';
import {
  callSheetSchema,
  medicalDetailSchema,
  medicalQueueSchema,
  medicalSteps,
  type MedicalCase,
  type MedicalDetail,
} from '#contracts/handoff.ts';
import type { WireIncident } from '#contracts/incident.ts';
import { pageQuery } from '#contracts/list.ts';
import type { Role } from '#contracts/session.ts';
import { Problem } from '#kernel/errors.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { App } from '#platform/http.ts';
import { addOutbox } from '#platform/outbox.ts';
import type { Telephony } from '#telephony/port.ts';
import { candidateHelper } from '#dispatch/candidates.ts';
import type { Sees } from '#dispatch/cases.ts';
import { actorOf } from '#dispatch/routes.ts';
import { openPacket } from './open.ts';
import { partnerFor } from './offers.ts';
import type { StepsDeps } from './steps.ts';
import { complaintOf, TARGETS } from './words.ts';

const MEDICS: readonly Role[] = ['medic'];
const byId = z.object({ id: z.uuid() });
const tags = ['medical desk'];
const MOST_MEDICS = 6;

type Deps = StepsDeps & { poke: () => void; telephony?: Telephony | undefined };

/** The medical desk (`/api/medical/cases`) and what an operator has before her while she calls a centre. */
export function registerMedicalRoutes(app: App, deps: Deps): void {
  registerQueue(app, deps);
  registerActs(app, deps);
  registerCallSheet(app, deps);
}

function registerQueue(app: App, deps: Deps): void {
  app.get(
    '/api/medical/cases',
    {
      config: { access: MEDICS },
      schema: {
        tags,
        summary: 'Open medical cases of your regions',
        querystring: pageQuery,
        response: { 200: medicalQueueSchema },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query;
      const filter = { state: 'open', region: null, found: null, limit, cursor: cursor ?? null };
      const page = await deps.views.list(request.viewer, { ...filter, queue: 'medical' });
      // An emergency that was handed to a hospital is the medical desk's too; there are never many of them.
      const emergencies =
        cursor === undefined
          ? await deps.views.list(request.viewer, { ...filter, queue: 'emergency', limit: 200 })
          : null;
      const handed = (emergencies?.items ?? []).filter((one) =>
        one.handoffs.some((handoff) => handoff.to === 'hospital'),
      );
      return {
        items: [...handed, ...page.items].map(lineOf),
        nextCursor: page.nextCursor,
        at: new Date(deps.clock.now()).toISOString(),
      };
    },
  );

  app.get(
    '/api/medical/cases/:id',
    {
      config: { access: MEDICS },
      schema: {
        tags,
        summary: 'Open a case; the look is written down',
        params: byId,
        response: { 200: medicalDetailSchema },
      },
    },
    (request) => openMedical(deps, request.viewer, request.params.id),
  );
}

function lineOf(wire: WireIncident): MedicalCase {
  const place = wire.region.filter((one) => ['street', 'community', 'grid'].includes(one.level));
  return {
    id: wire.id,
    version: wire.version,
    priority: wire.priority,
    state: wire.state,
    test: wire.test,
    who: wire.resident === null ? '身份不明' : `${wire.resident.name} ${wire.resident.age}岁`,
    marks: wire.resident?.marks ?? [],
    place: place.map((one) => one.name).join(' '),
    complaint: complaintOf(wire.kind, {}, wire.silent),
    openedAt: wire.openedAt,
    owner: wire.owner?.name ?? null,
  };
}

/** A medical case that the viewer may open; everything else does not exist for the medical desk. */
async function mustBeMedical(deps: Deps, viewer: Viewer, id: string): Promise<WireIncident> {
  const wire = await deps.views.one(viewer, id);
  if (wire.queue === 'medical' || wire.handoffs.some((one) => one.to === 'hospital')) return wire;
  throw new Problem('not_found');
}

async function openMedical(deps: Deps, viewer: Viewer, id: string): Promise<MedicalDetail> {
  await mustBeMedical(deps, viewer, id);
  const { packet, detail } = await openPacket(deps, viewer, { incident: id, target: '120', handoff: null });
  return {
    packet,
    state: detail.state,
    owner: detail.owner?.name ?? null,
    medics: (await deps.views.couldCome(viewer, id))
      .filter((one) => one.kind === 'medic')
      .slice(0, MOST_MEDICS)
      .map(({ id: medic, name, minutes, busy, why }) => ({ id: medic, name, minutes, busy, why })),
    sent: detail.assignments.map((one) => ({ name: one.responder.name, state: one.state })),
    handoffs: detail.handoffs,
  };
}

const sees =
  (viewer: Viewer): Sees =>
  (regionPath) =>
    regionPath !== null && liesInRegions(viewer, regionPath);

function registerActs(app: App, deps: Deps): void {
  const { cases, db, clock, views } = deps;

  app.post(
    '/api/medical/cases/:id/advise',
    {
      config: { access: MEDICS },
      schema: {
        tags,
        summary: 'Advise: the operator sees it at once',
        params: byId,
        body: medicalSteps.advise,
        response: { 200: medicalDetailSchema },
      },
    },
    async (request) => {
      const { viewer, params, body } = request;
      const wire = await mustBeMedical(deps, viewer, params.id);
      await cases.desk(params.id, { type: 'note', text: `医嘱:${body.text}` }, actorOf(viewer), null, sees(viewer));
      const { regionPath } = await views.placeOf(params.id);
      const who = wire.resident?.name ?? '';
      const notice = {
        level: 'warn',
        code: 'advice',
        text: `${viewer.name}(医生)看了${who}:${body.text}`,
        incident: params.id,
      };
      await addOutbox(db, [{ topic: 'console', key: '', payload: { notice, region: regionPath } }], clock.now());
      deps.poke();
      return openMedical(deps, viewer, params.id);
    },
  );

  app.post(
    '/api/medical/cases/:id/send',
    {
      config: { access: MEDICS },
      schema: {
        tags,
        summary: 'Send a medic who is on duty',
        params: byId,
        body: medicalSteps.send,
        response: { 200: medicalDetailSchema },
      },
    },
    async (request) => {
      const { viewer, params, body } = request;
      await mustBeMedical(deps, viewer, params.id);
      const could = await views.couldCome(viewer, params.id);
      const chosen = could.find((one) => one.id === body.medic && one.kind === 'medic');
      if (chosen === undefined)
        throw new Problem('invalid_fields', {
          fields: [{ field: 'medic', expected: '现在值班、能去的医生 | a medic on duty who could go' }],
        });
      await cases.street(
        params.id,
        { type: 'assign', helper: candidateHelper(chosen, null) },
        actorOf(viewer),
        null,
        sees(viewer),
      );
      return openMedical(deps, viewer, params.id);
    },
  );

  app.post(
    '/api/medical/cases/:id/handoff',
    {
      config: { access: MEDICS },
      schema: {
        tags,
        summary: 'Hand to 120: the operator is told and calls',
        params: byId,
        body: medicalSteps.handoff,
        response: { 200: medicalDetailSchema },
      },
    },
    async (request) => {
      const { viewer, params, body } = request;
      await mustBeMedical(deps, viewer, params.id);
      await cases.street(
        params.id,
        { type: 'handoff', target: '120', note: body.note },
        actorOf(viewer),
        null,
        sees(viewer),
      );
      return openMedical(deps, viewer, params.id);
    },
  );
}

function registerCallSheet(app: App, deps: Deps): void {
  app.get(
    '/api/incidents/:id/packet',
    {
      config: { access: ['operator', 'supervisor'] },
      schema: {
        tags,
        summary: 'What is read aloud to a centre, and whom to call; the look is written down',
        params: byId,
        querystring: z.object({ to: z.enum(['110', '119', '120', 'hospital']) }),
        response: { 200: callSheetSchema },
      },
    },
    async (request) => {
      const { viewer, params, query } = request;
      const live = (await deps.views.one(viewer, params.id)).handoffs.findLast((one) => one.to === query.to);
      const { packet, detail } = await openPacket(deps, viewer, {
        incident: params.id,
        target: query.to,
        handoff: live?.id ?? null,
      });
      const { regionPath } = await deps.views.placeOf(params.id);
      const partner = await partnerFor(deps.db, {
        target: query.to,
        regionPath,
        hospital: detail.care?.hospital ?? null,
      });
      const besides = [
        ...(partner?.webhookUrl ? (['webhook'] as const) : []),
        ...(partner?.smsNumber && deps.telephony !== undefined ? (['sms'] as const) : []),
      ];
      return {
        packet,
        partner: {
          name: partner?.name ?? TARGETS[query.to]!,
          // Everybody's number where nobody of that place is entered here; a hospital has none.
          phone: partner?.phone ?? (query.to === 'hospital' ? '' : query.to),
          besides,
        },
      };
    },
  );
}
