import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem, type FieldError } from '#kernel/errors.ts';
import { QUEUES } from '#contracts/incident.ts';
import { listOf } from '#contracts/list.ts';
import {
  ladderPolicySchema,
  policySchema,
  policyVersionSchema,
  routingPolicySchema,
  type RoutingPolicy,
} from '#contracts/policy.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { findVisibleRegion, mustHoldAll } from '#registry/scope.ts';
import { addPolicy, policyVersions, type Policies } from './policies.ts';

const versionSchema = z.object({ version: z.number().int() });

/** Every queue has a ladder that holds for all priorities, and its steps follow one another. */
const wholeLadders = ladderPolicySchema
  .refine(
    ({ ladders }) => QUEUES.every((queue) => ladders.some((ladder) => ladder.queue === queue && ladder.priority === 4)),
    {
      path: ['ladders'],
      error: '每个队列都要有一条管到优先级 4 的升级策略 | for each queue a ladder that holds down to priority 4',
    },
  )
  .refine(
    ({ ladders }) =>
      ladders.every(({ steps }) => steps.every((step, i) => i === 0 || step.afterS >= steps[i - 1]!.afterS)),
    {
      path: ['ladders'],
      error: '每一步不早于前一步 | no step earlier than the one before',
    },
  );

/** A last rule without conditions, so that nothing falls through; and none that never holds. */
const wholeRouting = routingPolicySchema
  .refine(
    ({ rules }) =>
      Object.keys(rules.at(-1)!).every((field) => ['queue', 'priority', 'quiet', 'reason'].includes(field)),
    { path: ['rules'], error: '最后一条规则不带条件 | a last rule without conditions' },
  )
  .refine(({ rules }) => rules.every(({ hours }) => hours === undefined || hours.from !== hours.to), {
    path: ['rules'],
    error: '从几点到几点不能是同一个钟点 | hours that begin and end at different times',
  });

/** A rule for a region that there is not would never hold, and nobody would see why. */
async function checkRegions(db: Database, viewer: Viewer, { rules }: RoutingPolicy): Promise<void> {
  const fields: FieldError[] = [];
  for (const [place, { region }] of rules.entries()) {
    const found = region === undefined ? null : await findVisibleRegion(db, viewer, region);
    if (region !== undefined && found?.path !== region)
      fields.push({
        field: `rules.${place}.region`,
        expected: `第 ${place + 1} 条:有这个区划的路径 | rule ${place + 1}: the path of a region that there is`,
      });
  }
  if (fields.length > 0) throw new Problem('invalid_fields', { fields });
}

/** `/api/policies`: the routing rules and ladders in force, and new versions of them. The earlier ones stay in the table. */
export function registerPolicyRoutes(app: App, deps: { db: Database; clock: Clock; policies: Policies }): void {
  const { db, clock, policies } = deps;
  app.get(
    '/api/policies',
    {
      config: { access: ['supervisor', 'admin', 'auditor'] },
      schema: {
        response: { 200: policySchema },
      },
    },
    () => policies.current(),
  );

  app.get(
    '/api/policies/versions',
    {
      config: { access: ['supervisor', 'admin', 'auditor'] },
      schema: { response: { 200: listOf(policyVersionSchema) } },
    },
    async () => ({
      items: (await policyVersions(db, 50)).map((one) => ({ ...one, at: one.at.toISOString() })),
      nextCursor: null,
    }),
  );

  app.post(
    '/api/policies/routing',
    {
      config: { access: ['admin'] },
      schema: { body: wholeRouting, response: { 201: versionSchema } },
    },
    async (request, reply) => {
      await mustHoldAll(db, request.viewer);
      await checkRegions(db, request.viewer, request.body);
      const version = await addPolicy(db, { kind: 'routing', body: request.body }, request.viewer.name, clock.now());
      await policies.refresh();
      return reply.code(201).send({ version });
    },
  );

  app.post(
    '/api/policies/ladder',
    {
      config: { access: ['admin'] },
      schema: { body: wholeLadders, response: { 201: versionSchema } },
    },
    async (request, reply) => {
      await mustHoldAll(db, request.viewer);
      const version = await addPolicy(db, { kind: 'ladder', body: request.body }, request.viewer.name, clock.now());
      await policies.refresh();
      return reply.code(201).send({ version });
    },
  );
}
