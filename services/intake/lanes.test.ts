import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES, type Ack, type EventType } from '#contracts/device.ts';
import { createDatabase } from '#platform/database.ts';
import { createLog } from '#platform/log.ts';
import { addOutbox } from '#platform/outbox.ts';
import { laneOf } from '#registry/device-secret.ts';
import { openBox } from '#test/harness/box.ts';
import { BROKERS, realReceive, storedPresses, useBridges } from '#test/harness/bridge.ts';
import { openLine } from '#test/harness/line.ts';
import { repositoryFolder } from '#test/harness/process.ts';

const vectorFile = join(repositoryFolder, 'devices/adapters/vectors/zigbee2mqtt.json');
interface Vector {
  topic: string;
  payload: string;
  context?: Record<string, unknown>;
  expect: { type: string; deviceId: string };
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(BROKERS)('with the %s broker', (kind) => {
  const rig = useBridges(kind);

  test('a device is online by its own word, offline by its last will, and is told on its return what it missed', async () => {
    const id = `box-${randomUUID().slice(0, 8)}`;
    await rig.db.pool.query(`insert into device (id, kind, lane) values ($1, 'home', $2)`, [id, laneOf(id)]);
    const online = async (): Promise<boolean> =>
      (await rig.db.pool.query<{ online: boolean }>('select online from device where id = $1', [id])).rows[0]!.online;
    const missed: Ack = {
      event: null,
      incident: randomUUID(),
      stage: 'dispatched',
      at: new Date().toISOString(),
      say: '',
      eta_s: 240,
      who: '李',
    };
    await rig.bridge({ onDeviceBack: async (device) => (device === id ? [missed] : []) });
    const will = {
      topic: `12349/v1/${laneOf(id)}/${id}/up/status`,
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    };
    const device = await openBox(rig.brokerUrl, id, { will });
    await device.client.publishAsync(device.up('status'), '{"online":true,"can":["voice"]}', { qos: 1, retain: true });
    await expect.poll(() => device.acks).toEqual([missed]);
    await expect.poll(online).toBe(true);
    device.client.stream.destroy();
    await device.client.endAsync(true);
    await expect.poll(online).toBe(false);
    // The broker keeps a stale word: a new bridge must not believe it.
    const liar = await rig.box(id);
    await liar.client.publishAsync(liar.up('status'), '{"online":true}', { qos: 0, retain: true });
    await expect.poll(online).toBe(true);
    await rig.stopBridges();
    await rig.db.pool.query('update device set online = false where id = $1', [id]);
    await rig.bridge();
    await pause(2_500);
    expect(await online()).toBe(false);
    await liar.client.publishAsync(liar.up('heartbeat'), '{"battery":55}', { qos: 0 });
    await expect.poll(online).toBe(true);
  });

  test('what dispatch tells a device is published and marked as sent', async () => {
    const made = await rig.bridge();
    const device = await rig.box();
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
      rig.db,
      [
        { topic: 'down', key: laneOf(device.id), payload: { device: device.id, topic: 'ack', body } },
        { topic: 'down', key: laneOf(device.id), payload: { nonsense: true } },
      ],
      Date.now(),
    );
    made.poke();
    await expect.poll(() => device.acks).toContainEqual(body);
    await expect
      .poll(async () => (await rig.db.pool.query('select 1 from outbox where sent_at is null')).rowCount)
      .toBe(0);
  });

  test('calls from a gateway become presses of the device of that name, once each; what only repeats does not', async () => {
    const gateway = `zigbee${kind}`;
    const smoke = `smoke-${kind}`;
    await rig.db.pool.query('insert into gateway (username, secret_hash, topics) values ($1, $2, $3)', [
      gateway,
      'x',
      [`${gateway}/#`],
    ]);
    await rig.db.pool.query(
      `insert into device (id, kind, lane, adapter, adapter_name) values ($1, 'sensor', '0', 'zigbee2mqtt', $2)`,
      [smoke, `厨房 ${kind}`],
    );
    let ahead = 0;
    await rig.bridge({ clock: { now: () => Date.now() + ahead } });
    const { client } = await rig.box(gateway);
    const say = (name: string, body: unknown, retain = false): Promise<unknown> =>
      client.publishAsync(`${gateway}/${name}`, typeof body === 'string' ? body : JSON.stringify(body), {
        qos: 0,
        retain,
      });
    const types = async (device: string): Promise<string[]> =>
      (await storedPresses(rig.db, device)).map((row) => row.type);
    await say(`厨房 ${kind}`, { smoke: false, battery: 88, last_seen: 1_656_118_439_000 });
    await say(`厨房 ${kind}`, { smoke: true, battery: 88, last_seen: 1_656_118_440_000 });
    await expect.poll(() => types(smoke)).toEqual(['smoke']);
    await say(`厨房 ${kind}`, { smoke: true, battery: 87, last_seen: 1_656_118_441_000 });
    await say(`厨房 ${kind}`, { smoke: false, battery: 87, last_seen: 1_656_118_442_000 });
    await say(`厨房 ${kind}`, { smoke: true, battery: 87, last_seen: 1_656_118_443_000 });
    await expect.poll(() => types(smoke)).toEqual(['smoke', 'smoke']);
    // Not in the registry: a call for help counts, everything else does not.
    const stranger = `button_${kind}`;
    await say(`button_${kind}`, { temperature: 20 });
    await say(`button_${kind}`, { action: 'emergency', last_seen: 1_656_118_444_933 });
    await say(`button_${kind}/action`, 'emergency');
    await expect.poll(() => types(stranger)).toEqual(['sos']);
    await pause(300);
    expect(await types(stranger)).toEqual(['sos']);
    expect(await types(smoke)).toEqual(['smoke', 'smoke']);
    // A button that says `sos: true` at each press and never takes it back, pressed again an hour later.
    const button = `only_true_${kind}`;
    await say(button, { sos: true });
    await expect.poll(() => types(button)).toEqual(['sos']);
    ahead = 3_600_000;
    await say(button, { sos: true });
    await expect.poll(() => types(button)).toEqual(['sos', 'sos']);
    // A name that is the id of somebody else's device is not that device.
    await say(smoke, { sos: true });
    await expect.poll(() => types(`zigbee2mqtt:${smoke}`)).toEqual(['sos']);
    expect(await types(smoke)).toEqual(['smoke', 'smoke']);
  });

  test('what a gateway said while no bridge was there is taken up by the next one', async () => {
    const gateway = `late${kind}`;
    await rig.db.pool.query('insert into gateway (username, secret_hash, topics) values ($1, $2, $3)', [
      gateway,
      'x',
      [`${gateway}/#`],
    ]);
    const stays = await rig.bridge();
    await expect.poll(() => stays.state().connected).toContain('adapters');
    await pause(300);
    await rig.stopBridges();
    const { client } = await rig.box(gateway);
    await client.publishAsync(`${gateway}/pendant_${kind}`, '{"action":"sos"}', { qos: 1 });
    await rig.bridge();
    await expect.poll(async () => (await storedPresses(rig.db, `pendant_${kind}`)).length).toBe(1);
  });

  test('of the real zigbee2mqtt messages those that call for help become incidents, and no others', async () => {
    const vectors = JSON.parse(readFileSync(vectorFile, 'utf8')) as Vector[];
    const named = new Map(vectors.map((vector) => [vector.expect.deviceId, vector.context ?? {}]));
    const device = (name: string): string => `v-${kind}-${name}`;
    await rig.db.pool.query('insert into gateway (username, secret_hash, topics) values ($1, $2, $3)', [
      `vectors-${kind}`,
      'x',
      ['zigbee2mqtt/#', 'zigbee/#'],
    ]);
    for (const [name, settings] of named) {
      await rig.db.pool.query(
        `insert into device (id, kind, lane, adapter, adapter_name, settings) values ($1, 'sensor', '0', 'zigbee2mqtt', $2, $3)`,
        [device(name), name, settings],
      );
    }
    await rig.bridge();
    const { client } = await rig.box(`vectors-${kind}`);
    for (const { topic, payload } of vectors) await client.publishAsync(topic, payload, { qos: 1 });
    const isCall = (type: string): boolean =>
      ['emergency', 'medical', 'household'].includes(EVENT_TYPES[type as EventType]);
    const calls = vectors
      .map(({ expect: { type, deviceId } }) => [type, device(deviceId)] as const)
      .filter(([type]) => isCall(type));
    const rows = async () =>
      (
        await rig.db.pool.query<{ type: string; device: string; incident_id: string | null }>(
          'select type, device, incident_id from press where starts_with(device, $1)',
          [device('')],
        )
      ).rows;
    await expect.poll(async () => (await rows()).filter((row) => isCall(row.type)).length).toBe(calls.length);
    await pause(500);
    const found = await rows();
    expect(
      found
        .filter((row) => row.incident_id !== null)
        .map((row) => `${row.type} ${row.device}`)
        .sort(),
    ).toEqual(calls.map(([type, id]) => `${type} ${id}`).sort());
    expect(found.filter((row) => row.incident_id === null && isCall(row.type))).toEqual([]);
  });

  test('two processes share the lanes; when one dies the other answers everything within ten seconds', async () => {
    const line = await openLine(rig.databaseUrl);
    const db = createDatabase({ url: line.url, log: createLog('silent'), max: 5 });
    rig.closeLater(db);
    const dying = await rig.bridge({ db, receive: realReceive(db) });
    const living = await rig.bridge();
    await expect
      .poll(() => [dying.state().held.length, living.state().held.length].sort((a, b) => a - b), { timeout: 8_000 })
      .toEqual([8, 9]);
    const many = await Promise.all(Array.from({ length: 24 }, () => rig.box()));
    for (const device of many) await device.acked(await device.press('sos'));
    line.cut();
    const since = Date.now();
    await Promise.all(many.map(async (device) => device.acked(await device.press('service'), 15_000)));
    expect(Date.now() - since).toBeLessThan(10_000);
    await line.close();
  });
});
