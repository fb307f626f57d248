import mqtt, { type MqttClient } from 'mqtt';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_TYPES, type DeviceEvent } from '#contracts/device.ts';
import { startMosquitto, type Mosquitto } from '#test/harness/mosquitto.ts';
import { createFleet } from './fleet.ts';

let broker: Mosquitto;
let platform: MqttClient;
const home = mkdtempSync(join(tmpdir(), 'yijiantong-fleet-'));
const events: { device: string; event: DeviceEvent }[] = [];
const online = new Map<string, boolean>();

beforeAll(async () => {
  broker = await startMosquitto();
  platform = await mqtt.connectAsync(broker.url, { clientId: 'bridge-0' });
  platform.on('message', (topic, payload) => {
    const [, , lane, device, , kind] = topic.split('/') as [string, string, string, string, string, string];
    const body: unknown = JSON.parse(payload.toString());
    if (kind === 'status') online.set(device, (body as { online: boolean }).online);
    if (kind !== 'event') return;
    const event = body as DeviceEvent;
    events.push({ device, event });
    for (const stage of ['received', 'resolved']) {
      const ack = {
        event: event.id,
        incident: `i-${device}`,
        stage,
        at: new Date().toISOString(),
        say: stage === 'received' ? '收到了' : '办好了',
        eta_s: null,
        who: null,
      };
      platform.publish(`12349/v1/${lane}/${device}/down/ack`, JSON.stringify(ack), { qos: 1 });
    }
  });
  await platform.subscribeAsync('12349/v1/+/+/up/#', { qos: 1 });
});
afterAll(async () => {
  await platform.endAsync(true);
  await broker.remove();
  rmSync(home, { recursive: true, force: true });
});

test('a fleet is exactly the boxes it was given; they press now and then and go off line when it stops', async () => {
  const devices = Array.from({ length: 6 }, (_, n) => ({
    id: `sim-${n}`,
    secret: 'x',
    lane: n.toString(16),
    ...(n === 0 && { location: { lat: 32.04, lon: 112.14 } }),
  }));
  const pressed: string[] = [];
  const fleet = createFleet({
    devices,
    mqttUrl: broker.url,
    pace: 0.01,
    meanPressMs: 15,
    pressed: (device, event) => pressed.push(`${device}/${event.id}`),
  });
  fleet.start();
  for (let n = 0; n < 500 && pressed.length < 40; n += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  for (let n = 0; n < 100 && fleet.boxes().some((box) => box.unsent().length > 0); n += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await fleet.stop();
  expect(pressed.length).toBeGreaterThanOrEqual(40);
  expect(events.every((one) => devices.some((device) => device.id === one.device))).toBe(true);
  expect(events.every(({ event }) => Object.hasOwn(EVENT_TYPES, event.type))).toBe(true);
  expect(events.filter(({ device }) => device === 'sim-0').every(({ event }) => event.location?.lat === 32.04)).toBe(
    true,
  );
  for (let n = 0; n < 100 && [...online.values()].includes(true); n += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(Object.fromEntries(online)).toEqual(Object.fromEntries(devices.map((device) => [device.id, false])));
});

test('npm run device presses, prints what the box says and ends with the incident', async () => {
  writeFileSync(
    join(home, 'demo.json'),
    JSON.stringify({
      accounts: [],
      gateways: [],
      devices: [{ id: 'demo-0001', secret: 'x', lane: '7', resident: '王桂兰' }],
    }),
  );
  const program = [
    join(import.meta.dirname, 'device.ts'),
    '--id',
    'demo-0001',
    '--press',
    'sos',
    '--count',
    '2',
    '--every',
    '0.1',
    '--battery',
    '40',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, program, {
    env: { ...process.env, DATA_DIR: home, MQTT_URL: broker.url },
    timeout: 15_000,
  });
  expect(stdout.match(/pressed sos \(red\)/g)).toHaveLength(2);
  expect(stdout).toContain('「收到了」  received');
  expect(stdout).toContain('「办好了」  resolved');
  expect(
    events.filter(({ device }) => device === 'demo-0001').map(({ event }) => [event.type, event.key, event.battery]),
  ).toEqual([
    ['sos', 'red', 40],
    ['sos', 'red', 40],
  ]);
  const wrong = promisify(execFile)(
    process.execPath,
    [program[0]!, '--id', 'bridge-7', '--press', 'sos', '--count', 'x'],
    { env: { ...process.env, DATA_DIR: home } },
  );
  await expect(wrong).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--id: .*refused[^]*--count: a whole number/) as string,
  });
});
