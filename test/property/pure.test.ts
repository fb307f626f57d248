import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectEveryEdge } from './invariants.ts';
import { createPureWorld } from './pure-world.ts';
import { sequences, type Step } from './steps.ts';

const RUNS = 10_000;

type Desk = Extract<Step, { do: 'desk' }>['command'];
const pick = 0;
const who = 'owner';
const sos: Step = { do: 'press', device: 0, type: 'sos', event: 0, at: 'none', test: false, readable: true };
const desk = (command: Desk): Step => ({ do: 'desk', pick, who, command, stale: false });
const assign = (helper: number): Step => ({ do: 'assign', pick, who, helper });
/** With minutes, so that an arrival has something that shows it (meaning.ts). */
const answer = (to: 'next' | 'declined' | 'on_scene' | 'done', place = 0): Step => ({
  do: 'answer',
  pick: place,
  to,
  minutes: 5,
});
const handoff: Step = { do: 'handoff', pick, who, target: '120' };
const update = (to: 'next' | 'on_scene' | 'closed' | 'withdrawn'): Step => ({
  do: 'handoff_update',
  pick,
  who,
  to,
  complete: true,
});
const withdraw: Step = { do: 'withdraw', pick, who };
const next = answer('next');
const claim = desk({ type: 'claim' });

/** Ways that chance does not take in every run. */
const RARE: Step[][] = [
  [sos, claim, assign(0), next, next, next, desk({ type: 'cancel' })],
  [
    sos,
    claim,
    assign(0),
    next,
    next,
    next,
    desk({ type: 'resolve' }),
    desk({ type: 'reopen' }),
    desk({ type: 'release' }),
  ],
  [sos, claim, assign(0), next, next, next, next, desk({ type: 'release' })],
  [sos, claim, assign(0), next, desk({ type: 'release' }), answer('declined')],
  [sos, claim, assign(0), next, desk({ type: 'cancel' })],
  [sos, claim, desk({ type: 'resolve', code: 'company' }), desk({ type: 'close' })],
  [sos, claim, assign(0), next, next, next, assign(1), next, desk({ type: 'release' }), answer('done', 1)],
  [sos, claim, assign(0), next, answer('declined'), assign(1), next, withdraw],
  [sos, claim, assign(0), next, next, answer('declined'), assign(1), next, next, withdraw],
  [sos, claim, handoff, update('next'), update('next'), update('next'), update('closed')],
  [sos, claim, handoff, update('next'), update('next'), update('next'), update('withdrawn')],
  [sos, claim, handoff, update('next'), update('next'), update('withdrawn')],
  [sos, claim, handoff, update('next'), update('next'), update('closed')],
  [sos, claim, handoff, update('next'), update('withdrawn')],
  [sos, claim, handoff, update('next'), update('on_scene')],
  [sos, claim, assign(0), next, answer('on_scene')],
  [sos, claim, assign(0), { do: 'pass', ms: 600_000 }, { do: 'sweep' }],
  [sos, claim, handoff, update('next'), update('closed')],
  [{ do: 'policy', which: 1 }, sos, claim, { do: 'policy', which: 0 }, { do: 'pass', ms: 10_000 }, { do: 'sweep' }],
];

it(`${RUNS.toLocaleString('en')} random sequences of presses, commands, answers and time leave no case forgotten, owned twice or other than its history says`, () => {
  const edges = new Set<string>();
  let runs = 0;
  fc.assert(
    fc.property(sequences(0, 16), (sequence) => {
      const world = createPureWorld(edges, runs++ % 4 === 0);
      for (const step of sequence) world.run(step);
      world.finish();
    }),
    { numRuns: RUNS, examples: RARE.map((sequence) => [sequence]) },
  );
  expect(runs).toBe(RUNS);
  expectEveryEdge(edges);
}, 600_000);
