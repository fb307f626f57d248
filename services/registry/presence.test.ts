import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestDatabase } from '#test/harness/database.ts';
import { createTestDatabase, DEMO_SECRET_SEED } from '#test/harness/database.ts';
import {
  findDeviceCredential,
  findGatewayCredential,
  listDeviceCredentials,
  listGatewayCredentials,
} from './credentials.ts';
import { demoSecret } from './demo/devices.ts';
import { verifyDeviceSecret } from './device-secret.ts';
import { findAdapterDevices, setDevicePresence } from './presence.ts';
import { findSubjects } from './subjects.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase({ seeded: true });
});
afterAll(() => base.drop());

const seen = async (id: string) => (await findSubjects(base.db, [id])).get(id)!;

it('changes of state are written together; an older one never overwrites a newer', async () => {
  const at = Date.parse('2026-11-22T08:00:00Z');
  const region = (await seen('demo-0001')).household!.regionPath;
  expect(
    await setDevicePresence(base.db, [
      { id: 'demo-0002', online: true, at },
      { id: 'demo-0001', online: true, at: at + 10, battery: 41, can: ['voice'] },
      { id: 'demo-0001', online: false, at },
      { id: 'nobody', online: true, at },
    ]),
  ).toMatchObject([
    { id: 'demo-0001', online: true, regionPath: region },
    { id: 'demo-0002', online: true },
  ]);
  expect(await seen('demo-0001')).toMatchObject({ online: true, battery: 41, can: ['voice'], seenAt: at + 10 });

  expect(await setDevicePresence(base.db, [{ id: 'demo-0001', online: false, at: at + 5 }])).toEqual([]);
  expect(await seen('demo-0001')).toMatchObject({ online: true });
  // Noticed to be silent: when it was last heard is another time than when that was noticed.
  expect(
    await setDevicePresence(base.db, [{ id: 'demo-0001', online: false, at: at + 200_000, heardAt: at + 20_000 }]),
  ).toMatchObject([{ id: 'demo-0001', online: false }]);
  expect(await seen('demo-0001')).toMatchObject({ online: false, seenAt: at + 20_000, battery: 41 });
});

it('what a device says of itself may hold characters that text can not', async () => {
  const at = Date.parse('2026-11-22T09:00:00Z');
  await setDevicePresence(base.db, [
    { id: 'demo-0003', online: true, at, can: ['vo\0ice', '\ud800'], firmware: 'a\0' },
  ]);
  expect((await seen('demo-0003')).can).toEqual(['voice', '\ufffd']);
});

it('changes from two processes at once do not lock each other out', async () => {
  const ids = Array.from({ length: 60 }, (_, i) => `demo-${String(i + 10).padStart(4, '0')}`);
  const at = Date.parse('2026-11-22T10:00:00Z');
  await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      setDevicePresence(
        base.db,
        (n % 2 ? ids : ids.toReversed()).map((id) => ({ id, online: n % 3 === 0, at: at + n })),
      ),
    ),
  );
  expect((await seen('demo-0030')).online).toBe(true);
});

it('devices of an adapter are found by their name there', async () => {
  const devices = await findAdapterDevices(base.db, 'zigbee2mqtt');
  expect(devices.get('hs1eb_2')!.settings).toMatchObject({ actionMap: { double: 'sos' } });
  await base.db.pool.query(`update device set settings = '[1]' where adapter_name = 'hs1eb_2'`);
  expect((await findAdapterDevices(base.db, 'zigbee2mqtt')).get('hs1eb_2')!.settings).toEqual({});
});

it('only devices that may sign in have credentials', async () => {
  const all = await listDeviceCredentials(base.db);
  expect(all.filter(({ id }) => id.startsWith('demo-'))).toHaveLength(200);
  expect(all.some(({ id }) => id.startsWith('zigbee-'))).toBe(false);
  const one = (await findDeviceCredential(base.db, 'demo-0001'))!;
  expect(verifyDeviceSecret(demoSecret(DEMO_SECRET_SEED, 'demo-0001'), one.secretHash)).toBe(true);
  await base.db.pool.query(`update device set disabled_at = '2026-11-22' where id = 'demo-0001'`);
  expect(await findDeviceCredential(base.db, 'demo-0001')).toBeNull();
  expect(await findDeviceCredential(base.db, 'nul\0')).toBeNull();
});

it('the gateway may publish the topics of its adapter', async () => {
  expect(await listGatewayCredentials(base.db)).toMatchObject([
    { username: 'zigbee-gw', topics: ['zigbee2mqtt/#', 'zigbee/#'] },
  ]);
  const gateway = (await findGatewayCredential(base.db, 'zigbee-gw'))!;
  expect(verifyDeviceSecret(demoSecret(DEMO_SECRET_SEED, 'zigbee-gw'), gateway.secretHash)).toBe(true);
  expect(await findGatewayCredential(base.db, 'nobody')).toBeNull();
});
