import { describe, expect, it } from 'vitest';
import { rankCandidates, type Able, type Need } from './candidates.ts';

const NEED: Need = { medical: false, dialects: ['襄阳话'] };
const MEDICAL: Need = { medical: true, dialects: [] };

function able(id: string, change: Partial<Able> = {}): Able {
  const minutes = change.minutes ?? 10;
  return {
    id,
    name: id,
    kind: 'grid_worker',
    phone: null,
    skills: [],
    dialect: null,
    lat: null,
    lon: null,
    metres: (minutes - 2) * 190,
    minutes,
    hasKey: false,
    part: null,
    ring: 0,
    onDuty: true,
    live: false,
    busy: 0,
    asked: 0,
    declines: 0,
    ...change,
  };
}

/** The first of the two is asked before the second, and his reasons hold these words. */
const CASES: readonly [string, Partial<Able>, Partial<Able>, Need, string][] = [
  ['who is nearer', { minutes: 5 }, { minutes: 9 }, NEED, '电动车约 5 分钟'],
  ['a key is worth five minutes', { minutes: 9, hasKey: true }, { minutes: 5 }, NEED, '有钥匙'],
  ['but not seven', { minutes: 5 }, { minutes: 12, hasKey: true }, NEED, '本网格值班'],
  ['who answers for the place', { minutes: 7, part: 'responsible' }, { minutes: 5 }, NEED, '责任人'],
  ['the backup by one minute', { minutes: 6, part: 'backup' }, { minutes: 6 }, NEED, '后备责任人'],
  ['a medic for a medical case', { minutes: 10, kind: 'medic' }, { minutes: 5 }, MEDICAL, '医护'],
  ['a medic is nothing special else', { minutes: 5 }, { minutes: 6, kind: 'medic' }, NEED, '本网格值班'],
  ['first aid for a medical case', { minutes: 6, skills: ['急救'] }, { minutes: 5 }, MEDICAL, '会急救'],
  ['her dialect, of two who are as near', { dialect: '襄阳话' }, {}, NEED, '会讲襄阳话'],
  ['who has nothing in hand', { minutes: 12 }, { minutes: 5, busy: 1 }, NEED, '本网格值班'],
  ['whose telephone is not ringing', { minutes: 8 }, { minutes: 5, asked: 1 }, NEED, '本网格值班'],
  ['who said no less often', { minutes: 7, declines: 1 }, { minutes: 5, declines: 4 }, NEED, '30 天里推了 1 次'],
  ['five times no weigh as much as fifty', { minutes: 5, declines: 50 }, { minutes: 11 }, NEED, '30 天里推了 50 次'],
  ['the own grid before the street', { minutes: 8 }, { minutes: 5, ring: 2 }, NEED, '本网格值班'],
  ['who is on duty before who is woken', { minutes: 12 }, { minutes: 5, onDuty: false }, NEED, '本网格值班'],
  [
    'who is woken with the key before one far away',
    { minutes: 5, onDuty: false, hasKey: true },
    { minutes: 14 },
    NEED,
    '不在班、同意被叫醒、有钥匙',
  ],
  ['the neighbouring street last', { minutes: 10, ring: 2 }, { minutes: 10, ring: 3 }, NEED, '本街道值班'],
  ['a position of now is said to be one', { minutes: 4, live: true }, { minutes: 5 }, NEED, '(现在的位置)'],
];

describe('who is asked first', () => {
  it.each(CASES)('%s', (_what, first, second, need, words) => {
    // The ids would put the second before the first.
    const ranked = rankCandidates([able('a', second), able('b', first)], need);
    expect(ranked.map((one) => one.id)).toEqual(['b', 'a']);
    expect(ranked[0]!.why).toContain(words);
  });

  it('equal ones stand in the order of their ids, so that two searches ask the same', () => {
    expect(rankCandidates([able('c'), able('a'), able('b')], NEED).map((one) => one.id)).toEqual(['a', 'b', 'c']);
  });
});
