import { z } from 'zod';
import { TOPIC_ROOT } from '#contracts/device.ts';
import type { DeviceChange, NewDevice, RegisteredDevice } from '#contracts/registry.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { hashDeviceSecret, laneOf, newDeviceSecret } from '../device-secret.ts';
import { seesHousehold } from '../households/households.ts';
import { readRow } from '../readable.ts';
import { regionNames } from '../regions.ts';
import { seesResident } from '../residents/residents.ts';
import { decodeCursor, encodeCursor, isoTime } from '../scope.ts';
import type { Scope } from '../scope.ts';

const q = loadQueries(import.meta.url, 'registry.devices', [
  'list_devices',
  'list_devices_within',
  'list_devices_at',
  'find_device',
  'add_device',
  'change_device',
  'change_secret',
  'name_taken',
]);

const text = z.string().nullable();
const rowSchema = z.object({
  id: z.string(),
  kind: z.string(),
  can: z.array(z.string()),
  power: z.enum(['mains', 'battery']),
  lane: z.string(),
  placedIn: text,
  online: z.boolean(),
  seenAt: z.number().nullable(),
  battery: z.number().min(0).max(100).nullable(),
  firmware: text,
  heartbeatS: z.number().int().positive(),
  adapter: text,
  adapterName: text,
  settings: z.record(z.string(), z.unknown()),
  householdId: text,
  residentId: text,
  address: text,
  regionPath: text,
  disabled: z.boolean(),
  version: z.number().int(),
});

function readDevice(row: { id: string }): z.output<typeof rowSchema> & { unreadable: string[] } {
  const nothing = { placedIn: null, seenAt: null, battery: null, firmware: null, adapter: null, adapterName: null };
  const nowhere = { householdId: null, residentId: null, address: null, regionPath: null };
  const fallback = {
    id: row.id,
    kind: 'home',
    can: [],
    power: 'mains' as const,
    lane: laneOf(row.id),
    online: false,
    heartbeatS: 60,
  };
  const { value, unreadable } = readRow(
    rowSchema,
    { ...fallback, ...nothing, ...nowhere, settings: {}, disabled: false, version: 1 },
    row,
  );
  return { ...value, unreadable };
}

/** Where a device publishes and listens: `12349/v1/{lane}/{id}`. */
function baseOf(id: string, lane: string): string {
  return `${TOPIC_ROOT}/${lane}/${id}`;
}

async function toWire(db: Db, devices: readonly ReturnType<typeof readDevice>[]): Promise<RegisteredDevice[]> {
  const names = await regionNames(db, [...new Set(devices.flatMap(({ regionPath }) => regionPath ?? []))]);
  return devices.map(({ regionPath, seenAt, ...device }) => ({
    ...device,
    base: baseOf(device.id, device.lane),
    seenAt: isoTime(seenAt),
    region: regionPath === null ? [] : (names.get(regionPath) ?? []),
  }));
}

/** Devices of a scope by id; `at` a household or a wearer, `text` the beginning of an id or an adapter's name. */
export async function listDevices(
  db: Db,
  wanted: {
    scope: Scope;
    at: string | null;
    text: string;
    online: boolean | null;
    limit: number;
    cursor: string | undefined;
  },
): Promise<{ items: RegisteredDevice[]; unreadable: { id: string; fields: string[] }[]; nextCursor: string | null }> {
  const { scope, at, text: beginning, online, limit } = wanted;
  const page = [decodeCursor(wanted.cursor, 1)?.[0] ?? '', beginning, online, limit];
  let rows: { id: string }[];
  if (at !== null) rows = await db.query(q.list_devices_at, [...page, at, scope.prefixes]);
  else if (scope.prefixes.includes('')) rows = await db.query(q.list_devices, page);
  else rows = await db.query(q.list_devices_within, [...page, scope.from, scope.to, scope.prefixes]);
  const devices = rows.map(readDevice);
  return {
    items: await toWire(db, devices),
    unreadable: devices.flatMap(({ id, unreadable }) => (unreadable.length > 0 ? [{ id, fields: unreadable }] : [])),
    nextCursor: rows.length === limit ? encodeCursor([rows.at(-1)!.id]) : null,
  };
}

/** One device, or null outside the viewer's regions. */
export async function findDevice(db: Db, viewer: Viewer, id: string): Promise<RegisteredDevice | null> {
  const [row] = await db.query<{ id: string }>(q.find_device, [id, viewer.regions]);
  return row === undefined ? null : (await toWire(db, [readDevice(row)]))[0]!;
}

export interface Provisioned {
  id: string;
  lane: string;
  base: string;
  /** Shown this once; null for a device that speaks through a gateway's account. */
  secret: string | null;
}

