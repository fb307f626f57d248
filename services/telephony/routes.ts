import { z } from 'zod';
import { caseCallsSchema } from '#contracts/telephone.ts';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { callsOf, findRecording, recordingsOf } from './lines.ts';
import type { RunningTelephony } from './telephony.ts';

export interface RecordingRoutesDeps {
  db: Database;
  clock: Clock;
  telephony: Pick<RunningTelephony, 'recording'>;
  /** Whose case it is, for a viewer who may see it; null: it does not exist for him. */
  caseOf(viewer: Viewer, incidentId: string): Promise<{ residentId: string | null; householdId: string | null } | null>;
  mayRecord(db: Db, of: { residentId: string | null; householdId: string | null }): Promise<boolean>;
  mask(number: string): string;
  recordLook(
    db: Db,
    look: { residentId: string; viewer: Viewer; what: string; incidentId: string; at: number },
  ): Promise<void>;
  recordAudit(
    db: Db,
    entry: { at: number; by: Viewer; what: string; subject: string; address: string | null },
  ): Promise<void>;
}

/** `GET /api/incidents/:id/calls`: the calls of a case that exists for the viewer, in the order in which they were asked for, and what was recorded of them. */
export function registerCallRoutes(
  app: App,
  deps: Pick<RecordingRoutesDeps, 'db' | 'caseOf' | 'mayRecord' | 'mask'>,
): void {
  app.get(
    '/api/incidents/:id/calls',
    {
      config: { access: ['operator', 'supervisor'] },
      schema: { params: z.object({ id: z.uuid() }), response: { 200: caseCallsSchema } },
    },
    async ({ viewer, params }) => {
      const found = await deps.caseOf(viewer, params.id);
      if (found === null) throw new Problem('not_found');
      const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
      const items = (await callsOf(deps.db, params.id)).map((call) => ({
        ...call,
        number: deps.mask(call.number),
        orderedAt: call.orderedAt.toISOString(),
        answeredAt: iso(call.answeredAt),
        joinedAt: iso(call.joinedAt),
        endedAt: iso(call.endedAt),
      }));
      const recordings = (await recordingsOf(deps.db, [params.id])).map(({ id, seconds, startedAt }) => ({
        id,
        seconds,
        startedAt: startedAt.toISOString(),
      }));
      return { items, recordings, mayRecord: await deps.mayRecord(deps.db, found), nextCursor: null };
    },
  );
}

/**
 * `GET /api/recordings/:id`: plays a recording, only for who may see its case. Every listening is recorded before a sound
 * is heard: as a look at the resident, else (nobody knows whose case it is) in the audit trail.
 */
export function registerRecordingRoutes(app: App, deps: RecordingRoutesDeps): void {
  app.get(
    '/api/recordings/:id',
    {
      config: { access: ['operator', 'supervisor'] },
      schema: { params: z.object({ id: z.uuid() }) },
    },
    async ({ viewer, params }, reply) => {
      const recording = await findRecording(deps.db, params.id);
      const found = recording?.incidentId == null ? null : await deps.caseOf(viewer, recording.incidentId);
      if (!recording || recording.incidentId === null || found === null) throw new Problem('not_found');
      const at = deps.clock.now();
      if (found.residentId === null) {
        const { address } = viewer;
        await deps.recordAudit(deps.db, { at, by: viewer, what: 'recording.hear', subject: recording.id, address });
      } else {
        const { incidentId } = recording;
        await deps.recordLook(deps.db, { residentId: found.residentId, viewer, what: 'recording', incidentId, at });
      }
      const sound = await deps.telephony.recording(recording.sid).catch(() => {
        throw new Problem('unavailable', {
          detail: '录音一时取不到,请稍后再试 | The recording can not be had just now',
        });
      });
      return reply.header('content-type', sound.type).header('cache-control', 'private, no-store').send(sound.bytes);
    },
  );
}
