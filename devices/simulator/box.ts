/**
 * One box that follows the device protocol to the letter. On `talk` it opens its hands-free line and says so with an event
 * of type `button` and `detail.talk` = `"opened"`; when a person speaks into it, a second one says `"speech"`. A silent
 * person leaves the line silent: nothing more is published, and the platform measures the silence.
 */
import mqtt, { type MqttClient } from 'mqtt';
import { ackSchema, commandSchema, type Ack, type DeviceCommand, type DeviceEvent, type DeviceStatus } from '#contracts/device.ts';
import { createSpoken, createUnsent, deviceTopics, HEARTBEAT_EVERY_MS } from '#contracts/device-side.ts';
import { systemClock, type Clock } from '#kernel/clock.ts';
import { newId } from '#kernel/ids.ts';
import { memoryStore, type BoxStore } from './box-store.ts';
import type { PressLedger } from './press-ledger.ts';

export interface BoxOptions {
  id: string;
  secret: string;
  /** First hex digit of SHA-256 of the id, handed out when the device was provisioned. */
  lane: string;
  mqttUrl: string;
  store?: BoxStore;
  clock?: Clock;
  /** Multiplies every wait of the protocol (resends, heartbeats, reconnects, the answer on the line): 0.01 for tests. */
  pace?: number;
  power?: 'mains' | 'battery';
  kind?: string;
  /** Percent. */
  battery?: number;
  /** The person speaks when the line is opened; otherwise she is silent. */
  voiceOn?: boolean;
  /** What the box says aloud. */
  speak?: (say: string, ack: Ack | null) => void;
  /** Every ack, also those that are not spoken. */
  heard?: (ack: Ack) => void;
  /** Every command, once. */
  told?: (command: DeviceCommand) => void;
  /** `refused`: the broker does not accept the id or the secret. */
  line?: (state: 'up' | 'down' | 'refused', reason: string) => void;
  ledger?: PressLedger;
}

/** What a press carries beside its type. */
export type PressDetails = Partial<Pick<DeviceEvent, 'key' | 'battery' | 'test' | 'location' | 'detail'>>;

export interface Box {
  readonly id: string;
  start(): void;
  /** Keeps the event, sends it, and resends it until `received`. Works without a line; returns the event with its id. */
  press(type: string, details?: PressDetails): DeviceEvent;
  /** The ack `received` of this event; rejects after `timeoutMs` (real time) with an `Error` that says so. */
  received(eventId: string, timeoutMs: number): Promise<Ack>;
  /** Presses without `received`. */
  unsent(): DeviceEvent[];
  /** Any key while it is silent: says the last sentence again. */
  sayAgain(): void;
  connected(): boolean;
  /** Off by the switch: says `{"online":false}` and leaves. */
  stop(): Promise<void>;
  /** The plug is pulled: no goodbye, nothing but the store remains. */
  cutPower(): void;
}

