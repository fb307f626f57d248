import { describe, expect, it } from 'vitest';
import { drawTwo, momentOf, monthBefore, monthOf, SETTLED_MS, spanOf, type Talk } from './draw.ts';

const OPERATOR = '01a1fd1e-8c00-7c43-aeda-ae7417999f74';
const MONTH = '2026-11';
const of = { operatorId: OPERATOR, month: MONTH };
const { from, to } = spanOf(MONTH);
const HOUR = 3_600_000;
const over = to + SETTLED_MS;

/** A call an hour of the whole month, each of a case of its own. */
const month: Talk[] = Array.from({ length: 720 }, (_one, n) => talk(n, from + n * HOUR));

function talk(n: number, endedAt: number, more: Partial<Talk> = {}): Talk {
  return {
    callId: `call ${String(n).padStart(4, '0')}`,
    incidentId: `case ${n}`,
    operatorId: OPERATOR,
    operatorName: '李敏',
    startedAt: endedAt - 60_000,
    endedAt,
    recordingId: `recording ${n}`,
    ...more,
  };
}

describe('the month', () => {
  it('is that of Xiangyang', () => {
    expect(monthOf(Date.parse('2026-11-30T15:59:59Z'))).toBe('2026-11');
    expect(monthOf(Date.parse('2026-11-30T16:00:00Z'))).toBe('2026-12');
    expect([monthBefore('2026-01'), new Date(to).toISOString()]).toEqual(['2025-12', '2026-11-30T16:00:00.000Z']);
  });
});

describe('of an operator’s calls of a month', () => {
  it('two are drawn, one after a moment in each half, each the first that ended after it', () => {
    const drawn = drawTwo(month, [], of, over);
    expect(drawn.map(({ slot }) => slot)).toEqual([1, 2]);
    for (const { slot, talk: one } of drawn) {
      const moment = momentOf(OPERATOR, MONTH, slot);
      expect(one.endedAt - moment).toBeGreaterThanOrEqual(0);
      expect(one.endedAt - moment).toBeLessThan(HOUR);
      expect((one.endedAt - from) / (to - from) < 0.5).toBe(slot === 1);
    }
  });

  it('the same ones are drawn whenever somebody looks, and in whatever order they are found', () => {
    const whole = drawTwo(month, [], of, over);
    const found: typeof whole = [];
    for (let now = from; now <= over; now += 5 * HOUR) {
      const taken = found.map(({ slot, talk: one }) => ({ slot, incidentId: one.incidentId }));
      found.push(...drawTwo(month.filter(({ endedAt }) => endedAt <= now).toReversed(), taken, of, now));
    }
    expect(found).toEqual(whole);
  });

  it('everybody’s moments are others', () => {
    const moments = ['a', 'b', 'c', 'd'].map((id) => momentOf(id, MONTH, 1));
    expect(new Set(moments).size).toBe(4);
  });

  it('while the month lasts nothing before its moment is drawn; afterwards the last before it', () => {
    const early = [talk(1, from + 1), talk(2, from + 2)];
    expect(drawTwo(early, [], of, to - 1)).toEqual([]);
    expect(drawTwo(early, [], of, over).map((one) => one.talk.incidentId)).toEqual(['case 2', 'case 1']);
  });

  it('what nobody recorded is drawn only where there is nothing else', () => {
    const bare = month.map((one, n) => ({ ...one, recordingId: n === 3 ? one.recordingId : null }));
    expect(drawTwo(bare, [], of, to - 1)).toEqual([]);
    const [first, second] = drawTwo(bare, [], of, over);
    expect([first!.talk.incidentId, second!.talk.recordingId]).toEqual(['case 3', null]);
  });

  it('a call of a minute ago waits for its recording, and no case is drawn twice', () => {
    const late = momentOf(OPERATOR, MONTH, 2) + 1;
    expect(drawTwo([talk(1, late)], [], of, late + SETTLED_MS - 1)).toEqual([]);
    const twice = [talk(1, late), talk(2, late + 1, { incidentId: 'case 1' })];
    expect(drawTwo(twice, [], of, over)).toHaveLength(1);
  });
});
