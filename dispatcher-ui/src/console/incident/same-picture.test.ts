import { expect, it } from 'vitest';
import type { WireAssignment } from '#contracts/incident.ts';
import { sampleIncident } from '../live/sample-incident.ts';
import { meansTheSame } from './same-picture.ts';

const seen = sampleIncident({ state: 'claimed', owner: { id: 'me', name: '李敏' }, version: 4 });

it('a step of the ladder in between does not change what an act means', () => {
  expect(
    meansTheSame('resolve', seen, { ...seen, version: 7, priority: 1, deadlineAt: '2026-11-22T00:00:00.000Z' }),
  ).toBe(true);
});

it('another owner, state, queue or helper does; a note is a note all the same', () => {
  const helper = { id: 'a', state: 'offered' } as WireAssignment;
  for (const change of [
    { owner: { id: 'other', name: '张敏' } },
    { owner: null },
    { state: 'waiting' as const },
    { queue: 'household' as const },
    { quiet: true },
    { assignments: [helper] },
  ]) {
    expect(meansTheSame('assign', seen, { ...seen, ...change })).toBe(false);
    expect(meansTheSame('note', seen, { ...seen, ...change })).toBe(true);
  }
});
