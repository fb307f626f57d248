import type { WireIncident } from '#contracts/incident.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Row } from './rows.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'live_assignments',
  'owners_busy',
  'open_of_owner',
  'goal_of',
  'open_of_devices',
  'silent_home',
]);

/** An offer that binds somebody now. */
export interface LiveAssignment {
  id: string;
  incidentId: string;
  staffId: string;
  name: string;
  role: string;
  state: string;
  /** The wave of the asking; null: an operator chose him. */
  wave: number | null;
  /** He is on the scene by his word alone. */
  unproven: boolean;
  regionPath: string | null;
}

/** Everyone who is asked, on the way or on the scene, of all regions: filter before showing. */
export async function liveAssignments(db: Db): Promise<LiveAssignment[]> {
  const rows = await db.query<Row>(q.live_assignments);
  return rows.map((row) => ({
    id: row['id'] as string,
    incidentId: row['incident_id'] as string,
    staffId: row['staff_id'] as string,
    name: row['name'] as string,
    role: row['role'] as string,
    state: row['state'] as string,
    wave: row['wave'] as number | null,
    unproven: row['unproven'] as boolean,
    regionPath: row['region_path'] as string | null,
  }));
}

/** Of these owners, who has another rescue case in hand that he attended to later. */
export async function busyWithAnother(
  db: Db,
  owners: readonly { ownerId: string; incidentId: string }[],
): Promise<Set<string>> {
  if (owners.length === 0) return new Set();
  const rows = await db.query<{ owner_id: string; id: string; attended_at: Date | null }>(q.owners_busy, [
    owners.map((one) => one.ownerId),
  ]);
  const busy = owners.filter((one) => {
    const own = rows.find((row) => row.id === one.incidentId)?.attended_at?.getTime() ?? 0;
    return rows.some(
      (row) => row.owner_id === one.ownerId && row.id !== one.incidentId && (row.attended_at?.getTime() ?? 0) > own,
    );
  });
  return new Set(busy.map((one) => one.ownerId));
}

/** The open cases of one operator, as a hand-over lists them. */
export async function openCasesOf(
  db: Db,
  accountId: string,
): Promise<{ id: string; state: WireIncident['state']; openedAt: string; reason: string }[]> {
  const rows = await db.query<{ id: string; state: WireIncident['state']; opened_at: Date; reason: string }>(
    q.open_of_owner,
    [accountId],
  );
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    openedAt: row.opened_at.toISOString(),
    reason: row.reason,
  }));
}

/** Where an assignment leads (WGS-84) and how many minutes its responder needs; null when the case has no place. */
export async function goalOf(
  db: Db,
  incidentId: string,
  assignmentId: string,
): Promise<{ lat: number; lon: number; minutes: number } | null> {
  const row = (
    await db.query<{ position: { lat: number; lon: number } | null; minutes: number }>(q.goal_of, [
      incidentId,
      assignmentId,
    ])
  )[0];
  return row?.position ? { lat: row.position.lat, lon: row.position.lon, minutes: row.minutes } : null;
}

/** Open cases that these devices opened. */
export async function openCasesOfDevices(db: Db, devices: readonly string[]): Promise<string[]> {
  return (await db.query<{ id: string }>(q.open_of_devices, [devices])).map((row) => row.id);
}

/** Whether a home has a case in quiet mode: then nothing may speak there. */
export async function isSilentHome(db: Db, householdId: string): Promise<boolean> {
  return (await db.query(q.silent_home, [householdId])).length > 0;
}
