import type { Element } from './twiml.ts';

export type LegStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

/** How a telephone behaves when it is called. */
export interface Script {
  /** A person decides, nobody ever, engaged, a mailbox, out of reach, or after so many seconds. */
  pickUp: 'person' | 'never' | 'busy' | 'voicemail' | 'unreachable' | number;
  /** What is pressed at each question in turn; '' nothing. Later questions get no answer. */
  keys?: readonly string[];
  /** Seconds from the end of the question to the key. */
  keyAfterS?: number;
  /** Hangs up so many seconds after answering. */
  hangUpAfterS?: number;
}

/** What is asked of the keys now. */
export interface Asking {
  numDigits: number;
  finishOnKey: string;
}

/** One line between the network and a telephone. */
export interface Leg {
  sid: string;
  direction: 'outbound-api' | 'inbound';
  /** The telephone's number, and who is at the other end of it. */
  telephone: string;
  to: string;
  from: string;
  status: LegStatus;
  createdAt: number;
  startedAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  answeredBy: string | null;
  /** What was asked for with the call: addresses, events, timeout. */
  asked: URLSearchParams;
  /** SequenceNumber of the next status callback. */
  sequence: number;
  /** Heard so far, oldest first. */
  heard: { at: number; text: string }[];
  asking: Asking | null;
  /** Pressed and not yet taken by a question. */
  pressed: string;
  questions: number;
  /** What was answered to each question that was answered. */
  given: string[];
  conference: string | null;
  script: Script;
  over: AbortController;
  /** Aborted when what is heard is interrupted: by a key, or because another document comes. */
  interrupted: AbortController;
  /** What the REST interface put in place of what runs. */
  replaced: { url: string; method: string } | { twiml: Element } | null;
  /** Wakes what waits for a key. */
  onKey: (() => void) | null;
  onPickUp: (() => void) | null;
}

/** Whether the line has ended. */
export function isOver(leg: Leg): boolean {
  return leg.endedAt !== null;
}

/** A line that nothing has happened on yet. */
export function newLeg(
  given: Pick<Leg, 'sid' | 'direction' | 'telephone' | 'to' | 'from' | 'createdAt' | 'asked' | 'script'>,
): Leg {
  return {
    ...given,
    status: given.direction === 'inbound' ? 'ringing' : 'queued',
    startedAt: null,
    answeredAt: null,
    endedAt: null,
    answeredBy: null,
    sequence: 0,
    heard: [],
    asking: null,
    pressed: '',
    questions: 0,
    given: [],
    conference: null,
    over: new AbortController(),
    interrupted: new AbortController(),
    replaced: null,
    onKey: null,
    onPickUp: null,
  };
}