/** Enters a device and gives it a secret. Wrong places, taken ids and taken names are `invalid_fields`. */
export async function provisionDevice(
  db: Database,
  wanted: { viewer: Viewer; device: NewDevice; madeId: string; audit: (tx: Db, id: string) => Promise<void> },
): Promise<Provisioned> {
  const { viewer, device } = wanted;
  const id = device.id ?? `d-${wanted.madeId.replaceAll('-', '').slice(-12)}`;
  const lane = laneOf(id);
  const throughGateway = device.adapter != null;
  const secret = throughGateway ? null : newDeviceSecret();
  await db.tx(async (tx) => {
    if (device.householdId == null && device.residentId == null) {
      throw wrong('householdId', '住户或者佩戴的人 | a household, or a resident who wears it');
    }
    await checkPlace(tx, viewer, device);
    await checkAdapter(tx, id, device);
    const worn = device.residentId != null;
    const power = device.power ?? (worn || throughGateway ? 'battery' : 'mains');
    const added = await tx.query(q.add_device, [
      id,
      device.kind ?? (worn ? 'pendant' : 'home'),
      device.can ?? [],
      power,
      device.householdId ?? null,
      device.residentId ?? null,
      device.placedIn ?? null,
      lane,
      secret === null ? null : hashDeviceSecret(secret),
      // Every 60 s on mains, every 12 h on battery (protocol, "Event").
      device.heartbeatS ?? (power === 'mains' ? 60 : 43_200),
      device.adapter ?? null,
      device.adapterName ?? null,
      JSON.stringify(device.settings ?? {}),
    ]);
    if (added.length === 0) {
      // The same call again after it was cut off: the row is ours, and nobody has seen its secret.
      if (device.id !== undefined) throw wrong('id', '没有用过的编号 | an id that is not taken');
      if (secret !== null) await tx.query(q.change_secret, [id, hashDeviceSecret(secret)]);
    }
    await wanted.audit(tx, id);
  });
  return { id, lane, base: baseOf(id, lane), secret };
}

/** Changes what the patch holds at the version that was seen, else `conflict`; `not_found` outside the viewer's regions. */
export async function changeDevice(
  db: Database,
  wanted: { viewer: Viewer; id: string; change: DeviceChange; now: number; audit: (tx: Db) => Promise<void> },
): Promise<void> {
  const { viewer, id, change } = wanted;
  const { version, ...fields } = change;
  await db.tx(async (tx) => {
    const before = await findDevice(tx, viewer, id);
    if (before === null) throw new Problem('not_found');
    const after = { ...before, ...fields };
    if (after.householdId === null && after.residentId === null) {
      throw wrong('householdId', '住户或者佩戴的人 | a household, or a resident who wears it');
    }
    await checkPlace(tx, viewer, fields);
    if (fields.adapter !== undefined || fields.adapterName !== undefined) await checkAdapter(tx, id, after);
    const changed = await tx.query(q.change_device, [id, version, JSON.stringify(fields), new Date(wanted.now)]);
    if (changed.length === 0) throw new Problem('conflict', { data: { version: before.version } });
    await wanted.audit(tx);
  });
}

/** Gives a device a new secret; the old one is refused at its next connect. */
export async function renewSecret(
  db: Database,
  wanted: { viewer: Viewer; id: string; audit: (tx: Db) => Promise<void> },
): Promise<Provisioned> {
  const secret = newDeviceSecret();
  return db.tx(async (tx) => {
    const device = await findDevice(tx, wanted.viewer, wanted.id);
    if (device === null) throw new Problem('not_found');
    if (device.adapter !== null) {
      throw new Problem('not_allowed_in_state', { detail: '它通过网关的账号接入 | It signs in through its gateway' });
    }
    await tx.query(q.change_secret, [wanted.id, hashDeviceSecret(secret)]);
    await wanted.audit(tx);
    return { id: device.id, lane: device.lane, base: device.base, secret };
  });
}

async function checkPlace(
  db: Db,
  viewer: Viewer,
  place: { householdId?: string | null; residentId?: string | null },
): Promise<void> {
  if (place.householdId != null && !(await seesHousehold(db, viewer, place.householdId))) {
    throw wrong('householdId', '登记过的住户 | a registered household');
  }
  if (place.residentId != null && !(await seesResident(db, viewer, place.residentId))) {
    throw wrong('residentId', '登记过的居民 | a registered resident');
  }
}

async function checkAdapter(
  db: Db,
  id: string,
  device: { adapter?: string | null; adapterName?: string | null },
): Promise<void> {
  const { adapter, adapterName } = device;
  if ((adapter == null) !== (adapterName == null)) {
    throw wrong('adapterName', '接入方式和它在那里的名字要一起填 | the name in the adapter, together with the adapter');
  }
  if (adapter != null && (await db.query(q.name_taken, [adapter, adapterName, id])).length > 0) {
    throw wrong('adapterName', '没有用过的名字 | a name that is not taken');
  }
}

function wrong(field: string, expected: string): Problem {
  return new Problem('invalid_fields', { fields: [{ field, expected }] });
}
