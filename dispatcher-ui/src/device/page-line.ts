/** The MQTT line of the page, over WebSocket. */
import mqtt, { type MqttClient } from 'mqtt';
import {
  ackSchema,
  commandSchema,
  DEVICE_ABILITIES,
  type Ack,
  type DeviceCommand,
  type DeviceEvent,
} from '#contracts/device.ts';
import { deviceTopics, HEARTBEAT_EVERY_MS } from '#contracts/device-side.ts';
import type { Credentials } from './credentials.ts';

export type LineState = 'connecting' | 'up' | 'down' | 'refused';

export interface PageLine {
  /** False while there is no connection. */
  sendEvent(event: DeviceEvent): boolean;
  close(): void;
}

export interface PageLineDeps {
  credentials: Credentials;
  onState(state: LineState): void;
  onUp(): void;
  onAck(ack: Ack): void;
  onCommand(command: DeviceCommand): void;
}

const STATUS = { online: true, can: [...DEVICE_ABILITIES], kind: 'screen', power: 'mains' };

/** Opens the line and keeps it open until `close()`. */
export function openPageLine({ credentials, onState, onUp, onAck, onCommand }: PageLineDeps): PageLine {
  const { id, lane } = credentials;
  const topics = deviceTopics(lane, id);
  const client: MqttClient = mqtt.connect(credentials.mqttWsUrl, {
    clientId: id,
    username: id,
    password: credentials.secret,
    clean: false,
    protocolVersion: 4,
    // A dead Wi-Fi is noticed after one and a half of these.
    keepalive: 10,
    connectTimeout: 8_000,
    reconnectPeriod: 2_000,
    reconnectOnConnackError: true,
    resubscribe: false,
    // Worker timers would need a worker made of a blob; this page is in the foreground, or it is no box.
    timerVariant: 'native',
    will: {
      topic: topics.status,
      payload: new TextEncoder().encode('{"online":false}') as Buffer,
      qos: 1,
      retain: true,
    },
  });
  const beat = (): void => {
    if (client.connected)
      client.publish(
        topics.heartbeat,
        JSON.stringify({ at: new Date().toISOString(), uptime: Math.round(performance.now() / 1000), fw: 'page-1' }),
        { qos: 0 },
      );
  };
  const beating = setInterval(beat, HEARTBEAT_EVERY_MS.mains);
  let refused = false;
  client.on('connect', () => {
    refused = false;
    client.subscribe(topics.down, { qos: 1 });
    client.publish(topics.status, JSON.stringify(STATUS), { qos: 1, retain: true });
    beat();
    onState('up');
    onUp();
  });
  client.on('message', (topic, payload) => {
    const body = parse(payload);
    const ack = topic === topics.ack ? ackSchema.safeParse(body) : undefined;
    if (ack?.success) onAck(ack.data);
    const command = topic === topics.command ? commandSchema.safeParse(body) : undefined;
    if (command?.success) onCommand(command.data);
  });
  client.on('error', (error) => {
    // CONNACK 4 and 5: id or secret not accepted (MQTT 3.1.1 §3.2.2.3).
    refused = 'code' in error && (error.code === 4 || error.code === 5);
    onState(refused ? 'refused' : 'down');
  });
  client.on('close', () => onState(refused ? 'refused' : 'down'));
  const offline = (): void => onState('down');
  const online = (): void => void (client.connected || client.reconnect());
  addEventListener('offline', offline);
  addEventListener('online', online);

  return {
    sendEvent(event) {
      if (!client.connected) return false;
      client.publish(topics.event, JSON.stringify(event), { qos: 1 });
      return true;
    },
    close() {
      clearInterval(beating);
      removeEventListener('offline', offline);
      removeEventListener('online', online);
      if (client.connected) client.publish(topics.status, '{"online":false}', { qos: 1, retain: true });
      client.end(!client.connected);
    },
  };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
}
