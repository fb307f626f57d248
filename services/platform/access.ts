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

/** Name of the session cookie. */
export const SESSION_COOKIE = 'sid';
