import { randomUUID } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ack } from '#contracts/device.ts';
import { createPolicies } from '#dispatch/policies.ts';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import { createReceiver } from '#dispatch/receive.ts';
import { systemClock } from '#kernel/clock.ts';
import { createDatabase, type Database } from '#platform/database.ts';
import { createEmbeddedBroker } from '#platform/embedded-broker.ts';
import { createLog } from '#platform/log.ts';
import { addOutbox } from '#platform/outbox.ts';
import { laneOf } from '#registry/device-secret.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { startMosquitto } from '#test/harness/mosquitto.ts';
import { createBridge, type Bridge, type BridgeDeps } from './bridge.ts';

const log = createLog(process.env['TEST_LOG'] ?? 'silent');
let test_: TestDatabase;
beforeAll(async () => {
  test_ = await createTestDatabase({ max: 20 });
});
afterAll(() => test_.drop());

interface Broker {
  url: string;
  stop(): Promise<void>;
}

const brokers: Record<string, () => Promise<Broker>> = {
  async mosquitto() {
    const broker = await startMosquitto({ persistent: true });
    return { url: broker.url, stop: () => broker.remove() };
  },
  async embedded() {
    const open = { publish: () => true, subscribe: () => true };
    const broker = createEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      wsPort: 0,
      log,
      clock: systemClock,
      authenticate: async () => open,
      onRefused: () => undefined,
    });
    const { port } = await broker.start();
    return { url: `mqtt://127.0.0.1:${port}`, stop: () => broker.stop() };
  },
};

