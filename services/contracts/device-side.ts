/** The device's side of the protocol, pure: one set of rules for the simulated box and for the page that is a box. */
import { EVENT_TYPES, TOPIC_ROOT, type Ack, type DeviceEvent } from './device.ts';

/** Waits before the same event is sent again, ms; after the last of them it is sent every `RESEND_EVERY_MS` (protocol, "What a device does"). */
export const RESEND_AFTER_MS = [5_000, 10_000, 20_000, 40_000] as const;
export const RESEND_EVERY_MS = 60_000;

/** Heartbeat intervals, ms. */
export const HEARTBEAT_EVERY_MS = { mains: 60_000, battery: 12 * 3_600_000 } as const;

export interface DeviceTopics {
  event: string;
  heartbeat: string;
  status: string;
  ack: string;
  command: string;
  /** What a device subscribes to. */
  down: string;
}

/** The topics of one device; `lane` is the first hex digit of SHA-256 of its id. */
export function deviceTopics(lane: string, device: string): DeviceTopics {
  const base = `${TOPIC_ROOT}/${lane}/${device}`;
  return {
    event: `${base}/up/event`,
    heartbeat: `${base}/up/heartbeat`,
    status: `${base}/up/status`,
    ack: `${base}/down/ack`,
    command: `${base}/down/command`,
    down: `${base}/down/#`,
  };
}

/** True for what somebody waits for: these are sent before anything else that was kept. */
export function isCallForHelp(type: string): boolean {
  const effect = Object.hasOwn(EVENT_TYPES, type) ? EVENT_TYPES[type as keyof typeof EVENT_TYPES] : 'emergency';
  return effect === 'emergency' || effect === 'medical' || effect === 'household';
}

export interface UnsentDeps {
  /** Hands one event to the line; false when the line is down (it is then sent when `lineUp` is called). */
  send(event: DeviceEvent): boolean;
  /** Calls back once after `ms`; returns what cancels it. */
  later(ms: number, call: () => void): () => void;
}

/** The events that have no `received` yet. */
export interface Unsent {
  /** Keeps the event and sends it. */
  add(event: DeviceEvent): void;
  /** `received` came for this id; true when it was waited for. */
  received(id: string): boolean;
  /** The line is (again) there: everything goes out now, calls for help first, then the oldest. */
  lineUp(): void;
  list(): DeviceEvent[];
  /** Forgets the timers, not the events. */
  stop(): void;
}

/** Resends by the protocol: 5, 10, 20, 40 s after one another, then every 60 s, until `received`. `kept` are the events of before a power cut. */
export function createUnsent(deps: UnsentDeps, kept: readonly DeviceEvent[] = []): Unsent {
  const waiting = new Map<string, { event: DeviceEvent; sent: number; cancel: () => void }>();
  const idle = (): void => {};
  for (const event of kept) waiting.set(event.id, { event, sent: 0, cancel: idle });

  const attempt = (id: string): void => {
    const entry = waiting.get(id);
    if (!entry) return;
    entry.cancel();
    if (!deps.send(entry.event)) {
      entry.cancel = idle;
      return;
    }
    const wait = RESEND_AFTER_MS[entry.sent] ?? RESEND_EVERY_MS;
    entry.sent += 1;
    entry.cancel = deps.later(wait, () => attempt(id));
  };

  return {
    add(event) {
      waiting.set(event.id, { event, sent: 0, cancel: idle });
      attempt(event.id);
    },
    received(id) {
      waiting.get(id)?.cancel();
      return waiting.delete(id);
    },
    lineUp() {
      // The waits begin anew: what went out over a line that was breaking was never heard.
      for (const entry of waiting.values()) entry.sent = 0;
      for (const event of callsFirst([...waiting.values()].map((entry) => entry.event))) attempt(event.id);
    },
    list: () => [...waiting.values()].map((entry) => entry.event),
    stop() {
      for (const entry of waiting.values()) entry.cancel();
    },
  };
}

/** Calls for help before everything else, otherwise as they were made. */
export function callsFirst(events: readonly DeviceEvent[]): DeviceEvent[] {
  return events.toSorted((a, b) => Number(isCallForHelp(b.type)) - Number(isCallForHelp(a.type)));
}

/** Remembers what a device said: each (incident, stage) once, each `update` once. */
export interface Spoken {
  /** True when this ack is to be spoken now; it then counts as said. Never in quiet mode (`say` empty). */
  hear(ack: Ack): boolean;
  keys(): string[];
}

/** `said` are the keys of before a power cut; the last 200 are remembered. */
export function createSpoken(said: readonly string[] = []): Spoken {
  const keys = new Set(said);
  return {
    hear(ack) {
      if (ack.say === '') return false;
      const key = `${ack.incident ?? ack.event ?? ''}/${ack.stage}${ack.stage === 'update' ? `/${ack.at}` : ''}`;
      if (keys.has(key)) return false;
      keys.add(key);
      for (const oldest of keys) {
        if (keys.size <= 200) break;
        keys.delete(oldest);
      }
      return true;
    },
    keys: () => [...keys],
  };
}
