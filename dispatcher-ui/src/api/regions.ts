import { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { call } from './http.ts';

const position = z.tuple([z.number(), z.number()]);
const regionSchema = z
  .object({ id: z.string(), level: z.string(), name: z.string(), path: z.string(), polygon: z.array(position).nullish(), lat: z.number().nullish(), lon: z.number().nullish() })
  .loose();
export type Region = z.infer<typeof regionSchema>;

/** So many pages at most; a district has about 300 grids. */
const MAX_PAGES = 20;

/** All regions of a level below `within` (a path, or empty for everything I may see), with their outlines on demand. */
export async function fetchRegions(level: string, within: string, polygons: boolean): Promise<Region[]> {
  const found: Region[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams({ level, limit: '200', ...(within ? { within } : {}), ...(polygons ? { polygons: '1' } : {}), ...(cursor ? { cursor } : {}) });
    const answer: { items: Region[]; nextCursor: string | null } = await call(listOf(regionSchema), `/api/regions?${query}`);
    found.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return found;
}
