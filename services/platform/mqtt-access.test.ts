import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BRIDGE_RULES,
  deviceRules,
  gatewayRules,
  isReservedId,
  isWithin,
  mayPublish,
  maySubscribe,
} from './mqtt-access.ts';

describe('a device', () => {
  const rules = deviceRules('box-1');
  test.each(['12349/v1/0/box-1/up/event', '12349/v1/f/box-1/up/status', '12349/v1/f/box-1/up/a/b'])(
    'writes %s',
    (topic) => expect(mayPublish(rules, topic)).toBe(true),
  );
  test.each([
    '12349/v1/0/box-2/up/event',
    '12349/v1/0/box-1/down/ack',
    '12349/v1/0/box-11/up/event',
    '12349/v1/0/x/box-1/up/event',
    '12349/v1/0/+/up/event',
    '12349/v2/0/box-1/up/event',
    '$SYS/x',
    'zigbee2mqtt/lamp',
    '',
  ])('does not write "%s"', (topic) => expect(mayPublish(rules, topic)).toBe(false));
  test.each(['12349/v1/0/box-1/down/#', '12349/v1/+/box-1/down/ack', '12349/v1/0/box-1/down/+'])('reads %s', (filter) =>
    expect(maySubscribe(rules, filter)).toBe(true),
  );
  test.each([
    '#',
    '12349/#',
    '12349/v1/0/+/down/#',
    '12349/v1/0/box-2/down/#',
    '12349/v1/0/box-1/#',
    '12349/v1/0/box-1/up/#',
    '$SYS/#',
    '$share/g/12349/v1/0/box-1/down/#',
    '+/+/+/+/+/+',
  ])('does not read %s', (filter) => expect(maySubscribe(rules, filter)).toBe(false));
});

describe('a gateway', () => {
  const rules = gatewayRules(['zigbee2mqtt/#', 'tele/+/SENSOR']);
  test('writes and reads its own topics', () => {
    expect(mayPublish(rules, 'zigbee2mqtt/kitchen')).toBe(true);
    expect(mayPublish(rules, 'tele/a/SENSOR')).toBe(true);
    expect(maySubscribe(rules, 'zigbee2mqtt/+/set')).toBe(true);
  });
  test('and nothing else', () => {
    for (const topic of ['tele/a/STATE', 'homeassistant/x', '12349/v1/0/box-1/up/event'])
      expect(mayPublish(rules, topic), topic).toBe(false);
    expect(maySubscribe(rules, 'tele/#')).toBe(false);
  });
  test('never a topic of our devices, whatever its topics say', () => {
    const greedy = gatewayRules(['#', '12349/#']);
    expect(mayPublish(greedy, 'anything/else')).toBe(true);
    expect(mayPublish(greedy, '12349/v1/0/box-1/up/event')).toBe(false);
    for (const filter of ['#', '+/v1/#', '12349/v1/0/box-1/down/#'])
      expect(maySubscribe(greedy, filter), filter).toBe(false);
    expect(maySubscribe(greedy, 'zigbee2mqtt/#')).toBe(true);
  });
});

test('the bridge reads everything and writes downlinks alone', () => {
  expect(maySubscribe(BRIDGE_RULES, '12349/v1/3/+/up/#')).toBe(true);
  expect(maySubscribe(BRIDGE_RULES, '$SYS/#')).toBe(false);
  expect(mayPublish(BRIDGE_RULES, '12349/v1/3/box-1/down/ack')).toBe(true);
  expect(mayPublish(BRIDGE_RULES, '12349/v1/3/box-1/up/event')).toBe(false);
});

test('ids that begin with "bridge" in any spelling are the platform’s', () => {
  for (const id of ['bridge-0', 'bridge', 'Bridge-0', 'BRIDGEX']) expect(isReservedId(id)).toBe(true);
  expect(isReservedId('my-bridge')).toBe(false);
});

test('what is within a filter is matched by it: no topic of the inner one escapes the outer one', () => {
  const level = fc.constantFrom('a', 'b', '');
  const filter = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([levels, deep]) => [...levels, ...(deep ? ['#'] : [])].join('/'));
  const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
  fc.assert(
    fc.property(filter, filter, topic, (inner, outer, name) => {
      fc.pre(isWithin(inner, outer) && isWithin(name, inner));
      expect(isWithin(name, outer)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
