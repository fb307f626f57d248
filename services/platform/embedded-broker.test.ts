import { connect as connectTcp } from 'node:net';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { movableClock } from '#kernel/clock.ts';
import { type EmbeddedBroker, createEmbeddedBroker } from './embedded-broker.ts';
import { createLog } from './log.ts';
import { createMqttAuthenticator } from './mqtt-authenticate.ts';

const clock = movableClock();
let broker: EmbeddedBroker;
let url: string;
let wsUrl: string;
let refused: { clientId: string; reason: string }[];
let registryAway: boolean;
const clients: MqttClient[] = [];

beforeEach(async () => {
  refused = [];
  registryAway = false;
  broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    wsPort: 0,
    log: createLog('silent'),
    clock,
    authenticate: createMqttAuthenticator({
      bridgeSecret: 'bridge-secret',
      findDevice: async (id) => {
        if (registryAway) throw new Error('database away');
        return id.startsWith('box-') ? { id, secretHash: `secret of ${id}` } : null;
      },
      findGateway: async (username) =>
        username === 'gate' ? { secretHash: 'secret of gate', topics: ['zigbee2mqtt/#'] } : null,
      verifySecret: (secret, hash) => secret === hash,
    }),
    onRefused: (refusal) => refused.push(refusal),
  });
  const { port, wsPort } = await broker.start();
  url = `mqtt://127.0.0.1:${port}`;
  wsUrl = `ws://127.0.0.1:${wsPort}`;
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await broker.stop();
});

async function open(
  username: string,
  password: string,
  options: IClientOptions & { at?: string } = {},
): Promise<MqttClient> {
  const { at = url, ...rest } = options;
  const client = mqtt.connect(at, {
    username,
    password,
    clientId: username,
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...rest,
  });
  clients.push(client);
  client.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed')));
  });
  return client;
}

const box = (id: string, options?: Parameters<typeof open>[2]): Promise<MqttClient> =>
  open(id, `secret of ${id}`, options);

/** A bridge that keeps what it hears. */
async function listen(filter = '12349/v1/0/+/up/#'): Promise<{ topic: string; payload: Buffer }[]> {
  const heard: { topic: string; payload: Buffer }[] = [];
  const bridge = await open('bridge-0', 'bridge-secret');
  bridge.on('message', (topic, payload) => heard.push({ topic, payload }));
  await bridge.subscribeAsync(filter, { qos: 1 });
  return heard;
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 250 && !what(); i++) await wait(20);
  expect(what()).toBe(true);
}

