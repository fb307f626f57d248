import type { z } from 'zod';
import type { HouseholdChange, householdDetailSchema, householdSchema, NewHousehold } from '#contracts/registry.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { findPeople, openHousehold } from '../people.ts';
import { findGridAt, regionNames } from '../regions.ts';
import { toWire } from '../residents/residents.ts';
import { cursorId, decodeCursor, encodeCursor, findVisibleRegion } from '../scope.ts';
import type { Scope, VisibleRegion } from '../scope.ts';

const q = loadQueries(import.meta.url, 'registry.households', [
  'list_households',
  'find_household',
  'add_household',
  'change_household',
  'building_grid',
]);

type WireHouseholdRow = z.output<typeof householdSchema>;
type HouseholdRow = Omit<WireHouseholdRow, 'region'> & { regionPath: string };

/** Homes of a scope by region, with how many live there; `text` is a part of the address. */
export async function listHouseholds(
  db: Db,
  wanted: { scope: Scope; text: string; building: string | null; limit: number; cursor: string | undefined },
): Promise<{ items: WireHouseholdRow[]; nextCursor: string | null }> {
  const after = decodeCursor(wanted.cursor, 2);
  const { scope, text, building, limit } = wanted;
  const rows = await db.query<HouseholdRow>(q.list_households, [
    after?.[0] ?? scope.from,
    scope.to,
    scope.prefixes,
    after?.[0] ?? null,
    cursorId(after?.[1]),
    text,
    building,
    limit,
  ]);
  const names = await regionNames(db, [...new Set(rows.map((row) => row.regionPath))]);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => ({ ...row, region: names.get(row.regionPath) ?? [] })),
    nextCursor: last === undefined ? null : encodeCursor([last.regionPath, last.id]),
  };
}

/** One home with who lives there and how to get in; null outside the viewer's regions. The caller records the looks. */
export async function openHome(
  db: Db,
  viewer: Viewer,
  id: string,
  now: number,
): Promise<z.output<typeof householdDetailSchema> | null> {
  const [row] = await db.query<HouseholdRow & { buildingId: string | null }>(q.find_household, [id, viewer.regions]);
  if (row === undefined) return null;
  const [names, opened, people] = await Promise.all([
    regionNames(db, [row.regionPath]),
    openHousehold(db, id),
    findPeople(db, { householdIds: [id] }),
  ]);
  if (opened === null) return null;
  return {
    ...row,
    region: names.get(row.regionPath) ?? [],
    opened: opened.household,
    people: people.map((person) => toWire(person, names, now)),
  };
}

/** Whether a household lies within the viewer's regions. */
export async function seesHousehold(db: Db, viewer: Viewer, id: string): Promise<boolean> {
  return (await db.query(q.find_household, [id, viewer.regions])).length > 0;
}

/** Enters a home under `id`, in the grid that is named or that holds its position; the same `id` again changes nothing. */
export async function addHousehold(
  db: Database,
  wanted: { id: string; viewer: Viewer; household: NewHousehold; audit: (tx: Db) => Promise<void> },
): Promise<void> {
  const { id, viewer, household } = wanted;
  await db.tx(async (tx) => {
    const grid = await gridOf(tx, viewer, household);
    if (grid === null)
      throw wrong(
        'regionId',
        '您管的一个网格,或者落在网格里的坐标 | a grid that you may see, or a position within one',
      );
    await checkBuilding(tx, household.buildingId, grid.id);
    await tx.query(q.add_household, [
      id,
      household.buildingId ?? null,
      grid.id,
      grid.path,
      household.unit ?? null,
      household.floor ?? null,
      household.room ?? null,
      household.address,
      household.lat ?? null,
      household.lon ?? null,
      household.entry ?? null,
    ]);
    await wanted.audit(tx);
  });
}

/**
 * Changes what the patch holds at the version that was seen, else `conflict`; `not_found` outside the viewer's regions.
 * `moved` hears of it in the same transaction: how to find the home may have changed.
 */
export async function changeHousehold(
  db: Database,
  wanted: {
    id: string;
    viewer: Viewer;
    change: HouseholdChange;
    audit: (tx: Db) => Promise<void>;
    moved: (tx: Tx) => Promise<void>;
  },
): Promise<void> {
  const { id, viewer, change } = wanted;
  const { version, regionId, ...fields } = change;
  await db.tx(async (tx) => {
    const [before] = await tx.query<HouseholdRow>(q.find_household, [id, viewer.regions]);
    if (before === undefined) throw new Problem('not_found');
    const grid = await gridOf(tx, viewer, { regionId: regionId ?? before.regionPath });
    if (regionId !== undefined && grid === null) throw wrong('regionId', '您管的一个网格 | a grid that you may see');
    if (grid !== null) await checkBuilding(tx, fields.buildingId, grid.id);
    const moved = regionId === undefined ? null : grid;
    const changed = await tx.query(q.change_household, [
      id,
      version,
      viewer.regions,
      JSON.stringify(fields),
      moved?.id ?? null,
      moved?.path ?? null,
    ]);
    if (changed.length === 0) throw new Problem('conflict', { data: { version: before.version } });
    await wanted.moved(tx);
    await wanted.audit(tx);
  });
}

async function gridOf(
  db: Db,
  viewer: Viewer,
  place: { regionId?: string; lat?: number | null; lon?: number | null },
): Promise<VisibleRegion | null> {
  const at = place.lat == null || place.lon == null ? null : { lat: place.lat, lon: place.lon };
  const region = place.regionId ?? (at === null ? undefined : (await findGridAt(db, at))?.path);
  const found = region === undefined ? null : await findVisibleRegion(db, viewer, region);
  return found?.level === 'grid' ? found : null;
}

async function checkBuilding(db: Db, buildingId: string | null | undefined, gridId: string): Promise<void> {
  if (buildingId == null) return;
  const [building] = await db.query<{ gridId: string }>(q.building_grid, [buildingId]);
  if (building?.gridId !== gridId) throw wrong('buildingId', '这个网格里的楼栋 | a building of that grid');
}

function wrong(field: string, expected: string): Problem {
  return new Problem('invalid_fields', { fields: [{ field, expected }] });
}
