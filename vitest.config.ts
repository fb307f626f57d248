import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/longest-first.ts';
import { RunReporter } from './test/harness/reporter.ts';

const exclude = ['**/node_modules/**', '**/.*/**', '**/dist/**'];
/** These start whole platforms or browsers: two at a time, after the modules. */
const heavy = ['test/e2e/**/*.test.ts', 'test/stories/**/*.test.ts'];
/** These measure seconds, or stop and kill what others would need: one file at a time, with the machine for itself. */
const alone = [
  'test/e2e/{answered-call,cut-off}.test.ts',
  'test/stories/{claim,frozen-worker,kill,press,start}.test.ts',
  'test/stories/telephone/killed.test.ts',
  'test/faults/**/*.test.ts',
  'test/bench/**/*.test.ts',
];

export default defineConfig({
  test: {
    globalSetup: ['./test/harness/global-setup.ts'],
    reporters: [new RunReporter()],
    // A focused test hides all others, a retry hides a race: neither is allowed.
    allowOnly: false,
    retry: 0,
    passWithNoTests: false,
    pool: 'forks',
    maxWorkers: 2,
    teardownTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
    // How long a poll may look for what must come: a busy machine is slow, not wrong.
    expect: { poll: { timeout: 15_000, interval: 50 } },
    projects: [
      {
        test: {
          name: 'modules',
          include: [
            'services/**/*.test.ts',
            'devices/**/*.test.ts',
            'dispatcher-ui/**/*.test.{ts,tsx}',
            'test/**/*.test.ts',
          ],
          exclude: [...exclude, ...heavy, ...alone],
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'platform',
          include: heavy,
          exclude: [...exclude, ...alone],
          pool: 'forks',
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'alone',
          include: alone,
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
