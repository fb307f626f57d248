import { expect, it, test } from 'vitest';
import { inWords, SAY, spokenName, surname } from './sentences.ts';

test.each([
  [0, '零'],
  [1, '一'],
  [2, '两'],
  [9, '九'],
  [10, '十'],
  [11, '十一'],
  [12, '十二'],
  [20, '二十'],
  [22, '二十二'],
  [45, '四十五'],
  [99, '九十九'],
  [100, '一百多'],
  [240, '一百多'],
  [2.2, '三'],
  [-3, '零'],
])('%d is said as %s', (n, words) => {
  expect(inWords(n)).toBe(words);
});

it('calls people by their family name, also the double ones', () => {
  expect(surname('王桂兰')).toBe('王');
  expect(surname('欧阳静')).toBe('欧阳');
  expect(surname('𠮷田')).toBe('𠮷');
  expect(spokenName('刘志', 'medic')).toBe('刘医生');
  expect(spokenName('周芳', 'grid_worker')).toBe('周师傅');
});

it('says what voice.md says', () => {
  expect(SAY.received).toBe('收到了,您别急,正给您叫人呢。');
  expect(SAY.claimed('李敏')).toBe('我们的小李接到了,这就跟您说话。说不了也不要紧,我们会想法子。');
  expect(SAY.dispatched('王师傅', 12)).toBe('王师傅出门了,大约十二分钟到您家。我们一直陪着您。');
  expect(SAY.late('王师傅', 8)).toBe('王师傅路上慢了,还要八分钟,我们还在。');
  expect(SAY.arrived('王师傅')).toBe('王师傅到门口了,起不来别硬撑,他会想法子进来。');
  expect(SAY.resolved).toBe('这回的事办好了,您歇着。白天黑夜,有事就按红键。');
  expect(SAY.cancelled).toBe('好,知道您没事了。有事随时再按。');
  // Never a word that keeps somebody in a fire.
  expect(JSON.stringify(Object.values(SAY).map(String))).not.toContain('别动');
});
