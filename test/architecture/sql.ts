import { posix } from 'node:path';
import { parseQueries } from '#platform/sql.ts';
import { isTest, MAY_IMPORT, roomOf } from './imports.ts';
import type { SyntaxNode } from './source.ts';
import { dottedName, isCode, isNode, literalText, parseSource, walk } from './source.ts';
import type { Breach, Rule, Tree } from './tree.ts';

const STORE = 'services/dispatch/store.ts';
const INTENTS = 'services/dispatch/intents.ts';
const DESKS = 'services/console/desks.ts';
const PHONE = 'services/telephony/store.ts';
const ORDERS = 'services/vendors/store.ts';

/**
 * One writer per state: for each table with a column `state`, the only statements that may write the table, each with
 * the one file that may use it. A new table with a state has to be entered here.
 */
export const WRITERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  incident: { 'dispatch.save': STORE },
  assignment: { 'dispatch.save': STORE },
  handoff: { 'dispatch.save': STORE },
  history: { 'dispatch.save': STORE },
  intent: { 'dispatch.save': STORE, 'dispatch.take_intent': INTENTS, 'dispatch.finish_intent': INTENTS },
  work_order: { 'vendors.save_orders': ORDERS },
  work_offer: { 'vendors.save_orders': ORDERS },
  phone_job: { 'telephony.add_job': PHONE, 'telephony.ask_hang_up': PHONE, 'telephony.save_job': PHONE },
  desk: { 'console.put_desk': DESKS, 'console.see_desks': DESKS, 'console.close_lost_desks': DESKS },
};

/** Tables that others than their owner write, and why. */
const SHARED_WRITES: Readonly<Record<string, readonly string[]>> = {
  // A change and what tells of it are one statement, or a crash between them loses the telling (P1).
  outbox: ['dispatch'],
};

/** SQL that stands in TypeScript, because it is no statement on a table of ours. */
const SQL_IN_CODE: Readonly<Record<string, RegExp>> = {
  'services/platform/database.ts': /^(?:begin|commit|rollback|select 1)$/,
  'services/platform/embedded-postgres.ts': /^(?:select 1 from pg_database where datname = \$1|create database )$/,
  // Concerns every table, also those of others: fresh statistics after a great many rows.
  'services/registry/demo/seed.ts': /^analyze$/,
};

/** A statement of a `queries.sql`; `id` is `module.name`. */
export interface SqlStatement {
  id: string;
  name: string;
  module: string;
  file: string;
  line: number;
  text: string;
}

/** Every statement of every `queries.sql`. */
export function statements(tree: Tree): SqlStatement[] {
  const found: SqlStatement[] = [];
  for (const [file, text] of tree.files) {
    if (!file.startsWith('services/') || !file.endsWith('/queries.sql')) continue;
    const module = roomOf(file)!;
    for (const [name, statement] of parseQueries(text)) {
      const line = text.slice(0, text.search(new RegExp(`^-- name: *${name}\\s*$`, 'm'))).split('\n').length;
      found.push({ id: `${module}.${name}`, name, module, file, line, text: statement });
    }
  }
  return found;
}

/**
 * Who owns each table or view, from the migrations: the module that the file is named after (`0004_dispatch.sql`), or,
 * in a file of several, the `-- owner: module` line before the table. `owner` is undefined where neither says it.
 */
export function tableOwners(tree: Tree): Map<string, { owner: string | undefined; file: string; hasState: boolean }> {
  const owners = new Map<string, { owner: string | undefined; file: string; hasState: boolean }>();
  for (const [file, text] of [...tree.files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!file.startsWith('services/migrations/') || !file.endsWith('.sql')) continue;
    const suffix = posix.basename(file, '.sql').replace(/^\d+_/, '');
    const up = text.split(/^-- Down Migration/m)[0]!;
    for (const match of up.matchAll(
      /((?:^--.*\n)*)^create (?:or replace )?(?:table|view|materialized view) (?:if not exists )?(\w+)([^;]*)/gim,
    )) {
      if (/^\s*partition of/i.test(match[3]!)) continue;
      const named = /^-- owner: *(\w+)/m.exec(match[1]!)?.[1];
      owners.set(match[2]!, {
        owner: named ?? (suffix in MAY_IMPORT ? suffix : undefined),
        file,
        hasState: /^\s+state\s/m.test(match[3]!),
      });
    }
  }
  return owners;
}

/** The tables that a statement inserts into, updates or deletes from. */
export function writtenTables(text: string): string[] {
  const plain = text.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''");
  const found = plain.matchAll(
    /\b(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?|(?<!for\s+|for\s+no\s+key\s+|\bdo\s+)update)\s+(?:only\s+)?(?!set\b)"?(\w+)/gi,
  );
  return [...new Set([...found].map((match) => match[1]!.toLowerCase()))];
}

