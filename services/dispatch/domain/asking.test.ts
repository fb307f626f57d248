import { expect, test } from 'vitest';
import { pickWave } from './asking.ts';
import type { Incident } from './incident.ts';

const nobodyYet = { assignments: [] } as unknown as Incident;
const near = (id: string, asked = 0, minutes = 5): { id: string; minutes: number; asked: number } => ({
  id,
  minutes,
  asked,
});
const ids = (people: { id: string }[]): string => people.map((one) => one.id).join('');
const all = { wave: 3, size: Infinity };

test('the wave that asks all leaves alone whose telephone rings for another case, while three others are near', () => {
  expect(ids(pickWave(nobodyYet, all, [near('a', 1), near('b'), near('c'), near('d')]))).toBe('bcd');
  expect(ids(pickWave(nobodyYet, all, [near('a', 1), near('b'), near('c'), near('d', 0, 16)]))).toBe('abc');
});

test('nobody within a quarter of an hour: the three nearest', () => {
  expect(
    ids(
      pickWave(
        nobodyYet,
        all,
        ['a', 'b', 'c', 'd'].map((id) => near(id, 0, 20)),
      ),
    ),
  ).toBe('abc');
});
