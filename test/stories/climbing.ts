import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { DEFAULT_LADDER } from '#dispatch/domain/policy.ts';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import { newId } from '#kernel/ids.ts';
import type { IncomingPress } from '#dispatch/press.ts';
import { openApi, type Api } from '#test/harness/api.ts';
import { signInTestPerson, type TestPerson } from '#test/harness/identity.ts';
import { standingClock, startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';

/** The ladder of a red press, as a new installation has it. */
export const STEPS = DEFAULT_LADDER.ladders.find((ladder) => ladder.queue === 'emergency')!.steps;

/** A Monday noon, when people are on duty. */
const NOON = Date.parse('2026-11-23T12:00:00+08:00');

/** What became of one intent, as the database has it. */
interface IntentRow {
  kind: string;
  state: string;
  outcome: string | null;
  why: string | null;
  who: string | null;
}

/** A red press of the first box of the demo city, which nobody has answered yet. */
export interface Climb {
  readonly running: RunningPlatform;
  readonly clock: ReturnType<typeof standingClock>;
  readonly id: string;
  readonly operator: TestPerson;
  readonly desk: Api;
  detail(): Promise<WireIncidentDetail>;
  /** Steps of the ladder that were taken so far, in order. */
  steps(): Promise<string[]>;
  intents(): Promise<IntentRow[]>;
  /** Moves the clock from step to step, from `from` (0 the first) up to `to`, and waits until each was taken and carried out. */
  climb(from: number, to?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the whole platform with a clock that stands until it is moved, signs an operator in and has the key pressed. */
export async function pressAndWait(env: Record<string, string> = {}): Promise<Climb> {
  const clock = standingClock(NOON);
  const running = await startPlatformHere({ clock, env });
  try {
    const operator = await signInTestPerson(running.db, clock, 'operator', { name: '李敏' });
    const [receipt] = await running.receive([redPress('demo-0001', clock.now())]);
    return climbOf(running, clock, operator, receipt!.incident!);
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function climbOf(running: RunningPlatform, clock: Climb['clock'], operator: TestPerson, id: string): Climb {
  const desk = openApi(running.url, operator.cookie);
  const { pool } = running.db;
  /** When the ladder that runs now began, as the database says. */
  const since = async (): Promise<number> =>
    Number(
      (await pool.query<{ since: string }>(`select ladder ->> 'since' as since from incident where id = $1`, [id]))
        .rows[0]!.since,
    );
  const climbing: Climb = {
    running,
    clock,
    id,
    operator,
    desk,
    async detail() {
      const { status, body } = await desk.get(`/api/incidents/${id}`);
      expect(status).toBe(200);
      return body as WireIncidentDetail;
    },
    async steps() {
      const lines = await pool.query<{ who: string }>(
        `select data ->> 'who' as who from history where incident_id = $1 and kind = 'ladder_step' order by seq`,
        [id],
      );
      return lines.rows.map((line) => line.who);
    },
    async intents() {
      const rows = await pool.query<IntentRow>(
        `select kind, state, outcome, detail ->> 'why' as why, detail ->> 'who' as who from intent where incident_id = $1 order by created_at, id`,
        [id],
      );
      return rows.rows;
    },
    async climb(from, to = STEPS.length - 1) {
      const taken = (await climbing.steps()).length;
      for (const [place, step] of [...STEPS.entries()].slice(from, to + 1)) {
        clock.advance(Math.max(0, (await since()) + step.afterS * 1000 - clock.now()));
        await expect
          .poll(climbing.steps, { interval: 100, message: `step ${step.who} is taken` })
          .toHaveLength(taken + place - from + 1);
        await carriedOut(climbing);
      }
    },
    stop: () => running.stop(),
  };
  return climbing;
}

/** Waits until nothing that was intended is undone. Meanwhile the clock moves on: what a queue lost is looked for after 3 s. */
async function carriedOut(climbing: Climb): Promise<void> {
  const patience = Date.now() + 20_000;
  for (let looks = 1; ; looks++) {
    const undone = (await climbing.intents()).filter((intent) => intent.state !== 'done');
    if (undone.length === 0) return;
    if (Date.now() > patience) throw new Error(`not carried out: ${JSON.stringify(undone)}`);
    await wait(100);
    if (looks % 15 === 0) climbing.clock.advance(3_100);
  }
}

/** What the bridge would hand on for a red press of `device` at `now` (ms). */
export function redPress(device: string, now: number): IncomingPress {
  return {
    device,
    adapter: null,
    eventId: newId(now),
    type: 'sos',
    at: now,
    receivedAt: now,
    key: 'red',
    battery: null,
    test: false,
    location: null,
    detail: null,
    topic: 'up/event',
    raw: Buffer.from('{}'),
    readable: true,
  };
}