/** Rule: who reads (`reads`, from the database's own resolution of the statement) or writes a table that is another module's. */
export function judgeOwnership(tree: Tree, statement: SqlStatement, reads: readonly string[]): Breach[] {
  const owners = tableOwners(tree);
  const written = new Set(writtenTables(statement.text));
  return [...new Set([...reads, ...written])].flatMap((table) => {
    const owner = owners.get(table)?.owner;
    if (owner === undefined || owner === statement.module) return [];
    if (written.has(table) && SHARED_WRITES[table]?.includes(statement.module)) return [];
    const what = `${statement.id} ${written.has(table) ? 'writes' : 'reads'} ${table}, which belongs to ${owner}`;
    return [{ rule: 'table owners', file: statement.file, line: statement.line, what }];
  });
}

/** Rule: every table says who owns it. */
export const ownedTables: Rule = (tree) =>
  [...tableOwners(tree)]
    .filter(([, { owner }]) => owner === undefined)
    .map(([table, { file }]) => ({
      rule: 'table owners',
      file,
      what: `the table ${table} needs a line "-- owner: module" before it`,
    }));

/** Rule: every table with a state has one list of statements that write it, used by one file. */
export const oneWriter: Rule = (tree) => {
  const breaches: Breach[] = [];
  for (const [table, { hasState, file }] of tableOwners(tree)) {
    if (hasState && !WRITERS[table])
      breaches.push({ rule: 'one writer', file, what: `the table ${table} has a state and no entry in WRITERS` });
  }
  const users = usedStatements(tree);
  for (const statement of statements(tree)) {
    for (const table of writtenTables(statement.text)) {
      const writer = WRITERS[table];
      if (!writer) continue;
      const { file, line } = statement;
      const onlyFile = writer[statement.id];
      if (onlyFile === undefined) {
        breaches.push({
          rule: 'one writer',
          file,
          line,
          what: `${statement.id} writes ${table}, which only ${Object.keys(writer).join(', ')} may`,
        });
        continue;
      }
      for (const user of users.filter(
        (each) => each.queries === file && each.name === statement.name && each.file !== onlyFile,
      )) {
        breaches.push({
          rule: 'one writer',
          file: user.file,
          line: user.line,
          what: `uses ${statement.id}, but only ${onlyFile} may write ${table}`,
        });
      }
    }
  }
  return breaches;
};

/** Rule: every statement is used, every one asked for is there, once, and no two files share a prefix of the names Postgres sees. */
export const statementNames: Rule = (tree) => {
  const breaches: Breach[] = [];
  const known = statements(tree);
  const users = usedStatements(tree, breaches);
  const homes = new Map<string, string>();
  for (const { file, line, name, queries, prefix } of users) {
    if (!known.some((statement) => statement.file === queries && statement.name === name)) {
      breaches.push({ rule: 'statements', file, line, what: `asks for "${name}", which ${queries} does not have` });
    }
    const home = homes.get(prefix);
    // Postgres knows a prepared statement by its name alone.
    if (home !== undefined && home !== queries)
      breaches.push({ rule: 'statements', file, line, what: `the prefix "${prefix}" is also that of ${home}` });
    homes.set(prefix, home ?? queries);
  }
  for (const { id, name, file, line } of known) {
    if (!users.some((user) => user.queries === file && user.name === name))
      breaches.push({ rule: 'statements', file, line, what: `${id} is used by nobody` });
  }
  for (const [file, text] of tree.files) {
    if (!file.endsWith('/queries.sql')) continue;
    const names = [...text.matchAll(/^-- name: *(\S+)/gm)].map((match) => match[1]!);
    for (const name of new Set(names.filter((each, at) => names.indexOf(each) !== at))) {
      breaches.push({ rule: 'statements', file, what: `${name} stands there twice` });
    }
  }
  return breaches;
};

