import { createHash } from 'node:crypto';
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import { adapters } from '#devices/adapters/adapters.ts';
import type { AdapterContext, AdapterEvent } from '#devices/adapters/adapter.ts';
import type { IncomingPress } from '#dispatch/press.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Log } from '#platform/log.ts';
import { storable, storableJson } from './event.ts';
import { createFolding } from './folding.ts';
import type { Presence } from './presence.ts';
import type { MqttMessage } from './session.ts';
import { ADAPTERS } from './topics.ts';

/** How often the names and topics of the registry are read again, ms; a name that is not known yet asks sooner. */
const READ_AGAIN = 30_000;
const ASK_AGAIN = 2_000;
const KEPT_BYTES = 64 * 1024;

/** Types that only say that a device is there, or nothing at all: they are in no table. */
const SIGNS: ReadonlySet<EventType> = new Set([
  'heartbeat',
  'online',
  'offline',
  'register',
  'login',
  'downlink_ack',
  'ignore',
]);
/** What a sensor says all day long: of one that nobody registered nobody wants to know it. */
const CHATTER: ReadonlySet<EventType> = new Set(['presence', 'vitals', 'location']);

type NamedDevices = Map<string, { deviceId: string; settings: Record<string, unknown> }>;

export interface GatewayDeps {
  clock: Clock;
  log: Log;
  /** Topic filters of the gateways that are allowed in (`zigbee2mqtt/#`). */
  listTopics: () => Promise<string[]>;
  /** An adapter's devices by the name they have there. */
  findDevices: (adapter: string) => Promise<NamedDevices>;
  /** Whether a device has that id, of whatever kind, disabled ones too. */
  isRegistered: (id: string) => Promise<boolean>;
  submit: (press: IncomingPress) => Promise<unknown>;
  presence: Presence;
}

export interface Gateways {
  /** Reads topics and names, again every 30 s; `onTopics` when the topics have changed. */
  start(onTopics: () => void): void;
  stop(): void;
  topics(): readonly string[];
  /** Resolves when every call in the message is committed. */
  handle(message: MqttMessage): Promise<void>;
}

/**
 * Messages of gateways (zigbee2mqtt and the like) through their adapters: mapped to devices by name, conditions that
 * are only repeated left out, one press told on two topics taken as one. A call for help under a name that nobody
 * registered is a press of an unknown device.
 */
