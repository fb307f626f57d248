import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { repositoryFolder, startProcess } from './process.ts';

const root = mkdtempSync(join(tmpdir(), 'yijiantong-test-reporter-'));
symlinkSync(join(repositoryFolder, 'node_modules'), join(root, 'node_modules'));
writeFileSync(join(root, 'package.json'), '{"type":"module"}');
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs one test file (and setup) with the run's reporter, and returns the exit code and the lines it wrote. */
async function run(
  source: string,
  options: { setup?: string; args?: string[] } = {},
): Promise<{ code: number | null; last: string; output: string }> {
  writeFileSync(join(root, 'a.test.ts'), `import { beforeAll, describe, expect, test } from 'vitest';\n${source}`);
  writeFileSync(join(root, 'setup.ts'), options.setup ?? 'export default () => {};');
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `import { RunReporter } from ${JSON.stringify(join(repositoryFolder, 'test/harness/reporter.ts'))};
     export default { test: { reporters: [new RunReporter()], allowOnly: false, globalSetup: ['./setup.ts'], include: ['*.test.ts'] } };`,
  );
  const vitest = await startProcess({
    command: [
      // One pipe for both: of two, what was written first may be read last.
      '/bin/sh',
      '-c',
      'exec "$0" "$@" 2>&1',
      process.execPath,
      join(repositoryFolder, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--root',
      root,
      ...(options.args ?? []),
    ],
    cwd: root,
    env: { NO_COLOR: '1', VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined },
  });
  const { code } = await vitest.exited;
  const output = vitest.output();
  return { code, output, last: output.trimEnd().split('\n').at(-1) ?? '' };
}

const one = `test('fine', () => {});\n`;

test('a good run ends with what passed and exit code 0', async () => {
  expect(await run(`${one} test('also fine', () => {});`)).toMatchObject({ code: 0, last: '2 passed, 0 failed' });
});

test.each([
  ['a failed test', `${one} test('wrong', () => { expect(1).toBe(2); });`, '1 passed, 1 failed', 'wrong'],
  ['a skipped test', `${one} test.skip('left out', () => {});`, '1 passed, 1 failed', 'a.test.ts > left out: skipped'],
  [
    'a test that skips itself',
    `${one} test('ducks', (context) => context.skip());`,
    '1 passed, 1 failed',
    'a.test.ts > ducks: skipped',
  ],
  [
    'a skipped group',
    `${one} describe.skip('group', () => { test('a', () => {}); test('b', () => {}); });`,
    '1 passed, 2 failed',
    'a.test.ts > group > b: skipped',
  ],
  ['a todo', `${one} test.todo('some day');`, '1 passed, 1 failed', 'a.test.ts > some day: todo'],
  ['a focused test', `${one} test.only('me first', () => {});`, '0 passed, 2 failed', 'Unexpected .only modifier'],
  [
    'a file that can not be loaded',
    `import './absent.ts';\n${one}`,
    '0 passed, 1 failed',
    'a.test.ts: the file could not be loaded',
  ],
  [
    'a failing hook',
    `${one} describe('group', () => { beforeAll(() => { throw new Error('no'); }); test('a', () => {}); });`,
    '1 passed, 2 failed',
    'group: a hook failed',
  ],
  [
    'an unhandled error',
    `${one} test('late', async () => { void Promise.reject(new Error('nobody waits')); await new Promise((r) => setTimeout(r, 50)); });`,
    '2 passed, 1 failed',
    'unhandled error: nobody waits',
  ],
  ['no test at all', '', '0 passed, 1 failed', 'a.test.ts'],
])('%s fails the run, is named and is counted', async (_name, source, last, named) => {
  const result = await run(source);
  expect(result.output).toContain(named);
  expect(result).toMatchObject({ code: 1, last });
});

test('a setup that fails, or a teardown that fails, counts as a failure on the last line', async () => {
  expect(await run(one, { setup: `export default () => { throw new Error('no engine'); };` })).toMatchObject({
    code: 1,
    last: '0 passed, 1 failed',
  });
  expect(await run(one, { setup: `export default () => () => { throw new Error('left open'); };` })).toMatchObject({
    code: 1,
    last: '1 passed, 1 failed',
  });
});

test('asking for a part by name does not fail what was not asked for', async () => {
  expect(await run(`${one} test('other', () => {});`, { args: ['-t', 'fine'] })).toMatchObject({
    code: 0,
    last: '1 passed, 0 failed',
  });
});
