import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { type EmbeddedBroker, createEmbeddedBroker } from './embedded-broker.ts';
import { createLog } from './log.ts';
import { ADAPTER_USER, BRIDGE_USERS } from './mqtt-access.ts';
import { createMqttAuthenticator } from './mqtt-authenticate.ts';
import { untilBridgeListens } from './mqtt-gate.ts';

let broker: EmbeddedBroker;
let url: string;
const clients: mqtt.MqttClient[] = [];

beforeEach(async () => {
  broker = createEmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    wsPort: 0,
    log: createLog('silent'),
    clock: systemClock,
    onRefused: () => undefined,
    authenticate: untilBridgeListens(
      createMqttAuthenticator({
        bridgeSecret: 'secret',
        findDevice: async (id) => (id === 'box-1' ? { id, secretHash: 'secret' } : null),
        findGateway: async (username) =>
          username === 'gate' ? { secretHash: 'secret', topics: ['zigbee2mqtt/#'] } : null,
        verifySecret: (secret, hash) => secret === hash,
      }),
    ),
  });
  url = `mqtt://127.0.0.1:${(await broker.start()).port}`;
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await broker.stop();
});

function open(username: string, password = 'secret'): mqtt.MqttClient {
  const client = mqtt.connect(url, { username, clientId: username, password, protocolVersion: 4, reconnectPeriod: 0 });
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

async function listen(users: readonly string[], filter: string, heard: string[]): Promise<void> {
  await Promise.all(
    users.map(async (user) => {
      const bridge = open(user);
      bridge.on('message', (topic) => heard.push(topic));
      await bridge.subscribeAsync(filter, { qos: 1 });
    }),
  );
}

test('a press that is sent as soon as the broker is there waits until every lane is heard, and is not lost', async () => {
  const heard: string[] = [];
  const box = open('box-1');
  box.publish('12349/v1/3/box-1/up/event', '{}', { qos: 1 });
  await listen(BRIDGE_USERS.slice(1), '12349/v1/0/+/up/#', []);
  await wait(100);
  expect(box.connected).toBe(false);
  await listen(BRIDGE_USERS.slice(0, 1), '12349/v1/+/+/up/#', heard);
  await expect.poll(() => heard).toEqual(['12349/v1/3/box-1/up/event']);
});

test('a gateway waits for the adapters, not for the lanes; a wrong secret waits for nothing', async () => {
  const heard: string[] = [];
  const gate = open('gate');
  gate.publish('zigbee2mqtt/button', '{"action":"sos"}', { qos: 1 });
  const refused = new Promise((resolve) => open('box-1', 'wrong').once('error', resolve));
  expect(await refused).toMatchObject({ code: 5 });
  expect(gate.connected).toBe(false);
  await listen([ADAPTER_USER], 'zigbee2mqtt/#', heard);
  await expect.poll(() => heard).toEqual(['zigbee2mqtt/button']);
});
