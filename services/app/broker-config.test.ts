import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hashDeviceSecret } from '#registry/device-secret.ts';
import { type TestDatabase, createTestDatabase } from '#test/harness/database.ts';
import { type Mosquitto, mosquittoPorts, startMosquitto } from '#test/harness/mosquitto.ts';
import { runProgram } from '#test/harness/process.ts';

let database: TestDatabase;
let home: string;
let dir: string;
let ports: { port: number; wsPort: number };
let broker: Mosquitto;
let secret: string;
let output: string;
const clients: MqttClient[] = [];

async function writeFiles(out = dir): Promise<{ code: number | null; output: string }> {
  return runProgram('services/app/broker-config.ts', {
    args: ['--out', out],
    env: {
      DATABASE_URL: database.url,
      MQTT_URL: undefined,
      HOST: '127.0.0.1',
      MQTT_PORT: String(ports.port),
      MQTT_WS_PORT: String(ports.wsPort),
    },
  });
}

async function addDevice(id: string): Promise<void> {
  await database.db.pool.query(`insert into device (id, kind, lane, secret_hash) values ($1, 'home', '0', $2)`, [
    id,
    hashDeviceSecret(`secret of ${id}`),
  ]);
}

async function open(
  username: string,
  password: string,
  options: IClientOptions & { at?: string } = {},
): Promise<MqttClient> {
  const { at = broker.url, ...rest } = options;
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
  });
  return client;
}

const box = (id: string, options?: Parameters<typeof open>[2]): Promise<MqttClient> =>
  open(id, `secret of ${id}`, options);

async function listen(filter: string): Promise<string[]> {
  const heard: string[] = [];
  const bridge = await open('bridge-0', secret);
  bridge.on('message', (topic) => heard.push(topic));
  await bridge.subscribeAsync(filter, { qos: 1 });
  return heard;
}

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 250 && !what(); i++) await wait(20);
  expect(what()).toBe(true);
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (const id of ['box-1', 'box-2']) await addDevice(id);
  await database.db.pool.query(
    `insert into gateway (username, secret_hash, topics) values ('gate', $1, '{zigbee2mqtt/#}'), ('greedy', $1, '{#}'), ('bad:name', $1, '{#}')`,
    [hashDeviceSecret('gate')],
  );
  home = mkdtempSync(path.join(tmpdir(), 'yijiantong-broker-'));
  // Where the user that Mosquitto becomes may enter.
  chmodSync(home, 0o755);
  dir = path.join(home, 'mosquitto');
  ports = await mosquittoPorts();
  ({ output } = await writeFiles());
  secret = new URL(/^MQTT_URL=(.*)$/m.exec(output)![1]!).password;
  broker = await startMosquitto({ configFile: path.join(dir, 'mosquitto.conf'), ...ports });
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
});

afterAll(async () => {
  await broker?.remove();
  await database?.drop();
  rmSync(home, { recursive: true, force: true });
});

