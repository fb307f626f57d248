import type { Choice, Outcome, Seat } from '../port.ts';

/**
 * ordered: written, not given to the network. placing: given to it, and not known yet whether it has it.
 * placed: the network has it. ended: nothing follows.
 */
export const JOB_STATES = {
  ordered: ['placing', 'placed', 'ended'],
  placing: ['ordered', 'placed', 'ended'],
  placed: ['ended'],
  ended: [],
} as const satisfies Record<string, readonly string[]>;
export type JobState = keyof typeof JOB_STATES;

/** What was ordered of a call. Of one that came in: what the caller hears, and which number he called (`to`). */
export interface CallDetail {
  say: readonly string[];
  ask: readonly Choice[] | null;
  join: boolean;
  record: boolean;
  ringS: number;
  to?: string;
  /** Of who sits in: the seat that he is to have, and the one that the network has given him. */
  seat?: Seat;
  seated?: Seat;
}

/** A call or a message, as its row holds it. Times in ms. */
export interface Job {
  id: string;
  kind: 'call' | 'message';
  direction: 'out' | 'in';
  incidentId: string | null;
  number: string;
  detail: CallDetail | { text: string };
  state: JobState;
  attempt: number;
  tries: number;
  nextAt: number | null;
  orderedAt: number;
  placingAt: number | null;
  placedAt: number | null;
  sid: string | null;
  sequence: number;
  ringingAt: number | null;
  answeredAt: number | null;
  /** When he was told to join the conference, and when the network said that he is in. */
  joiningAt: number | null;
  joinedAt: number | null;
  endedAt: number | null;
  machine: boolean;
  /** The key that was pressed. */
  choice: string | null;
  typed: Record<string, string>;
  chosenAt: number | null;
  said: string | null;
  hangUpAt: number | null;
  final: string | null;
  outcome: Outcome | null;
}

/** What is told of a job; see `Report`. */
export interface News {
  event: 'ringing' | 'answered' | 'chosen' | 'joined' | 'seated' | 'ended';
  means: string | null;
  typed: Record<string, string>;
  outcome: Outcome | null;
}

/** A job as it stands after something was heard, and what is told of it. */
export interface Turn {
  job: Job;
  news: News[];
}

/** A key may still be on its way when the line is already down, ms. */
export const GRACE_MS = 5_000;
/** After the time to ring, so long until the network is asked, ms. */
const SLACK_MS = 15_000;
/** How often the network is asked about a call that somebody has answered, ms. */
const TALK_CHECK_MS = 60_000;

/** The order of a call; throws for a message. */
export function callOf(job: Job): CallDetail {
  if ('text' in job.detail) throw new Error('a message has no call in it');
  return job.detail;
}

/** The choice of the key that was pressed. */
export function chosenOf(job: Job): Choice | null {
  return job.choice === null ? null : (callOf(job).ask?.find(({ key }) => key === job.choice) ?? null);
}

/** A person hears the question at this moment, as far as we know. */
export function isBeingAsked(job: Job): boolean {
  return callOf(job).ask !== null && job.answeredAt !== null && job.joiningAt === null && !job.machine;
}

/**
 * The network has it, under this id. `stranger`: it has another one of it already (or it was over): this one must be
 * ended, nobody is called twice for one intent.
 */
export function adopt(before: Job, sid: string, now: number): { job: Job; stranger: boolean } {
  if (before.sid !== null) return { job: before, stranger: before.sid !== sid };
  if (before.state === 'ended') return { job: before, stranger: true };
  const job: Job = { ...before, sid, state: 'placed', placedAt: now, placingAt: before.placingAt ?? now };
  const ringS = job.kind === 'call' ? callOf(job).ringS : 60;
  // Somebody wants it ended: that comes first.
  job.nextAt = job.hangUpAt !== null ? now : now + ringS * 1000 + SLACK_MS;
  return { job, stranger: false };
}

type CallStatus = 'queued' | 'initiated' | 'ringing' | 'in-progress' | Final;
type Final = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';

const FINAL = new Set<string>(['completed', 'busy', 'no-answer', 'failed', 'canceled']);

/**
 * Takes the status of a call as the network tells it. `sequence`: the callback's SequenceNumber, null when we asked. What
 * is older than what is known, or known already, changes nothing.
 */
