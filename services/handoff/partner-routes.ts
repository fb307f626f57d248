import { z } from 'zod';
import { EIDO_SCHEMA_PATH, eidoJsonSchema } from '#contracts/eido.ts';
import {
  openLinkSchema,
  packetSchema,
  partnerQueueSchema,
  partnerSteps,
  partnerStepSchema,
  type PartnerStep,
} from '#contracts/handoff.ts';
import { pageQuery } from '#contracts/list.ts';
import type { Role } from '#contracts/session.ts';
import type { App } from '#platform/http.ts';
import { eidoOf } from './eido.ts';
import { fhirOf } from './fhir.ts';
import { openLink } from './links.ts';
import { listOffers, openOwn, partnerOf, takeStep, type StepBody, type StepsDeps } from './steps.ts';

const PARTNERS: readonly Role[] = ['partner'];
const byId = z.object({ id: z.uuid() });
const tags = ['partner'];

const SUMMARIES: Record<PartnerStep, string> = {
  accept: 'Accept, with your own case number and seat',
  reject: 'Refuse, with a reason: the operator asks elsewhere',
  dispatch: 'Somebody is on the way',
  arrive: 'Somebody is there',
  close: 'Finished on your side',
  update: 'Tell the operator something',
};

/** The partner API (services/handoff/README.md) and the link of a message. */
export function registerPartnerRoutes(app: App, deps: StepsDeps & { baseUrl: () => string }): void {
  registerReading(app, deps);
  for (const step of Object.keys(partnerSteps) as PartnerStep[]) {
    app.post(
      `/api/partner/handoffs/:id/${step}`,
      {
        config: { access: PARTNERS },
        schema: {
          tags,
          summary: SUMMARIES[step],
          params: byId,
          body: partnerSteps[step] as z.ZodType<StepBody>,
          response: { 200: partnerStepSchema },
        },
      },
      async (request) => {
        const { handoff, says } = await takeStep(deps, request.viewer, request.params.id, step, request.body);
        const [zh, en] = says.split(' | ');
        return { handoff, says: (request.language === 'en' ? en : zh) ?? says };
      },
    );
  }

  app.post(
    '/api/handoff-links/open',
    {
      config: { access: 'public', secret: true },
      schema: {
        tags,
        summary: 'Open the packet of a message’s link: once, for an hour; who looks is written down',
        body: openLinkSchema,
        response: { 200: z.object({ packet: packetSchema }) },
      },
    },
    (request) => openLink(deps, { ...request.body, address: request.ip }),
  );

  app.get(
    EIDO_SCHEMA_PATH,
    {
      config: { access: 'public' },
      schema: {
        tags,
        summary: 'JSON Schema (2020-12) of the packet',
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    () => eidoJsonSchema(deps.baseUrl()),
  );
}

function registerReading(app: App, deps: StepsDeps): void {
  app.get(
    '/api/partner/handoffs',
    {
      config: { access: PARTNERS },
      schema: {
        tags,
        summary: 'What your centre was asked for, newest first; all=true also what is over',
        querystring: pageQuery.extend({ all: z.stringbool().default(false) }),
        response: { 200: partnerQueueSchema },
      },
    },
    async (request) => {
      const { all, limit, cursor } = request.query;
      const { name } = await partnerOf(deps, request.viewer);
      const page = await listOffers(deps, request.viewer, { all, limit, cursor });
      return { ...page, at: new Date(deps.clock.now()).toISOString(), partner: name };
    },
  );

  app.get(
    '/api/partner/handoffs/:id',
    {
      config: { access: PARTNERS },
      schema: {
        tags,
        summary: 'Open the packet; the look is written down',
        params: byId,
        response: { 200: packetSchema },
      },
    },
    async (request) => (await openOwn(deps, request.viewer, request.params.id)).packet,
  );

  app.get(
    '/api/partner/handoffs/:id/eido',
    {
      config: { access: PARTNERS },
      schema: {
        tags,
        summary: `The packet as JSON by ${EIDO_SCHEMA_PATH}`,
        params: byId,
        // Its own schema has members named $id, which a resolver of OpenAPI documents takes for ids of schemas.
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async (request) => {
      const { packet, priority } = await openOwn(deps, request.viewer, request.params.id);
      return eidoOf(packet, priority);
    },
  );

  app.get(
    '/api/partner/handoffs/:id/fhir',
    {
      config: { access: PARTNERS },
      schema: {
        tags,
        summary: 'The packet as a FHIR R4 document (Bundle)',
        params: byId,
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async (request, reply) => {
      const bundle = fhirOf((await openOwn(deps, request.viewer, request.params.id)).packet);
      return reply.type('application/fhir+json; charset=utf-8').send(bundle as unknown as Record<string, unknown>);
    },
  );
}
