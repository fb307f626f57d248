import mqtt, { type MqttClient } from 'mqtt';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DeviceEvent } from '#contracts/device.ts';
import { startMosquitto, type Mosquitto } from '#test/harness/mosquitto.ts';
import { fileStore } from './box-store.ts';
import { createBox, type Box, type BoxOptions } from './box.ts';
import { createPressLedger, readLedger } from './press-ledger.ts';

interface Got {
  topic: string;
  body: Record<string, unknown>;
  retain: boolean;
  at: number;
}

describe('a box', () => {
  let broker: Mosquitto;
  let platform: MqttClient;
  let got: Got[] = [];
  const boxes: Box[] = [];
  const home = mkdtempSync(join(tmpdir(), 'yijiantong-box-'));

  beforeAll(async () => {
    broker = await startMosquitto();
    platform = await mqtt.connectAsync(broker.url, { clientId: 'bridge-0' });
    platform.on('message', (topic, payload, packet) =>
      got.push({
        topic,
        body: JSON.parse(payload.toString()) as Record<string, unknown>,
        retain: packet.retain,
        at: performance.now(),
      }),
    );
    await platform.subscribeAsync('12349/v1/+/+/up/#', { qos: 1 });
  });
  afterAll(async () => {
    await platform.endAsync(true);
    await broker.remove();
    rmSync(home, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const one of boxes.splice(0)) await one.stop();
    got = [];
  });

  let next = 0;
  function box(options: Partial<BoxOptions> = {}): Box {
    next += 1;
    const made = createBox({ id: `test-${next}`, secret: 'x', lane: '0', mqttUrl: broker.url, pace: 0.01, ...options });
    boxes.push(made);
    return made;
  }
  const events = (id?: string): Got[] =>
    got.filter((one) => one.topic.endsWith('/up/event') && (id === undefined || one.body['id'] === id));
  const down = (device: string, kind: 'ack' | 'command', body: object): Promise<unknown> =>
    platform.publishAsync(`12349/v1/0/${device}/down/${kind}`, JSON.stringify(body), { qos: 1 });
  const ack = (event: DeviceEvent, stage: string, say: string, more: object = {}): object => ({
    event: event.id,
    incident: 'i-1',
    stage,
    at: '2026-11-21T08:00:00Z',
    say,
    eta_s: null,
    who: null,
    ...more,
  });
  async function until(what: () => boolean, ms = 20_000): Promise<void> {
    const end = performance.now() + ms;
    while (!what()) {
      if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test('resends the very same event after 5, 10, 20, 40 s and then every 60 s, until received', async () => {
    const one = box();
    one.start();
    await until(one.connected);
    const pressed = one.press('sos', { key: 'red', battery: 87 });
    await until(() => events(pressed.id).length === 7);
    const copies = events(pressed.id);
    const waits = copies.slice(1).map((copy, index) => copy.at - copies[index]!.at);
    // At a hundredth of the pace; a busy machine is late, never early. The exact waits are tested with the rules themselves.
    for (const [index, wait] of [50, 100, 200, 400, 600, 600].entries()) {
      expect(waits[index]!).toBeGreaterThan(wait - 15);
    }
    expect(new Set(copies.map((copy) => JSON.stringify(copy.body))).size).toBe(1);
    expect(copies[0]!.body).toMatchObject({ id: pressed.id, type: 'sos', key: 'red', battery: 87 });
    await down(one.id, 'ack', ack(pressed, 'received', '收到了'));
    await one.received(pressed.id, 2000);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(events(pressed.id)).toHaveLength(7);
    expect(one.unsent()).toEqual([]);
  });

  test('keeps presses without a line and sends calls for help first when it comes', async () => {
    const one = box();
    const kept = one.press('check_in');
    const called = one.press('sos');
    one.start();
    await until(() => events().length >= 2);
    expect(
      events()
        .slice(0, 2)
        .map((event) => event.body['id']),
    ).toEqual([called.id, kept.id]);
  });

  test('keeps presses over a power cut, and what it has said', async () => {
    const path = join(home, 'box.jsonl');
    const said: string[] = [];
    const options = { id: 'power-cut', store: fileStore(path), speak: (say: string) => said.push(say) };
    const before = box(options);
    before.start();
    await until(before.connected);
    const first = before.press('sos');
    await down(before.id, 'ack', ack(first, 'received', '收到了'));
    await before.received(first.id, 2000);
    const second = before.press('family');
    before.cutPower();
    const after = box({ ...options, store: fileStore(path) });
    expect(after.unsent().map((event) => event.id)).toEqual([second.id]);
    const seen = events(second.id).length;
    after.start();
    await until(() => events(second.id).length > seen);
    expect(events(second.id).at(-1)!.body['at']).toBe(second.at);
    await down(after.id, 'ack', ack(second, 'received', '收到了'));
    await after.received(second.id, 2000);
    expect(said).toEqual(['收到了']);
  });

  test('speaks each stage of an incident once, each update once, and nothing in quiet mode', async () => {
    const said: string[] = [];
    const one = box({ speak: (say) => said.push(say) });
    one.start();
    await until(one.connected);
    const pressed = one.press('sos');
    await down(one.id, 'ack', ack(pressed, 'received', '收到了'));
    await down(one.id, 'ack', ack(pressed, 'received', '收到了'));
    await down(one.id, 'ack', ack(pressed, 'claimed', '小李接到了', { who: '小李' }));
    await down(one.id, 'ack', ack(pressed, 'update', '还要八分钟', { at: '2026-11-21T08:03:00Z' }));
    await down(one.id, 'ack', ack(pressed, 'update', '还要八分钟', { at: '2026-11-21T08:03:00Z' }));
    await down(one.id, 'ack', ack(pressed, 'update', '还要五分钟', { at: '2026-11-21T08:06:00Z' }));
    await down(one.id, 'ack', ack(pressed, 'arrived', ''));
    await down(one.id, 'command', { id: 'c0', command: 'quiet', at: 'x', incident: null, on: true });
    await down(one.id, 'ack', ack(pressed, 'resolved', '办好了'));
    await down(one.id, 'command', { id: 'c1', command: 'quiet', at: 'x', incident: null, on: false });
    await down(one.id, 'ack', ack(pressed, 'resolved', '办好了'));
    await until(() => said.at(-1) === '办好了');
    expect(said).toEqual(['收到了', '小李接到了', '还要八分钟', '还要五分钟', '办好了']);
    one.sayAgain();
    expect(said.at(-1)).toBe('办好了');
    expect(said).toHaveLength(6);
  });

  test('says on talk that the line is open, and speech only when somebody speaks', async () => {
    const talking = box({ voiceOn: true });
    const silent = box();
    for (const one of [talking, silent]) {
      one.start();
      await until(one.connected);
      await down(one.id, 'command', { id: 'c1', command: 'talk', at: 'x', incident: 'i-1' });
      await down(one.id, 'command', { id: 'c1', command: 'talk', at: 'x', incident: 'i-1' });
    }
    const talk = (one: Box): unknown[] => [
      ...new Map(
        events()
          .filter((event) => event.topic.includes(`/${one.id}/`))
          .map((event) => [event.body['id'], event.body['detail']]),
      ).values(),
    ];
    await until(() => talk(talking).length === 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(talk(talking)).toMatchObject([{ talk: 'opened', incident: 'i-1' }, { talk: 'speech' }]);
    expect(talk(silent)).toMatchObject([{ talk: 'opened' }]);
  });

  test('tells its status, retained, beats, and leaves a last will when the plug is pulled', async () => {
    const one = box({ id: 'will', pace: 0.002 });
    one.start();
    await until(() => got.some((message) => message.topic.endsWith('/will/up/heartbeat')));
    const status = (): Got | undefined => got.findLast((message) => message.topic.endsWith('/will/up/status'));
    expect(status()!.body).toMatchObject({ online: true, kind: 'home', power: 'mains' });
    one.cutPower();
    await until(() => status()!.body['online'] === false);
    const again = box({ id: 'will' });
    again.start();
    await until(() => status()!.body['online'] === true);
    await again.stop();
    await until(() => status()!.body['online'] === false);
  });

  test('goes on after the broker was killed under it, losing nothing', async () => {
    const mortal = await startMosquitto({ persistent: true });
    const ledger = createPressLedger(join(home, 'ledger.jsonl'));
    const one = createBox({ id: 'mortal', secret: 'x', lane: '0', mqttUrl: mortal.url, pace: 0.02, ledger });
    boxes.push(one);
    one.start();
    await until(one.connected);
    const first = one.press('sos');
    await mortal.kill();
    const second = one.press('fall');
    await mortal.start();
    const answering = await mqtt.connectAsync(mortal.url, { clientId: 'bridge-0' });
    answering.on('message', (_topic, payload) => {
      const event = JSON.parse(payload.toString()) as DeviceEvent;
      answering.publish('12349/v1/0/mortal/down/ack', JSON.stringify(ack(event, 'received', '收到了')), { qos: 1 });
    });
    await answering.subscribeAsync('12349/v1/+/+/up/event', { qos: 1 });
    await Promise.all([one.received(first.id, 10_000), one.received(second.id, 10_000)]);
    expect(ledger.open()).toEqual([]);
    expect(readLedger(join(home, 'ledger.jsonl'))).toEqual(ledger.entries());
    expect(ledger.entries().map((entry) => [entry.event, entry.incident])).toEqual([
      [first.id, 'i-1'],
      [second.id, 'i-1'],
    ]);
    await one.stop();
    await answering.endAsync(true);
    await mortal.remove();
  });
});