describe.each(Object.keys(brokers))('with the %s broker', (kind) => {
  let broker: Broker;
  let bridges: Bridge[];
  let boxes: Box[];
  const databases: Database[] = [];

  beforeAll(async () => {
    broker = await brokers[kind]!();
  });
  afterAll(() => broker.stop());
  beforeEach(() => {
    bridges = [];
    boxes = [];
  });
  afterEach(async () => {
    await Promise.all(boxes.map((made) => made.client.endAsync(true)));
    await Promise.all(bridges.map((made) => made.stop()));
    await Promise.all(databases.splice(0).map((db) => db.stop()));
    await test_.db.pool.query('truncate lease, outbox');
  });

  async function bridge(more: Partial<BridgeDeps> = {}): Promise<Bridge> {
    const made = createBridge({
      db: test_.db,
      log,
      clock: systemClock,
      leaseClock: systemClock,
      mqttUrl: broker.url.replace('//', '//any:secret@'),
      holder: randomUUID(),
      receive: dispatch(test_.db).receive,
      onDeviceBack: async () => [],
      ...more,
    });
    bridges.push(made);
    await made.start();
    await expect.poll(() => made.state().connected.length, { timeout: 10_000 }).toBe(made.state().held.length);
    return made;
  }

  async function box(id = `box-${randomUUID().slice(0, 8)}`): Promise<Box> {
    const made = await openBox(broker.url, id);
    boxes.push(made);
    return made;
  }

  test('a press is in the database and its device hears that it was received', async () => {
    await bridge();
    const device = await box();
    const id = await device.press('sos');
    const ack = await device.acked(id);
    expect(ack).toMatchObject({ event: id, stage: 'received' });
    expect(await stored(device.id)).toMatchObject([{ event_id: id, type: 'sos', incident_id: ack.incident }]);
  });

  test('neither PUBACK nor "received" goes out before the commit', async () => {
    const device = await box();
    const wire = watchReceive();
    await bridge({ receive: wire.receive });
    const release = await holdCommits();
    const id = await device.press('sos');
    await expect.poll(() => wire.presses.length).toBe(1);
    await pause(500);
    expect(device.acks).toEqual([]);
    // The broker still holds it as not acknowledged: whoever takes over the session gets it.
    await Promise.all(bridges.splice(0).map((made) => made.stop()));
    const later = watchReceive();
    await bridge({ receive: later.receive });
    await expect.poll(() => later.presses.map((press) => press.eventId)).toEqual([id]);
    expect(device.acks).toEqual([]);
    await release();
    await device.acked(id);
    expect(await stored(device.id)).toHaveLength(1);
  });

  test('what was delivered but not committed when its process died is delivered to the next one', async () => {
    // A process that is killed: it never answers, and its connection just ends.
    const dead = await bridge({ receive: () => new Promise(() => undefined), holder: 'same' });
    const device = await box();
    const ids = await Promise.all(Array.from({ length: 30 }, () => device.press('sos')));
    await expect.poll(() => dead.state().pending).toBeGreaterThan(0);
    await dead.stop();
    bridges = [];
    await bridge({ holder: 'same' });
    for (const id of ids) await device.acked(id);
    const rows = await stored(device.id);
    expect(rows.map((row) => row.event_id).sort()).toEqual([...ids].sort());
    expect(new Set(rows.map((row) => row.incident_id)).size).toBe(1);
  });

  test('a connection that breaks under uncommitted presses loses none and counts none twice', async () => {
    const proxy = await cuttable(broker.url.replace('mqtt:', 'tcp:'));
    const wire = watchReceive();
    await bridge({ receive: wire.receive, mqttUrl: proxy.url.replace('tcp://', 'mqtt://any:secret@') });
    const device = await box();
    const release = await holdCommits();
    const ids = await Promise.all(Array.from({ length: 30 }, () => device.press('sos')));
    await expect.poll(() => wire.presses.length).toBeGreaterThan(0);
    proxy.cut();
    await pause(200);
    proxy.mend();
    await expect.poll(() => bridges[0]!.state().connected.length, { timeout: 10_000 }).toBe(17);
    await pause(300);
    await release();
    for (const id of ids) await device.acked(id);
    expect(await stored(device.id)).toHaveLength(30);
    await proxy.close();
  });

  test('while the database is away a press stays with the broker, and is answered when it is back', async () => {
    const proxy = await cuttable(test_.url);
    const db = createDatabase({ url: proxy.url, log, max: 5 });
    databases.push(db);
    const made = await bridge({ db, receive: dispatch(db).receive });
    const device = await box();
    proxy.cut();
    const ids = await Promise.all([device.press('sos'), device.press('service')]);
    await expect.poll(() => made.state().connected.length, { timeout: 10_000 }).toBe(0);
    expect(device.acks).toEqual([]);
    proxy.mend();
    for (const id of ids) await device.acked(id, 15_000);
    expect((await stored(device.id)).map((row) => row.event_id).sort()).toEqual([...ids].sort());
    await proxy.close();
  });

  test('a press that is retained rings once, when it is sent, and never again', async () => {
    const wire = watchReceive();
    await bridge({ receive: wire.receive });
    const device = await box();
    const id = await device.press('sos', {}, true);
    await device.acked(id);
    await Promise.all(bridges.splice(0).map((made) => made.stop()));
    const later = watchReceive();
    await bridge({ receive: later.receive });
    const next = await device.press('service');
    await device.acked(next);
    expect(later.presses.map((press) => press.eventId)).toEqual([next]);
    await device.client.publishAsync(device.up('event'), '', { qos: 1, retain: true });
  });

  test('what can not be read rings as an alarm with its bytes, and the rest goes on', async () => {
    await bridge();
    const device = await box();
    const garbage = ['{"id":"a","type":', 'sos!', '{"type":"sos"}', '[]', '{"id":"numbered","type":7}', '\0\0', ''];
    for (const text of garbage) await device.client.publishAsync(device.up('event'), text, { qos: 1 });
    const huge = JSON.stringify({ id: 'huge', type: 'sos', detail: { text: 'x'.repeat(1_000_000) } });
    await device.client.publishAsync(device.up('event'), huge, { qos: 1 });
    const odd = await device.press('sos', {
      key: 'a\0b\ud800',
      detail: { 'a\0': 'b\0\ud800' },
      battery: 'full',
      at: '2023-01-01T00:00:00Z',
    });
    await device.acked(odd);
    const rows = await stored(device.id);
    expect(rows).toHaveLength(garbage.length + 2);
    expect(
      rows
        .filter((row) => !row.readable)
        .map((row) => row.raw.toString())
        .sort(),
    ).toEqual([...garbage].sort());
    expect(new Set(rows.map((row) => row.incident_id)).size).toBe(1);
    expect(rows.find((row) => row.event_id === 'huge')).toMatchObject({
      type: 'sos',
      readable: true,
      raw: Buffer.from(huge.slice(0, 65_536)),
    });
    expect(rows.find((row) => row.event_id === odd)).toMatchObject({
      type: 'sos',
      readable: true,
      at: new Date('2023-01-01T00:00:00Z'),
    });
    expect(device.acks.map((ack) => ack.event)).toEqual(expect.arrayContaining(['numbered', 'huge']));
  });

  test('a resend is answered again and opens nothing', async () => {
    await bridge();
    const device = await box();
    const body = { id: randomUUID(), at: new Date().toISOString() };
    for (let i = 0; i < 3; i++) await device.press('sos', body);
    await expect
      .poll(() => device.acks.filter((ack) => ack.event === body.id && ack.stage === 'received').length)
      .toBe(3);
    expect(await stored(device.id)).toHaveLength(1);
  });

  test('presses that wait together are committed together, and one the database refuses holds up no other', async () => {
    const wire = watchReceive();
    const sizes: number[] = [];
    const receive = async (batch: IncomingPress[]): Promise<PressReceipt[]> => {
      sizes.push(batch.length);
      await pause(20);
      if (batch.some((press) => press.eventId === 'bad' && press.readable)) {
        throw Object.assign(new Error('invalid input'), { code: '22P05' });
      }
      return wire.receive(batch);
    };
    await bridge({ receive });
    const many = await Promise.all(Array.from({ length: 6 }, () => box()));
    const sent = await Promise.all(
      many.flatMap((device) =>
        Array.from({ length: 12 }, async (_, i) => ({
          device,
          id: await device.press('sos', device === many[0] && i === 3 ? { id: 'bad' } : {}),
        })),
      ),
    );
    for (const { device, id } of sent) await device.acked(id, 15_000);
    expect(Math.max(...sizes)).toBeGreaterThan(16);
    const [bad] = (await stored(many[0]!.id)).filter((row) => row.event_id === 'bad');
    expect(bad).toMatchObject({ readable: false, type: 'alarm_unspecified' });
    for (const device of many) expect(await stored(device.id)).toHaveLength(12);
  });

  test('a device is online by its own word, offline by its last will, and is told on its return what it missed', async () => {
    const id = `box-${randomUUID().slice(0, 8)}`;
    await test_.db.pool.query(`insert into device (id, kind, lane) values ($1, 'home', $2)`, [id, laneOf(id)]);
    const online = async (): Promise<boolean> =>
      (await test_.db.pool.query<{ online: boolean }>('select online from device where id = $1', [id])).rows[0]!.online;
    const missed: Ack = {
      event: null,
      incident: randomUUID(),
      stage: 'dispatched',
      at: new Date().toISOString(),
      say: '',
      eta_s: 240,
      who: '李',
    };
    await bridge({ onDeviceBack: async (device) => (device === id ? [missed] : []) });
    const will = {
      topic: `12349/v1/${laneOf(id)}/${id}/up/status`,
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    };
    const device = await openBox(broker.url, id, will);
    await device.client.publishAsync(device.up('status'), '{"online":true,"can":["voice"]}', { qos: 1, retain: true });
    await expect.poll(() => device.acks).toEqual([missed]);
    await expect.poll(online, { timeout: 4_000 }).toBe(true);
    device.client.stream.destroy();
    await device.client.endAsync(true);
    await expect.poll(online, { timeout: 4_000 }).toBe(false);
    // The broker keeps a stale word: a new bridge must not believe it.
    const liar = await box(id);
    await liar.client.publishAsync(liar.up('status'), '{"online":true}', { qos: 0, retain: true });
    await expect.poll(online, { timeout: 4_000 }).toBe(true);
    await Promise.all(bridges.splice(0).map((made) => made.stop()));
    await test_.db.pool.query('update device set online = false where id = $1', [id]);
    await bridge();
    await pause(2_500);
    expect(await online()).toBe(false);
    await liar.client.publishAsync(liar.up('heartbeat'), '{"battery":55}', { qos: 0 });
    await expect.poll(online, { timeout: 4_000 }).toBe(true);
  });

  test('what dispatch tells a device is published and marked as sent', async () => {
    const made = await bridge();
    const device = await box();
    const body: Ack = {
      event: null,
      incident: randomUUID(),
      stage: 'claimed',
      at: new Date().toISOString(),
      say: '好',
      eta_s: null,
      who: '王',
    };
    await addOutbox(
      test_.db,
      [
        { topic: 'down', key: laneOf(device.id), payload: { device: device.id, topic: 'ack', body } },
        { topic: 'down', key: laneOf(device.id), payload: { nonsense: true } },
      ],
      Date.now(),
    );
    made.poke();
    await expect.poll(() => device.acks).toContainEqual(body);
    await expect
      .poll(async () => (await test_.db.pool.query('select 1 from outbox where sent_at is null')).rowCount)
      .toBe(0);
  });

  test('calls from a gateway become presses of the device of that name, once each; what only repeats does not', async () => {
    const gateway = `zigbee${kind}`;
    const smoke = `smoke-${kind}`;
    await test_.db.pool.query('insert into gateway (username, secret_hash, topics) values ($1, $2, $3)', [
      gateway,
      'x',
      [`${gateway}/#`],
    ]);
    await test_.db.pool.query(
      `insert into device (id, kind, lane, adapter, adapter_name) values ($1, 'sensor', '0', 'zigbee2mqtt', $2)`,
      [smoke, `厨房 ${kind}`],
    );
    await bridge();
    const { client } = await box(gateway);
    const say = (name: string, body: unknown, retain = false): Promise<unknown> =>
      client.publishAsync(`${gateway}/${name}`, typeof body === 'string' ? body : JSON.stringify(body), {
        qos: 0,
        retain,
      });
    const types = async (device: string): Promise<string[]> => (await stored(device)).map((row) => row.type);
    await say(`厨房 ${kind}`, { smoke: true, battery: 88, last_seen: 1_656_118_440_000 });
    await expect.poll(() => types(smoke)).toEqual(['smoke']);
    await say(`厨房 ${kind}`, { smoke: true, battery: 87, last_seen: 1_656_118_441_000 });
    await say(`厨房 ${kind}`, { smoke: false, battery: 87, last_seen: 1_656_118_442_000 });
    await say(`厨房 ${kind}`, { smoke: true, battery: 87, last_seen: 1_656_118_443_000 });
    await expect.poll(() => types(smoke)).toEqual(['smoke', 'smoke']);
    // Not in the registry: a call for help counts, everything else does not.
    const stranger = `zigbee2mqtt:button_${kind}`;
    await say(`button_${kind}`, { temperature: 20 });
    await say(`button_${kind}`, { action: 'emergency', last_seen: 1_656_118_444_933 });
    await say(`button_${kind}/action`, 'emergency');
    await expect.poll(() => types(stranger)).toEqual(['sos']);
    await pause(300);
    expect(await types(stranger)).toEqual(['sos']);
    expect(await types(smoke)).toEqual(['smoke', 'smoke']);
  });

  test('two processes share the lanes; when one dies the other answers everything within ten seconds', async () => {
    const proxy = await cuttable(test_.url);
    const db = createDatabase({ url: proxy.url, log, max: 5 });
    databases.push(db);
    const dying = await bridge({ db, receive: dispatch(db).receive });
    const living = await bridge();
    await expect
      .poll(() => [dying.state().held.length, living.state().held.length].sort((a, b) => a - b), { timeout: 8_000 })
      .toEqual([8, 9]);
    const many = await Promise.all(Array.from({ length: 24 }, () => box()));
    for (const device of many) await device.acked(await device.press('sos'));
    proxy.cut();
    const since = Date.now();
    await Promise.all(many.map(async (device) => device.acked(await device.press('service'), 15_000)));
    expect(Date.now() - since).toBeLessThan(10_000);
    await proxy.close();
  });
});

