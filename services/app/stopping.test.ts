import { expect, test } from 'vitest';
import { createLog } from '#platform/log.ts';
import { stopInOrder } from './stopping.ts';

test('one after the other, and what fails holds up none of the others', async () => {
  const stopped: string[] = [];
  await stopInOrder(
    [
      ['first', async () => void stopped.push('first')],
      ['bad', () => Promise.reject(new Error('no'))],
      ['absent', () => undefined],
      ['last', async () => void stopped.push('last')],
    ],
    createLog('silent'),
  );
  expect(stopped).toEqual(['first', 'last']);
});