export function createGateways(deps: GatewayDeps): Gateways {
  const { clock, log } = deps;
  const folding = createFolding();
  const names = new Map<string, NamedDevices>();
  const strangers = new Map<string, string>();
  let topics: readonly string[] = [];
  let readAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let onTopics: () => void = () => undefined;
  /** Messages are prepared one after the other: what a sensor says is compared with what it said before. */
  let turn: Promise<unknown> = Promise.resolve();

  async function read(): Promise<void> {
    const found = [...new Set(await deps.listTopics())].sort();
    for (const adapter of Object.keys(adapters)) names.set(adapter, await deps.findDevices(adapter));
    strangers.clear();
    readAt = performance.now();
    if (found.join('\n') === topics.join('\n')) return;
    topics = found;
    onTopics();
  }

  const readQuietly = (): Promise<void> =>
    read().catch((error: Error) => log.warn({ err: error.message }, 'gateways could not be read from the registry'));

  /** What the registry says may be old: somebody may just have entered what is missing. */
  async function readAgain(): Promise<void> {
    if (readAt === undefined || performance.now() - readAt > ASK_AGAIN) await read();
  }

  async function handle(message: MqttMessage): Promise<void> {
    if (message.retained) return;
    const receivedAt = clock.now();
    const prepared = turn.then(() => prepare(message, receivedAt));
    turn = prepared.catch(() => undefined);
    await Promise.all(await prepared);
  }

  /** Rejects when the registry can't be asked: then the broker delivers the message again. Gives what is being committed. */
  async function prepare(message: MqttMessage, receivedAt: number): Promise<Promise<unknown>[]> {
    if (readAt === undefined || basesOf(message.topic, topics).length === 0) await readAgain();
    for (const base of basesOf(message.topic, topics)) {
      for (const [adapter, { decode }] of Object.entries(adapters)) {
        const decodeWith = (settings?: Record<string, unknown>): AdapterEvent[] =>
          decode({ topic: message.topic, payload: message.payload, receivedAt, context: contextOf(base, settings) });
        const events = decodeWith();
        if (events.length === 0) continue;
        const submitted: Promise<unknown>[] = [];
        for (const [i, event] of events.entries()) {
          const device = await deviceOf(adapter, event);
          const known = (device && decodeWith(device.settings)[i]) ?? event;
          submitted.push(...(await take(adapter, known, device?.deviceId, message, receivedAt)));
        }
        return submitted;
      }
    }
    log.debug({ topic: message.topic }, 'no adapter reads this topic');
    return [];
  }

  async function deviceOf(
    adapter: string,
    event: AdapterEvent,
  ): Promise<{ deviceId: string; settings: Record<string, unknown> } | undefined> {
    const isUrgent = [event.type, ...(event.alsoTypes ?? [])].some(calls);
    if (isUrgent && names.get(adapter)?.has(event.deviceName) !== true) await readAgain();
    return names.get(adapter)?.get(event.deviceName);
  }

  async function take(
    adapter: string,
    event: AdapterEvent,
    deviceId: string | undefined,
    message: MqttMessage,
    receivedAt: number,
  ): Promise<Promise<unknown>[]> {
    if (deviceId !== undefined) noticePresence(deviceId, event);
    const types = [event.type, ...(event.alsoTypes ?? [])].filter(
      (type) => !SIGNS.has(type) && (deviceId !== undefined || !CHATTER.has(type)),
    );
    const device = deviceId ?? (types.length > 0 ? await strangerOf(adapter, event.deviceName) : '');
    // By name: what it said before counts also when it was registered meanwhile.
    const name = `${adapter}\n${event.deviceName}`;
    const submitted = folding
      .fold(name, event, types, message.topic, receivedAt)
      .map(async ({ type, bucket, failed }) => {
        try {
          await deps.submit(toPress(adapter, device, type, event, bucket, message, receivedAt));
        } catch (error) {
          failed();
          throw error;
        }
      });
    folding.remember(name, event);
    // They are awaited later, and must not count as unhandled until then.
    for (const commit of submitted) commit.catch(() => undefined);
    return submitted;
  }

  /** The id of a device that nobody registered: its name, unless that is the id of somebody else's device. */
  async function strangerOf(adapter: string, name: string): Promise<string> {
    const key = `${adapter}\n${name}`;
    let device = strangers.get(key);
    if (device === undefined) {
      const plain = storable(name).slice(0, 128);
      device = (await deps.isRegistered(plain)) ? `${adapter}:${plain}` : plain;
      strangers.set(key, device);
    }
    return device;
  }

  function noticePresence(id: string, event: AdapterEvent): void {
    if (event.type === 'offline') deps.presence.status(ADAPTERS, id, { online: false }, false);
    else if (event.type !== 'ignore') deps.presence.heard(ADAPTERS, id, { battery: event.battery ?? undefined });
  }

  return {
    start(changed) {
      onTopics = changed;
      void readQuietly();
      timer ??= setInterval(() => void readQuietly(), READ_AGAIN);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    topics: () => topics,
    handle,
  };
}

/** Worth asking the registry again whose it is. */
function calls(type: EventType): boolean {
  const effect = EVENT_TYPES[type];
  return effect === 'emergency' || effect === 'medical' || effect === 'household';
}

function toPress(
  adapter: string,
  device: string,
  type: EventType,
  event: AdapterEvent,
  bucket: number,
  message: MqttMessage,
  receivedAt: number,
): IncomingPress {
  const source = event.at ?? `b${bucket}`;
  return {
    device,
    adapter,
    eventId: `${adapter}-${createHash('sha256').update(`${device}\n${type}\n${source}`).digest('hex').slice(0, 32)}`,
    type,
    at: event.at,
    receivedAt,
    key: null,
    battery: event.battery,
    test: event.test,
    location: event.location,
    detail: storableJson(event.detail),
    topic: storable(message.topic),
    raw: message.payload.subarray(0, KEPT_BYTES),
    readable: !(
      typeof event.detail === 'object' &&
      event.detail !== null &&
      'reason' in event.detail &&
      event.detail.reason === 'unreadable'
    ),
  };
}

function contextOf(baseTopic: string, settings: Record<string, unknown> = {}): AdapterContext {
  const { model, actionMap } = settings;
  const isMap = typeof actionMap === 'object' && actionMap !== null && !Array.isArray(actionMap);
  return {
    baseTopic,
    ...(typeof model === 'string' && { model }),
    ...(isMap && {
      actionMap: Object.fromEntries(
        Object.entries(actionMap).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      ),
    }),
  };
}

/** The base topics (a gateway's filter up to its first wildcard) that `topic` may belong to, the longest first. */
function basesOf(topic: string, filters: readonly string[]): string[] {
  const bases = filters
    .map((filter) => filter.split(/\/?[+#]/)[0]!)
    .filter((base) => base === '' || topic === base || topic.startsWith(`${base}/`));
  return [...new Set(bases)].sort((a, b) => b.length - a.length);
}
