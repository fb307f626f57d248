import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeResult, runFaults } from '#test/faults/fault-run.ts';
import { embeddedWorld } from '#test/faults/worlds.ts';

test('the platform is killed with -9 three times while eight boxes press: nothing acknowledged is lost, nothing is there twice', async () => {
  const world = await embeddedWorld();
  const plan = { presses: 120, boxes: 8, kills: 3, peaceMs: 3_000, pace: 0.2, limitMs: 30_000 };
  const result = await runFaults(world, {
    ...plan,
    seed: process.env['FAULTS_SEED'] ?? randomBytes(4).toString('hex'),
  }).catch(async (error: Error) => {
    await world.stop();
    throw error;
  });
  // FAULTS_SEED=… plays the same moments again.
  process.stdout.write(`${describeResult('short form of test:faults', result)}\n`);
  expect([...result.breaches, ...(await world.stop())]).toEqual([]);
  expect(result.acknowledged).toBe(120);
  expect(result.kills.filter((kill) => kill.inFlight > 0).length).toBeGreaterThan(0);
});
