import { describe, expect, it, test } from 'vitest';
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import type { RoutingRule } from '#contracts/policy.ts';
import { DEFAULT_LADDER, DEFAULT_ROUTING, type Policy } from './policy.ts';
import { isMoreSerious, localHour, localWeekday, route, type RoutingInput } from './routing.ts';

const policyOf = (...rules: RoutingRule[]): Policy => ({
  routingVersion: 1,
  routing: { rules },
  ladderVersion: 1,
  ladder: DEFAULT_LADDER,
});
const DEFAULT = policyOf(...DEFAULT_ROUTING.rules);
const input = (type: EventType, more: Partial<RoutingInput> = {}): RoutingInput => ({
  type,
  readable: true,
  knownDevice: true,
  powerDependent: false,
  livesAlone: false,
  conditions: [],
  regionPath: '42/4206/420606/',
  hour: 12,
  weekday: 1,
  ...more,
});

describe('the rules that a new installation begins with', () => {
  test.each<[string, RoutingInput, object]>([
    [
      'what can not be read is an emergency',
      input('service', { readable: false }),
      { queue: 'emergency', priority: 1, reason: '信号读不懂,按急救处理' },
    ],
    [
      'a device that nobody registered calls an emergency',
      input('medical', { knownDevice: false }),
      { queue: 'emergency', priority: 1, reason: '设备没有登记,按急救处理' },
    ],
    ['smoke', input('smoke'), { queue: 'emergency', priority: 1, reason: '烟雾或燃气报警' }],
    ['gas', input('gas'), { queue: 'emergency', priority: 1, reason: '烟雾或燃气报警' }],
    ['the red key', input('sos'), { queue: 'emergency', priority: 1, reason: '红键呼救' }],
    ['a fall', input('fall'), { queue: 'emergency', priority: 1, reason: '检测到跌倒' }],
    [
      'a suspected fall is less certain',
      input('fall_suspected'),
      { queue: 'emergency', priority: 2, reason: '疑似跌倒' },
    ],
    [
      'silence of one who lives alone',
      input('inactivity', { livesAlone: true }),
      { queue: 'emergency', priority: 1, reason: '独居老人长时间没有活动' },
    ],
    [
      'silence where others live too',
      input('inactivity'),
      { queue: 'emergency', priority: 2, reason: '长时间没有活动' },
    ],
    [
      'an alarm that says no more',
      input('alarm_unspecified'),
      { queue: 'emergency', priority: 1, reason: '不明报警,按急救处理' },
    ],
    ['another alarm', input('alarm_other'), { queue: 'emergency', priority: 1, reason: '不明报警,按急救处理' }],
    ['medical', input('medical'), { queue: 'medical', priority: 2, reason: '医疗求助' }],
    [
      'no power where a machine keeps somebody alive',
      input('power_fail', { powerDependent: true }),
      { queue: 'medical', priority: 1, class: 'rescue' },
    ],
    ['no power elsewhere', input('power_fail'), { queue: 'household', priority: 3, reason: '家里停电' }],
    ['the family', input('family'), { queue: 'household', priority: 2, reason: '想找家人' }],
    ['a leak', input('water_leak'), { queue: 'household', priority: 2, reason: '家里漏水' }],
    ['the green key', input('service'), { queue: 'household', priority: 3, reason: '绿键,要服务', class: 'household' }],
  ])('%s', (_, given, wanted) => {
    expect(route(DEFAULT, given)).toMatchObject({ quiet: false, ...wanted });
  });

  it('knows no event that it could not place, and takes none that calls for help for less', () => {
    for (const [type, effect] of Object.entries(EVENT_TYPES)) {
      const taken = route(DEFAULT, input(type as EventType));
      expect(taken.reason).not.toBe('');
      if (effect === 'emergency') expect(taken).toMatchObject({ queue: 'emergency', class: 'rescue' });
      if (effect === 'medical') expect(taken.class).toBe('rescue');
    }
  });

  it('takes what no rule names as an emergency, even when there are no rules for it', () => {
    expect(
      route(policyOf({ types: ['sos'], queue: 'emergency', priority: 1, reason: 'x' }), input('medical')),
    ).toMatchObject({
      queue: 'emergency',
      priority: 1,
      class: 'rescue',
      reason: '没有合适的规则,按急救处理',
    });
  });
});

