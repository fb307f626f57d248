import { posix } from 'node:path';
import { isCode, parseSource } from './source.ts';
import type { Reference } from './source.ts';
import type { Breach, Rule, Tree } from './tree.ts';

const below = {
  platform: ['kernel', 'contracts'],
  registry: ['kernel', 'contracts', 'platform'],
  dispatch: ['kernel', 'contracts', 'platform', 'identity', 'registry', 'telephony'],
  intake: ['kernel', 'contracts', 'platform', 'identity', 'registry', 'telephony', 'dispatch'],
  console: [
    'kernel',
    'contracts',
    'platform',
    'identity',
    'registry',
    'telephony',
    'dispatch',
    'intake',
    'responders',
    'vendors',
    'handoff',
    'care',
  ],
};

/**
 * What each room may import besides itself (design.md, "Layout"): kernel ← contracts ← platform ← identity, registry,
 * telephony ← dispatch ← intake, responders, vendors, handoff, care ← console, reporting ← app. Rooms of one rank do
 * not know each other: a module that must tell an earlier one something gets a function passed in at wiring.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  contracts: ['kernel'],
  platform: below.platform,
  identity: below.registry,
  registry: below.registry,
  telephony: below.registry,
  dispatch: below.dispatch,
  // Intake turns what real devices say into events before it keeps it.
  intake: [...below.intake, 'devices/adapters'],
  responders: below.intake,
  vendors: below.intake,
  handoff: below.intake,
  care: below.intake,
  console: below.console,
  reporting: below.console,
  app: [
    ...below.console,
    'console',
    'reporting',
    'devices/adapters',
    'devices/simulator',
    'devices/broker',
    'devices/telephone',
    'devices/centre',
  ],
  'devices/adapters': ['kernel', 'contracts'],
  'devices/simulator': ['kernel', 'contracts', 'devices/adapters'],
  'devices/broker': ['kernel', 'contracts'],
  'devices/telephone': ['kernel', 'contracts'],
  'devices/centre': ['kernel', 'contracts'],
  devices: ['kernel', 'contracts', 'devices/adapters', 'devices/simulator', 'devices/broker'],
  'dispatcher-ui': ['contracts'],
};

/** npm packages of rooms that may have next to none: what is not listed may import any. Node's own modules are not in the UI. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = { kernel: [], contracts: ['zod'] };

/** The room a file is in: `dispatch`, `devices/adapters`, `dispatcher-ui`, `test`; undefined for files at the top. */
export function roomOf(path: string): string | undefined {
  const [top, second, third] = path.split('/');
  if (top === 'services') return third === undefined && second !== 'migrations' ? undefined : second;
  if (top === 'devices') return third === undefined ? 'devices' : `devices/${second}`;
  return second === undefined ? undefined : top;
}

/** Whether a file is a test, which may use the harness; files below test/ may import anything. */
export function isTest(path: string): boolean {
  return path.startsWith('test/') || /\.test\.tsx?$/.test(path);
}

/** Rule: every import resolves to a file that is there, in a room that the importing room may know. */
export const importOrder: Rule = (tree) => {
  const breaches: Breach[] = [];
  for (const [file, text] of tree.files) {
    if (!isCode(file)) continue;
    for (const reference of parseSource(file, text).references) {
      const what = judge(tree, file, reference);
      if (what !== undefined) breaches.push({ rule: 'imports', file, line: reference.line, what });
    }
  }
  return breaches;
};

function judge(tree: Tree, file: string, { specifier, kind }: Reference): string | undefined {
  const room = roomOf(file);
  const free = file.startsWith('test/') || room === undefined;
  if (specifier === undefined)
    return kind === 'dynamic' && !free ? 'imports something computed, whose room can not be seen' : undefined;
  const target = resolveSpecifier(tree, file, specifier);
  if (target === undefined) {
    if (kind === 'url') return undefined;
    const name = packageName(specifier);
    if (free || isTest(file)) return undefined;
    const allowed = PACKAGES[room];
    if (name.startsWith('node:'))
      return room === 'dispatcher-ui' && !file.endsWith('vite.config.ts')
        ? `${room} runs in a browser and has no ${name}`
        : undefined;
    if (allowed && !allowed.includes(name)) return `${room} may not import the package ${name}`;
    return undefined;
  }
  // A URL may name a folder, or a file that is built later.
  if (kind !== 'url' && !tree.files.has(target)) return `"${specifier}" is ${target}, which does not exist`;
  if (free) return undefined;
  const to = roomOf(target);
  if (to === room) return undefined;
  if (to === 'test' && isTest(file)) return undefined;
  const allowed = MAY_IMPORT[room];
  if (!allowed) return `${room} is no room of the layout; give it its place in MAY_IMPORT`;
  if (kind === 'url') {
    // Files of another room are read by nobody but the wiring; the platform applies the migrations and serves the built pages.
    const known = room === 'platform' && (to === 'migrations' || target.startsWith('dispatcher-ui/dist/'));
    return to === undefined || room === 'app' || known ? undefined : `${room} reaches for a file of ${to} (${target})`;
  }
  return to !== undefined && allowed.includes(to)
    ? undefined
    : `${room} may not import ${to ?? 'a file at the top'} (${target})`;
}

/** The path that a specifier of `file` means, `#name/…` by package.json's "imports"; undefined for packages and Node's modules. */
export function resolveSpecifier(tree: Tree, file: string, specifier: string): string | undefined {
  const plain = specifier.replace(/\?.*$/, '');
  if (plain.startsWith('.')) return posix.join(posix.dirname(file), plain);
  if (plain.startsWith('/') && file.startsWith('dispatcher-ui/')) return posix.join('dispatcher-ui', plain);
  if (!plain.startsWith('#')) return undefined;
  const { imports = {} } = JSON.parse(tree.files.get('package.json') ?? '{}') as { imports?: Record<string, string> };
  for (const [pattern, target] of Object.entries(imports)) {
    const [before, after] = pattern.split('*') as [string, string | undefined];
    if (after === undefined ? plain === pattern : plain.startsWith(before) && plain.endsWith(after)) {
      const middle = after === undefined ? '' : plain.slice(before.length, plain.length - after.length);
      return posix.normalize(target.replaceAll('*', middle));
    }
  }
  return `${plain} (no entry of package.json's "imports")`;
}

/** Rule: no circle of imports, types included: files in a circle are one file in several pieces. */
export const circles: Rule = (tree) => {
  const next = new Map<string, string[]>();
  for (const [file, text] of tree.files) {
    if (!isCode(file)) continue;
    const targets = parseSource(file, text)
      .references.filter(({ kind }) => kind !== 'url')
      .map(({ specifier }) => specifier && resolveSpecifier(tree, file, specifier))
      .filter((target) => target !== undefined && target !== '' && tree.files.has(target)) as string[];
    next.set(file, targets);
  }
  const breaches: Breach[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    state.set(file, 'open');
    path.push(file);
    for (const target of next.get(file) ?? []) {
      if (state.get(target) === 'open') {
        const circle = path.slice(path.indexOf(target));
        breaches.push({ rule: 'circles', file: target, what: [...circle, target].join(' → ') });
      } else if (!state.has(target)) visit(target);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of [...next.keys()].sort()) if (!state.has(file)) visit(file);
  return breaches;
};

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
