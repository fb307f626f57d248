import type { Role } from '#contracts/session.ts';

/**
 * Who is asking, as every query takes it: `regions` are path prefixes (each ends in '/'); an incident or resident whose
 * region_path begins with none of them does not exist for him.
 */
export interface Viewer {
  accountId: string;
  sessionId: string;
  name: string;
  role: Role;
  staffId: string | null;
  regions: string[];
  address: string | null;
}

/** Whether a region path lies within the viewer's regions; the same test as the statements' `starts_with`. */
export function liesInRegions(viewer: Pick<Viewer, 'regions'>, regionPath: string): boolean {
  return viewer.regions.some((region) => regionPath.startsWith(region));
}

/** Name of the session cookie. */
export const SESSION_COOKIE = 'sid';