describe('the embedded broker', () => {
  test('carries a press up and an acknowledgement down, over TCP and over WebSocket', async () => {
    const bridge = await open('bridge-0', 'bridge-secret');
    await bridge.subscribeAsync('12349/v1/0/+/up/#', { qos: 1 });
    bridge.on('message', (topic) => bridge.publish(topic.replace('/up/event', '/down/ack'), 'received', { qos: 1 }));
    for (const [id, at] of [
      ['box-1', url],
      ['box-2', wsUrl],
    ] as const) {
      const device = await box(id, { at, clean: false });
      await device.subscribeAsync(`12349/v1/0/${id}/down/#`, { qos: 1 });
      const answer = new Promise((resolve) =>
        device.once('message', (topic, payload) => resolve([topic, payload.toString()])),
      );
      await device.publishAsync(`12349/v1/0/${id}/up/event`, '{}', { qos: 1 });
      expect(await answer).toEqual([`12349/v1/0/${id}/down/ack`, 'received']);
    }
    expect(refused).toEqual([]);
  });

  test.each([
    ['box-1', 'wrong', 5, 'wrong secret'],
    ['unknown', 'x', 5, 'not in the registry'],
    ['bridge-0', 'secret of bridge-0', 5, 'ids that begin with "bridge" belong to the platform'],
    ['bridge-zz', 'bridge-secret', 5, 'ids that begin with "bridge" belong to the platform'],
    ['Bridge-0', 'bridge-secret', 5, 'ids that begin with "bridge" belong to the platform'],
  ])('refuses %s with the password "%s", and says so once', async (id, password, code, reason) => {
    await expect(open(id, password)).rejects.toMatchObject({ code });
    await expect(open(id, password)).rejects.toMatchObject({ code });
    expect(refused).toEqual([{ clientId: id, reason }]);
  });

  test('refuses a client without a user name, naming its client id', async () => {
    const client = mqtt.connect(url, { clientId: 'nobody', protocolVersion: 4, reconnectPeriod: 0 });
    clients.push(client);
    await new Promise((resolve) => client.once('error', resolve));
    expect(refused).toEqual([{ clientId: 'nobody', reason: 'no user name' }]);
  });

  test('says "come again" while the registry is away, and raises no notice', async () => {
    registryAway = true;
    await expect(box('box-1')).rejects.toMatchObject({ code: 3 });
    registryAway = false;
    await box('box-1');
    expect(refused).toEqual([]);
  });

  test('takes the user name for the client id: nobody throws another out by taking his id', async () => {
    const victim = await box('box-1');
    let cut = false;
    victim.once('close', () => (cut = true));
    const other = await box('box-2', { clientId: 'box-1' });
    await other.publishAsync('12349/v1/0/box-2/up/event', '{}', { qos: 1 });
    await wait(100);
    expect(cut).toBe(false);
    expect(victim.connected).toBe(true);
    const again = await box('box-1');
    await until(() => cut);
    expect(again.connected).toBe(true);
  });

  test('drops what a device writes as another, keeps its connection and its own presses, and tells', async () => {
    const heard = await listen('#');
    const device = await box('box-1', {
      will: { topic: '12349/v1/0/box-2/up/status', payload: Buffer.from('{}'), qos: 1, retain: true },
    });
    for (const qos of [0, 1, 2] as const)
      await device.publishAsync('12349/v1/0/box-2/up/event', '{}', { qos, retain: true });
    await device.publishAsync('12349/v1/0/box-1/up/event', '{}', { qos: 1 });
    await until(() => heard.length > 0);
    device.stream.destroy();
    await until(() => refused.length === 2);
    expect(heard.map(({ topic }) => topic)).toEqual(['12349/v1/0/box-1/up/event']);
    expect(refused).toEqual([
      { clientId: 'box-1', reason: 'may not publish to 12349/v1/0/box-2/up/event' },
      { clientId: 'box-1', reason: 'may not publish to 12349/v1/0/box-2/up/status' },
    ]);
  });

  test('grants a device its own downlinks alone', async () => {
    const device = await box('box-1');
    await device.subscribeAsync('12349/v1/0/box-1/down/#', { qos: 1 });
    for (const filter of ['#', '12349/v1/0/box-2/down/#', '12349/v1/0/+/down/#', '12349/v1/0/box-1/up/#', '$SYS/#']) {
      await expect(device.subscribeAsync(filter, { qos: 1 }), filter).rejects.toThrow();
    }
    expect(device.connected).toBe(true);
  });

  test('a gateway publishes its own topics only', async () => {
    const heard = await listen('#');
    const gateway = await open('gate', 'secret of gate', { clientId: 'mqttjs_0815' });
    await gateway.publishAsync('homeassistant/x', '1', { qos: 1 });
    await gateway.publishAsync('12349/v1/0/box-1/up/event', '2', { qos: 1 });
    await gateway.publishAsync('zigbee2mqtt/button', '3', { qos: 1 });
    await until(() => heard.length > 0);
    expect(heard.map(({ topic }) => topic)).toEqual(['zigbee2mqtt/button']);
  });

  test('carries 1 MB that nobody can read, and cuts the client, alone, that sends more', async () => {
    const heard = await listen();
    const [sender, bystander] = [await box('box-1'), await box('box-2')];
    const payload = randomBytes(1024 * 1024);
    await sender.publishAsync('12349/v1/0/box-1/up/event', payload, { qos: 1 });
    await until(() => heard.length === 1);
    expect(heard[0]!.payload.equals(payload)).toBe(true);
    for (const at of [url, wsUrl]) {
      const greedy = await box('box-3', { at });
      const closed = new Promise<void>((resolve) => greedy.once('close', () => resolve()));
      greedy.publish('12349/v1/0/box-3/up/event', randomBytes(2 * 1024 * 1024), { qos: 1 });
      await closed;
    }
    expect(heard).toHaveLength(1);
    expect(refused).toEqual([{ clientId: 'box-3', reason: 'a packet of more than 1114112 bytes' }]);
    await bystander.publishAsync('12349/v1/0/box-2/up/event', '{}', { qos: 1 });
    await until(() => heard.length === 2);
  });

  test('keeps presses for a bridge that is away, and hands them over when it is back', async () => {
    const bridge = await open('bridge-0', 'bridge-secret', { clean: false });
    await bridge.subscribeAsync('12349/v1/0/+/up/#', { qos: 1 });
    await bridge.endAsync(true);
    const device = await box('box-1');
    for (let i = 0; i < 50; i++) await device.publishAsync('12349/v1/0/box-1/up/event', String(i), { qos: 1 });
    const heard: string[] = [];
    const back = mqtt.connect(url, {
      username: 'bridge-0',
      password: 'bridge-secret',
      clientId: 'bridge-0',
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    clients.push(back);
    back.on('message', (_topic, payload) => heard.push(payload.toString()));
    await until(() => heard.length === 50);
    expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
  });

  test('a client can be cut, and its last will is heard', async () => {
    const heard = await listen();
    const device = await box('box-1', {
      will: { topic: '12349/v1/0/box-1/up/status', payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    });
    const closed = new Promise<void>((resolve) => device.once('close', () => resolve()));
    broker.disconnect('box-1');
    await closed;
    await until(() => heard.length === 1);
    expect(heard[0]!.payload.toString()).toBe('{"online":false}');
    broker.disconnect('nobody');
  });

  test('survives noise', async () => {
    const port = Number(new URL(url).port);
    for (let i = 0; i < 200; i++) {
      const noise = randomBytes(1 + (i % 64));
      if (i % 2) noise[0] = 0x10 + (i % 16);
      await new Promise<void>((resolve) => {
        const socket = connectTcp(port, '127.0.0.1', () => socket.end(noise));
        socket.on('error', () => undefined);
        socket.once('close', () => resolve());
        socket.setTimeout(200, () => socket.destroy());
      });
    }
    const device = await box('box-1');
    expect(device.connected).toBe(true);
  });

  test('names the variable when its port is taken, and leaves nothing open', async () => {
    const { port } = new URL(url);
    const second = createEmbeddedBroker({
      host: '127.0.0.1',
      port: Number(port),
      wsPort: 0,
      log: createLog('silent'),
      clock,
      authenticate: async () => ({ refused: 'x' }),
      onRefused: () => undefined,
    });
    await expect(second.start()).rejects.toThrow(/MQTT_PORT/);
  });
});
