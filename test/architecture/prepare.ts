import type { PoolClient, QueryConfig } from 'pg';
import type { Database } from '#platform/database.ts';
import { judgeOwnership, statements } from './sql.ts';
import type { Breach, Tree } from './tree.ts';

/**
 * Prepares every statement of every `queries.sql` against a migrated database, and asks Postgres itself which tables
 * and views it touches: as the body of a function in the SQL standard's form, its dependencies are in the catalogue.
 * Everything is rolled back.
 */
export async function checkStatements(tree: Tree, db: Database): Promise<Breach[]> {
  const breaches: Breach[] = [];
  const client = await db.pool.connect();
  try {
    for (const statement of statements(tree)) {
      await client.query('begin');
      try {
        breaches.push(...judgeOwnership(tree, statement, await touchedTables(client, statement.text)));
      } catch (error) {
        const { file, line, id } = statement;
        breaches.push({ rule: 'prepared', file, line, what: `${id}: ${(error as Error).message}` });
      } finally {
        await client.query('rollback');
        await client.query('deallocate all');
      }
    }
  } finally {
    client.release();
  }
  return breaches;
}

async function touchedTables(client: PoolClient, text: string): Promise<string[]> {
  // The one statement of ours that Postgres does not prepare by name.
  const locked = /^lock table (\w+) in [\w ]+ mode$/.exec(text)?.[1];
  if (locked !== undefined) {
    await client.query(text);
    return [locked];
  }
  // The extended protocol refuses two statements in one.
  await client.query({ text: `prepare checked as ${text}`, queryMode: 'extended' } as QueryConfig);
  const types = await client.query<{ types: string }>(
    `select array_to_string(parameter_types, ', ') as types from pg_prepared_statements where name = 'checked'`,
  );
  await client.query(
    `create function checked(${types.rows[0]!.types}) returns void language sql begin atomic ${text}; end`,
  );
  const touched = await client.query<{ name: string }>(
    `select distinct c.relname as name
     from pg_depend d join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid
     where d.classid = 'pg_proc'::regclass and d.objid = 'checked'::regproc`,
  );
  return touched.rows.map(({ name }) => name);
}
