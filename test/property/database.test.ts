import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDatabaseWorld } from './database-world.ts';
import { insertHomes } from '#test/harness/homes.ts';
import { sequences, type Step } from './steps.ts';

/** Databases side by side, each with a row of worlds of its own. */
const SIDE_BY_SIDE = 3;
const RUNS = 168;
const names = Array.from({ length: RUNS * 3 }, (_, place) => `w${place}`);

/** Two units of one home, pressed at once, are still one case. */
const PRESS: Step = { do: 'press', device: 0, type: 'sos', event: 0, at: 'none', test: false, readable: true };

let bases: TestDatabase[];
beforeAll(async () => {
  bases = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => createTestDatabase({ max: 6 })));
  await Promise.all(bases.map((base) => insertHomes(base, names)));
});
afterAll(() => Promise.all(bases.map((base) => base.drop())));

/** Random worlds on one database; returns how many ran. `play` runs one sequence. */
async function runWorlds(
  base: TestDatabase,
  from: number,
  runs: number,
  play: (world: ReturnType<typeof createDatabaseWorld>, steps: Step[]) => Promise<void>,
): Promise<number> {
  const edges = new Set<string>();
  let place = from;
  await fc.assert(
    fc.asyncProperty(sequences(6, 13), async (sequence) => {
      const world = createDatabaseWorld(base, edges);
      await world.begin(names[place++]!);
      await play(world, sequence);
      await world.finish();
    }),
    // Shrinking takes worlds too: with the names used up the last ones are enough to see it.
    { numRuns: runs, endOnFailure: false },
  );
  return place - from;
}

/** The same on every database at once; only when all have ended does a failure count, so that none disturbs the next test. */
async function runEverywhere(from: number, runs: number, play: Parameters<typeof runWorlds>[3]): Promise<number> {
  const ends = await Promise.allSettled(bases.map((base) => runWorlds(base, from, runs, play)));
  let ran = 0;
  for (const end of ends) {
    if (end.status === 'rejected') throw end.reason;
    ran += end.value;
  }
  return ran;
}

it('random sequences through Postgres: one owner, always a deadline, nothing left by what was refused, a history that rebuilds the rows', async () => {
  const ran = await runEverywhere(0, RUNS, async (world, steps) => {
    for (const step of steps) await world.alone(step);
  });
  expect(ran).toBeGreaterThanOrEqual(500);
}, 600_000);

it('the same with three things happening at once', async () => {
  const ran = await runEverywhere(RUNS, 30, async (world, steps) => {
    await world.together([0, 1, 0, 1].map((device, event) => ({ ...PRESS, device, event })));
    for (let at = 0; at < steps.length; at += 3) await world.together(steps.slice(at, at + 3));
  });
  expect(ran).toBeGreaterThanOrEqual(90);
}, 600_000);
