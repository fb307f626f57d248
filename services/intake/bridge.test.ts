import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import { createDatabase } from '#platform/database.ts';
import { createLog } from '#platform/log.ts';
import { BROKERS, holdCommits, realReceive, storedPresses, useBridges, watchReceive } from '#test/harness/bridge.ts';
import { openLine } from '#test/harness/line.ts';
import { startProcess } from '#test/harness/process.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(BROKERS)('with the %s broker', (kind) => {
  const rig = useBridges(kind);

  test('a press is in the database and its device hears that it was received', async () => {
    await rig.bridge();
    const device = await rig.box();
    const id = await device.press('sos');
    const ack = await device.acked(id);
    expect(ack).toMatchObject({ event: id, stage: 'received' });
    expect(await storedPresses(rig.db, device.id)).toMatchObject([
      { event_id: id, type: 'sos', incident_id: ack.incident },
    ]);
  });

  test('neither PUBACK nor "received" goes out before the commit', async () => {
    const device = await rig.box();
    const wire = watchReceive(rig.db);
    await rig.bridge({ receive: wire.receive });
    const release = await holdCommits(rig.databaseUrl);
    const id = await device.press('sos');
    await expect.poll(() => wire.presses.length).toBe(1);
    await pause(500);
    expect(device.acks).toEqual([]);
    // The broker still holds it as not acknowledged: whoever takes over the session gets it.
    await rig.stopBridges();
    const later = watchReceive(rig.db);
    await rig.bridge({ receive: later.receive });
    await expect.poll(() => later.presses.map((press) => press.eventId)).toEqual([id]);
    expect(device.acks).toEqual([]);
    await release();
    await device.acked(id);
    expect(await storedPresses(rig.db, device.id)).toHaveLength(1);
  });

  test('what was delivered but not committed when its process was killed is delivered to the next one', async () => {
    const stuck = await startProcess({
      command: [process.execPath, 'test/harness/stuck-bridge.ts'],
      env: { DATABASE_URL: rig.databaseUrl, MQTT_URL: rig.brokerUrl.replace('//', '//any:secret@') },
      ready: 'ready',
    });
    const device = await rig.box();
    const ids = await Promise.all(Array.from({ length: 30 }, () => device.press('sos')));
    await expect.poll(() => stuck.output()).toMatch(/\./);
    await stuck.kill();
    await rig.bridge({ holder: 'stuck' });
    for (const id of ids) await device.acked(id);
    const rows = await storedPresses(rig.db, device.id);
    expect(rows.map((row) => row.event_id).sort()).toEqual([...ids].sort());
    expect(new Set(rows.map((row) => row.incident_id)).size).toBe(1);
  });

  test('a connection that breaks under uncommitted presses loses none and counts none twice', async () => {
    const line = await openLine(rig.brokerUrl);
    const wire = watchReceive(rig.db);
    await rig.bridge({ receive: wire.receive, mqttUrl: line.url.replace('//', '//any:secret@') });
    const device = await rig.box();
    const release = await holdCommits(rig.databaseUrl);
    const ids = await Promise.all(Array.from({ length: 30 }, () => device.press('sos')));
    await expect.poll(() => wire.presses.length).toBeGreaterThan(0);
    line.cut();
    await pause(200);
    line.mend();
    await expect.poll(() => rig.bridges[0]!.state().connected.length, { timeout: 10_000 }).toBe(17);
    await pause(300);
    await release();
    for (const id of ids) await device.acked(id);
    expect(await storedPresses(rig.db, device.id)).toHaveLength(30);
    await line.close();
  });

  test('while the database is away a press stays with the broker, and is answered when it is back', async () => {
    const line = await openLine(rig.databaseUrl);
    const db = createDatabase({ url: line.url, log: createLog('silent'), max: 5 });
    rig.closeLater(db);
    const made = await rig.bridge({ db, receive: realReceive(db) });
    const device = await rig.box();
    line.cut();
    const ids = await Promise.all([device.press('sos'), device.press('service')]);
    await expect.poll(() => made.state().connected.length, { timeout: 10_000 }).toBe(0);
    expect(device.acks).toEqual([]);
    line.mend();
    for (const id of ids) await device.acked(id, 15_000);
    expect((await storedPresses(rig.db, device.id)).map((row) => row.event_id).sort()).toEqual([...ids].sort());
    await line.close();
  });

  test('a press that is retained rings once, when it is sent, and never again', async () => {
    const wire = watchReceive(rig.db);
    await rig.bridge({ receive: wire.receive });
    const device = await rig.box();
    const id = await device.press('sos', {}, true);
    await device.acked(id);
    await rig.stopBridges();
    const later = watchReceive(rig.db);
    await rig.bridge({ receive: later.receive });
    const next = await device.press('service');
    await device.acked(next);
    expect(later.presses.map((press) => press.eventId)).toEqual([next]);
    await device.client.publishAsync(device.up('event'), '', { qos: 1, retain: true });
  });

  test('what can not be read rings as an alarm with its bytes, and the rest goes on', async () => {
    await rig.bridge();
    const device = await rig.box();
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
    const rows = await storedPresses(rig.db, device.id);
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
    await rig.bridge();
    const device = await rig.box();
    const body = { id: randomUUID(), at: new Date().toISOString() };
    for (let i = 0; i < 3; i++) await device.press('sos', body);
    await expect
      .poll(() => device.acks.filter((ack) => ack.event === body.id && ack.stage === 'received').length)
      .toBe(3);
    expect(await storedPresses(rig.db, device.id)).toHaveLength(1);
  });

  test('presses that wait together are committed together, and one the database refuses holds up no other', async () => {
    const wire = watchReceive(rig.db);
    const sizes: number[] = [];
    const receive = async (batch: IncomingPress[]): Promise<PressReceipt[]> => {
      sizes.push(batch.length);
      await pause(20);
      if (batch.some((press) => press.eventId === 'bad' && press.readable)) {
        throw Object.assign(new Error('invalid input'), { code: '22P05' });
      }
      return wire.receive(batch);
    };
    await rig.bridge({ receive });
    const many = await Promise.all(Array.from({ length: 6 }, () => rig.box()));
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
    const [bad] = (await storedPresses(rig.db, many[0]!.id)).filter((row) => row.event_id === 'bad');
    expect(bad).toMatchObject({ readable: false, type: 'alarm_unspecified' });
    for (const device of many) expect(await storedPresses(rig.db, device.id)).toHaveLength(12);
  });
});
