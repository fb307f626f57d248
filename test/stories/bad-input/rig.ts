import mqtt, { type MqttClient } from 'mqtt';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Ack } from '#contracts/device.ts';
import type { WireIncident } from '#contracts/incident.ts';
import { type Answer, type Api, openApi, signInDemo } from '#test/harness/api.ts';
import { type PlatformHome, createPlatformHome } from '#test/harness/platform.ts';
import type { RunningProcess } from '#test/harness/process.ts';

/** A connection with a device's credentials that follows no protocol. */
export interface Line {
  id: string;
  client: MqttClient;
  acks: Ack[];
  /** Publishes to this device's own `up/event`. */
  event(payload: string | Buffer): Promise<unknown>;
}

/** A platform to be treated badly. After every test it must be alive and have met nothing that it did not expect. */
export interface Rig {
  readonly home: PlatformHome;
  readonly operator: Api;
  readonly auditor: Api;
  readonly admin: Api;
  readonly database: pg.Client;
  /** The n-th demo device. */
  connect(n: number, more?: mqtt.IClientOptions): Promise<Line>;
  pressesOf(device: string): Promise<{ eventId: string; type: string; raw: string; incident: string | null }[]>;
  /** The first incident of a device, as an operator's list shows it within 5 s. */
  shown(device: string): Promise<WireIncident>;
}

/** To be called at the top of a test file: sets the hooks that start and end everything. */
export function useBadlyTreatedPlatform(): Rig {
  const lines: MqttClient[] = [];
  const rig = {} as { -readonly [Key in keyof Rig]: Rig[Key] };
  let platform: RunningProcess;

  beforeAll(async () => {
    const home = await createPlatformHome();
    rig.home = home;
    platform = await home.start();
    rig.operator = await signInDemo(home.url, home.demo(), 'op1');
    rig.auditor = await signInDemo(home.url, home.demo(), 'auditor');
    rig.admin = await signInDemo(home.url, home.demo(), 'admin');
    rig.database = new pg.Client({ connectionString: home.databaseUrl() });
    await rig.database.connect();
  });
  afterEach(async () => {
    await Promise.all(lines.splice(0).map((line) => line.endAsync(true)));
    await expectAlive(rig.home, platform);
  });
  afterAll(async () => {
    await rig.database?.end();
    const exit = await platform?.stop();
    rig.home.remove();
    expectCleanEnd(exit);
  });

  rig.connect = async (n, more = {}) => {
    const { id, secret, lane } = rig.home.demo().devices[n]!;
    const options = { username: id, clientId: id, password: secret, protocolVersion: 4 as const, reconnectPeriod: 0 };
    const client = await mqtt.connectAsync(rig.home.mqttUrl, { ...options, ...more });
    lines.push(client);
    const acks: Ack[] = [];
    client.on('error', () => undefined);
    client.on('message', (topic, payload) => topic.endsWith('/down/ack') && acks.push(JSON.parse(payload.toString())));
    const base = `12349/v1/${lane}/${id}`;
    await client.subscribeAsync(`${base}/down/#`, { qos: 1 });
    return { id, client, acks, event: (payload) => client.publishAsync(`${base}/up/event`, payload, { qos: 1 }) };
  };
  rig.pressesOf = async (device) =>
    (await rig.auditor.get(`/api/presses?device=${encodeURIComponent(device)}`)).body.items;
  rig.shown = async (device) => {
    for (const until = performance.now() + 20_000; performance.now() < until;) {
      const { body } = await rig.operator.get('/api/incidents?state=open&limit=200');
      const found = body.items.find((one: WireIncident) => one.device?.id === device);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no operator is shown an incident of ${device}`);
  };
  return rig;
}

async function expectAlive(home: PlatformHome, platform: RunningProcess): Promise<void> {
  expect((await openApi(home.url).get('/healthz')).status).toBe(200);
  // pino's level of what was unexpected.
  expect(platform.output()).not.toMatch(/"level":60/);
}

function expectCleanEnd(exit: unknown): void {
  expect(exit).toEqual({ code: 0, signal: null });
}

/** No answer may show what is inside: a line of a stack, a path of ours, a statement. */
export function expectNoStack({ text }: Answer): void {
  expect(text).not.toMatch(/\n\s+at |\bat \S+ \(|node_modules|\/services\/|\.ts:\d|select .* from|Error: /);
}

/** A clear answer: a problem of the closed registry, in words. */
export function expectProblem(answer: Answer, status: number, code?: string): void {
  expectNoStack(answer);
  const expected = { status, code: code ?? expect.any(String), title: expect.any(String) };
  expect(answer.body, answer.text).toMatchObject(expected);
  expect(answer.status).toBe(status);
}
