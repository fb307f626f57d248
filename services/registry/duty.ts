import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { metresBetween } from './geometry.ts';
import { ancestorPaths, pathAfter } from './regions.ts';

const q = loadQueries(import.meta.url, 'registry', ['find_candidates', 'is_on_duty', 'coverage_gaps']);

/** Staff that come to a door. Vendors' staff take work orders instead. */
const COMING_KINDS = ['grid_worker', 'volunteer', 'medic', 'guard', 'informant'] as const;
export type StaffKind = (typeof COMING_KINDS)[number] | 'vendor_staff';

/** Beyond their own duty region: nobody, whoever is on duty in the community, or in the whole street. */
export type Radius = 'grid' | 'community' | 'street';
const RADIUS_DEPTH: Record<Radius, number> = { grid: 6, community: 5, street: 4 };

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
  /** Whose duty it is: 0 this grid's, 1 another's of the community, 2 another's of the street. */
  ring: 0 | 1 | 2;
}

type CandidateRow = Omit<DutyCandidate, 'metres' | 'minutes'>;

/** Where somebody's place is not known he is taken to be this far away, metres. */
const UNKNOWN_METRES = 3_000;

/**
 * Who is on duty at `at` (ms) and could come to a home (WGS-84, or null while unknown) in the grid `regionPath`: those
 * whose duty covers the grid, then those of the community, then of the street, within `radius` (street unless given).
 * Best first: nearest duty, then minutes, where a key is worth 5 of them and answering for the place 3 (backup 1).
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
    .toSorted((a, b) => a.ring - b.ring || worth(a) - worth(b) || a.id.localeCompare(b.id))
    .slice(0, wanted.limit ?? 20);
}

function worth(candidate: DutyCandidate): number {
  const answers = candidate.part === 'responsible' ? 3 : candidate.part === 'backup' ? 1 : 0;
  return candidate.minutes - (candidate.hasKey ? 5 : 0) - answers;
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
