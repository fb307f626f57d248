import type { DeviceStatus } from '#contracts/device.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Log } from '#platform/log.ts';
import type { KnownPresence, PresenceChange } from '#registry/presence.ts';

/** A mains unit beats every 60 s and is known to be gone within 3 min; looked for every second, so a little before. */
const MAINS_TOLERANCE = 175_000;
/** A battery button beats every 12 h and is known to be gone within 25 h. */
const BATTERY_TOLERANCE = 25 * 3_600_000 - 5_000;
const LOOK_EVERY = 1_000;
const WRITE_AT_ONCE = 1_000;
/** A battery reading is a change of state from this many percent on. */
const BATTERY_STEP = 5;
/** Devices that are in no registry are not looked up again for this long. */
const STRANGER_FOR = 60_000;
/** A device that comes and goes is told its missed acks this often at most. */
const BACK_EVERY = 5_000;
const BACK_AT_A_TIME = 4;

/** What a device said of itself along the way. */
export type DeviceFacts = Pick<PresenceChange, 'battery' | 'firmware' | 'can' | 'kind' | 'power'>;

export interface PresenceDeps {
  clock: Clock;
  log: Log;
  /** What the registry knows of a group's devices (a lane, or the adapters), and of single ones. */
  load: (group: string) => Promise<KnownPresence[]>;
  find: (ids: readonly string[]) => Promise<KnownPresence[]>;
  /** Writes changes of state. */
  save: (changes: readonly PresenceChange[]) => Promise<unknown>;
  /** A device is back after silence, or has connected anew. */
  onBack: (id: string, group: string) => Promise<void>;
}

export interface Presence {
  start(): void;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
  /** This process hears the group from now on. Who is online in the table has one tolerance period to be heard. */
  gain(group: string): void;
  lose(group: string): void;
  /** A sign of life: anything but a retained message. */
  heard(group: string, id: string, facts?: DeviceFacts): void;
  /** What a device, or the broker in its name, says of its connection. */
  status(group: string, id: string, status: DeviceStatus, retained: boolean): void;
  /** What is known of a device here; for tests and figures. */
  get(id: string): { online: boolean; heardAt: number } | undefined;
}

interface Entry {
  group: string;
  online: boolean;
  /** When it was last heard, or when its grace began, ms. */
  heardAt: number;
  /** It was heard itself, by this process. */
  alive: boolean;
  tolerance: number;
  battery?: number;
  /** What the table already knows, so that repeating it writes nothing. */
  facts: string;
}

/**
 * Who is there, kept in memory: a beat touches no table, only a change of state does, many in one statement. A device
 * is online when it was heard, and offline when it says so or is silent for longer than its row allows; a retained
 * "online" is nobody's word but the broker's and makes nobody online.
 */
