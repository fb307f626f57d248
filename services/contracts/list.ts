import { z } from 'zod';

/** A row that could not be read: its id where that much is known, and which of its fields are not as expected. */
export const unreadableSchema = z.object({ id: z.string().nullable(), fields: z.array(z.string()) });

/**
 * The answer of every list: `{items, nextCursor}`. A row that does not fit its schema is left out of `items` and named
 * in `unreadable` by the server, so that one bad row hides itself and nothing else.
 */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    unreadable: z.array(unreadableSchema).optional(),
  });
}

/** The query of every list: at most 200 rows, and where to go on. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
