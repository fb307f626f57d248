import { z } from 'zod';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { holdsPosition } from './geometry.ts';
import type { Position } from './geometry.ts';

const q = loadQueries(import.meta.url, 'registry', ['region_names', 'grids_around', 'list_regions']);

export const REGION_LEVELS = ['province', 'city', 'district', 'street', 'community', 'grid'] as const;
/** A region as it is named on screens. `path`: codes from the top, each ending in `/`. */
export interface RegionName {
  id: string;
  level: string;
  name: string;
  path: string;
}

/** The region itself and everything above it, shortest first: `42/`, `42/4206/`, … */
export function ancestorPaths(path: string): string[] {
  const paths: string[] = [];
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) paths.push(path.slice(0, end + 1));
  return paths;
}

/**
 * The first path after everything below `path`, in the order of collation C: `path <= x < pathAfter(path)` is what lies
 * below, in a form for which Postgres can use the index. (`/` is followed by `0`.)
 */
export function pathAfter(path: string): string {
  if (path === '') return '\u{10FFFF}';
  return `${path.slice(0, -1)}0`;
}

/** Names from province down to the region itself, by path. Parts of a path that name no region are left out. */
export async function regionNames(db: Db, paths: readonly string[]): Promise<Map<string, RegionName[]>> {
  const wanted = new Map(paths.map((path) => [path, ancestorPaths(path)]));
  const all = [...new Set([...wanted.values()].flat())].filter((path) => !path.includes('\0'));
  if (all.length === 0) return new Map(paths.map((path) => [path, []]));
  const rows = await db.query<RegionName>(q.region_names, [all]);
  const byPath = new Map(rows.map((row) => [row.path, row]));
  return new Map([...wanted].map(([path, parts]) => [path, parts.flatMap((part) => byPath.get(part) ?? [])]));
}

const polygonSchema = z.array(z.tuple([z.number(), z.number()])).min(3);

/** The grid that holds a position (WGS-84), or null. A grid whose polygon is damaged holds nothing. */
export async function findGridAt(
  db: Db,
  position: Position,
): Promise<{ id: string; name: string; path: string } | null> {
  if (!Number.isFinite(position.lat) || !Number.isFinite(position.lon)) return null;
  const rows = await db.query<{ id: string; name: string; path: string; polygon: unknown }>(q.grids_around, [
    position.lon,
    position.lat,
  ]);
  for (const { polygon, ...grid } of rows) {
    const ring = polygonSchema.safeParse(polygon);
    if (ring.success && holdsPosition(ring.data, position)) return grid;
  }
  return null;
}

interface RegionRow extends RegionName {
  parentId: string | null;
  code: string;
  lat: number | null;
  lon: number | null;
  households: number;
  polygon?: unknown;
}

/** Regions of a scope by path; `polygons` gives each its outer ring. A ring that is damaged is null. */
export async function listRegions(
  db: Db,
  wanted: {
    scope: { prefixes: string[]; from: string; to: string };
    level: string | null;
    parent: string | null;
    id: string | null;
    polygons: boolean;
    limit: number;
    cursor: string | undefined;
  },
): Promise<{
  items: (Omit<RegionRow, 'polygon'> & { polygon?: [number, number][] | null })[];
  nextCursor: string | null;
}> {
  const { scope, limit } = wanted;
  const after = (wanted.cursor ?? '').replaceAll('\0', '');
  const params = [
    scope.from,
    scope.to,
    scope.prefixes,
    after,
    wanted.level,
    wanted.parent,
    wanted.id,
    wanted.polygons,
    limit,
  ];
  const rows = await db.query<RegionRow>(q.list_regions, params);
  return {
    items: rows.map(({ polygon, ...region }) =>
      wanted.polygons ? { ...region, polygon: polygonSchema.nullable().catch(null).parse(polygon) } : region,
    ),
    nextCursor: rows.length === limit ? rows.at(-1)!.path : null,
  };
}
