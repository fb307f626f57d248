import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { Problem, type FieldError } from '#kernel/errors.ts';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const FORMATS: Record<string, string> = {
  uuid: '编号(UUID) | an id (UUID)',
  email: '电子邮箱 | an e-mail address',
  url: '网址 | a URL',
  datetime: 'ISO 8601 时间,如 2026-11-21T08:00:00Z | an ISO 8601 time such as 2026-11-21T08:00:00Z',
  date: '日期,如 2026-11-21 | a date such as 2026-11-21',
  time: '时间,如 08:30 | a time such as 08:30',
  e164: '国际格式电话号码,如 +8613800138000 | a telephone number such as +8613800138000',
  ipv4: 'IPv4 地址 | an IPv4 address',
  base64: 'base64 | base64',
};

const TYPES: Record<string, string> = {
  string: '文字 | text',
  number: '数字 | a number',
  int: '整数 | a whole number',
  boolean: 'true 或 false | true or false',
  array: '列表 | a list',
  object: '一组字段 | an object',
  record: '一组字段 | an object',
  date: '时间 | a time',
};

/** What was expected, as `中文 | English`. A schema's own message goes before this, and may hold both languages too. */
const expectation: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? '必填 | required'
        : (TYPES[issue.expected] ?? `${issue.expected} | ${issue.expected}`);
    case 'invalid_value': {
      const values = issue.values.map(String);
      return values.length === 1
        ? `只能是 ${values[0]} | ${values[0]}`
        : `其中之一:${values.join('、')} | one of ${values.join(', ')}`;
    }
    case 'too_big':
      return bound(issue, '最多', 'at most', issue.maximum);
    case 'too_small':
      return issue.origin === 'string' && Number(issue.minimum) === 1
        ? '不能为空 | not empty'
        : bound(issue, '至少', 'at least', issue.minimum);
    case 'invalid_format':
      return FORMATS[issue.format] ?? '格式不对 | another format';
    case 'not_multiple_of':
      return `${issue.divisor} 的倍数 | a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `没有这些字段:${issue.keys.join('、')} | no such fields: ${issue.keys.join(', ')}`;
    default:
      return '别的内容或形式 | something else';
  }
};

function bound(issue: RawIssue & { origin: string }, zh: string, en: string, limit: number | bigint | Date): string {
  const value = limit instanceof Date ? limit.toISOString() : limit;
  if (issue.origin === 'string') return `${zh} ${value} 个字 | ${en} ${value} characters`;
  if (issue.origin === 'array' || issue.origin === 'set') return `${zh} ${value} 项 | ${en} ${value} items`;
  return `${zh} ${value} | ${en} ${value}`;
}

/** The wrong fields of a failed parse, the first wrong thing of each field; `''` where the whole is wrong. */
function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const byField = new Map<string, string>();
  for (const issue of issues) {
    const field = issue.path.map(String).join('.');
    if (!byField.has(field)) byField.set(field, issue.message);
  }
  return [...byField].slice(0, 50).map(([field, expected]) => ({ field, expected }));
}

/**
 * Fastify's validator over zod: a wrong body is `invalid_fields`, a wrong query or header `invalid_request`, and an id
 * in the path that can't be one is simply `not_found`.
 */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (data: unknown) => {
    // Fastify hands over null for "there was no body".
    const parsed = z.safeParse(schema, httpPart === 'body' && data === null ? undefined : data, { error: expectation });
    if (parsed.success) return { value: parsed.data };
    if (httpPart === 'params') return { error: new Problem('not_found') };
    const fields = fieldErrors(parsed.error.issues);
    return { error: new Problem(httpPart === 'body' ? 'invalid_fields' : 'invalid_request', { fields }) };
  };
};