/** Rule: the time comes from a Clock as a parameter, also in SQL, or a test could not move it. */
export const noServerTime: Rule = (tree) =>
  statements(tree).flatMap(({ id, file, line, text }) => {
    const found =
      /\b(?:now\s*\(|clock_timestamp\s*\(|statement_timestamp\s*\(|transaction_timestamp\s*\(|current_timestamp\b|current_date\b|current_time\b|localtimestamp\b|localtime\b)/i.exec(
        text.replace(/--.*$/gm, ''),
      );
    return found
      ? [
          {
            rule: 'clock',
            file,
            line,
            what: `${id} takes the server's time (${found[0].replace(/\s*\($/, '()')}), not the clock's`,
          },
        ]
      : [];
  });

const OPENING =
  /^\s*(?:--.*\n\s*|\/\*[\s\S]*?\*\/\s*)*(select|insert|update|delete|merge|with|create|alter|drop|truncate|copy|lock|vacuum|analyze|listen|notify|set|begin|commit|rollback|savepoint)\b/i;
const COMPLETE =
  /^\s*(?:select\s+(?:\d|\w+\s*\()|listen\s+\w+$|notify\s+\w+(?:$|,)|set\s+(?:local|session)\s|(?:begin|commit|rollback)(?:$|\s+(?:transaction|work)\b)|savepoint\s|vacuum\b|analyze$|(?:create|alter|drop)\s+(?:\w+\s+){0,2}(?:table|database|index|schema|role|function|view|extension|trigger|publication)\s)/i;
const TARGET =
  /\b(?:from|into|update|join|table|copy|truncate|using)\s+(?:only\s+|if\s+(?:not\s+)?exists\s+)*"?(\(|\w+|$)/gi;

/** Rule: SQL stands in `queries.sql` and in migrations, not in TypeScript. */
export const noSqlInCode: Rule = (tree) => {
  const breaches: Breach[] = [];
  const tables = new Set(tableOwners(tree).keys());
  for (const [file, text] of tree.files) {
    if (!isCode(file) || isTest(file) || !/^(?:services|devices)\//.test(file)) continue;
    const source = parseSource(file, text);
    walk(source.program, (node) => {
      const value =
        node.type === 'TemplateLiteral'
          ? (node['quasis'] as { value: { cooked: string } }[])[0]!.value.cooked
          : node.type === 'Literal'
            ? node['value']
            : undefined;
      if (typeof value !== 'string' || !isSql(value, tables) || SQL_IN_CODE[file]?.test(value)) return;
      breaches.push({
        rule: 'SQL in code',
        file,
        line: source.lineOf(node.start),
        what: `"${value.trim().replace(/\s+/g, ' ').slice(0, 60)}" belongs in queries.sql`,
      });
    });
  }
  return breaches;
};

/** Text that begins like a statement and names a table, or can be nothing else. Sentences ("Select a person from the list") are not. */
function isSql(text: string, tables: ReadonlySet<string>): boolean {
  const opening = OPENING.exec(text)?.[1];
  if (opening === undefined || (opening !== opening.toLowerCase() && opening !== opening.toUpperCase())) return false;
  if (COMPLETE.test(text)) return true;
  return [...text.matchAll(TARGET)].some(
    ([, target]) =>
      target === '(' ||
      target === '' ||
      tables.has(target!.toLowerCase()) ||
      /^(?:pg_|information_schema)/i.test(target!),
  );
}

interface StatementUse {
  name: string;
  prefix: string;
  file: string;
  line: number;
  /** The queries.sql that it is loaded from. */
  queries: string;
}

/** Every statement that some file loads. Calls that can't be read are added to `breaches`. */
function usedStatements(tree: Tree, breaches: Breach[] = []): StatementUse[] {
  const uses: StatementUse[] = [];
  for (const [file, text] of tree.files) {
    if (!isCode(file) || !file.startsWith('services/') || !text.includes('loadQueries(')) continue;
    const source = parseSource(file, text);
    walk(source.program, (node) => {
      if (node.type !== 'CallExpression' || dottedName(node['callee']) !== 'loadQueries') return;
      const line = source.lineOf(node.start);
      const [, prefixNode, list] = node['arguments'] as unknown[];
      const names = namesIn(source.program, list);
      const prefix = literalText(prefixNode);
      if (isTest(file)) return;
      if (prefix === undefined || names.includes(undefined)) {
        breaches.push({ rule: 'statements', file, line, what: 'loads statements whose names are not written out' });
        return;
      }
      for (const name of names)
        uses.push({ name: name!, prefix, file, line, queries: posix.join(posix.dirname(file), 'queries.sql') });
    });
  }
  return uses;
}

/** The names in a list written out in place, or in a constant of the same file; [undefined] for anything else. */
function namesIn(program: SyntaxNode, list: unknown): (string | undefined)[] {
  let found = list;
  if (isNode(list) && list.type === 'Identifier') {
    walk(program, (node) => {
      if (node.type === 'VariableDeclarator' && dottedName(node['id']) === list['name']) found = node['init'];
    });
  }
  while (isNode(found) && /^TS(?:As|Satisfies)Expression$/.test(found.type)) found = found['expression'];
  return isNode(found) && found.type === 'ArrayExpression'
    ? (found['elements'] as unknown[]).map(literalText)
    : [undefined];
}
