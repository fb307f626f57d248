import { z } from 'zod';
import { newPartnerSchema, partnerChangeSchema, partnerSchema, savedPartnerSchema } from '#contracts/handoff.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Sealing } from '#platform/sealing.ts';
import { auditor, CARERS, MANAGERS, type Recorders } from '#registry/scope.ts';
import { addPartner, changePartner, findPartner, listPartners } from './partners.ts';

const byId = z.object({ id: z.uuid() });
const tags = ['partner'];

/** `/api/partners`: the centres and clinics that a case can be handed to. */
export function registerPartnerAdminRoutes(
  app: App,
  deps: Recorders & { db: Database; clock: Clock; sealing: Sealing },
): void {
  const { db, clock } = deps;
  const audit = auditor(deps);

  app.get(
    '/api/partners',
    {
      config: { access: CARERS },
      schema: {
        tags,
        summary: 'Partners of your regions',
        querystring: pageQuery,
        response: { 200: listOf(partnerSchema) },
      },
    },
    (request) => listPartners(db, request.viewer, { limit: request.query.limit, cursor: request.query.cursor }),
  );

  app.post(
    '/api/partners',
    {
      config: { access: MANAGERS, secret: true },
      schema: {
        tags,
        summary: 'Enter a partner; the webhook’s secret is shown this once',
        body: newPartnerSchema,
        response: { 201: savedPartnerSchema },
      },
    },
    async (request, reply) => {
      const id = request.intentId;
      const { viewer } = request;
      const secret = await addPartner(deps, {
        id,
        viewer,
        partner: request.body,
        audit: (tx) => audit(tx, viewer, 'partner.add', id),
      });
      const partner = await findPartner(db, viewer, id);
      return reply.code(201).send({ ...partner, ...(secret !== null && { webhookSecret: secret }) });
    },
  );

  app.patch(
    '/api/partners/:id',
    {
      config: { access: MANAGERS, secret: true },
      schema: {
        tags,
        summary: 'Change a partner; newSecret makes a new webhook secret, shown this once',
        params: byId,
        body: partnerChangeSchema,
        response: { 200: savedPartnerSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { viewer, body } = request;
      const secret = await changePartner(deps, {
        id,
        viewer,
        change: body,
        now: clock.now(),
        audit: (tx) => audit(tx, viewer, 'partner.change', id, { fields: Object.keys(body) }),
      });
      return { ...(await findPartner(db, viewer, id)), ...(secret !== null && { webhookSecret: secret }) };
    },
  );
}
