import type { Conferences } from './conferences.ts';
import type { Faults } from './faults.ts';
import type { Leg, LegStatus } from './leg.ts';

/** A message as a telephone got it. */
export interface ReceivedMessage {
  sid: string;
  to: string;
  from: string;
  body: string;
  status: string;
  createdAt: number;
  callback: string | null;
}

/** A recording; the network keeps no sound. */
export interface KeptRecording {
  sid: string;
  /** Of a call, or of a conference: the other is null. */
  callSid: string | null;
  conferenceSid: string | null;
  seconds: number;
  createdAt: number;
}

/** What the parts of the network share. */
export interface Exchange {
  accountSid: string;
  authToken: string;
  now: () => number;
  legs: Leg[];
  messages: ReceivedMessage[];
  recordings: KeptRecording[];
  conferences: Conferences;
  /** Whether this goes wrong now. */
  roll: (fault: keyof Faults) => boolean;
  violations: string[];
  placeCall(asked: URLSearchParams): Leg;
  sendMessage(asked: URLSearchParams): ReceivedMessage;
  end(leg: Leg, status: LegStatus): void;
  redirect(leg: Leg, to: NonNullable<Leg['replaced']>): void;
  newSid(prefix: string): string;
}
