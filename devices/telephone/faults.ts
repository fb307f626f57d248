/** How often each thing goes wrong, 0 to 1. What is not named never does. */
export interface Faults {
  /** The line is engaged; nobody picks up; a mailbox does; the number is refused. */
  busy: number;
  noAnswer: number;
  voicemail: number;
  rejected: number;
  /** The REST interface answers 429 or 500 and does nothing; answers 500, or nothing at all, after it has done it. */
  tooMany: number;
  serverError: number;
  errorAfter: number;
  timeoutAfter: number;
  /** Callbacks: 5–20 s late, twice, overtaken by the next, never. */
  late: number;
  twice: number;
  wrongOrder: number;
  lost: number;
}

export const NO_FAULTS: Faults = {
  busy: 0,
  noAnswer: 0,
  voicemail: 0,
  rejected: 0,
  tooMany: 0,
  serverError: 0,
  errorAfter: 0,
  timeoutAfter: 0,
  late: 0,
  twice: 0,
  wrongOrder: 0,
  lost: 0,
};

/** Random numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
