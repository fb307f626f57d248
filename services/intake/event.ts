import { createHash } from 'node:crypto';
import { EVENT_TYPES, deviceEventSchema, type DeviceEvent, type EventType } from '#contracts/device.ts';
import type { IncomingPress } from '#dispatch/press.ts';
import { toWgs84 } from '#registry/geometry.ts';

/** So much of a payload is kept, bytes; what is longer is read all the same, but its detail is left out. */
const KEPT_BYTES = 64 * 1024;
/** A payload is not even tried beyond this: parsing holds up everybody else (1 MiB takes about 10 ms). */
const READ_BYTES = 1024 * 1024;
/** Receive times within the same so many ms give an unnamed event the same id (protocol: a 5 s bucket). */
const BUCKET = 5_000;
/** How long bytes are remembered, so that the broker's redelivery of them gets the id they had. */
const REMEMBER = 60 * 60_000;

/** One message of `…/up/event`. `redelivered`: the broker says it may have sent it before (DUP). */
export interface Arrival {
  topic: string;
  device: string;
  payload: Buffer;
  receivedAt: number;
  redelivered: boolean;
}

/** Reads events. `problem` says what was wrong with one that had to be taken as an alarm of unknown kind. */
export interface EventReader {
  read(arrival: Arrival): { press: IncomingPress; problem: string | null };
}

/**
 * Reads what a device sent; every payload gives a press. A type that is not in the protocol is `alarm_unspecified`
 * (its name is kept in `detail.originalType`). What has no usable id or type, or is no JSON, is `readable: false`: an
 * alarm with its raw bytes, under its own id where it has one (the device waits for that id), otherwise under one made
 * of topic, bytes and receive time, the same when the broker delivers the same bytes again.
 */
export function createEventReader(): EventReader {
  const ids = createUnnamedIds();
  return {
    read(arrival) {
      const base = {
        device: arrival.device,
        adapter: null,
        receivedAt: arrival.receivedAt,
        topic: arrival.topic,
        raw: arrival.payload.subarray(0, KEPT_BYTES),
      };
      const json = parseJson(arrival.payload);
      const event = deviceEventSchema.safeParse(json);
      if (event.success)
        return { press: { ...base, ...readFields(event.data, arrival.payload.length), readable: true }, problem: null };
      const named = namedBy(json);
      const eventId = named ?? ids.of(arrival);
      // Its other fields may still be good: a battery, a position, that it is a drill.
      const rest = deviceEventSchema.safeParse(
        isRecord(json)
          ? { ...json, id: eventId, type: 'alarm_unspecified' }
          : { id: eventId, type: 'alarm_unspecified' },
      );
      const fields = readFields(
        rest.success ? rest.data : { id: eventId, type: 'alarm_unspecified' },
        arrival.payload.length,
      );
      return {
        press: { ...base, ...fields, readable: false },
        problem: json === undefined ? 'not JSON' : 'id or type is wrong or missing',
      };
    },
  };
}

/** The same press reduced to what can always be stored: the last resort for one that the database refuses as it is. */
export function toRawPress(press: IncomingPress): IncomingPress {
  return {
    ...press,
    device: storable(press.device),
    eventId: storable(press.eventId).slice(0, 128),
    type: 'alarm_unspecified',
    at: null,
    key: null,
    battery: null,
    location: null,
    detail: null,
    topic: storable(press.topic),
    readable: false,
  };
}

/** A string as Postgres can hold it: without NUL and half surrogates. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** A JSON value as Postgres can hold it, 32 levels deep: deeper ones exhaust the stack of whoever writes them out. */
export function storableJson(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= 32) return null;
  if (Array.isArray(value)) return value.map((inner) => storableJson(inner, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storable(key), storableJson(inner, depth + 1)]),
  );
}

type Fields = Omit<IncomingPress, 'device' | 'adapter' | 'receivedAt' | 'topic' | 'raw' | 'readable'>;

function readFields(event: DeviceEvent, bytes: number): Fields {
  const known = Object.hasOwn(EVENT_TYPES, event.type);
  const detail = bytes > KEPT_BYTES ? { leftOut: `${bytes} bytes` } : storableJson(event.detail);
  const { location } = event;
  return {
    eventId: storable(event.id),
    type: known ? (event.type as EventType) : 'alarm_unspecified',
    at: event.at === undefined ? null : Date.parse(event.at),
    key: event.key === undefined ? null : storable(event.key),
    battery: event.battery ?? null,
    test: event.test ?? false,
    location:
      location === undefined
        ? null
        : { ...toWgs84(location), ...(location.accuracy !== undefined && { accuracy: location.accuracy }) },
    detail: known ? (detail ?? null) : { ...(isRecord(detail) && detail), originalType: storable(event.type) },
  };
}

/** The id of an event whose other fields are wrong; a number is taken as its digits. */
function namedBy(json: unknown): string | null {
  if (!isRecord(json)) return null;
  const { id } = json;
  if (typeof id === 'string' && id !== '' && id.length <= 128) return storable(id);
  return typeof id === 'number' && Number.isFinite(id) ? String(id) : null;
}

function createUnnamedIds(): { of(arrival: Arrival): string } {
  const seen = new Map<string, { bucket: number; at: number }>();
  return {
    of({ topic, payload, receivedAt, redelivered }) {
      const hash = createHash('sha256').update(topic).update('\0').update(payload).digest('hex').slice(0, 32);
      let entry = seen.get(hash);
      const age = entry === undefined ? Infinity : receivedAt - entry.at;
      if (entry === undefined || age > REMEMBER || (age >= BUCKET && !redelivered)) {
        entry = { bucket: Math.floor(receivedAt / BUCKET), at: receivedAt };
        // Newest last, so that the oldest are the first to be forgotten.
        seen.delete(hash);
        seen.set(hash, entry);
        if (seen.size > 10_000) seen.delete(seen.keys().next().value!);
      }
      return `raw-${hash}-${entry.bucket}`;
    },
  };
}

function parseJson(payload: Buffer): unknown {
  if (payload.length > READ_BYTES) return undefined;
  try {
    return JSON.parse(payload.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
