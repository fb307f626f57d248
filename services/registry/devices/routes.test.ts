import { afterAll, describe, expect, it } from 'vitest';
import { serveRegistry } from '#test/harness/registry.ts';
import { verifyDeviceSecret } from '../device-secret.ts';

const platform = await serveRegistry();
const { db, call, guilan, household, admin, operator, stranger, all } = platform;
afterAll(() => platform.stop());

describe('devices', () => {
  it('are listed by id with where they stand, never with a secret', async () => {
    const found = await all('/api/devices?limit=10&q=demo-', operator);
    expect(found.length).toBeGreaterThan(10);
    const own = found.find(({ id }) => id === 'demo-0001');
    expect(own).toMatchObject({
      lane: 'd',
      base: '12349/v1/d/demo-0001',
      battery: 86,
      address: '民主路27号院2栋1单元302',
      online: false,
    });
    expect(JSON.stringify(found)).not.toMatch(/secret|\$7\$/i);
    expect((await call('GET', '/api/devices/demo-0001', stranger)).statusCode).toBe(404);
    expect(await all(`/api/devices?household=${household}&online=false`, operator)).toHaveLength(1);
  });

  it('are provisioned with a secret that is shown once, moved, disabled and given another secret', async () => {
    const made = await call('POST', '/api/devices', admin, {
      id: 'factory-7',
      householdId: household,
      placedIn: '卧室',
    });
    expect(made.statusCode, made.body).toBe(201);
    const { id, lane, base, secret } = made.json();
    expect({ id, base }).toEqual({ id: 'factory-7', base: `12349/v1/${lane}/factory-7` });
    const hash = async (): Promise<string> =>
      (await db.pool.query(`select secret_hash from device where id = 'factory-7'`)).rows[0].secret_hash;
    expect(verifyDeviceSecret(secret, await hash())).toBe(true);
    expect(
      (await call('POST', '/api/devices', admin, { id: 'factory-7', householdId: household })).json(),
    ).toMatchObject({ errors: [{ field: 'id' }] });

    const { version } = (await call('GET', '/api/devices/factory-7', admin)).json();
    const moved = await call('PATCH', '/api/devices/factory-7', admin, {
      version,
      householdId: null,
      residentId: guilan,
      disabled: true,
    });
    expect(moved.json()).toMatchObject({ residentId: guilan, householdId: null, disabled: true, version: version + 1 });
    expect((await call('PATCH', '/api/devices/factory-7', admin, { version, disabled: false })).statusCode).toBe(409);
    const again = await call('POST', '/api/devices/factory-7/secret', admin);
    expect(verifyDeviceSecret(again.json().secret, await hash())).toBe(true);
    expect(verifyDeviceSecret(secret, await hash())).toBe(false);
    expect((await call('POST', '/api/devices', operator, { householdId: household })).statusCode).toBe(403);
  });

  it('of an adapter are known by a name of their own and have no secret', async () => {
    const made = await call('POST', '/api/devices', admin, {
      householdId: household,
      adapter: 'zigbee2mqtt',
      adapterName: 'bath',
      settings: { model: 'TS0218' },
    });
    expect(made.json()).toMatchObject({ secret: null });
    expect(
      (
        await call('POST', '/api/devices', admin, {
          householdId: household,
          adapter: 'zigbee2mqtt',
          adapterName: 'bath',
        })
      ).json(),
    ).toMatchObject({ errors: [{ field: 'adapterName' }] });
    expect(
      (await call('POST', '/api/devices', admin, { householdId: household, adapter: 'zigbee2mqtt' })).json(),
    ).toMatchObject({ errors: [{ field: 'adapterName' }] });
  });

  it.each([
    ['id', { id: 'bridge-0' }],
    ['id', { id: 'a b' }],
    ['householdId', { householdId: null }],
    ['residentId', { residentId: '00000000-0000-7000-8000-000000000000' }],
    ['heartbeatS', { heartbeatS: 0 }],
    ['power', { power: 'steam' }],
  ])('a wrong %s is named', async (field, wrong) => {
    expect((await call('POST', '/api/devices', admin, { householdId: household, ...wrong })).json()).toMatchObject({
      code: 'invalid_fields',
      errors: [{ field }],
    });
  });

  it('whose row is damaged are listed as damaged', async () => {
    await db.pool.query(`update device set settings = '[]', battery = 700 where id = 'demo-0001'`);
    const answer = (await call('GET', '/api/devices?q=demo-0001', operator)).json();
    expect(answer).toMatchObject({
      items: [{ id: 'demo-0001', settings: {}, battery: null }],
      unreadable: [{ id: 'demo-0001' }],
    });
    await db.pool.query(`update device set settings = '{}', battery = 86 where id = 'demo-0001'`);
  });
});
