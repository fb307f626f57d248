import { Problem } from '#kernel/errors.ts';
import { PHOTO_BYTES } from '#contracts/field.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'responders', ['add_photo', 'photos_of', 'photo']);

/** How the three formats that are taken begin. */
const BEGINS: Record<string, (bytes: Buffer) => boolean> = {
  'image/jpeg': (bytes) => bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  'image/png': (bytes) => bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47])),
  'image/webp': (bytes) => bytes.subarray(8, 12).toString('latin1') === 'WEBP',
};

/** The bytes of a photo. Throws a problem in words for one that is too large or no photo. */
export function readPhoto(type: string, base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > PHOTO_BYTES)
    throw new Problem('payload_too_large', {
      detail: `照片 ${(bytes.length / 1_048_576).toFixed(1)} MB,最大 5 MB | The photo is ${(bytes.length / 1_048_576).toFixed(1)} MB; at most 5 MB`,
    });
  if (BEGINS[type]?.(bytes) !== true)
    throw new Problem('unsupported_media_type', { detail: '这不是一张照片 | This is not a photo' });
  return bytes;
}

/** A photo as it is kept; `at` ms. */
export interface KeptPhoto {
  id: string;
  assignment: string;
  incident: string;
  staffId: string;
  at: number;
  type: string;
  bytes: Buffer;
}

/** Keeps a photo; the same id again changes nothing. */
export async function keepPhoto(db: Db, photo: KeptPhoto): Promise<void> {
  await db.query(q.add_photo, [
    photo.id,
    photo.assignment,
    photo.incident,
    photo.staffId,
    new Date(photo.at),
    photo.type,
    photo.bytes,
  ]);
}

/** The photos of one assignment, oldest first. */
export async function photosOf(db: Db, assignment: string): Promise<{ id: string; at: string }[]> {
  const rows = await db.query<{ id: string; at: Date }>(q.photos_of, [assignment]);
  return rows.map((row) => ({ id: row.id, at: row.at.toISOString() }));
}

/** One photo with the case that it belongs to; null: there is none. */
export async function findPhoto(
  db: Db,
  id: string,
): Promise<{ incident: string; staffId: string; type: string; bytes: Buffer } | null> {
  const row = (
    await db.query<{ incident_id: string; staff_id: string; type: string; bytes: Buffer }>(q.photo, [id])
  )[0];
  return row ? { incident: row.incident_id, staffId: row.staff_id, type: row.type, bytes: row.bytes } : null;
}