export function hearStatus(before: Job, status: string, sequence: number | null, now: number): Turn {
  if (before.state === 'ended' || before.final !== null) return { job: before, news: [] };
  if (sequence !== null && sequence <= before.sequence) return { job: before, news: [] };
  const job: Job = { ...before, sequence: sequence ?? before.sequence };
  const news: News[] = [];
  switch (status as CallStatus) {
    case 'ringing':
      if (job.ringingAt === null && job.answeredAt === null) {
        job.ringingAt = now;
        news.push(plain('ringing'));
      }
      break;
    case 'in-progress':
      answered(job, news, now);
      break;
    default:
      if (FINAL.has(status)) return finish(job, status as Final, news, now);
  }
  return { job, news: job.direction === 'in' ? [] : news };
}

function answered(job: Job, news: News[], now: number): void {
  if (job.answeredAt !== null) return;
  job.answeredAt = now;
  job.nextAt = job.hangUpAt !== null ? now : now + TALK_CHECK_MS;
  news.push(plain('answered'));
}

function finish(job: Job, status: Final, news: News[], now: number): Turn {
  if (status === 'completed') answered(job, news, now);
  const asked = job.direction === 'out' && callOf(job).ask !== null;
  if (status === 'completed' && asked && job.chosenAt === null && job.hangUpAt === null) {
    job.final = status;
    job.nextAt = now + GRACE_MS;
    return { job, news };
  }
  const ended = endJob(job, outcomeOf(job, status), now);
  return { job: ended.job, news: job.direction === 'in' ? ended.news : [...news, ...ended.news] };
}

function outcomeOf(job: Job, status: Final): Outcome {
  if (job.direction === 'in') return job.joinedAt === null ? 'no_answer' : 'answered';
  if (job.choice !== null) return 'chosen';
  if (job.hangUpAt !== null && job.joinedAt === null && job.joiningAt === null) return 'cancelled';
  switch (status) {
    case 'busy':
      return 'busy';
    case 'no-answer':
      return 'no_answer';
    case 'canceled':
      return 'cancelled';
    case 'failed':
      return 'failed';
    case 'completed':
      if (job.machine && job.joinedAt === null) return 'voicemail';
      return callOf(job).ask === null ? 'answered' : 'no_choice';
  }
}

/** The time for a key that was still on its way is over: the network's last word counts. */
export function closeHeld(before: Job, now: number): Turn {
  if (before.state === 'ended' || before.final === null) return { job: before, news: [] };
  return endJob({ ...before }, outcomeOf(before, before.final as Final), now);
}

/** Nothing follows any more; what he chose by key is told before. */
export function endJob(before: Job, outcome: Outcome, now: number): Turn {
  if (before.state === 'ended') return { job: before, news: [] };
  const job: Job = { ...before };
  const news: News[] = [];
  const choice = job.kind === 'call' && job.direction === 'out' ? chosenOf(job) : null;
  if (choice !== null && job.chosenAt === null) {
    job.chosenAt = now;
    news.push({ event: 'chosen', means: choice.means, typed: job.typed, outcome: null });
  }
  job.state = 'ended';
  job.endedAt = now;
  job.nextAt = null;
  job.outcome = choice === null ? outcome : 'chosen';
  news.push({ ...plain('ended'), outcome: job.outcome });
  return { job, news };
}

/** The network asks what is to be said: so somebody, or something, has answered. */
export function hearAnswer(before: Job, now: number): Turn {
  if (before.state === 'ended') return { job: before, news: [] };
  const job: Job = { ...before };
  const news: News[] = [];
  answered(job, news, now);
  return { job, news: job.direction === 'in' ? [] : news };
}

/** He is in the case's conference. */
export function hearJoined(before: Job, now: number): Turn {
  if (before.state === 'ended' || before.joinedAt !== null) return { job: before, news: [] };
  const job: Job = { ...before, joinedAt: now };
  const call = callOf(before);
  if (call.seat === undefined) return { job, news: [plain('joined')] };
  // Whatever seat he is to have, he came in muted.
  const turn = hearSeated(job, { mode: 'listen', coach: null, turn: call.seat.turn }, now);
  return { job: turn.job, news: [plain('joined'), ...turn.news] };
}

/** The network has given him this seat. When he is to have another by now, that is due at once. */
export function hearSeated(before: Job, seated: Seat, now: number): Turn {
  if (before.state === 'ended') return { job: before, news: [] };
  const job: Job = { ...before, detail: { ...callOf(before), seated } };
  job.nextAt = lacksSeat(job) ? now : now + TALK_CHECK_MS;
  return { job, news: [{ ...plain('seated'), means: seated.mode }] };
}

