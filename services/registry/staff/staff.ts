import type { NewStaff, StaffChange, WireStaff } from '#contracts/registry.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { regionNames } from '../regions.ts';
import { cursorId, decodeCursor, encodeCursor, findVisibleRegion, scopeOf } from '../scope.ts';
import type { Scope, VisibleRegion } from '../scope.ts';

const q = loadQueries(import.meta.url, 'registry.staff', ['list_staff', 'add_staff', 'change_staff']);

type StaffRow = Omit<WireStaff, 'region'>;

/** Staff of a scope by region, and whether they are on duty at `now` (ms); `text` begins a name or a number. */
export async function listStaff(
  db: Db,
  wanted: {
    scope: Scope;
    text: string;
    kind: string | null;
    id: string | null;
    limit: number;
    cursor: string | undefined;
    now: number;
  },
): Promise<{ items: WireStaff[]; nextCursor: string | null }> {
  const { scope, limit } = wanted;
  const after = decodeCursor(wanted.cursor, 2);
  const rows = await db.query<StaffRow>(q.list_staff, [
    new Date(wanted.now),
    after?.[0] ?? scope.from,
    scope.to,
    scope.prefixes,
    after?.[0] ?? null,
    cursorId(after?.[1]),
    wanted.kind,
    wanted.text,
    wanted.id,
    limit,
  ]);
  const names = await regionNames(db, [...new Set(rows.map((row) => row.regionPath))]);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => ({ ...row, region: names.get(row.regionPath) ?? [] })),
    nextCursor: last === undefined ? null : encodeCursor([last.regionPath, last.id]),
  };
}

/** One member of staff, or null outside the viewer's regions. */
export async function findStaff(db: Db, viewer: Viewer, id: string, now: number): Promise<WireStaff | null> {
  const page = { scope: scopeOf(viewer), text: '', kind: null, limit: 1, cursor: undefined };
  return (await listStaff(db, { ...page, id, now })).items[0] ?? null;
}

/** Enters a member of staff under `id`; the same `id` again changes nothing. An unknown region is `invalid_fields`. */
export async function addStaff(
  db: Database,
  wanted: { id: string; viewer: Viewer; staff: NewStaff; audit: (tx: Db) => Promise<void> },
): Promise<void> {
  const { id, viewer, staff } = wanted;
  await db.tx(async (tx) => {
    const region = await regionOf(tx, viewer, staff.regionId);
    const more = [
      staff.lat ?? null,
      staff.lon ?? null,
      staff.skills ?? [],
      staff.dialect ?? null,
      staff.mayWake ?? 'emergency',
    ];
    await tx.query(q.add_staff, [id, staff.name, staff.phone ?? null, staff.kind, region.id, region.path, ...more]);
    await wanted.audit(tx);
  });
}

/** Changes what the patch holds; `not_found` outside the viewer's regions. */
export async function changeStaff(
  db: Database,
  wanted: { id: string; viewer: Viewer; change: StaffChange; now: number; audit: (tx: Db) => Promise<void> },
): Promise<void> {
  const { id, viewer, change } = wanted;
  const { regionId, ...fields } = change;
  await db.tx(async (tx) => {
    const region = regionId === undefined ? null : await regionOf(tx, viewer, regionId);
    const place = [region?.id ?? null, region?.path ?? null];
    const changed = await tx.query(q.change_staff, [
      id,
      viewer.regions,
      JSON.stringify(fields),
      ...place,
      new Date(wanted.now),
    ]);
    if (changed.length === 0) throw new Problem('not_found');
    await wanted.audit(tx);
  });
}

async function regionOf(db: Db, viewer: Viewer, regionId: string): Promise<VisibleRegion> {
  const region = await findVisibleRegion(db, viewer, regionId);
  if (region !== null) return region;
  throw new Problem('invalid_fields', {
    fields: [{ field: 'regionId', expected: '您管的一个区划 | a region that you may see' }],
  });
}
