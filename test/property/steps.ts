import fc from 'fast-check';
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import { CLOSING_CODES, QUEUES, SUPERVISION_MODES, type SupervisionMode } from '#contracts/incident.ts';
import type { CallNews } from '#dispatch/domain/call-news.ts';
import type { DeskCommand } from '#dispatch/domain/desk.ts';
import type { StreetCommand } from '#dispatch/domain/street.ts';
import { DEVICES, PEOPLE } from '#test/harness/homes.ts';
import { TEST_POLICIES } from './policies.ts';

/** Who acts: the owner of the case, whoever that is, or one of `ACTORS` by number. */
export type Who = 'owner' | number;

/**
 * One thing that happens. Numbers pick among what is there (modulo), so that a sequence stays meaningful while it shrinks;
 * `next` is what a willing helper or centre would do now.
 */
export type Step =
  | {
      do: 'press';
      device: number;
      type: EventType;
      event: number;
      at: 'none' | 'now' | 'long_ago' | 'future';
      test: boolean;
      readable: boolean;
    }
  | { do: 'talk'; device: number; what: 'opened' | 'speech'; event: number }
  | { do: 'pass'; ms: number }
  | { do: 'sweep' }
  | { do: 'desk'; pick: number; who: Who; command: DeskCommand; stale: boolean }
  | { do: 'assign'; pick: number; who: Who; helper: number }
  | { do: 'withdraw'; pick: number; who: Who }
  | {
      do: 'answer';
      pick: number;
      to: Extract<StreetCommand, { type: 'answer' }>['to'] | 'next';
      minutes: number | undefined;
    }
  | { do: 'handoff'; pick: number; who: Who; target: '110' | '119' | '120' | 'hospital' }
  | {
      do: 'handoff_update';
      pick: number;
      who: Who;
      to: Extract<StreetCommand, { type: 'handoff_update' }>['to'] | 'next';
      complete: boolean;
    }
  /** The telephone says something of one of the case's calls; `dial` the operator calls somebody. */
  | { do: 'phone'; pick: number; which: number; news: Omit<CallNews, 'call'> }
  | { do: 'dial'; pick: number; who: Who; party: number; hangUp: boolean }
  | { do: 'supervise'; pick: number; who: number; mode: SupervisionMode | 'leave' }
  | { do: 'intents' }
  | { do: 'area' }
  | { do: 'open'; queue: (typeof QUEUES)[number]; priority: 1 | 2 | 3 | 4; who: number }
  | { do: 'policy'; which: number };

const types = Object.keys(EVENT_TYPES) as EventType[];
const often: EventType[] = [
  'sos',
  'sos',
  'sos',
  'fall',
  'medical',
  'service',
  'family',
  'power_fail',
  'cancel',
  'arrived',
  'done',
];
// Mostly one home and its newest case, or no case would get far.
const pick = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) });
const who: fc.Arbitrary<Who> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('owner' as const) },
  { weight: 2, arbitrary: fc.nat(3) },
);
const device = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(DEVICES.length - 1) });

const press: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('press' as const),
  device,
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...often) },
    { weight: 1, arbitrary: fc.constantFrom(...types) },
  ),
  event: fc.nat(30),
  at: fc.constantFrom('none', 'none', 'now', 'long_ago', 'future'),
  test: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  readable: fc.oneof({ weight: 12, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

const pass: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('pass' as const),
  ms: fc.constantFrom(
    1,
    1_000,
    5_000,
    10_000,
    20_001,
    30_000,
    61_000,
    125_000,
    181_000,
    601_000,
    3_600_000,
    86_400_001,
  ),
});

const code = fc.constantFrom(...CLOSING_CODES);
const command: fc.Arbitrary<DeskCommand> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant('claim' as const),
      takeOver: fc.constantFrom(undefined, undefined, '换班'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('release' as const), why: fc.constantFrom(undefined, '吃饭') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('route' as const),
      queue: fc.constantFrom(...QUEUES),
      priority: fc.constantFrom(undefined, 1, 2, 3, 4),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'note' as const, text: '电话里有水声' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('identify' as const),
      resident: fc.constant('0192f7b0-0000-7000-8000-00000000aaaa'),
      name: fc.constant('王桂兰'),
      home: fc.constantFrom(undefined, {
        householdId: '0192f7b0-0000-7000-8000-00000000bbbb',
        regionPath: '42/4206/420606/420606002/',
        position: { lat: 32.05, lon: 112.15 },
      }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'attend' as const }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('quiet' as const), on: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('talk' as const), on: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('resolve' as const), code: fc.option(code, { nil: undefined }) }),
  },
  { weight: 3, arbitrary: fc.constant({ type: 'reopen' as const, why: '又疼了' }) },
  { weight: 2, arbitrary: fc.constant({ type: 'cancel' as const, note: '按错了' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('close' as const),
      code: fc.option(code, { nil: undefined }),
      satisfied: fc.constantFrom(undefined, 'yes' as const, 'not_reached' as const),
    }),
  },
);

