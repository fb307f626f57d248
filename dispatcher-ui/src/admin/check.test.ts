import { expect, it } from 'vitest';
import { DEFAULT_LADDER, DEFAULT_ROUTING } from '#dispatch/domain/policy.ts';
import { checkLadders, checkRouting } from './check.ts';
import { zh } from './texts.ts';

it('a ladder is whole, in order and has seconds, or it says in words what is wrong', () => {
  expect(checkLadders(DEFAULT_LADDER, zh)).toEqual([]);
  const [first, ...rest] = DEFAULT_LADDER.ladders;
  expect(checkLadders({ ...DEFAULT_LADDER, ladders: rest }, zh)).toEqual(['急救 110/120:少一条管到所有优先级的策略']);
  const steps = [...first!.steps].toReversed();
  expect(
    checkLadders({ ...DEFAULT_LADDER, ladders: [{ ...first!, steps, repeatS: 5 }, ...rest], offerS: 0 }, zh),
  ).toEqual(['急救 110/120:后一步不能早于前一步', '急救 110/120:再催的间隔至少 10 秒', '派单等答复:要填大于 0 的秒数']);
});

it('the last rule of routing holds for whatever fits nothing, and each says why', () => {
  expect(checkRouting(DEFAULT_ROUTING, zh)).toEqual([]);
  const rules = DEFAULT_ROUTING.rules.slice(0, -1);
  expect(checkRouting({ rules }, zh)).toEqual([zh.problem.last]);
  expect(checkRouting({ rules: [{ ...rules[0]!, reason: ' ' }, ...DEFAULT_ROUTING.rules] }, zh)).toEqual([
    '第 1 条:写上给坐席看的理由',
  ]);
});
