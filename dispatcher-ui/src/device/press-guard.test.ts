import { expect, test } from 'vitest';
import { createPressGuard } from './press-guard.ts';

test('a trembling finger presses once; a second deliberate press is a new one', () => {
  const press = createPressGuard();
  expect([0, 180, 350, 700].map((at) => press('red', at))).toEqual([true, false, false, false]);
  expect(press('red', 1300)).toBe(true);
});

test('hammering without a pause is a new press every three seconds', () => {
  const press = createPressGuard();
  const counted = Array.from({ length: 50 }, (_, n) => n * 200).filter((at) => press('red', at));
  expect(counted).toEqual([0, 3000, 6000, 9000]);
});

test('what is grazed right after red is the same hand; red right after anything is red', () => {
  const press = createPressGuard();
  expect(press('green', 0)).toBe(true);
  expect(press('red', 100)).toBe(true);
  expect(press('fine', 300)).toBe(false);
  expect(press('fine', 900)).toBe(true);
});
