import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The repository as the rules see it: paths from its root, with '/' between folders. Files that are no text hold ''. */
export interface Tree {
  readonly files: ReadonlyMap<string, string>;
}

/** One breach of one rule. `line` counts from 1. */
export interface Breach {
  rule: string;
  file: string;
  line?: number;
  what: string;
}

/** A rule looks at a tree and returns what breaks it; it reads nothing else. */
export type Rule = (tree: Tree) => Breach[];

const ROOTS = ['services', 'devices', 'dispatcher-ui', 'test'];
const SINGLE_FILES = ['package.json', 'package-lock.json', 'vitest.config.ts'];
const TEXT = /\.(?:ts|tsx|sql|json|css|html|md|sh|conf)$/;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', 'screens', '.data', '.cache']);

/** Reads the tree below `root` (the repository's folder). */
export function readTree(root: string): Tree {
  const files = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED_FOLDERS.has(entry.name)) visit(path);
      } else {
        files.set(path, TEXT.test(entry.name) ? readFileSync(join(root, path), 'utf8') : '');
      }
    }
  };
  for (const folder of ROOTS) if (exists(join(root, folder))) visit(folder);
  for (const file of SINGLE_FILES)
    if (exists(join(root, file))) files.set(file, readFileSync(join(root, file), 'utf8'));
  return { files };
}

/** The same tree with one file more, or another text in it: for showing a rule its breach. */
export function withFile(tree: Tree, path: string, text: string | ((before: string) => string)): Tree {
  const files = new Map(tree.files);
  files.set(path, typeof text === 'string' ? text : text(files.get(path) ?? ''));
  return { files };
}

/** What a change breaks: the breaches that `after` has and `before` has not. */
export function newBreaches(rule: Rule, before: Tree, after: Tree): Breach[] {
  const key = ({ rule: name, file, what }: Breach): string => `${name}\0${file}\0${what}`;
  const known = new Set(rule(before).map(key));
  return rule(after).filter((breach) => !known.has(key(breach)));
}

/** One line for a person: `services/a.ts:3  imports: …`. */
export function describeBreach({ rule, file, line, what }: Breach): string {
  return `${file}${line === undefined ? '' : `:${line}`}  ${rule}: ${what}`;
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
