import { expect, test } from 'vitest';
import type { IncomingPress } from '#dispatch/press.ts';
import { createEventReader, type Arrival } from './event.ts';

const T = Date.parse('2026-11-21T08:00:00Z');
const arrival = (payload: unknown, more: Partial<Arrival> = {}): Arrival => ({
  topic: '12349/v1/3/box/up/event',
  device: 'box',
  payload: Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
  receivedAt: T,
  redelivered: false,
  ...more,
});
const read = (payload: unknown, more: Partial<Arrival> = {}): IncomingPress =>
  createEventReader().read(arrival(payload, more)).press;

test('the example of the protocol is read field by field', () => {
  const press = read({
    id: '0192f7b0',
    type: 'sos',
    at: '2026-11-21T08:00:00.123Z',
    key: 'red',
    battery: 87,
    test: false,
    location: { lat: 32.0421, lon: 112.1442, accuracy: 20, crs: 'wgs84' },
    detail: {},
  });
  expect(press).toMatchObject({
    device: 'box',
    adapter: null,
    eventId: '0192f7b0',
    type: 'sos',
    at: Date.parse('2026-11-21T08:00:00.123Z'),
    receivedAt: T,
    key: 'red',
    battery: 87,
    test: false,
    location: { lat: 32.0421, lon: 112.1442, accuracy: 20 },
    readable: true,
  });
});

test('a position of a Chinese map is moved to where it is', () => {
  const { location } = read({ id: '1', type: 'sos', location: { lat: 32.0421, lon: 112.1442, crs: 'gcj02' } });
  expect(location!.lat).toBeCloseTo(32.0447, 2);
  expect(location!.lon).not.toBeCloseTo(112.1442, 3);
});

test('an unknown type is an alarm that keeps its name', () => {
  expect(read({ id: '1', type: 'sos_v2', detail: { room: 'bath' } })).toMatchObject({
    type: 'alarm_unspecified',
    readable: true,
    detail: { originalType: 'sos_v2', room: 'bath' },
  });
  expect(read({ id: '1', type: 'constructor' })).toMatchObject({ type: 'alarm_unspecified' });
});

test('a wrong field beside id and type is left out, the call stays', () => {
  expect(
    read({
      id: '1',
      type: 'medical',
      at: 'yesterday',
      battery: 'full',
      location: { lat: 500, lon: 0 },
      test: 'no',
      key: 5,
      detail: [],
    }),
  ).toMatchObject({
    type: 'medical',
    at: null,
    battery: null,
    location: null,
    test: false,
    key: null,
    readable: true,
  });
});

test('a clock that is years off is kept as it is', () => {
  expect(read({ id: '1', type: 'sos', at: '2023-11-21T08:00:00+08:00' }).at).toBe(Date.parse('2023-11-21T00:00:00Z'));
});

test.each(['', 'sos', '{"id":', 'null', '[]', '{"type":"sos"}', '{"id":"","type":"sos"}'])(
  '%j is an alarm with its bytes, under the same id when it is delivered again',
  (text) => {
    const reader = createEventReader();
    const first = reader.read(arrival(text));
    expect(first.problem).not.toBeNull();
    expect(first.press).toMatchObject({ type: 'alarm_unspecified', readable: false });
    expect(first.press.raw.toString()).toBe(text);
    const again = reader.read(arrival(text, { receivedAt: T + 30_000, redelivered: true }));
    expect(again.press.eventId).toBe(first.press.eventId);
    const soon = reader.read(arrival(text, { receivedAt: T + 4_000 }));
    expect(soon.press.eventId).toBe(first.press.eventId);
    const anew = reader.read(arrival(text, { receivedAt: T + 40_000 }));
    expect(anew.press.eventId).not.toBe(first.press.eventId);
    expect(createEventReader().read(arrival(text)).press.eventId).toBe(first.press.eventId);
  },
);

test('what can not be read but has an id is answered under that id', () => {
  expect(read({ id: 'x1', type: 7, at: '2026-11-21T08:00:00Z', battery: 50 })).toMatchObject({
    eventId: 'x1',
    readable: false,
    type: 'alarm_unspecified',
    at: T,
    battery: 50,
  });
  expect(read({ id: 17, type: 'sos' })).toMatchObject({ eventId: '17', readable: false });
});

test('nothing is handed on that Postgres can not hold, and nothing so deep that it exhausts the stack', () => {
  const press = read(
    `{"id":"a\\u0000","type":"sos\\u0000","key":"\\ud800","detail":{"a":"\\u0000","deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
  );
  expect(JSON.stringify({ ...press, raw: null })).not.toMatch(/\\u0000|\\ud800/);
  expect(press.readable).toBe(true);
});

test('a megabyte is read, but only its first 64 KiB are kept', () => {
  const press = read({ id: 'huge', type: 'service', detail: { text: 'x'.repeat(1_000_000) } });
  expect(press).toMatchObject({ eventId: 'huge', type: 'service', readable: true });
  expect(press.raw).toHaveLength(65_536);
  expect(JSON.stringify(press.detail).length).toBeLessThan(100);
  expect(read(Buffer.alloc(2_000_000, 'x'))).toMatchObject({ readable: false, type: 'alarm_unspecified' });
});
