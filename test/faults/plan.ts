import { createRandom, type Random } from '#registry/demo/random.ts';

/** What one run does; the same seed gives the same moments. Times in ms of real time. */
export interface FaultPlan {
  seed: string;
  presses: number;
  boxes: number;
  kills: number;
  /** How long at most the victim is left alone once it is ready; drawn evenly from nothing to this. */
  peaceMs: number;
  /** Multiplies the waits of the boxes' protocol; 1 is the protocol to the letter. */
  pace: number;
  /** After the last kill everything must be acknowledged within this. */
  limitMs: number;
}

export interface PlannedPress {
  /** Before the kill: from the start of the round. Around it: from the kill, negative where it comes first. */
  at: number;
  box: number;
  type: string;
}

/** From one kill to the next. */
export interface Round {
  /** False: it is struck while it is still starting. */
  untilReady: boolean;
  /** The kill comes so long after it was ready (or, without that, after it was started again). */
  delayMs: number;
  before: PlannedPress[];
  around: PlannedPress[];
}

/** Types that open or join an incident, in parts: every press of a run must end in one. */
const TYPES: readonly (readonly [string, number])[] = [
  ['sos', 40],
  ['service', 20],
  ['family', 15],
  ['medical', 10],
  ['fall', 5],
  ['fall_suspected', 5],
  ['smoke', 2],
  ['gas', 1],
  ['water_leak', 1],
  ['alarm_other', 1],
];

/** Of all kills so many strike while the victim is starting, within this time. */
const WHILE_STARTING = 0.25;
const STARTING_MS = 2_500;
/** Of all presses so many come in the moments around a kill, as when the lights of a street go out. */
const AROUND = 0.5;
/** Earliest and latest of these: most are on their way when it strikes. */
const AROUND_MS = [-60, 15] as const;

/** The rounds of a run, one for each kill. */
export function planRounds(plan: FaultPlan): Round[] {
  const random = createRandom(`faults ${plan.seed}`);
  const rounds = Array.from({ length: plan.kills }, (_, n): Round => {
    // The first is left to start.
    const untilReady = n === 0 || !random.chance(WHILE_STARTING);
    return { untilReady, delayMs: random.next() * (untilReady ? plan.peaceMs : STARTING_MS), before: [], around: [] };
  });
  for (let n = 0; n < plan.presses; n++) addPress(random, random.pick(rounds), n % plan.boxes);
  for (const round of rounds) for (const list of [round.before, round.around]) list.sort((a, b) => a.at - b.at);
  return rounds;
}

function addPress(random: Random, round: Round, box: number): void {
  const type = random.weighted(TYPES);
  const [first, last] = AROUND_MS;
  if (random.chance(AROUND)) round.around.push({ at: first + random.next() * (last - first), box, type });
  else round.before.push({ at: random.next() * round.delayMs, box, type });
}
