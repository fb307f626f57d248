import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  adopt,
  closeHeld,
  endJob,
  hearAnswer,
  hearDigits,
  hearJoined,
  hearMachine,
  hearStatus,
  keepDigits,
  type Job,
  type News,
  type Question,
  type Turn,
} from './job.ts';

const T0 = 1_700_000_000_000;

function callJob(more: Partial<Job> = {}): Job {
  return {
    id: 'job',
    kind: 'call',
    direction: 'out',
    incidentId: 'case',
    number: '+8615400000302',
    detail: {
      say: [],
      ask: [
        {
          key: '1',
          means: 'accepted',
          offered: '',
          numbers: [{ name: 'minutes', say: '', most: 3 }],
          thanks: '',
          join: false,
        },
        { key: '2', means: 'connect', offered: '', numbers: [], thanks: '', join: true },
      ],
      join: false,
      record: false,
      ringS: 30,
    },
    state: 'placed',
    attempt: 1,
    tries: 0,
    nextAt: T0,
    orderedAt: T0,
    placingAt: T0,
    placedAt: T0,
    sid: 'CA1',
    sequence: -1,
    ringingAt: null,
    answeredAt: null,
    joiningAt: null,
    joinedAt: null,
    endedAt: null,
    machine: false,
    choice: null,
    typed: {},
    chosenAt: null,
    said: null,
    hangUpAt: null,
    final: null,
    outcome: null,
    ...more,
  };
}

type Step = (job: Job, now: number) => Turn;
const status = fc.constantFrom(
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'no-answer',
  'failed',
  'canceled',
);
const question: fc.Arbitrary<Question> = fc.record({
  step: fc.constantFrom<Question['step'][]>('ask', 0, 1),
  round: fc.constantFrom(1, 2),
});
const digits = fc.constantFrom('', '1', '2', '9', '12', '#');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(status, fc.option(fc.integer({ min: 0, max: 6 }))).map(
    ([one, sequence]): Step =>
      (job, now) =>
        hearStatus(job, one, sequence, now),
  ),
  fc.tuple(question, digits).map(
    ([asked, typed]): Step =>
      (job, now) =>
        hearDigits(job, asked, typed, now),
  ),
  fc.tuple(question, digits).map(([asked, typed]): Step => (job, now) => ({
    job: keepDigits(job, asked, typed, now),
    news: [],
  })),
  fc.constantFrom<Step[]>(hearAnswer, hearJoined, closeHeld, (job) => ({ job: hearMachine(job), news: [] })),
);

describe('whatever the network tells, in whatever order', () => {
  test('each event is told once, in order, nothing after the end; a key that was pressed is told before it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        let job = callJob();
        const told: News[] = [];
        let pressed: string | null = null;
        for (const [n, one] of [...steps, (last: Job, now: number) => endJob(last, 'unknown', now)].entries()) {
          const turn = one(job, T0 + n * 1_000);
          job = turn.job;
          told.push(...turn.news);
          pressed ??= job.choice;
          // The first key stands.
          expect(job.choice).toBe(pressed);
          expect((job.state === 'ended') === (job.nextAt === null)).toBe(true);
        }
        const events = told.map(({ event }) => event);
        expect(new Set(events).size).toBe(events.length);
        expect(events.at(-1)).toBe('ended');
        if (events.includes('ringing') && events.includes('answered'))
          expect(events.indexOf('ringing')).toBeLessThan(events.indexOf('answered'));
        expect(events.includes('chosen')).toBe(pressed !== null);
        expect(told.at(-1)!.outcome === 'chosen').toBe(pressed !== null);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a machine is no person: only a key is', () => {
    const answered = hearAnswer(callJob(), T0).job;
    const machine = hearMachine(answered);
    const held = hearStatus(machine, 'completed', 3, T0).job;
    expect(closeHeld(held, T0 + 6_000).news.map(({ outcome }) => outcome)).toEqual(['voicemail']);
    const pressed = hearDigits(held, { step: 'ask', round: 1 }, '2', T0 + 1_000).job;
    expect(closeHeld(pressed, T0 + 6_000).job.outcome).toBe('chosen');
  });

  test('one intent has one call: another one is a stranger, also after the end', () => {
    const waiting = callJob({ state: 'placing', sid: null });
    expect(adopt(waiting, 'CA1', T0)).toMatchObject({ stranger: false, job: { state: 'placed', sid: 'CA1' } });
    expect(adopt(callJob(), 'CA1', T0).stranger).toBe(false);
    expect(adopt(callJob(), 'CA2', T0).stranger).toBe(true);
    expect(adopt(endJob(waiting, 'failed', T0).job, 'CA1', T0).stranger).toBe(true);
    // Put off and ordered anew: what comes to light meanwhile is it, and no second one is placed.
    expect(adopt(callJob({ state: 'ordered', sid: null }), 'CA1', T0).job.state).toBe('placed');
  });
});
