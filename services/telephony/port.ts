import type { Tx } from '#platform/database.ts';

/**
 * The telephone, as the rest of the platform sees it. A call or a message is a row before it is placed: `place` and
 * `send` write inside the caller's transaction, telephony's own mover places them, and what becomes of them comes back
 * through `onReport` in the transaction in which telephony writes it down. The same id ordered twice is placed once.
 */
export interface Telephony {
  place(tx: Tx, order: CallOrder): Promise<void>;
  /** Hangs up, or never places, whatever has not ended. A call that nobody knows is no error. */
  hangUp(tx: Tx, callId: string): Promise<void>;
  send(tx: Tx, order: MessageOrder): Promise<void>;
  /** Gives who sits in on a conference (`CallOrder.seat`) another seat; an older `turn` than the last changes nothing. */
  seat(tx: Tx, callId: string, seat: Seat): Promise<void>;
  /**
   * What is said on the case's line is recorded no more: not what is said now, nor what is said by calls that were ordered
   * before. False: nothing of it was to be recorded.
   */
  stopRecording(tx: Tx, stop: { id: string; incidentId: string }): Promise<boolean>;
}

/** `listen`: heard by nobody. `whisper`: by one of our calls alone. `join`: by everybody. */
export type SeatMode = 'listen' | 'whisper' | 'join';

/** How somebody sits in on a conference. */
export interface Seat {
  mode: SeatMode;
  /** Of `whisper`: our id of the call that alone hears him. */
  coach: string | null;
  /** Orders of one call are told apart by it: the highest counts. */
  turn: number;
}

export interface CallOrder {
  /** UUID of the intent. */
  id: string;
  incidentId: string | null;
  /** As one dials it: E.164, national (`15400000302`, `0710-3511234`) or short (`120`). Never logged. */
  to: string;
  /** Said first, Mandarin, one short sentence each; then what is asked. */
  say: readonly string[];
  /** Choices by key; null: nothing is asked. Asked twice, then the call ends with `no_choice`. Only a key proves a person. */
  ask: readonly Choice[] | null;
  /** Whether the called person joins the case's conference as soon as he answers (no question asked). */
  join: boolean;
  /** Whether the case's conference is recorded, as one file: said to each who joins, before he does. */
  record: boolean;
  /** He sits in: comes in muted, is told apart from those who talk, and is then given this seat (`seated`). */
  seat?: Seat;
  /** How long it may ring, s (5–60). */
  ringS: number;
}

/** One key a called person may press. */
export interface Choice {
  key: '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
  /** What it means to who ordered the call: `accepted`, `declined`, `connect`, … */
  means: string;
  /** How it is offered: “按 1,我去”. */
  offered: string;
  /** Numbers that are then typed in, one after the other, ended by #. Asked twice each, then the choice counts without it. */
  numbers: readonly { name: string; say: string; most: number }[];
  /** Said when all is in. */
  thanks: string;
  /** Joins the case's conference afterwards instead of hanging up. */
  join: boolean;
}

export interface MessageOrder {
  id: string;
  incidentId: string | null;
  to: string;
  text: string;
}

/** What became of a call or message so far; each told once, in this order, and nothing after `ended`. */
export interface Report {
  kind: 'call' | 'message';
  id: string;
  incidentId: string | null;
  /** Somebody called us: nothing that was ordered. */
  inbound?: boolean;
  /** ms, the platform's clock. */
  at: number;
  event: 'ringing' | 'answered' | 'chosen' | 'joined' | 'seated' | 'ended';
  /** Of `chosen`: the choice's `means`, and the numbers typed. Of `seated`: the seat's mode, now in force. */
  means: string | null;
  typed: Record<string, string>;
  /**
   * Of `ended`. `answered`: a line was open but nothing was asked or chosen; `on_line`: he is in the case's conference by a
   * call of his own, and stays; `unknown`: the network never said.
   */
  outcome: Outcome | null;
}

export const OUTCOMES = [
  'chosen',
  'no_choice',
  'answered',
  'no_answer',
  'busy',
  'voicemail',
  'bad_number',
  'failed',
  'cancelled',
  'on_line',
  'delivered',
  'undelivered',
  'unknown',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Called in telephony's transaction; what it throws rolls the report back, and it is told again. `say`, answered to
 * `chosen`, is said instead of the choice's thanks, and nobody joins: what was chosen came too late.
 */
export type OnReport = (tx: Tx, report: Report) => Promise<{ say: string } | null>;

/** Somebody called us. Answers which case it is, what he hears while he waits for an operator, and whether it is recorded. */
export type OnInbound = (
  tx: Tx,
  call: {
    id: string;
    /** E.164, or empty when it is withheld. */
    from: string;
    at: number;
    /** The device key that the called line stands for (`red`, `green`, …): a unit that can only dial. Null: a person calls. */
    key: string | null;
  },
) => Promise<{ incidentId: string; say: string[]; record: boolean }>;

/** The name of a case's conference: everybody on the telephone for it is in this one. */
export function conferenceOf(incidentId: string): string {
  return `case-${incidentId}`;
}