/** Another seat is wanted for him; an older order than the last changes nothing. Null: it stays as it is. */
export function wantSeat(before: Job, seat: Seat, now: number): Job | null {
  if (before.state === 'ended') return null;
  const call = callOf(before);
  if (call.seat === undefined || call.seat.turn >= seat.turn) return null;
  const job: Job = { ...before, detail: { ...call, seat } };
  return lacksSeat(job) ? { ...job, nextAt: now } : job;
}

/** He is in the conference, on another seat than he is to have. */
export function lacksSeat(job: Job): boolean {
  if (job.kind !== 'call' || job.joinedAt === null || job.hangUpAt !== null) return false;
  const { seat, seated } = callOf(job);
  return seat !== undefined && (seat.mode !== seated?.mode || seat.coach !== seated.coach);
}

/** A machine has answered: it never counts as a person, and hears the question once. */
export function hearMachine(before: Job): Job {
  return before.state === 'ended' ? before : { ...before, machine: true };
}

/** Which question the digits answer: the choice, or one of the numbers that are typed after it. */
export interface Question {
  step: 'ask' | number;
  /** The first or the second time. */
  round: number;
}

/** What comes next on the line. */
export type Next = Question | 'join' | 'goodbye' | 'chosen';

/**
 * Takes what was typed. The first choice stands; the same digits again, or late ones, change nothing and lead on from
 * where he is.
 */
export function hearDigits(before: Job, { step, round }: Question, digits: string, now: number): Turn & { next: Next } {
  const call = callOf(before);
  if (before.state === 'ended') return { job: before, news: [], next: 'goodbye' };
  if (before.chosenAt !== null) return { job: before, news: [], next: 'chosen' };
  const job: Job = { ...before };
  if (job.choice === null) {
    if (step !== 'ask') return { job, news: [], next: { step: 'ask', round: 1 } };
    const choice = call.ask?.find(({ key }) => key === digits.charAt(0));
    if (!choice)
      return { job, news: [], next: round < 2 && !job.machine ? { step: 'ask', round: round + 1 } : 'goodbye' };
    job.choice = choice.key;
    return goOn(job, 0, now);
  }
  const choice = chosenOf(job)!;
  if (step === 'ask') return goOn(job, firstOpen(job, choice), now);
  const number = choice.numbers[step];
  if (!number) return goOn(job, choice.numbers.length, now);
  const text = digits.replace(/[^0-9]/g, '').slice(0, number.most);
  if (text === '' && round < 2 && job.typed[number.name] === undefined)
    return { job, news: [], next: { step, round: round + 1 } };
  if (text !== '' && job.typed[number.name] === undefined) job.typed = { ...job.typed, [number.name]: text };
  return goOn(job, step + 1, now);
}

/** What was typed, kept without being told: who was to hear of it can't just now. */
export function keepDigits(before: Job, question: Question, digits: string, now: number): Job {
  const { job } = hearDigits(before, question, digits, now);
  return { ...job, chosenAt: before.chosenAt };
}

function firstOpen(job: Job, choice: Choice): number {
  const open = choice.numbers.findIndex(({ name }) => job.typed[name] === undefined);
  return open === -1 ? choice.numbers.length : open;
}

function goOn(job: Job, step: number, now: number): Turn & { next: Next } {
  const choice = chosenOf(job)!;
  if (step < choice.numbers.length) return { job, news: [], next: { step, round: 1 } };
  job.chosenAt = now;
  return {
    job,
    news: [{ event: 'chosen', means: choice.means, typed: job.typed, outcome: null }],
    next: 'chosen',
  };
}

/** Takes the state of a message as the network tells it; `errorCode` as of its dictionary, null for none. */
export function hearDelivery(before: Job, status: string, now: number): Turn {
  if (before.state === 'ended') return { job: before, news: [] };
  if (status === 'delivered' || status === 'read') return endJob(before, 'delivered', now);
  if (status === 'undelivered') return endJob(before, 'undelivered', now);
  if (status === 'failed' || status === 'canceled') return endJob(before, 'failed', now);
  return { job: before, news: [] };
}

function plain(event: News['event']): News {
  return { event, means: null, typed: {}, outcome: null };
}
