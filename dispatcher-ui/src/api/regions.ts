import { listOf } from '#contracts/list.ts';
import { regionSchema, type WireRegion } from '#contracts/registry.ts';
import { call } from './http.ts';

/** So many pages at most; a district has about 300 grids. */
const MAX_PAGES = 20;

/** All regions of a level below `within` (a path, or empty for everything I may see), with their outlines on demand. */
export async function fetchRegions(level: string, within: string, polygons: boolean): Promise<WireRegion[]> {
  const found: WireRegion[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query = new URLSearchParams({
      level,
      limit: '200',
      ...(within ? { within } : {}),
      ...(polygons ? { polygons: '1' } : {}),
      ...(cursor ? { cursor } : {}),
    });
    const answer: { items: WireRegion[]; nextCursor: string | null } = await call(
      listOf(regionSchema),
      `/api/regions?${query}`,
    );
    found.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return found;
}
