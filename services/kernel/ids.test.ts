import { expect, test } from 'vitest';
import { idFromName, newId } from './ids.ts';

/** What the contract calls an id. */
const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an id is a UUID v7 that begins with its time, as the example of RFC 9562 does', () => {
  const id = newId(0x017f22e279b0);
  expect(id).toMatch(V7);
  expect(id.slice(0, 13)).toBe('017f22e2-79b0');
});

test('ids sort by the time they were made', () => {
  const times = [0, 1, 999, 1_000, 1_795_248_000_000, 1_795_248_000_001, 2 ** 47];
  const ids = times.map(newId);
  expect([...ids].sort()).toEqual(ids);
});

test('ids of one millisecond differ', () => {
  expect(new Set(Array.from({ length: 10_000 }, () => newId(1_795_248_000_000))).size).toBe(10_000);
});

test('a time with a fraction, or before 1970, still makes an id', () => {
  expect(newId(1_795_248_000_000.75).slice(0, 13)).toBe(newId(1_795_248_000_000).slice(0, 13));
  expect(newId(-5).slice(0, 13)).toBe('00000000-0000');
});

test('an id from a name is always the same, and another for another name', () => {
  expect(idFromName('grid 420606001001')).toBe(idFromName('grid 420606001001'));
  expect(idFromName('grid 420606001001')).not.toBe(idFromName('grid 420606001002'));
  expect(idFromName('')).toMatch(V7);
  expect(idFromName('a', 0x017f22e279b0).slice(0, 13)).toBe('017f22e2-79b0');
});
