import { describe, expect, test } from 'vitest';
import { normaliseNumber, spellings } from './numbers.ts';

describe('a number as one dials it', () => {
  test.each([
    ['15400000302', '+8615400000302'],
    ['154 0000 0302', '+8615400000302'],
    ['+86 154-0000-0302', '+8615400000302'],
    ['8615400000302', '+8615400000302'],
    ['015400000302', '+8615400000302'],
    ['0086 15400000302', '+8615400000302'],
    ['0710-3511234', '+867103511234'],
    ['(0710)3511234', '+867103511234'],
    ['010-65551234', '+861065551234'],
    ['021 6555 1234', '+862165551234'],
    ['120', '120'],
    ['110', '110'],
    ['12349', '12349'],
    ['95598', '95598'],
    ['+1 202 555 0143', '+12025550143'],
    ['0044 20 7946 0018', '+442079460018'],
  ])('%s is %s', (dialled, number) => {
    expect(normaliseNumber(dialled)).toBe(number);
  });

  test.each([
    '',
    '0',
    '12',
    'abc',
    '3511234',
    '+86',
    '+8612345',
    '1540000030',
    '154000003021',
    '0710',
    '+0123456789',
    '123;120',
  ])('"%s" can’t be called', (dialled) => {
    expect(normaliseNumber(dialled)).toBeNull();
  });

  test('a normal number is its own normal form, and every spelling of it leads back', () => {
    for (const number of ['+8615400000302', '+867103511234', '+861065551234', '120', '+12025550143']) {
      expect(normaliseNumber(number)).toBe(number);
      // Without its area code nobody knows which town a line is in.
      for (const spelling of spellings(number).filter((one) => !/^\d{7,8}$/.test(one) && !/^86[1-9]0?\d{9}$/.test(one)))
        expect([spelling, normaliseNumber(spelling)]).toEqual([spelling, number]);
    }
  });
});
