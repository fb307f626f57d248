import type { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { gapSchema } from '#contracts/registry.ts';
import { call } from './http.ts';

export type Gap = z.infer<typeof gapSchema>;

/** A district has some 300 grids, each with a few gaps at most. */
const MAX_PAGES = 10;

/** The hours of the coming day in which nobody on duty could come, by grid. */
export async function fetchGaps(): Promise<Gap[]> {
  const found: Gap[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: { items: Gap[]; nextCursor: string | null } = await call(
      listOf(gapSchema),
      `/api/coverage?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    found.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return found;
}
