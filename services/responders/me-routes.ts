import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { fixSchema, ownDutySchema, POSITION_EVERY_MS, switchDutySchema, type WireOwnDuty } from '#contracts/field.ts';
import type { WireResponder } from '#contracts/socket.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { WireIncident } from '#contracts/incident.ts';
import type { Cases } from '#dispatch/cases.ts';
import { liveAssignments } from '#dispatch/people.ts';
import { isOnDuty, ownDuty, setWake, switchDuty } from '#registry/duty.ts';
import { judgeArrival } from './arrival.ts';
import { liveResponders, putPositions, type Fix } from './positions.ts';
import { staffOf, STREET } from './routes.ts';

export interface MeDeps {
  db: Database;
  clock: Clock;
  cases: Cases;
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  moved: (responder: WireResponder, regionPath: string) => void;
}

/** `/api/me/duty` and `/api/me/position`. */
export function registerMeRoutes(app: App, deps: MeDeps): void {
  const { db, clock } = deps;
  const duty = async (staffId: string): Promise<WireOwnDuty> => {
    const { until, ...own } = await ownDuty(db, staffId, clock.now());
    return { ...own, until: until === null ? null : new Date(until).toISOString() };
  };
  app.get('/api/me/duty', { config: { access: STREET }, schema: { response: { 200: ownDutySchema } } }, (request) =>
    duty(staffOf(request.viewer)),
  );
  app.post(
    '/api/me/duty',
    { config: { access: STREET }, schema: { body: switchDutySchema, response: { 200: ownDutySchema } } },
    async (request) => {
      const staffId = staffOf(request.viewer);
      const { on, wake } = request.body;
      if (on === false) await mustBeFree(db, staffId);
      await db.tx(async (tx) => {
        if (on !== undefined && !(await switchDuty(tx, staffId, on, clock.now()))) throw new Problem('not_found');
        if (wake !== undefined) await setWake(tx, staffId, wake);
      });
      return duty(staffId);
    },
  );
  app.post(
    '/api/me/position',
    {
      config: { access: STREET },
      schema: { body: fixSchema, response: { 200: z.object({ at: z.string(), kept: z.boolean() }) } },
    },
    async (request) => {
      const { lat, lon, accuracy, at } = request.body;
      const staffId = staffOf(request.viewer);
      const now = clock.now();
      const when = at === undefined ? now : Math.min(now, Date.parse(at));
      const live = (await liveAssignments(db)).some((a) => a.staffId === staffId && a.state !== 'offered');
      if (!live && !(await isOnDuty(db, staffId, now)))
        throw new Problem('not_allowed_in_state', {
          detail: '您不在值班,位置不上报也不保存 | You are off duty: your position is neither taken nor kept',
        });
      const kept = await reportPosition(
        deps,
        { staffId, lat, lon, accuracy: accuracy ?? null, at: when },
        POSITION_EVERY_MS,
      );
      return { at: new Date(when).toISOString(), kept };
    },
  );
}

async function mustBeFree(db: Database, staffId: string): Promise<void> {
  const live = (await liveAssignments(db)).some((a) => a.staffId === staffId && a.state !== 'offered');
  if (live)
    throw new Problem('not_allowed_in_state', {
      detail:
        '您手上还有一单,办完或请坐席换人再下班 | You have a job in hand: finish it or have it given to another first',
    });
}

/**
 * Keeps a fix, shows it to the desks of the cases that this person is on, and where it lies at the door of one he is on
 * the way to, he has arrived. Not kept (false): older than the one before, or sooner than `everyMs` after it.
 */
export async function reportPosition(deps: MeDeps, fix: Fix, everyMs = 0): Promise<boolean> {
  if ((await putPositions(deps.db, [fix], everyMs)).length === 0) return false;
  const now = deps.clock.now();
  const mine = (await liveAssignments(deps.db)).filter((a) => a.staffId === fix.staffId && a.regionPath !== null);
  for (const a of mine) {
    const [responder] = await liveResponders(deps.db, [a], { regions: [''] }, now);
    if (responder) deps.moved(responder, a.regionPath!);
    if (a.state !== 'under_way' && !a.unproven) continue;
    const home = (await deps.byIds([a.incidentId]))[0]?.wire.position ?? null;
    if (judgeArrival(home, fix, now).is !== 'there') continue;
    const by = { kind: 'person', id: a.staffId, name: a.name, role: a.role } as const;
    await deps.cases.answer(a.id, a.staffId, { to: 'on_scene', proof: 'position' }, by).catch((error: Error) => {
      // Somebody else said it first: the box's key, or he himself.
      if (!(error instanceof Problem)) throw error;
    });
  }
  return true;
}
