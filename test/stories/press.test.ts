import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import { newId } from '#kernel/ids.ts';
import { type Api, signInDemo } from '#test/harness/api.ts';
import { findProgram } from '#test/harness/engine.ts';
import { type PlatformHome, createPlatformHome } from '#test/harness/platform.ts';
import { type RunningProcess, repositoryFolder, startProcess } from '#test/harness/process.ts';

let home: PlatformHome;
let platform: RunningProcess;
let operator: Api;

beforeAll(async () => {
  home = await createPlatformHome();
  platform = await home.start();
  operator = await signInDemo(home.url, home.demo(), 'op1');
});
afterAll(async () => {
  await platform?.stop();
  home.remove();
});

/** One press with Debian's mosquitto_rr, one connection: user name = client id. Its answer, and when which was there (ms). */
async function pressWithMosquitto(
  n: number,
): Promise<{ ack: Record<string, unknown>; ackedMs: number; listedMs: number }> {
  const device = home.demo().devices[n]!;
  const { id, secret, lane } = device;
  const event = { id: newId(Date.now()), type: 'sos', at: new Date().toISOString(), key: 'red' };
  const base = `12349/v1/${lane}/${id}`;
  const connection = [
    '-V',
    'mqttv311',
    '-h',
    '127.0.0.1',
    '-p',
    String(home.mqttPort),
    '-i',
    id,
    '-u',
    id,
    '-P',
    secret,
  ];
  const topics = [
    '-q',
    '1',
    '-t',
    `${base}/up/event`,
    '-e',
    `${base}/down/ack`,
    '-m',
    JSON.stringify(event),
    '-W',
    '10',
  ];
  const from = performance.now();
  const client = await startProcess({
    command: [findProgram(['mosquitto_rr'], 'mosquitto-clients'), ...connection, ...topics],
  });
  const { code } = await client.exited;
  const ackedMs = performance.now() - from;
  expect(code, client.output()).toBe(0);
  const ack = JSON.parse(client.output());
  expect(ack).toMatchObject({ event: event.id, stage: 'received', say: '收到了,您别急,正给您叫人呢。' });
  const { body } = await operator.get('/api/incidents?state=open');
  const listedMs = performance.now() - from;
  const incident = body.items.find((one: { id: string }) => one.id === ack.incident);
  expect(incident).toMatchObject({ state: 'waiting', queue: 'emergency', device: { id } });
  expect(incident.presses.map((press: { eventId: string }) => press.eventId)).toContain(event.id);
  return { ack, ackedMs, listedMs };
}

test('mosquitto_rr with a demo device’s credentials: received comes back, and the incident is listed, under a second', async () => {
  const times: number[] = [];
  for (const n of [10, 11, 12, 13, 14]) {
    const { ackedMs, listedMs } = await pressWithMosquitto(n);
    process.stdout.write(
      `press of ${home.demo().devices[n]!.id}: received after ${ackedMs.toFixed(0)} ms, listed after ${listedMs.toFixed(0)} ms, the program's own start and end included\n`,
    );
    times.push(listedMs);
  }
  times.sort((a, b) => a - b);
  expect(times[2]).toBeLessThan(1_000);
});

interface Vector {
  id: string;
  topic: string;
  payload: string;
  expect: { type: EventType };
}

const CALLS = new Set(['emergency', 'medical', 'household']);

test('the zigbee2mqtt messages through the broker: those that call for help become incidents, the others do not', async () => {
  const file = `${repositoryFolder}devices/adapters/vectors/zigbee2mqtt.json`;
  const vectors: Vector[] = JSON.parse(readFileSync(file, 'utf8'));
  const gateway = home.demo().gateways[0]!;
  const { username, password } = gateway;
  const auditor = await signInDemo(home.url, home.demo(), 'auditor');
  const client = await mqtt.connectAsync(home.mqttUrl, { username, password, clientId: username, protocolVersion: 4 });
  const kept = async (): Promise<{ type: EventType; raw: string; incident: string | null }[]> =>
    (await auditor.get('/api/presses?adapter=zigbee2mqtt&limit=200')).body.items;
  try {
    for (const vector of vectors) await client.publishAsync(vector.topic, vector.payload, { qos: 1 });
    const calls = vectors.filter((vector) => CALLS.has(EVENT_TYPES[vector.expect.type]));
    const others = vectors.filter((vector) => !calls.includes(vector));
    expect([calls.length, others.length]).not.toContain(0);
    await expect
      .poll(async () => (await kept()).filter((press) => press.incident !== null).length, { timeout: 10_000 })
      .toBe(calls.length);
    const presses = await kept();
    for (const vector of calls) {
      const press = presses.find((one) => one.raw === vector.payload && one.type === vector.expect.type);
      expect(press, `${vector.id} ${vector.topic}`).toBeDefined();
      const { status, body } = await operator.get(`/api/incidents/${press!.incident}`);
      expect([vector.id, status]).toEqual([vector.id, 200]);
      expect(body.state).not.toBe('closed');
    }
    for (const vector of others) {
      const press = presses.find((one) => one.raw === vector.payload);
      expect(press?.incident ?? null, `${vector.id} ${vector.topic}`).toBeNull();
    }
  } finally {
    await client.endAsync();
  }
});
