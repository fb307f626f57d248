import { describe, expect, test } from 'vitest';
import { repositoryFolder } from '#test/harness/process.ts';
import { docstrings, fileSizes, passedClock, pureCore } from './code.ts';
import { circles, importOrder } from './imports.ts';
import { execScripts, lockedMajors, MAJORS } from './packages.ts';
import { RULES } from './rules.ts';
import { noServerTime, noSqlInCode, oneWriter, ownedTables, statementNames } from './sql.ts';
import type { Rule } from './tree.ts';
import { describeBreach, newBreaches, readTree, withFile } from './tree.ts';

const tree = readTree(repositoryFolder);

test.each(RULES.map((rule) => [rule.name, rule] as const))('%s: the repository keeps it', (_name, rule) => {
  expect(rule(tree).map(describeBreach)).toEqual([]);
});

/** A change to the repository, and exactly what the rule has to say about it. */
interface Example {
  rule: Rule;
  file: string;
  text: string | ((before: string) => string);
  says: string[];
}

const append = (text: string) => (before: string) => `${before}\n${text}\n`;

const breaches: Record<string, Example> = {
  'a module imports a later one': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `import type { IncomingPress } from '#dispatch/press.ts';\nexport type A = IncomingPress;`,
    says: ['services/registry/late.ts:1  imports: registry may not import dispatch (services/dispatch/press.ts)'],
  },
  'the same, hidden behind a relative path': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `import '../dispatch/press.ts';`,
    says: ['services/registry/late.ts:1  imports: registry may not import dispatch (services/dispatch/press.ts)'],
  },
  'the same, hidden in a dynamic import': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `\nexport const late = () => import('#dispatch/press.ts');`,
    says: ['services/registry/late.ts:2  imports: registry may not import dispatch (services/dispatch/press.ts)'],
  },
  'the same, hidden in an import type': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `export type A = import('../../services/dispatch/press.ts').IncomingPress;`,
    says: ['services/registry/late.ts:1  imports: registry may not import dispatch (services/dispatch/press.ts)'],
  },
  'the same, as an export from': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `export * from '#dispatch/press.ts';`,
    says: ['services/registry/late.ts:1  imports: registry may not import dispatch (services/dispatch/press.ts)'],
  },
  'an import that is computed': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `export const late = (name: string) => import(name);`,
    says: ['services/registry/late.ts:1  imports: imports something computed, whose room can not be seen'],
  },
  'modules of one rank know each other': {
    rule: importOrder,
    file: 'services/identity/sideways.ts',
    text: `import { parseQueries } from '#platform/sql.ts';\nimport '#registry/device-secret.ts';\nexport const a = parseQueries;`,
    says: [
      'services/identity/sideways.ts:2  imports: identity may not import registry (services/registry/device-secret.ts)',
    ],
  },
  'the page imports a service': {
    rule: importOrder,
    file: 'dispatcher-ui/src/late.ts',
    text: `import '#platform/sql.ts';\nimport 'node:fs';`,
    says: [
      'dispatcher-ui/src/late.ts:1  imports: dispatcher-ui may not import platform (services/platform/sql.ts)',
      'dispatcher-ui/src/late.ts:2  imports: dispatcher-ui runs in a browser and has no node:fs',
    ],
  },
  'a device imports the database': {
    rule: importOrder,
    file: 'devices/adapters/late.ts',
    text: `import '#platform/database.ts';`,
    says: [
      'devices/adapters/late.ts:1  imports: devices/adapters may not import platform (services/platform/database.ts)',
    ],
  },
  'the kernel imports a package': {
    rule: importOrder,
    file: 'services/kernel/late.ts',
    text: `import pg from 'pg';\nimport { createHash } from 'node:crypto';\nexport const a = [pg, createHash];`,
    says: ['services/kernel/late.ts:1  imports: kernel may not import the package pg'],
  },
  'a module reads the SQL of another': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `export const file = new URL('../dispatch/queries.sql', import.meta.url);`,
    says: [
      'services/registry/late.ts:1  imports: registry reaches for a file of dispatch (services/dispatch/queries.sql)',
    ],
  },
  'an import of a file that is not there': {
    rule: importOrder,
    file: 'services/registry/late.ts',
    text: `import '#kernel/absent.ts';`,
    says: [
      'services/registry/late.ts:1  imports: "#kernel/absent.ts" is services/kernel/absent.ts, which does not exist',
    ],
  },
  'a service that is in no place of the layout': {
    rule: importOrder,
    file: 'services/helpers/late.ts',
    text: `import '#kernel/ids.ts';`,
    says: ['services/helpers/late.ts:1  imports: helpers is no room of the layout; give it its place in MAY_IMPORT'],
  },
  'a core that is not pure': {
    rule: pureCore,
    file: 'services/dispatch/domain/late.ts',
    text: `import { readFileSync } from 'node:fs';\nimport type { Db } from '#platform/database.ts';\nexport async function late(db: Db): Promise<number> {\n  readFileSync('/etc/passwd');\n  return Math.random() + (await db.query({ name: '', text: '' })).length;\n}`,
    says: [
      'services/dispatch/domain/late.ts:1  pure core: imports node:fs',
      'services/dispatch/domain/late.ts:3  pure core: is asynchronous',
      'services/dispatch/domain/late.ts:5  pure core: uses Math.random',
      'services/dispatch/domain/late.ts:5  pure core: is asynchronous',
    ],
  },
  'time from the machine': {
    rule: passedClock,
    file: 'services/dispatch/late.ts',
    text: `export const a = [Date.now(), new Date(), new Date(0), performance.now()];`,
    says: [
      'services/dispatch/late.ts:1  clock: Date.now() instead of the clock that was passed in',
      'services/dispatch/late.ts:1  clock: new Date() instead of the clock that was passed in',
    ],
  },
  'an exported function that promises nothing': {
    rule: docstrings,
    file: 'services/dispatch/late.ts',
    text: `/** Says something. */\nexport function told(): void {}\n\n// No docstring.\nexport function silent(): void {}\nexport const arrow = () => 1;\nexport const table = { a: 1 };`,
    says: [
      'services/dispatch/late.ts:5  docstrings: silent has no docstring',
      'services/dispatch/late.ts:6  docstrings: arrow has no docstring',
    ],
  },
  'a long file': {
    rule: fileSizes,
    file: 'services/dispatch/late.ts',
    text: '// line\n'.repeat(401),
    says: ['services/dispatch/late.ts  size: 401 lines; over 400 it asks to be two'],
  },
  'a table of nobody': {
    rule: ownedTables,
    file: 'services/migrations/9999_things.sql',
    text: `-- Up Migration\ncreate table thing (\n  id uuid primary key\n);\n-- owner: care\ncreate table visit (\n  id uuid primary key\n);\n`,
    says: [
      'services/migrations/9999_things.sql  table owners: the table thing needs a line "-- owner: module" before it',
    ],
  },
  'a second writer of the state of an incident': {
    rule: oneWriter,
    file: 'services/dispatch/queries.sql',
    text: append(
      `-- name: force_close\nwith gone as (delete from told where incident_id = $1)\nupdate incident set state = 'closed' where id = $1;`,
    ),
    says: ['dispatch.force_close writes incident, which only dispatch.save may'],
  },
  'a second user of the one writer': {
    rule: oneWriter,
    file: 'services/dispatch/late.ts',
    text: `import { loadQueries } from '#platform/sql.ts';\nexport const q = loadQueries(import.meta.url, 'dispatch', ['save']);`,
    says: ['incident', 'assignment', 'handoff', 'history', 'intent'].map(
      (table) =>
        `services/dispatch/late.ts:2  one writer: uses dispatch.save, but only services/dispatch/store.ts may write ${table}`,
    ),
  },
  'a new table with a state and no writer': {
    rule: oneWriter,
    file: 'services/migrations/9999_care.sql',
    text: `create table visit (\n  id uuid primary key,\n  state text not null\n);`,
    says: ['services/migrations/9999_care.sql  one writer: the table visit has a state and no entry in WRITERS'],
  },
  'statements that do not fit their users': {
    rule: statementNames,
    file: 'services/care/late.ts',
    text: `import { loadQueries } from '#platform/sql.ts';\nexport const q = loadQueries(import.meta.url, 'dispatch', ['absent']);\nexport const r = (names: string[]) => loadQueries(import.meta.url, 'care', names);`,
    says: [
      'services/care/late.ts:3  statements: loads statements whose names are not written out',
      'services/care/late.ts:2  statements: asks for "absent", which services/care/queries.sql does not have',
      'services/care/late.ts:2  statements: the prefix "dispatch" is also that of services/dispatch/queries.sql',
    ],
  },
  'a statement nobody uses, twice': {
    rule: statementNames,
    file: 'services/identity/queries.sql',
    text: append(`-- name: unused\nselect 1;\n-- name: unused\nselect 2;`),
    says: ['identity.unused is used by nobody', 'unused stands there twice'],
  },
  'a statement that asks the server for the time': {
    rule: noServerTime,
    file: 'services/dispatch/queries.sql',
    text: append(`-- name: late\n-- now() in a comment is none\nselect id from incident where deadline_at < now();`),
    says: ["dispatch.late takes the server's time (now()), not the clock's"],
  },
  'SQL in code': {
    rule: noSqlInCode,
    file: 'services/dispatch/late.ts',
    text: [
      `export const a = \`update incident set state = 'closed' where id = \${1}\`;`,
      "export const b = 'SELECT * FROM incident';",
      'export const c = `\n  with gone as (delete from told returning 1) select count(*) from gone`;',
      "export const d = ['update', 'select a responder from the list', 'begin with the first', 'delete this'];",
    ].join('\n'),
    says: [
      `services/dispatch/late.ts:1  SQL in code: "update incident set state = 'closed' where id =" belongs in queries.sql`,
      'services/dispatch/late.ts:2  SQL in code: "SELECT * FROM incident" belongs in queries.sql',
      'services/dispatch/late.ts:3  SQL in code: "with gone as (delete from told returning 1) select count(*) " belongs in queries.sql',
    ],
  },
  'a package in another major': {
    rule: lockedMajors,
    file: 'package-lock.json',
    text: (before) => {
      const lock = JSON.parse(before) as { packages: Record<string, { version: string }> };
      lock.packages['node_modules/vitest']!.version = '4.0.18';
      return JSON.stringify(lock);
    },
    says: [
      'package-lock.json  majors: vitest is 4.0.18, 5 is wanted',
      expect.stringMatching(/^package-lock\.json {2}majors: vitest is 4\.0\.18, package\.json says 5\./) as string,
    ],
  },
  'a package in a range': {
    rule: lockedMajors,
    file: 'package.json',
    text: (before) => before.replace(/"zod": "/, '"zod": "^'),
    says: [expect.stringMatching(/^package\.json {2}majors: zod is "\^4.*", not one exact version$/) as string],
  },
  'a server that npm would orphan': {
    rule: execScripts,
    file: 'package.json',
    text: (before) =>
      JSON.stringify({
        ...(JSON.parse(before) as object),
        scripts: { start: 'node services/app/start.ts', test: 'exec sh a.sh && echo', check: 'echo fine' },
      }),
    says: [
      'package.json  exec: the script "start" does not begin with exec, or does more than one thing',
      'package.json  exec: the script "test" does not begin with exec, or does more than one thing',
    ],
  },
};

