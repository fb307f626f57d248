import { parseSync } from 'vite';

/** Something a file names in order to load it: an import, an export from, an import type, or a `new URL(…, import.meta.url)`. */
export interface Reference {
  /** What stands between the quotes; undefined where it is computed. */
  specifier: string | undefined;
  kind: 'import' | 'dynamic' | 'type' | 'url';
  line: number;
}

/** A node of the syntax tree, as far as the rules look into it. */
export type SyntaxNode = { type: string; start: number; end: number } & Record<string, unknown>;

export interface Source {
  references: Reference[];
  program: SyntaxNode;
  comments: { start: number; end: number; block: boolean; text: string }[];
  lineOf(offset: number): number;
}

const parsed = new Map<string, Source>();

/** Whether the rules read this file as TypeScript. */
export function isCode(path: string): boolean {
  return /\.tsx?$/.test(path) && !path.endsWith('.d.ts');
}

/** Parses a TypeScript file (a syntax error throws with the file's name). The same text is parsed once. */
export function parseSource(path: string, text: string): Source {
  const key = `${path}\0${text}`;
  let source = parsed.get(key);
  if (!source) parsed.set(key, (source = parse(path, text)));
  return source;
}

/** Calls `visit` for a node and everything below it, parents first. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (isNode(child)) walk(child, visit);
    }
  }
}

/** `text` of a string literal or of a template without placeholders. */
export function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  if (node.type === 'TemplateLiteral') {
    const quasis = node['quasis'] as { value: { cooked: string } }[];
    if (quasis.length === 1) return quasis[0]!.value.cooked;
  }
  return undefined;
}

/** `a.b` written out, for a member expression of plain names; undefined for anything else. */
export function dottedName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return node['name'] as string;
  if (node.type === 'MemberExpression' && !node['computed']) {
    const object = dottedName(node['object']);
    const property = dottedName(node['property']);
    return object && property ? `${object}.${property}` : undefined;
  }
  return undefined;
}

/** Whether something in a syntax tree is a node of it. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}

function parse(path: string, text: string): Source {
  const result = parseSync(path, text, { lang: path.endsWith('x') ? 'tsx' : 'ts' });
  if (result.errors.length > 0) throw new Error(`${path}: ${result.errors[0]!.message}`);
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  const lineOf = (offset: number): number => {
    const after = lineStarts.findIndex((start) => start > offset);
    return after < 0 ? lineStarts.length : after;
  };
  const references: Reference[] = [];
  const add = (specifier: string | undefined, kind: Reference['kind'], offset: number): void => {
    references.push({ specifier, kind, line: lineOf(offset) });
  };
  const program = result.program as unknown as SyntaxNode;
  for (const found of result.module.staticImports) {
    const typeOnly = found.entries.length > 0 && found.entries.every((entry) => entry.isType);
    add(found.moduleRequest.value, typeOnly ? 'type' : 'import', found.start);
  }
  for (const found of result.module.staticExports) {
    for (const specifier of new Set(found.entries.flatMap((entry) => entry.moduleRequest?.value ?? []))) {
      add(specifier, found.entries.every((entry) => entry.isType) ? 'type' : 'import', found.start);
    }
  }
  walk(program, (node) => {
    if (node.type === 'ImportExpression') add(literalText(node['source']), 'dynamic', node.start);
    if (node.type === 'TSImportType') add(literalText(node['source'] ?? node['argument']), 'type', node.start);
    if (node.type === 'NewExpression' && dottedName(node['callee']) === 'URL') {
      const [target, base] = node['arguments'] as SyntaxNode[];
      if (base && text.slice(base.start, base.end) === 'import.meta.url') add(literalText(target), 'url', node.start);
    }
  });
  const comments = result.comments.map((comment) => ({
    start: comment.start,
    end: comment.end,
    block: comment.type === 'Block',
    text: comment.value,
  }));
  return { references, program, comments, lineOf };
}
