import { setTimeout as wait } from 'node:timers/promises';
import { auditPresses, outboxLeft, type Audit } from './audit.ts';
import { createCrowd, type Crowd } from './crowd.ts';
import { planRounds, type FaultPlan, type PlannedPress, type Round } from './plan.ts';
import type { World } from './worlds.ts';

/** One kill: when (Unix ms), and what was under way. */
export interface Kill {
  at: number;
  /** Pressed and not acknowledged at that moment, and how many of them within the last second. */
  inFlight: number;
  fresh: number;
  /** False: it was killed while it was still starting. */
  ready: boolean;
}

/** What a run came to. Times in ms. `breaches` empty: every promise was kept. */
export interface FaultResult {
  seed: string;
  pressed: number;
  acknowledged: number;
  kills: Kill[];
  longestWaitMs: number;
  /** From the last kill to the last `received` that was open then or pressed later. */
  settledAfterMs: number;
  /** Presses a second, from the first press to the last `received`. */
  rate: number;
  audit: Audit;
  breaches: string[];
}

/** Lets boxes press while the victim is killed again and again, then compares their list with the database. */
export async function runFaults(
  world: World,
  plan: FaultPlan,
  say: (line: string) => void = () => undefined,
): Promise<FaultResult> {
  const crowd = createCrowd({ devices: world.devices.slice(0, plan.boxes), mqttUrl: world.mqttUrl, pace: plan.pace });
  try {
    await crowd.start();
    const kills: Kill[] = [];
    for (const round of planRounds(plan)) {
      const kill = await play(round, crowd, world);
      kills.push(kill);
      say(
        `kill ${kills.length} of ${plan.kills}: ${kill.inFlight} in flight, ${kill.fresh} of them pressed within the last second${kill.ready ? '' : ' (it was still starting)'}`,
      );
    }
    const lastKill = kills.at(-1)!.at;
    await settle(crowd, lastKill + plan.limitMs);
    await world.ready();
    const left = await outboxLeft(world.databaseUrl(), 15_000);
    const audit = await auditPresses(world.databaseUrl(), crowd.entries());
    return summarise(plan, crowd, kills, audit, left);
  } finally {
    await crowd.stop();
  }
}

/** Presses, waits for the moment, and strikes. */
async function play(round: Round, crowd: Crowd, world: World): Promise<Kill> {
  const before = pressAt(round.before, performance.now(), crowd);
  if (round.untilReady) await world.ready();
  const moment = performance.now() + round.delayMs;
  const around = pressAt(round.around, moment, crowd);
  await until(moment);
  const open = crowd.open();
  const at = Date.now();
  await world.victim.strike();
  await Promise.all([before, around]);
  const fresh = open.filter((entry) => at - entry.sentAt < 1_000).length;
  return { at, inFlight: open.length, fresh, ready: world.victim.wasReady() };
}

async function pressAt(presses: readonly PlannedPress[], from: number, crowd: Crowd): Promise<void> {
  for (const press of presses) {
    await until(from + press.at);
    crowd.press(press.box, press.type);
  }
}

async function until(moment: number): Promise<void> {
  const left = moment - performance.now();
  if (left > 0) await wait(left);
}

async function settle(crowd: Crowd, deadline: number): Promise<void> {
  while (crowd.open().length > 0 && Date.now() < deadline) await wait(100);
}

function summarise(plan: FaultPlan, crowd: Crowd, kills: Kill[], audit: Audit, outbox: number): FaultResult {
  const entries = crowd.entries();
  const open = crowd.open();
  const planned = entries.filter((entry) => entry.type !== 'button');
  const lastKill = kills.at(-1)!.at;
  const acked = entries.filter((entry) => entry.ackedAt !== null);
  const lastAck = Math.max(...acked.map((entry) => entry.ackedAt!));
  const breaches = [
    ...open.map((entry) => `${entry.device}/${entry.event} (${entry.type}) was never acknowledged`),
    ...crowd.contradicted().map((key) => `${key} was acknowledged for two different incidents`),
    ...audit.breaches,
  ];
  if (planned.length !== plan.presses) breaches.push(`${planned.length} presses instead of ${plan.presses}`);
  if (lastAck - lastKill > plan.limitMs)
    breaches.push(`the last acknowledgement came ${lastAck - lastKill} ms after the last kill`);
  if (outbox > 0) breaches.push(`${outbox} rows of the outbox were never carried`);
  return {
    seed: plan.seed,
    pressed: planned.length,
    acknowledged: planned.filter((entry) => entry.ackedAt !== null).length,
    kills,
    longestWaitMs: Math.max(...acked.map((entry) => entry.ackedAt! - entry.sentAt)),
    settledAfterMs: Math.max(0, Math.round(lastAck - lastKill)),
    rate: planned.length / ((lastAck - Math.min(...entries.map((entry) => entry.sentAt))) / 1000),
    audit,
    breaches,
  };
}

/** The figures of a run, a line each. */
export function describeResult(name: string, result: FaultResult): string {
  const flights = result.kills.map((kill) => kill.inFlight);
  return [
    `${name}  (seed ${result.seed})`,
    `  pressed ${result.pressed}, acknowledged ${result.acknowledged}, kept ${result.audit.presses}, in ${result.audit.incidents} incidents with ${result.audit.historyLines} lines of history`,
    `  kills ${result.kills.length} (${result.kills.filter((kill) => !kill.ready).length} of them while it was starting), in flight at each: ${flights.join(' ')}`,
    `  longest wait ${(result.longestWaitMs / 1000).toFixed(1)} s, all acknowledged ${(result.settledAfterMs / 1000).toFixed(1)} s after the last kill, ${result.rate.toFixed(1)} presses/s`,
    ...(result.breaches.length === 0
      ? ['  every promise kept']
      : [`  BROKEN: ${result.breaches.length}`, ...result.breaches.slice(0, 20).map((breach) => `    ${breach}`)]),
  ].join('\n');
}