/** Any one step; weighted so that cases live long enough to be worked on. */
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: press },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('talk' as const),
      device,
      what: fc.constantFrom('opened', 'speech'),
      event: fc.nat(200),
    }),
  },
  { weight: 7, arbitrary: pass },
  { weight: 8, arbitrary: fc.constant({ do: 'sweep' as const }) },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('desk' as const),
      pick,
      who,
      command,
      stale: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('assign' as const), pick, who, helper: fc.nat(PEOPLE.length - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), pick, who }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      pick,
      to: fc.constantFrom(
        'next',
        'next',
        'next',
        'next',
        'next',
        'accepted',
        'under_way',
        'on_scene',
        'done',
        'declined',
      ),
      minutes: fc.constantFrom(undefined, 1, 7, 40),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('handoff' as const),
      pick,
      who,
      target: fc.constantFrom('110', '119', '120', 'hospital'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('handoff_update' as const),
      pick,
      who,
      to: fc.constantFrom(
        'next',
        'next',
        'next',
        'next',
        'accepted',
        'rejected',
        'dispatched',
        'on_scene',
        'closed',
        'withdrawn',
      ),
      complete: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('phone' as const),
      pick,
      which: fc.nat(5),
      news: fc.record({
        event: fc.constantFrom('ringing', 'answered', 'chosen', 'chosen', 'joined', 'ended', 'ended'),
        means: fc.constantFrom('accepted', 'declined', 'connect'),
        typed: fc.constantFrom<Record<string, string>>({}, { minutes: '7' }, { minutes: '0' }, { minutes: 'x' }),
        outcome: fc.constantFrom('no_answer', 'busy', 'chosen', 'no_choice', 'unknown'),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('dial' as const), pick, who, party: fc.nat(3), hangUp: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('phone' as const),
      pick,
      which: fc.nat(5),
      news: fc.record({
        event: fc.constantFrom('joined', 'joined', 'seated'),
        means: fc.constantFrom(...SUPERVISION_MODES),
        typed: fc.constant({}),
        outcome: fc.constant(null),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('supervise' as const),
      pick,
      who: fc.constantFrom(3, 3, 0),
      mode: fc.constantFrom(...SUPERVISION_MODES, 'leave'),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: 'intents' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'area' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      queue: fc.constantFrom(...QUEUES),
      priority: fc.constantFrom(1, 2, 3, 4),
      who: fc.nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('policy' as const), which: fc.nat(TEST_POLICIES.length - 1) }) },
);

const claim: Step = { do: 'desk', pick: 0, who: 0, command: { type: 'claim' }, stale: false };
const ask: Step = { do: 'assign', pick: 0, who: 'owner', helper: 0 };
const next: Step = { do: 'answer', pick: 0, to: 'next', minutes: undefined };
const handOver: Step = { do: 'handoff', pick: 0, who: 'owner', target: '120' };
const onwards: Step = { do: 'handoff_update', pick: 0, who: 'owner', to: 'next', complete: true };

const dialled: Step = { do: 'dial', pick: 0, who: 'owner', party: 0, hangUp: false };
const sitIn: Step = { do: 'supervise', pick: 0, who: 3, mode: 'whisper' };
/** The first calls of a case are the desk's, whom she talks with, and the supervisor's. */
const told = (which: number, event: CallNews['event'], means: string | null = null): Step => ({
  do: 'phone',
  pick: 0,
  which,
  news: { event, means, typed: {}, outcome: event === 'ended' ? 'answered' : null },
});

/** How a case goes when nothing comes between, as far as it goes: chance alone rarely takes so many right turns. */
const course: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.constantFrom(
      [claim, ask, next, next, next, next],
      [claim, handOver, onwards, onwards, onwards, onwards],
      [claim, dialled, told(0, 'joined'), sitIn, told(2, 'joined'), told(2, 'seated', 'whisper'), told(0, 'ended')],
    ),
    fc.integer({ min: 1, max: 7 }),
  )
  .map(([steps, length]) => steps.slice(0, length));

/** A press, and what may follow it: so many single steps and courses. */
export function sequences(least: number, most: number): fc.Arbitrary<Step[]> {
  const part = fc.oneof({ weight: 6, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: course });
  return fc
    .tuple(press, fc.array(part, { minLength: least, maxLength: most, size: 'max' }))
    .map(([first, rest]) => [first, ...rest.flat()]);
}
