import { isTest } from './imports.ts';
import { dottedName, isCode, isNode, parseSource, walk } from './source.ts';
import type { Source, SyntaxNode } from './source.ts';
import type { Breach, Rule, Tree } from './tree.ts';

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 60;

/**
 * Where the machine's own time may be read: in the clock itself, and in a program that prints it beside what it says.
 * `performance.now()`, which measures how long something took, is free.
 */
const OWN_TIME = new Set(['services/kernel/clock.ts', 'devices/simulator/device.ts']);

/** Rule: the core (`domain/`) has no I/O, no clock, no randomness and nothing asynchronous. */
export const pureCore: Rule = (tree) =>
  codeOf(tree, (file) => /^services\/\w+\/domain\//.test(file) && !isTest(file)).flatMap(({ file, source }) => {
    const breaches: Breach[] = [];
    const add = (line: number, what: string): void => void breaches.push({ rule: 'pure core', file, line, what });
    for (const { specifier, kind, line } of source.references) {
      if (kind !== 'type' && specifier !== undefined && !/^(?:\.|#kernel\/|#contracts\/|zod$)/.test(specifier))
        add(line, `imports ${specifier}`);
    }
    walk(source.program, (node) => {
      const line = source.lineOf(node.start);
      if (node['async'] === true || node.type === 'AwaitExpression') add(line, 'is asynchronous');
      const name = node.type === 'MemberExpression' ? dottedName(node) : undefined;
      if (name && /^(?:Math\.random|performance\.now|process\.\w+|console\.\w+|globalThis\.\w+)$/.test(name))
        add(line, `uses ${name}`);
      if (
        node.type === 'CallExpression' &&
        /^(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch)$/.test(dottedName(node['callee']) ?? '')
      ) {
        add(line, `calls ${dottedName(node['callee'])}`);
      }
    });
    return breaches;
  });

/** Rule: in services and devices the time comes from a Clock that was passed in, so that a test can move it. */
export const passedClock: Rule = (tree) =>
  codeOf(tree, (file) => /^(?:services|devices)\//.test(file) && !isTest(file) && !OWN_TIME.has(file)).flatMap(
    ({ file, source }) => {
      const breaches: Breach[] = [];
      walk(source.program, (node) => {
        const isNow = node.type === 'CallExpression' && dottedName(node['callee']) === 'Date.now';
        const isDate =
          node.type === 'NewExpression' &&
          dottedName(node['callee']) === 'Date' &&
          (node['arguments'] as unknown[]).length === 0;
        if (isNow || isDate)
          breaches.push({
            rule: 'clock',
            file,
            line: source.lineOf(node.start),
            what: `${isNow ? 'Date.now()' : 'new Date()'} instead of the clock that was passed in`,
          });
      });
      return breaches;
    },
  );

/** Rule: every exported function of services and devices says what it promises. */
export const docstrings: Rule = (tree) =>
  codeOf(tree, (file) => /^(?:services|devices)\//.test(file) && !isTest(file)).flatMap(({ file, source, text }) =>
    (source.program['body'] as SyntaxNode[])
      .filter((node) => node.type === 'ExportNamedDeclaration' && isNode(node['declaration']))
      .flatMap((node) => {
        const declared = exportedFunction(node['declaration'] as SyntaxNode);
        if (declared === undefined) return [];
        const has = source.comments.some(
          ({ block, text: comment, end }) =>
            block && comment.startsWith('*') && end < node.start && text.slice(end, node.start).trim() === '',
        );
        return has
          ? []
          : [{ rule: 'docstrings', file, line: source.lineOf(node.start), what: `${declared} has no docstring` }];
      }),
  );

/** Rule: a file of over 400 lines is two. */
export const fileSizes: Rule = (tree) =>
  [...tree.files]
    .filter(([file]) => isCode(file) || file.endsWith('.sql'))
    .map(([file, text]) => ({ file, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_FILE_LINES)
    .map(({ file, lines }) => ({
      rule: 'size',
      file,
      what: `${lines} lines; over ${MAX_FILE_LINES} it asks to be two`,
    }));

/** Not a rule but a list to look at: functions of over 60 lines outside tests, longest first. */
export function longFunctions(tree: Tree): Breach[] {
  const found: (Breach & { lines: number })[] = [];
  for (const { file, source } of codeOf(tree, (path) => !isTest(path))) {
    walk(source.program, (node) => {
      if (!/^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
      const line = source.lineOf(node.start);
      const lines = source.lineOf(node.end) - line + 1;
      const name = isNode(node['id']) ? (node['id']['name'] as string) : 'a function';
      if (lines > MAX_FUNCTION_LINES)
        found.push({ rule: 'size', file, line, what: `${name} has ${lines} lines`, lines });
    });
  }
  return found.sort((a, b) => b.lines - a.lines).map(({ lines: _lines, ...breach }) => breach);
}

function codeOf(tree: Tree, wanted: (file: string) => boolean): { file: string; text: string; source: Source }[] {
  return [...tree.files]
    .filter(([file]) => isCode(file) && wanted(file))
    .map(([file, text]) => ({ file, text, source: parseSource(file, text) }));
}

function exportedFunction(declaration: SyntaxNode): string | undefined {
  if (declaration.type === 'FunctionDeclaration') return (declaration['id'] as SyntaxNode)['name'] as string;
  if (declaration.type !== 'VariableDeclaration') return undefined;
  const [first] = declaration['declarations'] as SyntaxNode[];
  const value = first?.['init'];
  if (!isNode(value) || !/^(?:ArrowFunctionExpression|FunctionExpression)$/.test(value.type)) return undefined;
  return (first!['id'] as SyntaxNode)['name'] as string;
}