describe('each rule sees its breach, and nothing else', () => {
  test.each(Object.entries(breaches))('%s', (_name, { rule, file, text, says }) => {
    const found = newBreaches(rule, tree, withFile(tree, file, text));
    const fullLines = says.every((each) => typeof each !== 'string' || / {2}/.test(each));
    expect(found.map((breach) => (fullLines ? describeBreach(breach) : breach.what))).toEqual(says);
  });

  test('a circle of files', () => {
    const first = withFile(
      tree,
      'services/kernel/one.ts',
      `import { two } from './two.ts';\nexport const one = 1 + two;`,
    );
    const open = withFile(first, 'services/kernel/two.ts', `export const two = 2;`);
    expect(newBreaches(circles, tree, open)).toEqual([]);
    const closed = withFile(
      first,
      'services/kernel/two.ts',
      `import type { one } from '#kernel/one.ts';\nexport const two: typeof one = 2;`,
    );
    expect(newBreaches(circles, tree, closed).map(describeBreach)).toEqual([
      'services/kernel/one.ts  circles: services/kernel/one.ts → services/kernel/two.ts → services/kernel/one.ts',
    ]);
  });

  test('every rule has an example', () => {
    const shown = new Set([...Object.values(breaches).map(({ rule }) => rule), circles]);
    expect(RULES.filter((rule) => !shown.has(rule)).map((rule) => rule.name)).toEqual([]);
  });
});

test('the list of majors names only packages that the project depends on', () => {
  const { dependencies, devDependencies } = JSON.parse(tree.files.get('package.json')!) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  expect(Object.keys(MAJORS).filter((name) => !(name in dependencies) && !(name in devDependencies))).toEqual([]);
});
