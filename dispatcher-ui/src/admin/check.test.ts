import { expect, it } from 'vitest';
import type { Ladder, LadderPolicy, RoutingRule } from '#contracts/policy.ts';
import { checkLadders, checkRouting } from './check.ts';
import { zh } from './texts.ts';

const ladder = (queue: Ladder['queue'], change: Partial<Ladder> = {}): Ladder => ({
  queue,
  priority: 4,
  repeatS: 60,
  steps: [
    { afterS: 0, who: 'operators' },
    { afterS: 10, who: 'supervisors' },
  ],
  ...change,
});
const policy = (change: Partial<LadderPolicy> = {}): LadderPolicy => ({
  ladders: [ladder('emergency'), ladder('medical'), ladder('household')],
  clocks: {} as LadderPolicy['clocks'],
  offerS: 60,
  departS: 180,
  handoffS: 60,
  silenceS: 20,
  updateS: 180,
  followUpS: 86_400,
  familyS: 90,
  ...change,
});

it('a ladder is whole, in order and has seconds, or it says in words what is wrong', () => {
  expect(checkLadders(policy(), zh)).toEqual([]);
  const missing = policy({ ladders: [ladder('emergency', { priority: 1 }), ladder('medical'), ladder('household')] });
  expect(checkLadders(missing, zh)).toEqual(['急救 110/120:少一条管到所有优先级的策略']);
  const steps = ladder('medical').steps.toReversed();
  const hasty = [ladder('emergency', { steps: [] }), ladder('medical', { steps, repeatS: 5 }), ladder('household')];
  expect(checkLadders(policy({ ladders: hasty, offerS: 0 }), zh)).toEqual([
    '急救 110/120:至少要有一步',
    '医疗:后一步不能早于前一步',
    '医疗:再催的间隔至少 10 秒',
    '派单等答复:要填大于 0 的秒数',
  ]);
});

it('the last rule of routing holds for whatever fits nothing, and each says why', () => {
  const red: RoutingRule = { types: ['sos'], queue: 'emergency', priority: 1, reason: '红键呼救' };
  const rest: RoutingRule = { queue: 'emergency', priority: 1, reason: '分不清是什么' };
  expect(checkRouting({ rules: [red, rest] }, zh)).toEqual([]);
  expect(checkRouting({ rules: [rest, red] }, zh)).toEqual([zh.problem.last]);
  expect(checkRouting({ rules: [{ ...red, hours: { from: 22, to: 6 } }, rest] }, zh)).toEqual([]);
  expect(checkRouting({ rules: [{ ...red, hours: { from: 8, to: 8 } }, rest] }, zh)).toEqual([
    '第 1 条:从几点到几点不能是同一个钟点',
  ]);
  expect(checkRouting({ rules: [{ ...red, reason: ' ' }, rest] }, zh)).toEqual(['第 1 条:写上给坐席看的理由']);
});
