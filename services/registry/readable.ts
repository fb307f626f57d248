import type { z } from 'zod';

/**
 * Reads a row of the database that may no longer fit its schema (an unknown status, a broken jsonb). What fits is
 * kept; each field that does not fit takes its value from `fallback` and is named in `unreadable`, so that a list
 * shows the row as damaged instead of failing, and a press never waits for a clean registry.
 */
export function readRow<Schema extends z.ZodType>(
  schema: Schema,
  fallback: z.output<Schema>,
  row: unknown,
): { value: z.output<Schema>; unreadable: string[] } {
  const parsed = schema.safeParse(row);
  if (parsed.success) return { value: parsed.data, unreadable: [] };
  if (typeof row !== 'object' || row === null) return { value: fallback, unreadable: ['*'] };
  const unreadable = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0] ?? '*')))];
  const mended: Record<string, unknown> = { ...row };
  for (const field of unreadable) mended[field] = (fallback as Record<string, unknown>)[field];
  const again = schema.safeParse(mended);
  return { value: again.success ? again.data : fallback, unreadable };
}
