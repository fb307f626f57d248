import type { FastifySerializerCompiler } from 'fastify';
import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import type { Log } from '../log.ts';

interface ListSchema {
  items: z.ZodArray<z.ZodType>;
}

function listSchema(schema: z.ZodType): ListSchema | undefined {
  if (!(schema instanceof z.ZodObject)) return undefined;
  const { items, unreadable } = schema.shape as Record<string, unknown>;
  return items instanceof z.ZodArray && unreadable !== undefined
    ? { items: items as z.ZodArray<z.ZodType> }
    : undefined;
}

/** Ids and field names only: what stands in the row may be personal. */
function describe(row: unknown, error: z.core.$ZodError): { id: string | null; fields: string[] } {
  const id = typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string' ? row.id : null;
  return { id, fields: [...new Set(error.issues.map((issue) => issue.path.map(String).join('.')))].slice(0, 20) };
}

function encodeList(
  schema: z.ZodType,
  list: ListSchema,
  data: { items: unknown[] },
): { value: unknown; unreadable: ReturnType<typeof describe>[] } {
  const items: unknown[] = [];
  const unreadable: ReturnType<typeof describe>[] = [];
  for (const row of data.items) {
    const encoded = z.safeEncode(list.items.element, row);
    if (encoded.success) items.push(row);
    else unreadable.push(describe(row, encoded.error));
  }
  return { value: z.encode(schema, { ...data, items, unreadable }), unreadable };
}

/**
 * Fastify's serializer over zod: what is not in the schema does not go out. A list (`listOf`) never fails for a row:
 * rows that don't fit go to `unreadable`. Anything else that doesn't fit is `internal`, naming the fields.
 */
export function createSerializerCompiler(log: Log): FastifySerializerCompiler<z.ZodType> {
  return ({ schema, method, url }) => {
    const list = listSchema(schema);
    return (data: unknown) => {
      const encoded = z.safeEncode(schema, data);
      if (encoded.success) return JSON.stringify(encoded.data);
      if (list && typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items)) {
        const { value, unreadable } = encodeList(schema, list, data as { items: unknown[] });
        log.error({ route: `${method} ${url}`, unreadable }, 'rows that do not fit their schema left out of a list');
        return JSON.stringify(value);
      }
      const { id, fields } = describe(data, encoded.error);
      log.error({ route: `${method} ${url}`, id, fields }, 'an answer does not fit its schema');
      throw new Problem('internal', {
        detail: '这条记录里有读不出来的内容,已记录 | This record holds something unreadable; it was recorded',
        fields: fields.map((field) => ({ field, expected: '另一种内容 | something else' })),
      });
    };
  };
}
