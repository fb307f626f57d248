import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { sampleSchema, samplesSchema, scoreSchema, type Sample } from '#contracts/quality.ts';
import type { Views } from '#dispatch/views.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import type { Recorders } from '#registry/scope.ts';
import { createLoop } from '#platform/loop.ts';
import { allSamples, drawSamples, findSample, putScore, scoredOf, type SampleRow } from './samples.ts';

export interface QualityDeps {
  db: Database;
  clock: Clock;
  log: Log;
  views: Pick<Views, 'visible' | 'byIds'>;
  recordAudit: Recorders['recordAudit'];
}

/** Two calls a month and operator, drawn by nobody's hand, scored by a supervisor. */
export interface Quality {
  registerRoutes(app: App): void;
  /** Draws what is due; answers how many. */
  runOnce(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

const EVERY_MS = 10 * 60_000;

/** Construction does nothing. */
export function createQuality(deps: QualityDeps): Quality {
  const { db, clock, log } = deps;
  const runOnce = (): Promise<number> => drawSamples(db, clock.now());
  const loop = createLoop({ log, name: 'calls to be scored could not be drawn', every: EVERY_MS, work: runOnce });
  return { registerRoutes: (app) => registerRoutes(app, deps), runOnce, start: loop.start, stop: loop.stop };
}

function registerRoutes(app: App, deps: QualityDeps): void {
  const { db, clock } = deps;
  app.get(
    '/api/quality/samples',
    {
      config: { access: ['supervisor'] },
      schema: {
        tags: ['quality'],
        summary: 'Calls drawn for scoring whose cases exist for the viewer, those to be scored first',
        response: { 200: samplesSchema },
      },
    },
    async ({ viewer }) => {
      await drawSamples(db, clock.now());
      const rows = await allSamples(db);
      return { items: await shown(deps, await seenBy(deps, viewer, rows)), nextCursor: null };
    },
  );
  app.get(
    '/api/quality/mine',
    {
      config: { access: ['operator'] },
      schema: { tags: ['quality'], summary: 'What I was given for my calls', response: { 200: samplesSchema } },
    },
    async ({ viewer }) => {
      const rows = await scoredOf(db, viewer.accountId);
      return { items: await shown(deps, await seenBy(deps, viewer, rows)), nextCursor: null };
    },
  );
  app.post(
    '/api/quality/samples/:id/score',
    {
      config: { access: ['supervisor'] },
      schema: {
        tags: ['quality'],
        summary: 'Score a call, once',
        params: z.object({ id: z.uuid() }),
        body: scoreSchema,
        response: { 200: sampleSchema },
      },
    },
    async ({ viewer, params, body }) => {
      const sample = await findSample(db, params.id);
      const exists = sample !== undefined && (await deps.views.visible(viewer, [sample.incidentId])).size > 0;
      if (!exists) throw new Problem('not_found');
      if (sample.operatorId === viewer.accountId)
        throw new Problem('forbidden', { detail: '不能给自己打分 | Nobody scores his own call' });
      const now = clock.now();
      await db.tx(async (tx) => {
        if (!(await putScore(tx, sample.id, body, viewer, now)))
          throw new Problem('not_allowed_in_state', { detail: '这通电话已经打过分了 | This call has been scored' });
        const { address } = viewer;
        const data = { operator: sample.operatorId, points: body.points };
        await deps.recordAudit(tx, { at: now, by: viewer, what: 'quality.score', subject: sample.id, data, address });
      });
      return (await shown(deps, [(await findSample(db, sample.id))!]))[0]!;
    },
  );
}

/** Those whose cases the viewer may see. */
async function seenBy<One extends { incidentId: string }>(
  { views }: Pick<QualityDeps, 'views'>,
  viewer: Viewer,
  rows: readonly One[],
): Promise<One[]> {
  const visible = await views.visible(
    viewer,
    rows.map(({ incidentId }) => incidentId),
  );
  return rows.filter(({ incidentId }) => visible.has(incidentId));
}

/** On the wire, with whose case each was. */
async function shown(deps: QualityDeps, rows: readonly SampleRow[]): Promise<Sample[]> {
  const cases = await deps.views.byIds([...new Set(rows.map(({ incidentId }) => incidentId))]);
  const byId = new Map(cases.map(({ wire }) => [wire.id, wire]));
  return rows.flatMap((row): Sample[] => {
    const wire = byId.get(row.incidentId);
    if (wire === undefined) return [];
    const { points, remark, scoredAt, scoredBy } = row;
    const total = points === null ? 0 : Object.values(points).reduce((sum, one) => sum + one, 0);
    return [
      {
        id: row.id,
        month: row.month,
        slot: row.slot,
        operator: { id: row.operatorId, name: row.operatorName },
        incident: { id: wire.id, kind: wire.kind, who: wire.resident?.name ?? null },
        calledAt: row.calledAt.toISOString(),
        recordingId: row.recordingId,
        score:
          points === null || scoredAt === null
            ? null
            : { points, remark: remark ?? '', by: scoredBy ?? '', at: scoredAt.toISOString(), total },
      },
    ];
  });
}
