import { expect, it } from 'vitest';
import type { ShownIncident } from '../live/reading.ts';
import { sampleIncident } from '../live/sample-incident.ts';
import { arrange, countTabs, mostUrgent, type Filter } from './arrange.ts';

const at = (second: number) => `2026-11-22T08:00:${String(second).padStart(2, '0')}.000Z`;
const everything: Filter = { tab: 'all', region: null, words: '' };
const me = { id: 'me', name: '李敏' };
const other = { id: 'other', name: '张敏' };

function mapOf(...incidents: ShownIncident[]): Map<string, ShownIncident> {
  return new Map(incidents.map((one) => [one.id, one]));
}

const calls = mapOf(
  sampleIncident({ id: 'household', queue: 'household', priority: 3, openedAt: at(1) }),
  sampleIncident({ id: 'medical-late', queue: 'medical', priority: 2, openedAt: at(9) }),
  sampleIncident({ id: 'medical-early', queue: 'medical', priority: 2, openedAt: at(5) }),
  sampleIncident({ id: 'red-late', openedAt: at(8) }),
  sampleIncident({ id: 'red-early', openedAt: at(7) }),
  sampleIncident({ id: 'drill', test: true, openedAt: at(2) }),
  sampleIncident({ id: 'others', state: 'claimed', owner: other, openedAt: at(1) }),
  sampleIncident({ id: 'mine', state: 'responding', owner: me, openedAt: at(6) }),
  sampleIncident({ id: 'done', state: 'resolved', owner: other }),
);
const noText = () => '';

it('red calls come first, real before drill, then who waits by priority and age, then mine, then the others', () => {
  expect(arrange(calls, everything, 'me', noText)).toEqual({
    red: ['red-early', 'red-late', 'drill'],
    waiting: ['medical-early', 'medical-late', 'household'],
    active: ['mine', 'others'],
    done: ['done'],
  });
  expect(mostUrgent(calls)?.id).toBe('red-early');
});

it('no filter takes a red call away', () => {
  const shown = arrange(calls, { tab: 'household', region: 'elsewhere', words: 'nobody' }, 'me', noText);
  expect(shown.red).toEqual(['red-early', 'red-late', 'drill']);
  expect([...shown.waiting, ...shown.active, ...shown.done]).toEqual([]);
});

it('a call that the ladder has already sent somebody to, but nobody has taken, still waits', () => {
  const coming = mapOf(sampleIncident({ id: 'coming', state: 'responding', owner: null }));
  expect(arrange(coming, everything, 'me', noText).red).toEqual(['coming']);
});

it('a call whose place is unknown belongs to every region', () => {
  const nowhere = mapOf(sampleIncident({ id: 'nowhere', queue: 'household', priority: 3, region: [] }));
  expect(arrange(nowhere, { ...everything, region: 'r1' }, 'me', noText).waiting).toEqual(['nowhere']);
});

it('words are looked for in the text of the call', () => {
  const textOf = (incident: { id: string }) => (incident.id === 'household' ? '王桂兰 民主路' : '');
  expect(arrange(calls, { ...everything, words: '民主' }, 'me', textOf).waiting).toEqual(['household']);
});

it('the tabs count what is open in each queue', () => {
  expect(countTabs(calls, null)).toMatchObject({
    all: { open: 8, untaken: 6 },
    emergency: { open: 5, untaken: 3 },
    medical: { open: 2, untaken: 2 },
    household: { open: 1, untaken: 1 },
  });
});
