import type { SerializedError, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import { DefaultReporter } from 'vitest/node';

/** What a run came to; `problems` says in words why something that is no failed test counts as failed. */
export interface RunCount {
  passed: number;
  failed: number;
  problems: string[];
}

/**
 * Counts a run the strict way: every test that did not pass is a failure, also a skipped or todo one (unless `filtered`:
 * somebody asked for a part by name), and so is a file that could not be loaded, a failing hook of a suite, an
 * unhandled error, an interrupted run and a run without tests.
 */
export function countRun(
  modules: readonly TestModule[],
  unhandled: readonly Pick<SerializedError, 'message'>[],
  options: { filtered: boolean; interrupted: boolean },
): RunCount {
  const count: RunCount = { passed: 0, failed: 0, problems: [] };
  const fail = (problem: string): void => {
    count.failed++;
    count.problems.push(problem);
  };
  for (const module of modules) {
    if (module.errors().length > 0)
      fail(`${module.relativeModuleId}: the file could not be loaded or a hook of it failed`);
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) fail(`${module.relativeModuleId} > ${suite.fullName}: a hook failed`);
    }
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      const name = `${module.relativeModuleId} > ${test.fullName}`;
      if (state === 'passed') count.passed++;
      else if (state === 'failed') count.failed++;
      else if (options.filtered) continue;
      else if (state === 'skipped')
        fail(`${name}: ${test.options.mode === 'todo' ? 'todo' : 'skipped'}; a test runs or is deleted`);
      else fail(`${name}: did not run`);
    }
  }
  for (const error of unhandled) fail(`unhandled error: ${error.message}`);
  if (options.interrupted) fail('the run was interrupted');
  if (count.passed + count.failed === 0) fail('no test ran');
  return count;
}

/**
 * Vitest's own readable progress, then what counts as failed besides failed tests, and, as the very last line of the
 * output (also after teardown, also when the run broke off), `N passed, N failed`. Any failure makes the exit code 1.
 */
export class RunReporter extends DefaultReporter {
  private count: RunCount = { passed: 0, failed: 0, problems: [] };

  override onInit(vitest: Vitest): void {
    super.onInit(vitest);
    if (vitest.config.watch) return;
    process.once('exit', (code) => {
      const { passed, failed } = this.count;
      // Vitest knows of something that was not counted: a global setup or a teardown that failed.
      const uncounted = failed === 0 && (code !== 0 || passed === 0) ? 1 : 0;
      if (failed + uncounted > 0) process.exitCode = 1;
      process.stdout.write(`${passed} passed, ${failed + uncounted} failed\n`);
    });
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandled, reason);
    this.count = countRun(modules, unhandled, {
      filtered: this.ctx.config.testNamePattern !== undefined,
      interrupted: reason === 'interrupted',
    });
    for (const problem of this.count.problems) this.log(`FAILED  ${problem}`);
    if (this.count.failed > 0) process.exitCode = 1;
  }
}
