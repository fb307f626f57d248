import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';

const q = loadQueries(import.meta.url, 'registry', [
  'set_presence',
  'presence_of_lane',
  'presence_of_devices',
  'adapter_devices',
]);

/** What changed about a device; absent fields stay as they are. Times in ms. */
export interface PresenceChange {
  id: string;
  online: boolean;
  at: number;
  /** When it was last heard, where that is another time than `at` (a device noticed to be silent). */
  heardAt?: number;
  battery?: number;
  can?: string[];
  kind?: string;
  power?: 'mains' | 'battery';
  firmware?: string;
}

/**
 * Writes changes of state (never single heartbeats), in one statement, rows locked in the order of their ids. Several
 * changes of one device count in the order of `at`; what is older than the row already knows is ignored. Unknown
 * devices are ignored. Returns the devices that went from offline to online or back, with their region.
 */
export async function setDevicePresence(
  db: Db,
  changes: readonly PresenceChange[],
): Promise<{ id: string; online: boolean; regionPath: string | null }[]> {
  const newest = new Map<string, PresenceChange>();
  for (const change of [...changes].sort((a, b) => a.at - b.at)) {
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    newest.set(change.id, { ...newest.get(change.id), ...given } as PresenceChange);
  }
  if (newest.size === 0) return [];
  return db.query(q.set_presence, [JSON.stringify([...newest.values()], storable)]);
}

/** What devices say of themselves may hold what Postgres text can't: NUL and half surrogates. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value;
}

/** What the registry knows of a device's presence. `seenAt` in ms; `heartbeatS` is how often it promises to be heard. */
export interface KnownPresence {
  id: string;
  online: boolean;
  power: 'mains' | 'battery';
  heartbeatS: number;
  seenAt: number | null;
}

/** Presence of a lane's own devices, and with `adapters` of every device behind an adapter. Disabled devices are absent. */
export async function listLanePresence(db: Db, lane: string, adapters: boolean): Promise<KnownPresence[]> {
  return db.query<KnownPresence>(q.presence_of_lane, [lane, adapters]);
}

/** Presence of these devices; unknown and disabled ones are absent. */
export async function findPresence(db: Db, ids: readonly string[]): Promise<KnownPresence[]> {
  const asked = ids.filter((id) => !id.includes('\0'));
  return asked.length === 0 ? [] : db.query<KnownPresence>(q.presence_of_devices, [asked]);
}

/**
 * The devices of an adapter (`zigbee2mqtt`) by the name they have there. Settings that are not an object are read as
 * none: a press of such a device still finds its home.
 */
export async function findAdapterDevices(
  db: Db,
  adapter: string,
): Promise<Map<string, { deviceId: string; settings: Record<string, unknown> }>> {
  const rows = await db.query<{ name: string; deviceId: string; settings: unknown }>(q.adapter_devices, [adapter]);
  return new Map(
    rows.map(({ name, deviceId, settings }) => [
      name,
      {
        deviceId,
        settings: typeof settings === 'object' && settings !== null && !Array.isArray(settings) ? { ...settings } : {},
      },
    ]),
  );
}
