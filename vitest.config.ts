import { defineConfig } from 'vitest/config';
import { RunReporter } from './test/harness/reporter.ts';

const exclude = ['**/node_modules/**', '**/.*/**', '**/dist/**'];
/** These start whole platforms or browsers, and measure seconds: they run one file at a time, after the others. */
const heavy = [
  'test/e2e/**/*.test.ts',
  'test/faults/**/*.test.ts',
  'test/stories/**/*.test.ts',
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
          exclude: [...exclude, ...heavy],
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
          exclude,
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 240_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
