/** `npm run test:faults`: the long form of killing everything; how to call it: USAGE below. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeResult, runFaults, type FaultResult } from './fault-run.ts';
import type { FaultPlan } from './plan.ts';
import { embeddedWorld, ownWorld, type World } from './worlds.ts';

const USAGE = `npm run test:faults -- [--seed TEXT] [--only embedded|own|broker|database] [--presses N] [--boxes N] [--kills N]
  2,000 presses from 40 boxes that follow the protocol, while something is killed with -9 at 20 random moments:
  embedded  the platform, with its embedded database and broker
  own       the platform, on PostgreSQL, Mosquitto and Redis that stay
  broker    Mosquitto, under a platform that stays
  database  PostgreSQL, under a platform that stays
Ends by itself after about 15 minutes; exit code 1 when a promise was broken. Listens on 127.0.0.1 only.
`;

const CASES: Record<string, { what: string; world: () => Promise<World>; peaceMs: number }> = {
  embedded: { what: 'the platform killed, embedded engines', world: embeddedWorld, peaceMs: 6_000 },
  // A bridge's lanes are taken over 6 to 8 s after its death.
  own: {
    what: 'the platform killed, on PostgreSQL, Mosquitto and Redis',
    world: () => ownWorld('platform'),
    peaceMs: 14_000,
  },
  broker: { what: 'Mosquitto killed', world: () => ownWorld('broker'), peaceMs: 10_000 },
  database: { what: 'PostgreSQL killed', world: () => ownWorld('database'), peaceMs: 10_000 },
};

async function main(): Promise<number> {
  const given = readArguments();
  if (given === null) {
    process.stderr.write(USAGE);
    return 2;
  }
  const results: { name: string; result: FaultResult | Error }[] = [];
  for (const [name, { what, world: open, peaceMs }] of Object.entries(CASES)) {
    if (given.only !== undefined && given.only !== name) continue;
    const { seed, presses, boxes, kills } = given;
    process.stdout.write(`\n── ${name}: ${what} (seed ${seed})\n`);
    const plan: FaultPlan = { seed, presses, boxes, kills, peaceMs, pace: 1, limitMs: 180_000 };
    results.push({ name, result: await runCase(open, plan) });
  }
  process.stdout.write('\n');
  for (const { name, result } of results)
    process.stdout.write(
      `${result instanceof Error ? `${name}  BROKEN: ${result.message}` : describeResult(name, result)}\n`,
    );
  return results.every(({ result }) => !(result instanceof Error) && result.breaches.length === 0) ? 0 : 1;
}

async function runCase(open: () => Promise<World>, plan: FaultPlan): Promise<FaultResult | Error> {
  let world: World | undefined;
  try {
    world = await open();
    const result = await runFaults(world, plan, (line) => process.stdout.write(`${line}\n`));
    // First how it ended: a platform that went away explains every press that is missing.
    result.breaches.unshift(...(await world.stop()));
    world = undefined;
    return result;
  } catch (error) {
    if (world) process.stderr.write(`${world.output().slice(-4_000)}\n`);
    await world?.stop();
    return error as Error;
  }
}

interface Given {
  seed: string;
  only: string | undefined;
  presses: number;
  boxes: number;
  kills: number;
}

function readArguments(): Given | null {
  const number = (text: string): number => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : NaN);
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: randomBytes(4).toString('hex') },
        only: { type: 'string' },
        presses: { type: 'string', default: '2000' },
        boxes: { type: 'string', default: '40' },
        kills: { type: 'string', default: '20' },
      },
    });
    const given = {
      ...values,
      only: values.only,
      presses: number(values.presses),
      boxes: number(values.boxes),
      kills: number(values.kills),
    };
    const isKnown = given.only === undefined || Object.hasOwn(CASES, given.only);
    return isKnown && Number.isFinite(given.presses + given.boxes + given.kills) && given.boxes <= 200 ? given : null;
  } catch {
    return null;
  }
}

process.exitCode = await main();
