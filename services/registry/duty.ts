import { newId } from '#kernel/ids.ts';
import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { metresBetween } from './geometry.ts';
import { ancestorPaths, pathAfter } from './regions.ts';

const q = loadQueries(import.meta.url, 'registry', [
  'find_candidates',
  'is_on_duty',
  'coverage_gaps',
  'duty_until',
  'lock_staff',
  'switched_duty',
  'end_switches',
  'switch_duty',
  'wake_of',
  'set_wake',
]);

/** Staff that come to a door. Vendors' staff take work orders instead. */
const COMING_KINDS = ['grid_worker', 'volunteer', 'medic', 'guard', 'informant'] as const;
export type StaffKind = (typeof COMING_KINDS)[number] | 'vendor_staff';

/** Beyond their own duty region: nobody, whoever is on duty in the community, the street, or the city with all its districts. */
export type Radius = 'grid' | 'community' | 'street' | 'city';
const RADIUS_DEPTH: Record<Radius, number> = { grid: 6, community: 5, street: 4, city: 2 };

/** What somebody off duty agreed to: to be woken for anything, only when a life is at risk, or not at all. */
export type MayWake = 'always' | 'emergency' | 'never';
const WOKEN_FOR: Record<'nothing' | 'anything' | 'emergency', readonly MayWake[]> = {
  nothing: [],
  anything: ['always'],
  emergency: ['always', 'emergency'],
};

/** On foot or by e-bike through a quarter, door to door: 15 km/h on 1.3 times the straight line, and 2 min to get going. */
export function minutesFor(metres: number): number {
  return Math.ceil(2 + (metres * 1.3) / 250);
}

/** One who is on duty and could come. `metres` is the straight line from his place to the home. */
export interface DutyCandidate {
  id: string;
  name: string;
  kind: StaffKind;
  phone: string | null;
  skills: string[];
  dialect: string | null;
  lat: number | null;
  lon: number | null;
  metres: number;
  minutes: number;
  hasKey: boolean;
  /** Answers for the household, its building or its grid. */
  part: 'responsible' | 'backup' | null;
  /** Whose duty it is: 0 this grid's, 1 another's of the community, 2 another's of the street, 3 beyond it. */
  ring: 0 | 1 | 2 | 3;
  /** False: he is off, and agreed to be woken at this hour. */
  onDuty: boolean;
}

type CandidateRow = Omit<DutyCandidate, 'metres' | 'minutes'>;

/** Where somebody's place is not known he is taken to be this far away, metres. */
const UNKNOWN_METRES = 3_000;

/**
 * Who is on duty at `at` (ms) and could come to a home (WGS-84, or null while unknown) in the grid `regionPath`: those
 * whose duty covers the grid, then those of the community, then of the street, within `radius` (street unless given).
 * Best first: nearest duty, then minutes, where a key is worth 5 of them and answering for the place 3 (backup 1).
 * `wake`: also those of the own street who are off duty and agreed to be woken at this hour, for such a need.
 */
export async function findCandidates(
  db: Db,
  wanted: {
    regionPath: string;
    at: number;
    lat: number | null;
    lon: number | null;
    householdId: string | null;
    limit?: number;
    radius?: Radius;
    wake?: keyof typeof WOKEN_FOR;
  },
): Promise<DutyCandidate[]> {
  const above = ancestorPaths(wanted.regionPath);
  const within = above.at(Math.min(RADIUS_DEPTH[wanted.radius ?? 'street'], above.length) - 1);
  if (within === undefined) return [];
  const community = above.at(RADIUS_DEPTH.community - 1) ?? wanted.regionPath;
  const rows = await db.query<CandidateRow>(q.find_candidates, [
    new Date(wanted.at),
    above,
    within,
    pathAfter(within),
    community,
    COMING_KINDS,
    wanted.householdId,
    wanted.regionPath,
    above.at(RADIUS_DEPTH.street - 1) ?? wanted.regionPath,
    WOKEN_FOR[wanted.wake ?? 'nothing'],
    minuteOfDay(wanted.at),
  ]);
  const home = wanted.lat === null || wanted.lon === null ? null : { lat: wanted.lat, lon: wanted.lon };
  return rows
    .map((row) => {
      const metres =
        home === null || row.lat === null || row.lon === null
          ? UNKNOWN_METRES
          : Math.round(metresBetween(home, { lat: row.lat, lon: row.lon }));
      return { ...row, metres, minutes: minutesFor(metres) };
    })
    .toSorted(
      (a, b) =>
        Number(b.onDuty) - Number(a.onDuty) || a.ring - b.ring || worth(a) - worth(b) || a.id.localeCompare(b.id),
    )
    .slice(0, wanted.limit ?? 20);
}

