import { randomUUID } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { expect } from 'vitest';
import type { Ack } from '#contracts/device.ts';
import { laneOf } from '#registry/device-secret.ts';

/** A device on the wire, without any of the patience of a real one: it sends once. */
export interface Box {
  id: string;
  client: MqttClient;
  /** Everything that came on its `down/ack`, in order. */
  acks: Ack[];
  /** Its topic `…/up/{what}`. */
  up(what: string): string;
  /** Publishes an event and resolves, with its id, when the broker has it. `more` adds to the body or replaces in it. */
  press(type: string, more?: Record<string, unknown>, retain?: boolean): Promise<string>;
  /** The ack `received` of that event. */
  acked(event: string, timeout?: number): Promise<Ack>;
}

/** Connects a device of that id with a durable session, and listens for its acks. */
export async function openBox(
  url: string,
  id: string,
  options: { password?: string; will?: IClientOptions['will'] } = {},
): Promise<Box> {
  const client = await mqtt.connectAsync(url, {
    clientId: id,
    username: id,
    password: options.password ?? 'any',
    clean: false,
    protocolVersion: 4,
    ...(options.will && { will: options.will }),
  });
  const acks: Ack[] = [];
  const base = `12349/v1/${laneOf(id)}/${id}`;
  client.on('message', (_topic, payload) => void acks.push(JSON.parse(payload.toString()) as Ack));
  await client.subscribeAsync(`${base}/down/#`, { qos: 1 });
  return {
    id,
    client,
    acks,
    up: (what) => `${base}/up/${what}`,
    async press(type, more = {}, retain = false) {
      const event = { id: randomUUID() as string, type, at: new Date().toISOString(), key: 'red', ...more };
      await client.publishAsync(`${base}/up/event`, JSON.stringify(event), { qos: 1, retain });
      return event.id;
    },
    async acked(event, timeout = 5_000) {
      const find = (): Ack | undefined => acks.find((ack) => ack.event === event && ack.stage === 'received');
      await expect.poll(find, { timeout, interval: 20 }).toBeDefined();
      return find()!;
    },
  };
}
