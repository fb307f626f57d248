import type { WireResponder } from '#contracts/socket.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { LastSeen } from '#dispatch/candidates.ts';
import type { LiveAssignment } from '#dispatch/people.ts';

const q = loadQueries(import.meta.url, 'responders', ['put_positions', 'positions_of']);

/** Older than this a position is not shown at all, ms. */
const STALE_MS = 30 * 60_000;

/** One fix of one person, WGS-84; `at` ms, accuracy in metres. */
export interface Fix {
  staffId: string;
  lat: number;
  lon: number;
  at: number;
  accuracy: number | null;
}

/**
 * Keeps where people are: the newest of each, and the track. An older fix never replaces a newer one, and what comes
 * sooner than `everyMs` after the one before is not kept. Answers whose fix was kept.
 */
export async function putPositions(db: Db, fixes: readonly Fix[], everyMs: number): Promise<string[]> {
  if (fixes.length === 0) return [];
  const kept = await db.query<{ staff_id: string }>(q.put_positions, [
    fixes.map((fix) => fix.staffId),
    fixes.map((fix) => fix.lat),
    fixes.map((fix) => fix.lon),
    fixes.map((fix) => new Date(fix.at)),
    fixes.map((fix) => fix.accuracy),
    everyMs,
  ]);
  return kept.map((row) => row.staff_id);
}

/** The newest position of each of these people, however old. */
export async function whereAre(db: Db, staffIds: readonly string[]): Promise<Map<string, LastSeen>> {
  const rows = await db.query<{ staff_id: string; lat: number; lon: number; at: Date }>(q.positions_of, [
    staffIds,
    new Date(0),
  ]);
  return new Map(rows.map((row) => [row.staff_id, { lat: row.lat, lon: row.lon, at: row.at.getTime() }]));
}

const STATES: Record<string, WireResponder['state']> = {
  offered: 'offered',
  accepted: 'under_way',
  under_way: 'under_way',
  on_scene: 'on_scene',
};

/** Everyone with an offer or a job within the viewer's regions, with the newest position not older than half an hour. */
export async function liveResponders(
  db: Db,
  live: readonly LiveAssignment[],
  viewer: Pick<Viewer, 'regions'>,
  now: number,
): Promise<WireResponder[]> {
  const mine = live.filter((a) => a.regionPath === null || liesInRegions(viewer, a.regionPath));
  const rows = await db.query<{ staff_id: string; lat: number; lon: number; at: Date }>(q.positions_of, [
    mine.map((a) => a.staffId),
    new Date(now - STALE_MS),
  ]);
  return mine.map((a) => {
    const fix = rows.find((row) => row.staff_id === a.staffId);
    return {
      id: a.staffId,
      name: a.name,
      role: a.role,
      state: a.unproven ? 'under_way' : (STATES[a.state] ?? 'free'),
      lat: fix?.lat ?? null,
      lon: fix?.lon ?? null,
      at: fix?.at.toISOString() ?? null,
      incident: a.incidentId,
    };
  });
}
