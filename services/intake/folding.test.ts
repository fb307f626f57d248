import { describe, expect, test } from 'vitest';
import type { EventType } from '#contracts/device.ts';
import type { AdapterEvent } from '#devices/adapters/adapter.ts';
import { createFolding } from './folding.ts';

const T = Date.parse('2026-11-21T08:00:00Z');
const HOUR = 3_600_000;

/** What is left of a message `after` ms; it is stored, as at the bridge, unless `fails`. */
function gateway() {
  const folding = createFolding();
  return (after: number, states: Partial<Record<EventType, boolean>>, { topic = 'z/a', fails = false } = {}) => {
    const types = (Object.keys(states) as EventType[]).filter((type) => states[type]);
    const event: AdapterEvent = {
      type: types[0] ?? 'heartbeat',
      deviceName: 'a',
      at: null,
      battery: null,
      location: null,
      test: false,
      states,
      detail: null,
    };
    const left = folding.fold('a', event, types, topic, T + after);
    folding.remember('a', event);
    if (fails) for (const one of left) one.failed();
    return left.map(({ type, bucket }) => `${type} ${bucket - T / 5_000}`);
  };
}

describe('a call for help that is only ever said, never taken back', () => {
  test('is a press each time; several within five seconds are one', () => {
    const tell = gateway();
    expect(tell(0, { sos: true })).toEqual(['sos 0']);
    expect(tell(1_000, { sos: true })).toEqual([]);
    expect(tell(4_999, { sos: true }, { topic: 'z/a/sos' })).toEqual([]);
    expect(tell(5_000, { sos: true })).toEqual(['sos 1']);
    expect(tell(7 * HOUR, { sos: true })).toEqual([`sos ${(7 * HOUR) / 5_000}`]);
  });

  test.each(['sos', 'medical', 'water_leak'] as const)('%s too', (type) => {
    const tell = gateway();
    tell(0, { [type]: true });
    expect(tell(HOUR, { [type]: true })).toHaveLength(1);
  });

  test('of what calls nobody a repeat is no news', () => {
    const tell = gateway();
    expect(tell(0, { low_battery: true, tamper: true })).toHaveLength(2);
    expect(tell(HOUR, { low_battery: true, tamper: true })).toEqual([]);
  });

  test('that another condition ends says nothing of this one', () => {
    const tell = gateway();
    tell(0, { sos: true, tamper: false });
    expect(tell(HOUR, { sos: true, tamper: false })).toHaveLength(1);
  });
});

describe('a device that has once taken it back', () => {
  test('presses when it becomes true, and not by repeating it', () => {
    const tell = gateway();
    tell(0, { smoke: false });
    expect(tell(HOUR, { smoke: true })).toHaveLength(1);
    expect(tell(2 * HOUR, { smoke: true })).toEqual([]);
    expect(tell(2 * HOUR + 1, { smoke: false })).toEqual([]);
    expect(tell(2 * HOUR + 2, { smoke: true })).toHaveLength(1);
    expect(tell(3 * HOUR, { smoke: true })).toEqual([]);
  });

  test('what was not stored is a press when it is told again', () => {
    const tell = gateway();
    tell(0, { smoke: false });
    expect(tell(1, { smoke: true }, { fails: true })).toHaveLength(1);
    expect(tell(2, { smoke: true })).toHaveLength(1);
    expect(tell(HOUR, { smoke: true })).toEqual([]);
  });
});

test('a press that was not stored is told again at once, also within five seconds', () => {
  const tell = gateway();
  expect(tell(0, { sos: true }, { fails: true })).toHaveLength(1);
  expect(tell(1, { sos: true })).toHaveLength(1);
  expect(tell(2, { sos: true })).toEqual([]);
});
