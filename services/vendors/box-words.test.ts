import { expect, test } from 'vitest';
import { EMPTY_ORDER } from './booking.ts';
import { newWords } from './box-words.ts';
import type { Order } from './domain/order.ts';

const T = Date.parse('2026-11-24T02:00:00Z');
const MINUTE = 60_000;
const open: Order = {
  ...EMPTY_ORDER,
  id: 'o',
  number: '1124-0001',
  incidentId: null,
  householdId: 'h',
  residentId: 'r',
  regionPath: '42/',
  area: '',
  position: null,
  service: 'tap_leak',
  serviceName: '水龙头漏水',
  minutesOfWork: 60,
  people: 1,
  what: '',
  quantity: 1,
  urgency: 'today',
  wantedAt: null,
  payer: { id: 'p', kind: 'resident', name: '老人' },
  priceFen: 5_000,
  agreedFen: 5_000,
  createdAt: T,
  roundsFrom: T,
  state: 'offered',
};
const accepted: Order = {
  ...open,
  state: 'accepted',
  shopId: 's',
  staff: [{ id: 'w', name: '周强', phone: null }],
  code: '1203',
  minutes: 12,
  acceptedAt: T,
};
const under: Order = { ...accepted, state: 'under_way', departedAt: T + MINUTE };
const there: Order = { ...under, state: 'on_scene', arrivedAt: T + 2 * MINUTE, arrivedBy: 'code' };
const done: Order = { ...there, state: 'done', doneAt: T + 3 * MINUTE };
const confirmed: Order = { ...done, state: 'confirmed', confirmedAt: T + 4 * MINUTE };
const tell = (before: Order | null, next: Order): string[] =>
  newWords(before, next, T + 9 * MINUTE).map((word) => `${word.stage} ${word.say}`);

test('each step is told when it is taken, and what changes nothing for her is not', () => {
  expect(tell(null, open)).toEqual([]);
  const code = '门口暗号一 二 零 三,说对了再开门。';
  expect(tell(open, accepted)).toEqual([`update 周师傅接了这活,出门的时候再跟您说。${code}`]);
  expect(tell(open, { ...accepted, urgency: 'now' })).toEqual([`update 周师傅接了,马上出门。${code}`]);
  expect(tell(accepted, { ...accepted, state: 'quoted' })).toEqual([]);
  expect(tell(accepted, under)).toEqual([`dispatched 周师傅出门了,大约十二分钟到您家。我们一直陪着您。${code}`]);
  expect(tell(under, there)).toEqual(['arrived 周师傅到门口了。先对暗号,再开门。']);
  expect(tell(under, { ...there, arrivedBy: 'box' })).toEqual(['arrived 周师傅到门口了。']);
  expect(tell(there, done)).toEqual(['update 周师傅说做好了,您看好了就按“做好了”。']);
  expect(tell(done, confirmed)).toEqual(['resolved 这回的事办好了,您歇着。白天黑夜,有事就按红键。']);
  expect(tell(confirmed, { ...confirmed, state: 'settled' })).toEqual([]);
});

test('who has pressed "done" before the shop said so is not asked to', () => {
  expect(tell({ ...there, saidDoneAt: T }, { ...confirmed, saidDoneAt: T })).toHaveLength(1);
});

test('who does not come after all is taken back: another, or nobody', () => {
  const back: Order = { ...open, past: ['w'] };
  expect(tell(under, back)).toEqual(['update 换一个人来,我们还在,您别急。']);
  expect(tell(open, { ...open, state: 'unfilled' })).toEqual([]);
  expect(tell(under, { ...under, state: 'cancelled' })).toEqual(['cancelled 水龙头漏水这一单取消了。有事随时再按。']);
  expect(tell(open, { ...open, state: 'cancelled' })).toEqual([]);
});

test('a second visit is told again, as a visit of its own', () => {
  const again: Order = { ...confirmed, state: 'under_way', departedAt: T + 60 * MINUTE, arrivedAt: null, doneAt: null };
  const [first, second] = [newWords(accepted, under, T), newWords({ ...confirmed, state: 'disputed' }, again, T)];
  expect([first.length, second.length]).toEqual([1, 1]);
  expect(second[0]!.visit).not.toBe(first[0]!.visit);
});

test('of an order with a case nothing is told here: its case tells', () => {
  expect(tell({ ...open, incidentId: 'i' }, { ...accepted, incidentId: 'i' })).toEqual([]);
});