export function createPresence(deps: PresenceDeps): Presence {
  const { clock, log } = deps;
  const groups = new Set<string>();
  const devices = new Map<string, Entry>();
  const unknown = new Map<string, { group: string; online: boolean; facts: DeviceFacts }>();
  const strangers = new Map<string, number>();
  const changes = new Map<string, PresenceChange>();
  const back = createBackCalls(deps);
  let timer: NodeJS.Timeout | undefined;
  let busy: Promise<void> | undefined;

  function heard(group: string, id: string, facts: DeviceFacts = {}): void {
    const entry = devices.get(id);
    if (entry === undefined) {
      remember(id, { group, online: true, facts: { ...unknown.get(id)?.facts, ...facts } });
      return;
    }
    entry.heardAt = clock.now();
    entry.alive = true;
    entry.group = group;
    const wasOnline = entry.online;
    entry.online = true;
    const news = isNews(entry, facts);
    if (!wasOnline || news) change(id, entry, facts);
    if (!wasOnline) back.add(id, group);
  }

  function status(group: string, id: string, told: DeviceStatus, retained: boolean): void {
    const { online, can, kind, power } = told;
    if (online) {
      if (retained) return;
      heard(group, id, { can, kind, power });
      back.add(id, group);
      return;
    }
    const entry = devices.get(id);
    if (entry === undefined) {
      if (!retained || unknown.get(id)?.online !== true) remember(id, { group, online: false, facts: {} });
      return;
    }
    // A retained farewell is older than what was heard since.
    if (!entry.online || (retained && entry.alive)) return;
    entry.online = false;
    change(id, entry, {});
  }

  /** Until the registry has said whether it is one of ours. */
  function remember(id: string, sign: { group: string; online: boolean; facts: DeviceFacts }): void {
    if ((strangers.get(id) ?? 0) < clock.now()) unknown.set(id, sign);
  }

  function change(id: string, entry: Entry, facts: DeviceFacts): void {
    const at = clock.now();
    changes.set(id, {
      ...changes.get(id),
      ...withoutUndefined(facts),
      id,
      online: entry.online,
      at,
      heardAt: entry.alive ? entry.heardAt : undefined,
    });
  }

  function know(row: KnownPresence, group: string): void {
    const now = clock.now();
    devices.set(row.id, {
      group,
      online: row.online,
      heardAt: now,
      alive: false,
      tolerance: toleranceOf(row),
      facts: '',
    });
  }

  async function loadGroup(group: string): Promise<void> {
    for (const row of await deps.load(group)) if (groups.has(group) && !devices.has(row.id)) know(row, group);
  }

  async function lookUp(): Promise<void> {
    const asked = [...unknown.keys()].filter((id) => !devices.has(id)).slice(0, WRITE_AT_ONCE);
    const rows = new Map(asked.length === 0 ? [] : (await deps.find(asked)).map((row) => [row.id, row]));
    if (strangers.size > 10_000) strangers.clear();
    for (const id of asked) {
      const row = rows.get(id);
      const group = unknown.get(id)?.group ?? '';
      if (row === undefined) {
        unknown.delete(id);
        strangers.set(id, clock.now() + STRANGER_FOR);
      } else if (groups.has(group) && !devices.has(id)) know(row, group);
    }
    for (const [id, { group, online, facts }] of unknown) {
      if (!devices.has(id)) continue;
      unknown.delete(id);
      if (online) heard(group, id, facts);
      else status(group, id, { online: false }, true);
    }
  }

  let lookedAt = -Infinity;
  function noticeSilence(): void {
    const now = clock.now();
    if (Math.abs(now - lookedAt) < 2 * LOOK_EVERY) return;
    lookedAt = now;
    for (const [id, entry] of devices) {
      if (!entry.online || now - entry.heardAt <= entry.tolerance) continue;
      entry.online = false;
      change(id, entry, {});
    }
  }

  async function write(): Promise<void> {
    while (changes.size > 0) {
      const batch = [...changes.values()].slice(0, WRITE_AT_ONCE);
      for (const { id } of batch) changes.delete(id);
      try {
        await deps.save(batch);
      } catch (error) {
        // What changed again meanwhile is newer.
        for (const lost of batch) changes.set(lost.id, { ...lost, ...changes.get(lost.id) });
        throw error;
      }
    }
  }

  const toLoad = new Set<string>();
  async function look(): Promise<void> {
    try {
      for (const group of toLoad) {
        await loadGroup(group);
        toLoad.delete(group);
      }
      await lookUp();
      noticeSilence();
      await write();
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'presence could not be read or written, trying again');
    }
  }

  function lookOnce(): void {
    busy ??= look().finally(() => (busy = undefined));
  }

  return {
    heard,
    status,
    start() {
      timer ??= setInterval(lookOnce, LOOK_EVERY);
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await busy;
      await write().catch((error: Error) => log.warn({ err: error.message }, 'presence not written'));
      await back.stop();
    },
    gain(group) {
      groups.add(group);
      toLoad.add(group);
      lookOnce();
    },
    lose(group) {
      groups.delete(group);
      toLoad.delete(group);
      for (const [id, entry] of devices) if (entry.group === group) devices.delete(id);
      for (const [id, entry] of unknown) if (entry.group === group) unknown.delete(id);
    },
    get: (id) => devices.get(id),
  };
}

/**
 * How long a device may be silent, ms (protocol: known within 3 min on mains, 25 h on battery). One whose row promises
 * to be heard less often than that allows gets three of its own beats, on battery two and an hour.
 */
export function toleranceOf({ power, heartbeatS }: Pick<KnownPresence, 'power' | 'heartbeatS'>): number {
  const beat = heartbeatS * 1_000;
  return power === 'battery'
    ? Math.max(BATTERY_TOLERANCE, beat * 2 + 3_590_000)
    : Math.max(MAINS_TOLERANCE, beat * 3 - 5_000);
}

/** Whether a device says of itself what it has not said before; remembers it. */
function isNews(entry: Entry, { battery, ...rest }: DeviceFacts): boolean {
  const isStep =
    battery !== undefined && (entry.battery === undefined || Math.abs(battery - entry.battery) >= BATTERY_STEP);
  if (isStep) entry.battery = battery;
  const given = withoutUndefined(rest);
  if (Object.keys(given).length === 0) return isStep;
  const facts = JSON.stringify({ ...(JSON.parse(entry.facts || '{}') as object), ...given });
  const differs = facts !== entry.facts;
  entry.facts = facts;
  return isStep || differs;
}

function withoutUndefined(facts: DeviceFacts): DeviceFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** Calls `onBack` a few at a time: after a broker's restart a whole city comes back at once. */
function createBackCalls({ clock, log, onBack }: PresenceDeps): {
  add(id: string, group: string): void;
  stop(): Promise<void>;
} {
  const queue = new Map<string, string>();
  const last = new Map<string, number>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function next(): void {
    while (!stopped && running.size < BACK_AT_A_TIME && queue.size > 0) {
      const [id, group] = queue.entries().next().value!;
      queue.delete(id);
      const call = onBack(id, group)
        .catch((error: Error) => log.warn({ device: id, err: error.message }, 'missed acks could not be sent again'))
        .finally(() => {
          running.delete(call);
          next();
        });
      running.add(call);
    }
  }

  return {
    add(id, group) {
      const now = clock.now();
      if (stopped || now - (last.get(id) ?? -Infinity) < BACK_EVERY) return;
      if (last.size > 50_000) last.clear();
      last.set(id, now);
      queue.set(id, group);
      next();
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}