describe('rules as data', () => {
  const night = policyOf(
    { types: ['service'], hours: { from: 22, to: 6 }, queue: 'medical', priority: 2, reason: '夜里' },
    ...DEFAULT_ROUTING.rules,
  );
  test.each([
    [21, 'household'],
    [22, 'medical'],
    [23, 'medical'],
    [0, 'medical'],
    [5, 'medical'],
    [6, 'household'],
    [12, 'household'],
  ])('hours may pass midnight: at %i the green key is %s', (hour, queue) => {
    expect(route(night, input('service', { hour })).queue).toBe(queue);
  });

  test.each([
    [8, false],
    [9, true],
    [16, true],
    [17, false],
  ])('hours of one day begin with the first and end before the last: at %i %s', (hour, holds) => {
    const policy = policyOf(
      { hours: { from: 9, to: 17 }, queue: 'medical', priority: 2, reason: '白天' },
      ...DEFAULT_ROUTING.rules,
    );
    expect(route(policy, input('service', { hour })).reason === '白天').toBe(holds);
  });

  it('holds on its days only, and where hours and days are both named, when both fit', () => {
    const weekend = { days: [6, 7], hours: { from: 18, to: 8 } };
    const policy = policyOf(
      { ...weekend, queue: 'medical', priority: 2, reason: '周末夜里' },
      ...DEFAULT_ROUTING.rules,
    );
    const holds = (weekday: number, hour: number): boolean =>
      route(policy, input('service', { weekday, hour })).reason === '周末夜里';
    expect([holds(6, 20), holds(7, 7), holds(6, 12), holds(5, 20), holds(1, 7)]).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('looks at region, illness and who it is for; the first rule that fits decides', () => {
    const policy = policyOf(
      { types: ['service'], region: '42/4206/420606/420606001/', queue: 'medical', priority: 3, reason: '这条街' },
      { types: ['service'], condition: '心脏', queue: 'medical', priority: 2, reason: '心脏病' },
      ...DEFAULT_ROUTING.rules,
    );
    expect(route(policy, input('service', { regionPath: '42/4206/420606/420606001/01/' })).reason).toBe('这条街');
    expect(route(policy, input('service', { regionPath: '42/4206/420606/4206060012/' })).reason).toBe('绿键,要服务');
    expect(route(policy, input('service', { regionPath: null, conditions: ['冠心病', '心脏搭桥'] })).reason).toBe(
      '心脏病',
    );
    expect(
      route(policy, input('service', { regionPath: '42/4206/420606/420606001/', conditions: ['心脏搭桥'] })).reason,
    ).toBe('这条街');
  });

  it('may ask for quiet', () => {
    expect(
      route(policyOf({ types: ['sos'], quiet: true, queue: 'emergency', priority: 1, reason: '有外人' }), input('sos'))
        .quiet,
    ).toBe(true);
  });
});

it('the hour is that of Xiangyang, UTC+8', () => {
  expect(localHour(Date.parse('2026-11-21T15:59:59Z'))).toBe(23);
  expect(localHour(Date.parse('2026-11-21T16:00:00Z'))).toBe(0);
  expect(localHour(Date.parse('2026-11-21T00:00:00+08:00'))).toBe(0);
});

it('so is the day: it begins at midnight there', () => {
  expect(localWeekday(Date.parse('2026-11-22T23:59:59+08:00'))).toBe(7);
  expect(localWeekday(Date.parse('2026-11-23T00:00:00+08:00'))).toBe(1);
  expect(localWeekday(Date.parse('1970-01-01T12:00:00+08:00'))).toBe(4);
});

it('an emergency is more serious than a medical case, whatever their priorities; within a queue the priority counts', () => {
  expect(isMoreSerious({ queue: 'emergency', priority: 4 }, { queue: 'medical', priority: 1 })).toBe(true);
  expect(isMoreSerious({ queue: 'medical', priority: 1 }, { queue: 'emergency', priority: 4 })).toBe(false);
  expect(isMoreSerious({ queue: 'medical', priority: 1 }, { queue: 'medical', priority: 2 })).toBe(true);
  expect(isMoreSerious({ queue: 'medical', priority: 2 }, { queue: 'medical', priority: 2 })).toBe(false);
});
