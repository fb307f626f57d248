import { expect, it } from 'vitest';
import { z } from 'zod';
import { readIncident, readList } from './reading.ts';
import { sampleIncident } from './sample-incident.ts';

it('an incident that fits is read whole', () => {
  expect(readIncident(sampleIncident())).toEqual(sampleIncident());
});

it('a damaged one is kept, its damaged fields named and taken as serious', () => {
  const read = readIncident({
    ...sampleIncident({ queue: 'household', priority: 4 }),
    queue: 'unheard-of',
    priority: 'x',
    told: 7,
  });
  expect(read).toMatchObject({ id: 'a', kind: 'sos', queue: 'emergency', priority: 1, told: [] });
  expect(read?.damaged).toEqual(['queue', 'priority', 'told']);
});

it('without id or version there is nothing to show', () => {
  expect(readIncident({ version: 1 })).toBeNull();
  expect(readIncident('nonsense')).toBeNull();
});

it('a list leaves out what does not fit and counts it', () => {
  expect(readList(z.number(), [1, 'two', 3])).toEqual({ items: [1, 3], unreadable: 1 });
});
