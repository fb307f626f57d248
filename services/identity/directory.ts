import type { Me } from '#contracts/session.ts';
import type { Db } from '#platform/database.ts';

export type Region = Me['regions'][number];

/**
 * What identity must know of the registry, passed in at wiring: who people are bound to and what a resident lies in.
 * All of them leave out what does not exist.
 */
export interface Directory {
  /** Regions by id. */
  regionsById(db: Db, ids: readonly string[]): Promise<Region[]>;
  /** Regions by path. */
  regionsByPath(db: Db, paths: readonly string[]): Promise<Region[]>;
  /** The region path of a member of staff, or null. */
  staffPath(db: Db, staffId: string): Promise<string | null>;
  /** The region path of a resident's home, or null. */
  residentPath(db: Db, residentId: string): Promise<string | null>;
}

/** Stands for everything: an account that holds it sees what lies in any region, and in none. */
export const EVERYWHERE: Region = { id: 'all', name: '全部', path: '', level: 'all' };

/** Regions of `paths` with their names; a path that is no region any more keeps itself for a name. */
export async function describeRegions(
  directory: Directory,
  db: Db,
  paths: readonly string[],
): Promise<Map<string, Region>> {
  const wanted = [...new Set(paths)].filter((path) => path !== '');
  const found = wanted.length === 0 ? [] : await directory.regionsByPath(db, wanted);
  const byPath = new Map(wanted.map((path) => [path, { id: path, name: path, path, level: 'unknown' }]));
  for (const region of found) byPath.set(region.path, region);
  return byPath.set('', EVERYWHERE);
}

/** Whether `path` lies within one of `regions`. */
export function liesWithin(path: string, regions: readonly string[]): boolean {
  return regions.some((region) => path.startsWith(region));
}
