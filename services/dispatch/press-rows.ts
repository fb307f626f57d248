import type { IncomingPress } from './press.ts';
import type { Row } from './rows.ts';

/** An event that is already in the database. */
export interface KnownKey {
  pressId: string;
  incident: string | null;
  receivedAt: number;
}

const LATE_MS = 10 * 60_000;
const FUTURE_MS = 60_000;
const RAW_LIMIT = 64 * 1024;

/** Older than 10 min or from the future by more than a minute, by the platform's clock (protocol, "Event"). */
export function isLate(press: IncomingPress): boolean {
  return press.at !== null && (press.receivedAt - press.at > LATE_MS || press.at - press.receivedAt > FUTURE_MS);
}

/** The source time as it counts for "the same event again"; empty where the device gave none. */
function atKey(press: IncomingPress): string {
  return press.at === null ? '' : String(press.at);
}

/** Same device, id, type and source time: the same event. The parts can't hold a NUL (`normalise`), so no two events share a key. */
export function keyOf(press: IncomingPress): string {
  return keyFrom(press.device, press.eventId, press.type, atKey(press));
}

/** The same, from the columns of `press_key`. */
export function keyFrom(device: string, eventId: string, type: string, at: string): string {
  return [device, eventId, type, at].join('\0');
}

/** Under this an id of a device is known, whatever came with it. */
export function idKeyOf(device: string, eventId: string): string {
  return [device, eventId].join('\0');
}

/** Takes out what Postgres text can't hold (NUL, lone surrogates), so that no odd byte costs a press; the raw bytes stay as they came. */
export function normalise(press: IncomingPress): IncomingPress {
  return {
    ...press,
    device: clean(press.device),
    eventId: clean(press.eventId),
    key: press.key === null ? null : clean(press.key),
    topic: clean(press.topic),
    detail: cleanDeep(press.detail),
    at: press.at !== null && Math.abs(press.at) < 8.64e15 && inPostgresRange(press.at) ? Math.trunc(press.at) : null,
  };
}

/** Postgres timestamps end in year 294276; ISO years beyond 9999 need a sign that it does not read. */
function inPostgresRange(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return year >= 1 && year <= 9999;
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '');
}

function cleanDeep(value: unknown): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map(cleanDeep);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, content]) => [clean(key), cleanDeep(content)]));
  }
  return value ?? null;
}

/** The row of table `press`, with the raw bytes (at most 64 KiB) in base64. */
export function pressRow(
  press: IncomingPress,
  id: string,
  incident: string | null,
  flagged: boolean,
  known: boolean,
  regionPath: string | null,
): Row {
  return {
    id,
    received_at: new Date(press.receivedAt).toISOString(),
    device: press.device,
    adapter: press.adapter,
    event_id: press.eventId,
    type: press.type,
    at: press.at === null ? null : new Date(press.at).toISOString(),
    at_key: atKey(press),
    key: press.key,
    battery: press.battery,
    test: press.test,
    late: isLate(press),
    flagged,
    known,
    readable: press.readable,
    location: press.location,
    detail: press.detail,
    topic: press.topic,
    raw: press.raw.subarray(0, RAW_LIMIT).toString('base64'),
    incident_id: incident,
    region_path: regionPath,
  };
}
