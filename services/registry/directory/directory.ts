import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'directory', [
  'regions_by_id',
  'regions_by_path',
  'regions_of_level',
  'staff_path',
  'resident_path',
  'search_homes',
  'home_place',
  'home_region',
  'boxes_of',
  'home_of_box',
  'staff_with_regions',
  'staff_places',
  'staff_cards',
  'homes_in',
]);

/** A region by name, path and level. */
export interface Region {
  id: string;
  name: string;
  path: string;
  level: string;
}

/** What modules that may not import the registry ask of it, handed to them at wiring. */
export const directory = {
  regionsById: (db: Db, ids: readonly string[]): Promise<Region[]> => db.query(q.regions_by_id, [ids]),
  regionsByPath: (db: Db, paths: readonly string[]): Promise<Region[]> => db.query(q.regions_by_path, [paths]),
  async staffPath(db: Db, staffId: string): Promise<string | null> {
    return (await db.query<{ region_path: string }>(q.staff_path, [staffId]))[0]?.region_path ?? null;
  },
  async residentPath(db: Db, residentId: string): Promise<string | null> {
    return (await db.query<{ region_path: string }>(q.resident_path, [residentId]))[0]?.region_path ?? null;
  },
};

/** All regions of one level, in the order of their paths. */
export function regionsOfLevel(db: Db, level: string): Promise<Region[]> {
  return db.query(q.regions_of_level, [level]);
}

/** Homes within `regions` whose people, number (theirs or a contact's), address or device match `text`; 200 at most. */
export async function searchHomes(db: Db, text: string, regions: readonly string[]): Promise<string[]> {
  const clean = text.toWellFormed().replaceAll('\0', '').trim();
  if (clean === '') return [];
  return (await db.query<{ id: string }>(q.search_homes, [clean, regions, `${clean}\u{10FFFF}`])).map((row) => row.id);
}

/** Where a household is, WGS-84: its own position, else its building's; null while unknown. */
export async function homePlace(db: Db, householdId: string): Promise<{ lat: number; lon: number } | null> {
  const [place] = await db.query<{ lat: number | null; lon: number | null }>(q.home_place, [householdId]);
  return place === undefined || place.lat === null || place.lon === null ? null : { lat: place.lat, lon: place.lon };
}

/** Region and position (WGS-84) of a home; null when there is none. */
export async function homeGround(
  db: Db,
  householdId: string,
): Promise<{ regionPath: string; position: { lat: number; lon: number } | null } | null> {
  const [row] = await db.query<{ regionPath: string }>(q.home_region, [householdId]);
  return row === undefined ? null : { regionPath: row.regionPath, position: await homePlace(db, householdId) };
}

/** The boxes that hang in a home and speak our own protocol, with their lanes. */
export function boxesOf(db: Db, householdId: string): Promise<{ id: string; lane: string }[]> {
  return db.query(q.boxes_of, [householdId]);
}

/** Where a box hangs; null for one that is worn, or that nobody registered. */
export async function homeOfBox(db: Db, device: string): Promise<{ householdId: string; regionPath: string } | null> {
  return (await db.query<{ householdId: string; regionPath: string }>(q.home_of_box, [device]))[0] ?? null;
}

/** Members of staff of these kinds with their region, those of `firstPath` first; 60 at most. */
export async function staffWithRegions(
  db: Db,
  kinds: readonly string[],
  regions: readonly string[],
  firstPath: string,
): Promise<{ id: string; name: string; kind: string; region: Region }[]> {
  const rows = await db.query<{
    id: string;
    name: string;
    kind: string;
    region_id: string;
    region_name: string;
    path: string;
    level: string;
  }>(q.staff_with_regions, [kinds, regions, firstPath]);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    region: { id: row.region_id, name: row.region_name, path: row.path, level: row.level },
  }));
}

/** Where members of staff set out from, WGS-84; nulls where it is not known. */
export function staffPlaces(
  db: Db,
  ids: readonly string[],
): Promise<{ id: string; lat: number | null; lon: number | null }[]> {
  return db.query(q.staff_places, [ids]);
}

/** Names and numbers of members of staff who are still there. */
export function staffCards(
  db: Db,
  ids: readonly string[],
): Promise<{ id: string; name: string; phone: string | null }[]> {
  return db.query(q.staff_cards, [ids]);
}

/** Residents who are at home, with where that is (WGS-84), by id; `limit` at most. */
export function homesIn(
  db: Db,
  regionPath: string,
  limit: number,
): Promise<{ residentId: string; householdId: string; regionPath: string; lat: number | null; lon: number | null }[]> {
  return db.query(q.homes_in, [regionPath, limit]);
}
