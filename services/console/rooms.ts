import type { Viewer } from '#platform/access.ts';

/** The region itself and everything above it, shortest first: everything (`''`), `42/`, `42/4206/`, … */
function pathAndAbove(path: string): string[] {
  const parts = [''];
  for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) parts.push(path.slice(0, end + 1));
  return parts;
}

/** Everybody who is shown what lies nowhere we know. */
const UNPLACED = 'unplaced';

/** The rooms of one who connects: one for each of his regions, one for his account and session. */
export function roomsFor(viewer: Viewer): string[] {
  const rooms = viewer.regions.map((region) => `region:${region}`);
  const supervisor = viewer.role === 'supervisor' ? viewer.regions.map((region) => `supervisors:${region}`) : [];
  return [UNPLACED, ...rooms, ...supervisor, `account:${viewer.accountId}`, `session:${viewer.sessionId}`];
}

/** The rooms to which a case in `regionPath` goes: everyone whose region holds it; without a region everyone on duty. */
export function roomsOf(regionPath: string | null): string[] {
  return regionPath === null ? [UNPLACED] : pathAndAbove(regionPath).map((path) => `region:${path}`);
}

/** Supervisors of the regions that hold `regionPath`; without a region everyone. */
export function supervisorRoomsOf(regionPath: string | null): string[] {
  return regionPath === null ? [UNPLACED] : pathAndAbove(regionPath).map((path) => `supervisors:${path}`);
}
