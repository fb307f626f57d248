import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createLog } from './log.ts';
import { createLoop } from './loop.ts';

it('goes on after a round that failed, never overlaps, and stop waits for the round under way', async () => {
  let rounds = 0;
  let inside = 0;
  const loop = createLoop({
    log: createLog('silent'),
    name: 'test',
    every: 1,
    async work() {
      expect(++inside).toBe(1);
      rounds++;
      await wait(5);
      inside--;
      if (rounds === 1) throw new Error('the first round fails');
    },
  });
  loop.start();
  loop.start();
  await expect.poll(() => rounds, { interval: 5 }).toBeGreaterThan(3);
  await loop.stop();
  expect(inside).toBe(0);
  const ended = rounds;
  await wait(30);
  expect(rounds).toBe(ended);
});