function worth(candidate: DutyCandidate): number {
  const answers = candidate.part === 'responsible' ? 3 : candidate.part === 'backup' ? 1 : 0;
  return candidate.minutes - (candidate.hasKey ? 5 : 0) - answers;
}

/** The minute of the local day (Asia/Shanghai, UTC+8) of `at` (ms). */
function minuteOfDay(at: number): number {
  return Math.floor((at + 8 * 3_600_000) / 60_000) % 1440;
}

/** Somebody's duty as he sees it: on until when (ms), by the roster or because he switched it himself, and for what he may be woken. */
export interface OwnDuty {
  on: boolean;
  until: number | null;
  switched: boolean;
  mayWake: MayWake;
  wakeFromMin: number | null;
  wakeToMin: number | null;
}

/** The duty of one member of staff at `at` (ms). */
export async function ownDuty(db: Db, staffId: string, at: number): Promise<OwnDuty> {
  const when = new Date(at);
  const until = (await db.query<{ until: Date }>(q.duty_until, [staffId, when]))[0]?.until;
  const switched = (await db.query<{ onDuty: boolean }>(q.switched_duty, [staffId, when]))[0];
  const wake = (
    await db.query<{ mayWake: MayWake; fromMin: number | null; toMin: number | null }>(q.wake_of, [staffId])
  )[0];
  return {
    on: until !== undefined,
    until: until?.getTime() ?? null,
    switched: switched !== undefined,
    mayWake: wake?.mayWake ?? 'never',
    wakeFromMin: wake?.fromMin ?? null,
    wakeToMin: wake?.toMin ?? null,
  };
}

/** On duty out of turn lasts so long at most, ms: a shift. */
const OUT_OF_TURN_MS = 8 * 3_600_000;

/**
 * He goes on duty out of turn, for a shift, or away for the rest of his shift . Back to what
 * the roster says ends the switch. Each switch stays in `duty_switch`. False: no such member of staff.
 */
export async function switchDuty(tx: Tx, staffId: string, on: boolean, now: number): Promise<boolean> {
  if ((await tx.query(q.lock_staff, [staffId])).length === 0) return false;
  const until = async (): Promise<number | null> =>
    (await tx.query<{ until: Date }>(q.duty_until, [staffId, new Date(now)]))[0]?.until.getTime() ?? null;
  await tx.query(q.end_switches, [staffId, new Date(now)]);
  const rostered = await until();
  if (on !== (rostered !== null)) {
    const end = on ? now + OUT_OF_TURN_MS : rostered!;
    await tx.query(q.switch_duty, [newId(now), staffId, on, new Date(now), new Date(end)]);
  }
  return true;
}

/** What he agrees to be woken for, and in which minutes of the local day (both null: at any hour). */
export async function setWake(
  db: Db,
  staffId: string,
  wake: { mayWake: MayWake; fromMin: number | null; toMin: number | null },
): Promise<void> {
  await db.query(q.set_wake, [staffId, wake.mayWake, wake.fromMin, wake.toMin]);
}

/** Whether a member of staff is on duty at `at` (ms), anywhere. False for unknown and disabled ones. */
export async function isOnDuty(db: Db, staffId: string, at: number): Promise<boolean> {
  return (await db.query(q.is_on_duty, [staffId, new Date(at)])).length > 0;
}

/** A stretch of time (ms) in which nobody is on duty for a grid. */
export interface CoverageGap {
  gridId: string;
  name: string;
  path: string;
  from: number;
  to: number;
}

/**
 * When the grids below `regionPrefixes` have nobody on duty who could come, in the `hours` from `from` (ms): by grid,
 * then time, exact to the minute. Duty for a community, street or wider region covers the grids below it; a
 * neighbouring grid's worker does not.
 */
export async function coverageGaps(
  db: Db,
  wanted: { regionPrefixes: readonly string[]; from: number; hours?: number },
): Promise<CoverageGap[]> {
  const to = wanted.from + (wanted.hours ?? 24) * 3_600_000;
  return db.query<CoverageGap>(q.coverage_gaps, [
    new Date(wanted.from),
    new Date(to),
    wanted.regionPrefixes,
    COMING_KINDS,
  ]);
}
