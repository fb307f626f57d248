import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Role } from '#contracts/session.ts';
import type { Viewer } from '#platform/access.ts';
import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { pathAfter } from './regions.ts';

const q = loadQueries(import.meta.url, 'registry', ['visible_region', 'grid_outside']);

/** Who may read the registry, who may change it, and who may besides set a status, a care profile or a roster. */
export const READERS: readonly Role[] = ['operator', 'supervisor', 'admin', 'auditor'];
export const MANAGERS: readonly Role[] = ['admin'];
export const CARERS: readonly Role[] = ['supervisor', 'admin'];

/** What is written down of a change or a look; identity owns both records and hands these in at wiring. */
export interface Recorders {
  /** Throws when the look can't be kept: then nothing is shown. */
  recordLook(
    db: Db,
    look: { residentId: string; viewer: Viewer; what: string; incidentId?: string | null; at: number },
  ): Promise<void>;
  recordAudit(
    db: Db,
    entry: {
      at: number;
      by: Viewer;
      what: string;
      subject: string;
      data?: Record<string, unknown>;
      address: string | null;
    },
  ): Promise<void>;
}

/** Whoever works for a home and must hear, in the same transaction, that its place was changed (`residentId`: that she has moved into it). */
export interface Followers {
  homeMoved?: (tx: Tx, moved: { householdId: string; residentId: string | null }, by: Viewer) => Promise<void>;
}

/**
 * Where a list looks: `prefixes` as every query takes them, and the stretch of paths `from <= path < to` around them,
 * by which Postgres finds the place in the index.
 */
export interface Scope {
  prefixes: string[];
  from: string;
  to: string;
}

/** The viewer's regions, or what of them lies within `within` (a path). */
export function scopeOf(viewer: Viewer, within = ''): Scope {
  const prefixes = viewer.regions.flatMap((region) => {
    if (within.startsWith(region)) return [within];
    return region.startsWith(within) ? [region] : [];
  });
  return {
    prefixes: [...new Set(prefixes)],
    from: prefixes.toSorted()[0] ?? '',
    to: prefixes.map(pathAfter).toSorted().at(-1) ?? '',
  };
}

/** The scope of a list asked for `region`: a path, an id, or nothing. One that he may not see is no region. */
export async function scopeOfQuery(db: Db, viewer: Viewer, region: string | undefined, field: string): Promise<Scope> {
  if (region === undefined || region === '') return scopeOf(viewer);
  const found = await findVisibleRegion(db, viewer, region, true);
  if (found !== null) return scopeOf(viewer, found.path);
  throw new Problem('invalid_request', { fields: [{ field, expected: '您管的一个区划 | a region that you may see' }] });
}

export interface VisibleRegion {
  id: string;
  level: string;
  name: string;
  path: string;
}

/** A region by path or id that lies within the viewer's, or (with `above`) around one of them; else null. */
export async function findVisibleRegion(
  db: Db,
  viewer: Viewer,
  region: string,
  above = false,
): Promise<VisibleRegion | null> {
  if (region.includes('\0')) return null;
  const id = z.uuid().safeParse(region).success ? region : null;
  const found = (await db.query<VisibleRegion>(q.visible_region, [region, id, viewer.regions, above]))[0];
  return found ?? null;
}

/** Throws `forbidden` unless every grid lies within the viewer's regions: for what holds everywhere (policies, the calendar). */
export async function mustHoldAll(db: Db, viewer: Viewer): Promise<void> {
  if ((await db.query(q.grid_outside, [viewer.regions])).length === 0) return;
  throw new Problem('forbidden', {
    detail:
      '这一项对所有辖区有效,要由管全部辖区的管理员来改 | It holds everywhere: only an administrator of everything changes it',
  });
}

/** Where a list goes on, as the client carries it. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The `length` parts of a cursor, or undefined at the beginning. One that this list did not give out is refused. */
export function decodeCursor(cursor: string | undefined, length: number): string[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const read = z.array(z.string()).length(length).safeParse(parts);
    if (read.success && read.data.every((part) => !part.includes('\0'))) return read.data;
  } catch {
    // Falls through: not one of ours.
  }
  throw new Problem('invalid_request', {
    fields: [{ field: 'cursor', expected: '上一页给出的 nextCursor | the nextCursor of the page before' }],
  });
}

/** A cursor's part that must be an id. */
export function cursorId(part: string | undefined): string | null {
  if (part === undefined) return null;
  if (z.uuid().safeParse(part).success) return part;
  throw new Problem('invalid_request', {
    fields: [{ field: 'cursor', expected: '上一页给出的 nextCursor | the nextCursor of the page before' }],
  });
}

/** `138****1234`; a short number loses all but its last two digits. */
export function maskPhone(phone: string | null): string | null {
  if (phone === null) return null;
  return phone.length >= 8 ? `${phone.slice(0, 3)}****${phone.slice(-4)}` : `****${phone.slice(-2)}`;
}

/** Ms as ISO 8601, null where there is no readable time. */
export function isoTime(ms: number | null): string | null {
  return ms === null || !Number.isFinite(ms) || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

/** Writes who changed what into the audit trail, in the transaction of the change; never what it says of a resident. */
export function auditor(
  deps: Recorders & { clock: Clock },
): (tx: Db, viewer: Viewer, what: string, subject: string, data?: Record<string, unknown>) => Promise<void> {
  return (tx, viewer, what, subject, data) =>
    deps.recordAudit(tx, { at: deps.clock.now(), by: viewer, what, subject, data, address: viewer.address });
}
