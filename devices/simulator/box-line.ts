/** The MQTT line of a box: who it is, its status and last will, its heartbeat, and how events leave it. */
import mqtt, { type MqttClient } from 'mqtt';
import {
  ackSchema,
  commandSchema,
  DEVICE_ABILITIES,
  type Ack,
  type DeviceCommand,
  type DeviceEvent,
  type DeviceStatus,
} from '#contracts/device.ts';
import { deviceTopics, HEARTBEAT_EVERY_MS } from '#contracts/device-side.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Timers } from './box-parts.ts';

export interface LineOptions {
  id: string;
  secret: string;
  lane: string;
  mqttUrl: string;
  pace: number;
  power: 'mains' | 'battery';
  kind: string;
  battery: number | undefined;
  clock: Clock;
  timers: Timers;
  onAck: (ack: Ack) => void;
  onCommand: (command: DeviceCommand) => void;
  onUp: () => void;
  onState: (state: 'up' | 'down' | 'refused', reason: string) => void;
}

export interface Line {
  open(): void;
  /** False while there is no connection. */
  sendEvent(event: DeviceEvent): boolean;
  connected(): boolean;
  /** Says that it is off line, then leaves. */
  close(): Promise<void>;
  /** Breaks off without a word; the broker tells the last will. */
  drop(): void;
}

/** Makes the line of one box; it connects with `open()` and comes back by itself until `close()` or `drop()`. */
export function createLine(options: LineOptions): Line {
  const topics = deviceTopics(options.lane, options.id);
  const inFlight = new Set<string>();
  let resumed: ReadonlySet<string> = new Set();
  let client: MqttClient | undefined;

  function welcome(line: MqttClient): void {
    const status: DeviceStatus = {
      online: true,
      can: [...DEVICE_ABILITIES],
      kind: options.kind,
      power: options.power,
    };
    line.subscribe(topics.down, { qos: 1 });
    line.publish(topics.status, JSON.stringify(status), { qos: 1, retain: true });
    line.publish(topics.heartbeat, heartbeat(options), { qos: 0 });
    options.onState('up', '');
    resumed = new Set(inFlight);
    options.onUp();
    resumed = new Set();
  }

  function keepBeating(): void {
    options.timers.later(HEARTBEAT_EVERY_MS[options.power], () => {
      if (client?.connected) client.publish(topics.heartbeat, heartbeat(options), { qos: 0 });
      keepBeating();
    });
  }

  return {
    open() {
      if (client) return;
      const line = connect(options, topics.status);
      client = line;
      line.on('connect', () => welcome(line));
      line.on('message', (topic, payload) => hear(topic === topics.ack, topic === topics.command, payload, options));
      line.on('close', () => options.onState('down', ''));
      line.on('error', (error) => options.onState(isRefusal(error) ? 'refused' : 'down', error.message));
      keepBeating();
    },
    sendEvent(event) {
      if (!client?.connected) return false;
      // MQTT.js itself sends again what had no PUBACK when the line broke; only the wait for the next resend begins.
      if (resumed.has(event.id)) return true;
      inFlight.add(event.id);
      client.publish(topics.event, JSON.stringify(event), { qos: 1 }, () => inFlight.delete(event.id));
      return true;
    },
    connected: () => client?.connected ?? false,
    async close() {
      const line = client;
      client = undefined;
      if (!line) return;
      if (line.connected)
        await line.publishAsync(topics.status, '{"online":false}', { qos: 1, retain: true }).catch(() => {});
      await line.endAsync(!line.connected);
    },
    drop() {
      client?.end(true);
      client = undefined;
    },
  };
}

function connect(options: LineOptions, statusTopic: string): MqttClient {
  return mqtt.connect(options.mqttUrl, {
    clientId: options.id,
    username: options.id,
    password: options.secret,
    clean: false,
    protocolVersion: 4,
    keepalive: 60,
    connectTimeout: 10_000,
    // Boxes of one street must not come back in the same instant after a power cut: 1–2.5 s by lane.
    reconnectPeriod: Math.max(20, (1000 + (Number.parseInt(options.lane, 16) || 0) * 100) * options.pace),
    reconnectOnConnackError: true,
    resubscribe: false,
    will: { topic: statusTopic, payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
  });
}

const bornAt = performance.now();

function heartbeat({ clock, battery }: LineOptions): string {
  return JSON.stringify({
    at: new Date(clock.now()).toISOString(),
    battery,
    uptime: Math.round((performance.now() - bornAt) / 1000),
    fw: 'sim-1',
  });
}

function hear(isAck: boolean, isCommand: boolean, payload: Buffer, options: LineOptions): void {
  const body = parse(payload);
  const ack = isAck ? ackSchema.safeParse(body) : undefined;
  if (ack?.success) options.onAck(ack.data);
  const command = isCommand ? commandSchema.safeParse(body) : undefined;
  if (command?.success) options.onCommand(command.data);
}

/** CONNACK 4 (bad user name or password) and 5 (not authorized), MQTT 3.1.1 §3.2.2.3. */
function isRefusal(error: Error): boolean {
  const code = 'code' in error ? Number(error.code) : NaN;
  return code === 4 || code === 5;
}

function parse(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}
