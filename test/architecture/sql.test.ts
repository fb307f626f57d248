import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '#test/harness/database.ts';
import { repositoryFolder } from '#test/harness/process.ts';
import { checkStatements } from './prepare.ts';
import { writtenTables } from './sql.ts';
import type { Tree } from './tree.ts';
import { describeBreach, readTree, withFile } from './tree.ts';

const tree = readTree(repositoryFolder);
const database = await createTestDatabase();
afterAll(() => database.drop());

test('every statement can be prepared against the migrated database and touches only tables of its module', async () => {
  expect((await checkStatements(tree, database.db)).map(describeBreach)).toEqual([]);
});

/** The repository with nothing but one statement in it. */
function only(file: string, text: string): Tree {
  const rest = [...tree.files].filter(([path]) => !path.endsWith('/queries.sql'));
  return withFile({ files: new Map(rest) }, file, text);
}

test.each([
  ['a column that is not there', 'select nickname from resident', 'registry.late: column "nickname" does not exist'],
  [
    'a parameter of no type',
    'select $1 is null from resident',
    'registry.late: could not determine data type of parameter $1',
  ],
  ['a syntax error', 'select from from resident', 'registry.late: syntax error at or near "from"'],
  [
    'two statements in one',
    'select id from resident; select id from staff',
    expect.stringContaining('registry.late: '),
  ],
  [
    'a table of another module, in a subquery',
    'select id from resident where id in (select resident_id from incident)',
    'registry.late reads incident, which belongs to dispatch',
  ],
  [
    'a write to another module, in a with',
    'with a as (update account set disabled_at = $1 returning id) select id from a',
    'registry.late writes account, which belongs to identity',
  ],
])('%s is seen', async (_name, statement, says) => {
  const changed = only(
    'services/registry/queries.sql',
    `-- name: fine\nselect id from resident where id = $1;\n-- name: late\n${statement};\n`,
  );
  const found = await checkStatements(changed, database.db);
  expect(found).toEqual([
    { rule: expect.any(String) as string, file: 'services/registry/queries.sql', line: 3, what: says },
  ]);
});

test('what a statement writes is told from what it only locks or reads', () => {
  expect(writtenTables(`select id from incident for update skip locked -- update staff\n`)).toEqual([]);
  expect(
    writtenTables(`insert into told (a) select 'delete from staff' from x on conflict (a) do update set a = 1`),
  ).toEqual(['told']);
  expect(
    writtenTables(
      `with a as (delete from only press), b as (update "incident" set a = 1) merge into handoff using a on true`,
    ),
  ).toEqual(['press', 'incident', 'handoff']);
});