/** Makes a box; it does nothing until `start()`. */
export function createBox(options: BoxOptions): Box {
  const { id, lane, clock = systemClock, pace = 1, power = 'mains', store = memoryStore(), ledger } = options;
  const topics = deviceTopics(lane, id);
  const bornAt = clock.now();
  const timers = new Set<NodeJS.Timeout>();
  const inFlight = new Set<string>();
  const obeyed = new Set<string>();
  const receipts = new Map<string, Ack>();
  const waiters = new Map<string, Set<(ack: Ack) => void>>();
  const kept = store.load();
  const spoken = createSpoken(kept.said);
  let client: MqttClient | undefined;
  let resumed: ReadonlySet<string> = new Set();
  let quiet = false;
  let last: { say: string; ack: Ack | null } | undefined;

  const later = (ms: number, call: () => void): (() => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      call();
    }, ms * pace);
    timers.add(timer);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  };
  const unsent = createUnsent({ send: sendEvent, later }, kept.unsent);

  function sendEvent(event: DeviceEvent): boolean {
    const line = client;
    if (!line?.connected) return false;
    // MQTT.js itself sends again what had no PUBACK when the line broke; only the wait for the next resend is started.
    if (resumed.has(event.id)) return true;
    inFlight.add(event.id);
    line.publish(topics.event, JSON.stringify(event), { qos: 1 }, () => inFlight.delete(event.id));
    return true;
  }

  function press(type: string, details: PressDetails = {}): DeviceEvent {
    const now = clock.now();
    const battery = details.battery ?? options.battery;
    const event: DeviceEvent = { id: newId(now), type, at: new Date(now).toISOString(), ...details, ...(battery !== undefined && { battery }) };
    store.keep(event);
    ledger?.sent(id, event.id, type, now);
    unsent.add(event);
    return event;
  }

  function say(text: string, ack: Ack | null): void {
    if (quiet || text === '') return;
    last = { say: text, ack };
    options.speak?.(text, ack);
  }

  function hearAck(ack: Ack): void {
    options.heard?.(ack);
    if (ack.stage === 'received' && ack.event !== null) {
      if (unsent.received(ack.event)) store.received(ack.event);
      ledger?.acked(id, ack.event, ack.incident, clock.now());
      receipts.set(ack.event, ack);
      if (receipts.size > 1000) receipts.delete(receipts.keys().next().value!);
      for (const tell of waiters.get(ack.event) ?? []) tell(ack);
      waiters.delete(ack.event);
    }
    if (!quiet && spoken.hear(ack)) {
      store.said(spoken.keys().at(-1)!);
      say(ack.say, ack);
    }
  }

  function obey(command: DeviceCommand): void {
    if (obeyed.has(command.id)) return;
    obeyed.add(command.id);
    options.told?.(command);
    const about = { command: command.id, incident: command.incident };
    if (command.command === 'say') say(command.say ?? '', null);
    else if (command.command === 'quiet') quiet = command.on ?? true;
    else if (command.command === 'self_test') press('button', { test: true, detail: { selfTest: 'ok', ...about } });
    else if (command.command === 'talk' && command.on !== false) {
      press('button', { detail: { talk: 'opened', ...about } });
      if (options.voiceOn) later(2000, () => press('button', { detail: { talk: 'speech', ...about } }));
    }
  }

  function connect(): void {
    const status: DeviceStatus = { online: true, can: ['voice', 'lamp', 'screen', 'vibration', 'talk'], kind: options.kind ?? 'home', power };
    const line = mqtt.connect(options.mqttUrl, {
      clientId: id,
      username: id,
      password: options.secret,
      clean: false,
      protocolVersion: 4,
      keepalive: 60,
      connectTimeout: 10_000,
      // Boxes of one street must not come back in the same instant after a power cut.
      reconnectPeriod: Math.max(20, (1000 + (Number.parseInt(lane, 16) || 0) * 100) * pace),
      reconnectOnConnackError: true,
      resubscribe: false,
      will: { topic: topics.status, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    });
    client = line;
    line.on('connect', () => {
      line.subscribe(topics.down, { qos: 1 });
      line.publish(topics.status, JSON.stringify(status), { qos: 1, retain: true });
      beat();
      options.line?.('up', '');
      resumed = new Set(inFlight);
      unsent.lineUp();
      resumed = new Set();
    });
    line.on('message', (topic, payload) => {
      const body = parse(payload);
      if (topic === topics.ack) onParsed(ackSchema.safeParse(body), hearAck);
      else if (topic === topics.command) onParsed(commandSchema.safeParse(body), obey);
    });
    line.on('close', () => options.line?.('down', ''));
    line.on('error', (error) => {
      const code = 'code' in error ? Number(error.code) : NaN;
      options.line?.(code === 4 || code === 5 ? 'refused' : 'down', error.message);
    });
  }

  function beat(): void {
    if (!client?.connected) return;
    const body = { at: new Date(clock.now()).toISOString(), battery: options.battery, uptime: Math.round((clock.now() - bornAt) / 1000), fw: 'sim-1' };
    client.publish(topics.heartbeat, JSON.stringify(body), { qos: 0 });
  }

  function keepBeating(): void {
    later(HEARTBEAT_EVERY_MS[power], () => {
      beat();
      keepBeating();
    });
  }

  function silence(): void {
    unsent.stop();
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  return {
    id,
    start() {
      if (client) return;
      connect();
      keepBeating();
    },
    press,
    received(eventId, timeoutMs) {
      const known = receipts.get(eventId);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.get(eventId)?.delete(tell);
          reject(new Error(`no received for ${eventId} within ${timeoutMs} ms`));
        }, timeoutMs);
        const tell = (ack: Ack): void => {
          clearTimeout(timer);
          resolve(ack);
        };
        waiters.set(eventId, (waiters.get(eventId) ?? new Set()).add(tell));
      });
    },
    unsent: unsent.list,
    sayAgain() {
      if (last) options.speak?.(last.say, last.ack);
    },
    connected: () => client?.connected ?? false,
    async stop() {
      silence();
      const line = client;
      client = undefined;
      if (!line) return;
      if (line.connected) await line.publishAsync(topics.status, '{"online":false}', { qos: 1, retain: true }).catch(() => {});
      await line.endAsync(!line.connected);
    },
    cutPower() {
      silence();
      client?.end(true);
      client = undefined;
    },
  };
}

function onParsed<T>(parsed: { success: true; data: T } | { success: false }, use: (value: T) => void): void {
  if (parsed.success) use(parsed.data);
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
