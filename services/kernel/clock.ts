/** Where the time comes from. Everything that decides anything takes it from here, so that a test can move it. */
export interface Clock {
  /** Unix time, milliseconds. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that runs at the machine's pace but can be moved: deadlines are tested by moving it, never by sleeping. */
export function movableClock(start?: number): Clock & { advance(ms: number): void } {
  let offset = start === undefined ? 0 : start - Date.now();
  return {
    now: () => Date.now() + offset,
    advance(ms: number) {
      offset += ms;
    },
  };
}
