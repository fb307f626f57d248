import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A named statement; `name` makes Postgres keep its plan per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Reads `queries.sql` beside the calling module: statements after `-- name: snake_case` lines. Asking for a name that
 * is not there throws at once, with the names that are.
 */
export function loadQueries<Names extends string>(
  moduleUrl: string,
  module: string,
  names: readonly Names[],
): Record<Names, Statement> {
  const file = fileURLToPath(new URL('queries.sql', moduleUrl));
  const found = parseQueries(readFileSync(file, 'utf8'));
  const wanted = {} as Record<Names, Statement>;
  for (const name of names) {
    const text = found.get(name);
    if (text === undefined)
      throw new Error(`${file} has no statement "${name}" (it has ${[...found.keys()].join(', ')})`);
    wanted[name] = { name: `${module}.${name}`, text };
  }
  return wanted;
}

/** Splits the text of a `queries.sql` into its named statements. */
export function parseQueries(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/^-- name: */m).slice(1)) {
    const end = part.indexOf('\n');
    found.set(
      part.slice(0, end).trim(),
      part
        .slice(end + 1)
        .trim()
        .replace(/;\s*$/, ''),
    );
  }
  return found;
}