interface Box {
  id: string;
  client: MqttClient;
  acks: Ack[];
  up(what: string): string;
  press(type: string, more?: Record<string, unknown>, retain?: boolean): Promise<string>;
  acked(event: string, timeout?: number): Promise<Ack>;
}

async function openBox(url: string, id: string, will?: IClientOptions['will']): Promise<Box> {
  const client = await mqtt.connectAsync(url, {
    clientId: id,
    username: id,
    password: 'x',
    clean: false,
    protocolVersion: 4,
    ...(will && { will }),
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
      await expect
        .poll(() => acks.some((ack) => ack.event === event && ack.stage === 'received'), { timeout, interval: 20 })
        .toBe(true);
      return acks.find((ack) => ack.event === event)!;
    },
  };
}

function dispatch(db: Database): { receive(batch: IncomingPress[]): Promise<PressReceipt[]> } {
  return createReceiver({
    db,
    clock: systemClock,
    log,
    policies: createPolicies({ db, log }),
    poke: () => undefined,
    busyOwners: async () => new Set(),
  });
}

/** Dispatch's own `receive`, and what went through it. */
function watchReceive() {
  const real = dispatch(test_.db);
  const seen = {
    calls: 0,
    committed: 0,
    presses: [] as IncomingPress[],
    async receive(batch: IncomingPress[]): Promise<PressReceipt[]> {
      seen.calls++;
      seen.presses.push(...batch);
      const receipts = await real.receive(batch);
      seen.committed++;
      return receipts;
    },
  };
  return seen;
}

interface StoredPress {
  event_id: string;
  type: string;
  at: Date | null;
  readable: boolean;
  raw: Buffer;
  incident_id: string;
}

async function stored(device: string): Promise<StoredPress[]> {
  const { rows } = await test_.db.pool.query<StoredPress>(
    'select event_id, type, at, readable, raw, incident_id from press where device = $1 order by received_at',
    [device],
  );
  return rows;
}

/** Another transaction holds the table that every commit of a press writes: none can end until it is released. */
async function holdCommits(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: test_.url });
  await client.connect();
  await client.query('begin');
  await client.query('lock table press_key in share mode');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The database through a proxy that can be cut: nothing passes any more and new connections are refused. */
async function cuttable(url: string) {
  const { connect, createServer } = await import('node:net');
  const target = new URL(url);
  const sockets = new Set<import('node:net').Socket>();
  let isCut = false;
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const other = connect(Number(target.port), target.hostname);
    for (const end of [socket, other]) {
      sockets.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        sockets.delete(end);
        socket.destroy();
        other.destroy();
      });
    }
    socket.pipe(other).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as import('node:net').AddressInfo).port);
  return {
    url: through.href,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