describe('Mosquitto with the files of `npm run broker`', () => {
  test('carries a press up and an acknowledgement down, over TCP and over WebSocket', async () => {
    const bridge = await open('bridge-0', secret);
    await bridge.subscribeAsync('12349/v1/0/+/up/#', { qos: 1 });
    bridge.on('message', (topic) => bridge.publish(topic.replace('/up/event', '/down/ack'), 'received', { qos: 1 }));
    for (const [id, at] of [
      ['box-1', broker.url],
      ['box-2', broker.wsUrl],
    ] as const) {
      const device = await box(id, { at });
      await device.subscribeAsync(`12349/v1/0/${id}/down/#`, { qos: 1 });
      const answer = new Promise((resolve) => device.once('message', (topic) => resolve(topic)));
      await device.publishAsync(`12349/v1/0/${id}/up/event`, '{}', { qos: 1 });
      expect(await answer).toBe(`12349/v1/0/${id}/down/ack`);
    }
  });

  test.each([
    ['box-1', 'wrong'],
    ['unknown', 'x'],
    ['bridge-0', 'secret of box-1'],
    ['bridge-0', ''],
  ])('refuses %s with the password "%s"', async (id, password) => {
    await expect(open(id, password)).rejects.toMatchObject({ code: 5 });
  });

  test('takes the user name for the client id', async () => {
    const victim = await box('box-1');
    await box('box-2', { clientId: 'box-1' });
    await wait(200);
    expect(victim.connected).toBe(true);
  });

  test('drops what a device writes as another, or as the bridge', async () => {
    const heard = await listen('#');
    const device = await box('box-1');
    const spied: string[] = [];
    const other = await box('box-2');
    other.on('message', (topic) => spied.push(topic));
    await other.subscribeAsync(['#', '12349/v1/0/box-1/#'], { qos: 1 });
    await device.publishAsync('12349/v1/0/box-2/up/event', '{}', { qos: 1 });
    await device.publishAsync('12349/v1/0/box-2/down/ack', '{}', { qos: 1 });
    await device.publishAsync('12349/v1/0/box-1/up/event', '{}', { qos: 1 });
    await until(() => heard.length > 0);
    await wait(100);
    expect(heard).toEqual(['12349/v1/0/box-1/up/event']);
    expect(spied).toEqual([]);
  });

  test('a gateway publishes its own topics only, and never as a device', async () => {
    const heard = await listen('#');
    for (const name of ['gate', 'greedy']) {
      const gateway = await open(name, 'gate');
      await gateway.publishAsync('12349/v1/0/box-1/up/event', '1', { qos: 1 });
      await gateway.publishAsync('homeassistant/x', '2', { qos: 1 });
      await gateway.publishAsync('zigbee2mqtt/button', '3', { qos: 1 });
    }
    await until(() => heard.length === 3);
    expect(heard).toEqual(['zigbee2mqtt/button', 'homeassistant/x', 'zigbee2mqtt/button']);
  });

  test('cuts only the client whose packet is too large', async () => {
    const bystander = await box('box-2');
    const greedy = await box('box-1');
    const closed = new Promise<void>((resolve) => greedy.once('close', () => resolve()));
    greedy.publish('12349/v1/0/box-1/up/event', Buffer.alloc(2 * 1024 * 1024), { qos: 1 });
    await closed;
    expect(bystander.connected).toBe(true);
    await box('box-1');
  });

  test('written again, it keeps the bridge’s secret; after SIGHUP new devices come in and disabled ones do not', async () => {
    await expect(box('box-3')).rejects.toMatchObject({ code: 5 });
    await addDevice('box-3');
    await database.db.pool.query(`update device set disabled_at = '2026-01-01' where id = 'box-2'`);
    const again = await writeFiles();
    expect(new URL(/^MQTT_URL=(.*)$/m.exec(again.output)![1]!).password).toBe(secret);
    broker.reload();
    await until(() => broker.output().includes('Reloading config'));
    await box('box-3');
    await expect(box('box-2')).rejects.toMatchObject({ code: 5 });
    await open('bridge-f', secret);
    await open('bridge-adapters', secret);
  });

  test('leaves out a row that would break its files, and names it', () =>
    expect(output).toContain('left out: "bad:name"'));

  test('its files are nobody else’s to read', () => {
    for (const file of ['passwd', 'acl', 'bridge.secret'])
      expect(statSync(path.join(dir, file)).mode & 0o777, file).toBe(0o600);
  });

  test('works in a folder that only its owner can enter, and through kill -9 it keeps what it acknowledged', async () => {
    const closed = path.join(mkdtempSync(path.join(home, 'closed-')), 'mosquitto');
    const before = ports;
    ports = await mosquittoPorts();
    const written = await writeFiles(closed);
    expect(written).toMatchObject({ code: 0 });
    const password = new URL(/^MQTT_URL=(.*)$/m.exec(written.output)![1]!).password;
    const second = await startMosquitto({ configFile: path.join(closed, 'mosquitto.conf'), ...ports });
    ports = before;
    try {
      const bridge = await open('bridge-0', password, { at: second.url, clean: false });
      await bridge.subscribeAsync('12349/v1/0/+/up/#', { qos: 1 });
      await bridge.endAsync(true);
      const device = await box('box-1', { at: second.url });
      await device.publishAsync('12349/v1/0/box-1/up/event', 'kept', { qos: 1 });
      // The store is written once a second.
      await wait(1_500);
      await second.kill();
      await second.start();
      const back = mqtt.connect(second.url, {
        username: 'bridge-0',
        password,
        clientId: 'bridge-0',
        clean: false,
        protocolVersion: 4,
        reconnectPeriod: 0,
      });
      clients.push(back);
      expect(
        await new Promise((resolve) => back.once('message', (_topic, payload) => resolve(payload.toString()))),
      ).toBe('kept');
    } finally {
      await second.remove();
    }
  });
});

describe('npm run broker', () => {
  test('without --out, or with wrong variables, says what is expected and exits with 2', async () => {
    const bare = await runProgram('services/app/broker-config.ts', { env: { DATABASE_URL: database.url } });
    expect(bare).toMatchObject({ code: 2 });
    expect(bare.output).toContain('--out DIR');
    const wrong = await runProgram('services/app/broker-config.ts', {
      args: ['--out', dir],
      env: { DATABASE_URL: 'nowhere', MQTT_PORT: '-1' },
    });
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.output).toMatch(/MQTT_PORT[^]*DATABASE_URL|DATABASE_URL[^]*MQTT_PORT/);
  });

  test('without a database says how to have one', async () => {
    const empty = path.join(home, 'empty');
    const bare = await runProgram('services/app/broker-config.ts', {
      args: ['--out', path.join(home, 'none')],
      env: { DATABASE_URL: undefined, DATA_DIR: empty },
    });
    expect(bare.code).toBe(1);
    expect(bare.output).toContain('npm start');
    expect(() => readFileSync(path.join(home, 'none', 'passwd'))).toThrow();
  });

  test('takes the secret of an MQTT_URL that is set', async () => {
    const out = path.join(home, 'given');
    const url = 'mqtt://bridge:of%20my%20own@broker:1883';
    const given = await runProgram('services/app/broker-config.ts', {
      args: ['--out', out],
      env: { DATABASE_URL: database.url, MQTT_URL: url },
    });
    expect(given.output).toContain(`MQTT_URL=${url}\n`);
    expect(readFileSync(path.join(out, 'bridge.secret'), 'utf8')).toBe('of my own\n');
  });
});
