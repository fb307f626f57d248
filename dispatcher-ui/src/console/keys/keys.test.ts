import { expect, it } from 'vitest';
import { keyName } from './keys.ts';

it('a key is named by what is printed on it, also while an input method is on', () => {
  expect(keyName({ key: 'R', code: 'KeyR' })).toBe('r');
  expect(keyName({ key: ' ', code: 'Space' })).toBe('space');
  expect(keyName({ key: 'Enter', code: 'NumpadEnter' })).toBe('enter');
  expect(keyName({ key: 'Process', code: 'KeyH' })).toBe('h');
  expect(keyName({ key: 'Process', code: 'Digit2' })).toBe('2');
  expect(keyName({ key: '?', code: 'Slash' })).toBe('?');
});
