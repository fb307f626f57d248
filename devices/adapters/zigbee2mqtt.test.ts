import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EVENT_TYPES } from '#contracts/device.ts';
import type { AdapterContext, AdapterEvent } from './adapter.ts';
import { readVectors, runVectors } from './decode.ts';
import { zigbee2mqtt } from './zigbee2mqtt.ts';

const decode = (topic: string, payload: unknown, context?: AdapterContext): AdapterEvent => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const events = zigbee2mqtt.decode({
    topic,
    payload: new TextEncoder().encode(text),
    receivedAt: 0,
    ...(context && { context }),
  });
  expect(events).toHaveLength(1);
  return events[0]!;
};
const said = (payload: unknown, context?: AdapterContext): string => decode('zigbee2mqtt/home', payload, context).type;

describe('zigbee2mqtt', () => {
  const vectors = readVectors(readFileSync(new URL('vectors/zigbee2mqtt.json', import.meta.url), 'utf8'));
  test.each(runVectors(vectors).map((result) => [result.id, result] as const))(
    'the real message %s means what it should',
    (_id, result) => {
      expect(result.differences).toEqual([]);
      expect(result.outcome).toBe('passed');
    },
  );

  test.each([
    ['sos', { sos: 'ON' }],
    ['sos', { sos: 1, battery_low: true }],
    ['sos', { action: 'emergency_2' }],
    ['sos', { action: 'panic' }],
    ['sos', { click: 'sos' }],
    ['sos', { sos_alarm: true }],
    ['smoke', { smoke: 'true' }],
    ['smoke', { smoke_state: 'alarm' }],
    ['smoke', { smoke_alarm_1: true, smoke_alarm_2: false }],
    ['smoke', { heat: true, smoke: false }],
    ['smoke', { smoke: 'something new' }],
    ['gas', { carbon_monoxide: true }],
    ['gas', { gas: true, tamper: true }],
    ['fall', { fall_status: 'fall_alarm' }],
    ['fall', { status: 'falling', breathing_rate: 12 }],
    ['fall_suspected', { fall_status: 'fall_warning' }],
    ['fall_suspected', { fall_status: 'unknown' }],
    ['alarm_unspecified', { alarm: true }],
    ['alarm_unspecified', { alarm_1: true, alarm_2: false }],
    ['alarm_unspecified', { action: 'squeezed' }],
    ['alarm_unspecified', { action: 'unknown' }],
    ['alarm_unspecified', { action: { odd: 1 } }],
    ['inactivity', { static_dwell_alarm: '1' }],
    ['water_leak', { water_leak_alarm_1: true }],
    ['power_fail', { ac_connected: false }],
    ['power_fail', { ac_status: true }],
    ['tamper', { tamper: true, battery_low: true }],
    ['trouble', { trouble: true }],
    ['trouble', { battery_defect: true }],
    ['low_battery', { battery_low: 'true', temperature: 20 }],
    ['presence', { presence_state: 'none' }],
    ['vitals', { heart_rate: 71 }],
    ['button', { action: 'single' }],
    ['button', { action: 'brightness_move_up_l2' }],
    ['button', { action: 'arm_all_zones' }],
    ['button', { action: 'unknown', lock_state: 'unlocked' }],
    ['heartbeat', { action: '', battery: null, linkquality: 90 }],
    ['heartbeat', { temperature: 41.5, humidity: 12, contact: false }],
    ['heartbeat', { co: 1, gas: 812.4, water: 3 }],
    ['heartbeat', { alarm: 'over_temperature' }],
    ['heartbeat', { ac_connected: 'disconnected' }],
    ['heartbeat', { update: { state: 'available' }, device: { friendlyName: 'sos' } }],
    ['heartbeat', { test: true, smoke: false }],
  ])('%s: %j', (type, payload) => {
    expect(said(payload)).toBe(type);
  });

  test('the gravest thing is the type, the rest is told beside it', () => {
    const event = decode('zigbee2mqtt/bad', { smoke: true, tamper: true, battery_low: true, occupancy: false });
    expect(event).toMatchObject({ type: 'smoke', alsoTypes: ['tamper', 'low_battery', 'presence'], occupied: false });
    expect(event.states).toEqual({ smoke: true, tamper: true, low_battery: true });
  });

  test('a detector in test mode raises a drill', () => {
    expect(decode('zigbee2mqtt/k', { smoke: true, test: true })).toMatchObject({ type: 'smoke', test: true });
    expect(decode('zigbee2mqtt/k', { test: true })).toMatchObject({ type: 'heartbeat', test: true });
  });

  test('the action map rules, and what it does not know on a call button is a call', () => {
    const actionMap = { single: 'sos', Double: 'service', hold: 'cancel', triple: 'no such type' };
    expect(said({ action: 'SINGLE' }, { actionMap })).toBe('sos');
    expect(said({ action: 'double' }, { actionMap })).toBe('service');
    expect(said({ action: 'hold' }, { actionMap })).toBe('cancel');
    expect(said({ action: 'triple' }, { actionMap })).toBe('alarm_unspecified');
    expect(said({ action: 'quadruple' }, { actionMap })).toBe('alarm_unspecified');
    expect(said({ action: 'release' }, { actionMap })).toBe('button');
    expect(said({ action: 'arm_all_zones' }, { actionMap: { emergency: 'sos' } })).toBe('button');
    expect(said({ action: 'emergency' }, { actionMap: { emergency: 'family' } })).toBe('family');
    expect(said({ action: 'constructor' }, { actionMap })).toBe('alarm_unspecified');
  });

  test('every way of pressing an emergency button is a call; the finger leaving it is none', () => {
    for (const action of ['single', 'double', 'hold']) expect(said({ action }, { model: 'HS1EB/HS1EB-E' })).toBe('sos');
    expect(said({ action: 'off' }, { model: 'HS1EB/HS1EB-E' })).toBe('button');
    expect(said({ action: 'fall' }, { model: 'MFKZQ01LM' })).toBe('button');
    expect(said({ action: 'fall' })).toBe('fall_suspected');
  });

  test('the model tells whose alarm it is', () => {
    expect(said({ alarm_1: true, alarm_2: false }, { model: 'MIR-SM100-E' })).toBe('smoke');
    expect(said({ alarm_1: true }, { model: 'FB56-DOS06HM1.1' })).toBe('heartbeat');
    expect(said({ alarm_state: 'critical_alarm', carbon_monoxide: false })).toBe('gas');
  });

  test('names and base topics may hold slashes', () => {
    expect(
      decode('city/gw7/zigbee2mqtt/2/302/button', { action: 'sos' }, { baseTopic: 'city/gw7/zigbee2mqtt/' }),
    ).toMatchObject({ type: 'sos', deviceName: '2/302/button' });
    expect(zigbee2mqtt.decode({ topic: 'elsewhere/x', payload: new Uint8Array(), receivedAt: 0 })).toEqual([]);
  });

  test('one attribute on a topic of its own', () => {
    expect(decode('zigbee2mqtt/2/302/smoke', 'true')).toMatchObject({ type: 'smoke', deviceName: '2/302' });
    expect(decode('zigbee2mqtt/302/battery', '85')).toMatchObject({ type: 'heartbeat', battery: 85 });
    expect(decode('zigbee2mqtt/302/sos', 'false')).toMatchObject({ type: 'heartbeat' });
    expect(decode('zigbee2mqtt/302/action', 'emergency')).toMatchObject({ type: 'sos', duplicateHint: true });
    expect(decode('zigbee2mqtt/302/action', '')).toMatchObject({ type: 'ignore' });
  });

  test('availability and the gateway itself', () => {
    expect(decode('zigbee2mqtt/2/302/availability', 'offline')).toMatchObject({ type: 'offline', deviceName: '2/302' });
    expect(decode('zigbee2mqtt/302/availability', { state: 'online' })).toMatchObject({ type: 'online' });
    expect(decode('zigbee2mqtt/bridge/state', { state: 'offline' })).toMatchObject({
      type: 'offline',
      deviceName: 'bridge',
    });
    expect(
      decode('zigbee2mqtt/bridge/event', { type: 'device_leave', data: { ieee_address: '0x1', friendly_name: 'a' } }),
    ).toMatchObject({ type: 'offline', deviceName: 'a' });
    expect(decode('zigbee2mqtt/bridge/event', { type: 'device_joined', data: { ieee_address: '0x1' } })).toMatchObject({
      type: 'register',
      deviceName: '0x1',
    });
    expect(
      decode('zigbee2mqtt/bridge/event', { type: 'device_interview', data: { friendly_name: 'a', status: 'started' } }),
    ).toMatchObject({ type: 'ignore' });
    expect(
      decode('zigbee2mqtt/bridge/log', { type: 'device_announced', message: 'announce', meta: { friendly_name: 'a' } }),
    ).toMatchObject({ type: 'online', deviceName: 'a' });
    expect(decode('zigbee2mqtt/bridge/logging', { level: 'error', message: 'sos emergency' })).toMatchObject({
      type: 'ignore',
    });
    expect(decode('zigbee2mqtt/302/set', { state: 'ON', sos: true })).toMatchObject({
      type: 'ignore',
      deviceName: '302',
    });
    expect(decode('zigbee2mqtt/302/get/state', '')).toMatchObject({ type: 'ignore', deviceName: '302' });
    expect(decode('zigbee2mqtt/302', '')).toMatchObject({ type: 'ignore' });
  });

  test.each([
    ['2026-04-17T23:33:17+08:00', '2026-04-17T15:33:17.000Z'],
    ['2026-04-17T15:33:17.250Z', '2026-04-17T15:33:17.250Z'],
    ['2026-04-17 23:33:17', '2026-04-17T15:33:17.000Z'],
    [1656118444933, '2022-06-25T00:54:04.933Z'],
    ['1656118444933', '2022-06-25T00:54:04.933Z'],
    [1656118444, '2022-06-25T00:54:04.000Z'],
    ['N/A', null],
    [1e300, null],
    [null, null],
  ])('last_seen %j', (last_seen, iso) => {
    const { at } = decode('zigbee2mqtt/x', { last_seen });
    expect(at === null ? null : new Date(at).toISOString()).toBe(iso);
  });

  test.each([
    ['74.50', 74.5],
    [0, 0],
    ['87 %', 87],
    [101, null],
    ['full', null],
    [null, null],
    ['', null],
    [true, null],
  ])('battery %j', (battery, percent) => {
    expect(decode('zigbee2mqtt/x', { battery }).battery).toBe(percent);
  });

  test('torn bytes: a call that can still be guessed is a call, a reading is an error', () => {
    expect(said('{"action":"emerg')).toBe('alarm_unspecified');
    expect(said('{"battery":5,"sos":true,')).toBe('alarm_unspecified');
    expect(said('{"sos":false,"smoke":false,"temperat')).toBe('error');
    expect(said('{"temperature":21.5,"humi')).toBe('error');
    expect(said('\u0000\u0001', { model: 'TS0215A_sos' })).toBe('alarm_unspecified');
    expect(said('[1,2]')).toBe('error');
  });

  test('no bytes make it throw, and every answer is an event of the protocol', () => {
    const words = fc.constantFrom(
      'zigbee2mqtt',
      'bridge',
      'event',
      'state',
      'availability',
      'set',
      'action',
      'a',
      '',
      '/',
    );
    const topic = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 5 }).map((parts) => ['zigbee2mqtt', ...parts].join('/')),
    );
    const keys = fc.constantFrom(
      'action',
      'sos',
      'smoke',
      'fall_status',
      'alarm',
      'battery',
      'last_seen',
      'status',
      'type',
      'data',
      '__proto__',
      'constructor',
    );
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.dictionary(keys, fc.anything()).map((object) => {
        try {
          return new TextEncoder().encode(JSON.stringify(object) ?? '');
        } catch {
          return new Uint8Array();
        }
      }),
    );
    const context = fc.record(
      { baseTopic: fc.string(), model: fc.string(), actionMap: fc.dictionary(fc.string(), fc.string()) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(topic, payload, context, (name, bytes, settings) => {
        for (const event of zigbee2mqtt.decode({ topic: name, payload: bytes, receivedAt: 0, context: settings })) {
          expect(Object.hasOwn(EVENT_TYPES, event.type)).toBe(true);
          expect(event.battery === null || (event.battery >= 0 && event.battery <= 100)).toBe(true);
          expect(event.at === null || !Number.isNaN(new Date(event.at).getTime())).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('a format without an adapter is skipped, a wrong answer is named', () => {
  const vector = { adapter: 'zigbee2mqtt', topic: 'zigbee2mqtt/x', payload: '{"sos":true}', encoding: 'utf8' };
  const results = runVectors([
    {
      id: 'a',
      ...vector,
      expect: {
        type: 'button',
        deviceId: 'y',
        batteryPct: 5,
        occurredAt: '2026-01-01T00:00:00Z',
        location: { lat: 1, lon: 2 },
      },
    },
    { id: 'b', ...vector, adapter: 'no such', expect: {} },
    { id: 'c', adapter: 'zigbee2mqtt' },
  ]);
  expect(results.map((result) => result.outcome)).toEqual(['failed', 'skipped', 'failed']);
  expect(results[0]!.differences.map((difference) => difference.split(':')[0])).toEqual([
    'type',
    'deviceId',
    'batteryPct',
    'occurredAt',
    'location',
  ]);
});
