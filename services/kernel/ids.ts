import { createHash, randomBytes } from 'node:crypto';

/**
 * A UUID v7 (RFC 9562 §5.7): 48 bits of `ms` first, so that ids sort by the time they were made.
 * `ms` is Unix time in milliseconds.
 */
export function newId(ms: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.max(0, Math.floor(ms)), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return formatUuid(bytes);
}

/**
 * A UUID v7 that is always the same for the same `name` and `ms`: for rows that the pure core makes, for seeds, and for
 * intents that may be made twice.
 */
export function idFromName(name: string, ms = 0): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUIntBE(Math.max(0, Math.floor(ms)), 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  return formatUuid(bytes);
}

function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
