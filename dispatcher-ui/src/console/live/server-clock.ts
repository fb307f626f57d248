/** The server's clock as seen from here: every countdown on the page runs by it, whatever this computer's own clock says. */

const KEPT = 30;

export interface ServerClock {
  /** The server said it was `at` (ms) and we heard it just now. */
  observe(at: number): void;
  /** Server time, ms. */
  now(): number;
  /** Calls `tell` at every full second of server time. */
  onSecond(tell: () => void): () => void;
  stop(): void;
}

/**
 * A message can only arrive late, never early, so the largest of the last offsets (server minus ours) is the nearest to the
 * truth. `local` is this computer's clock in ms.
 */
export function createServerClock(local: () => number = Date.now): ServerClock {
  const offsets: number[] = [];
  const listeners = new Set<() => void>();
  let offset = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const now = () => local() + offset;

  const schedule = () => {
    timer = setTimeout(
      () => {
        for (const tell of listeners) tell();
        schedule();
      },
      1_005 - (((now() % 1_000) + 1_000) % 1_000),
    );
  };

  return {
    observe(at) {
      const seen = at - local();
      // A jump of this computer's clock makes the old offsets worthless.
      if (Math.abs(seen - offset) > 5_000) offsets.length = 0;
      offsets.push(seen);
      if (offsets.length > KEPT) offsets.shift();
      offset = Math.max(...offsets);
    },
    now,
    onSecond(tell) {
      listeners.add(tell);
      if (timer === undefined) schedule();
      return () => {
        listeners.delete(tell);
        if (listeners.size === 0) {
          clearTimeout(timer);
          timer = undefined;
        }
      };
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      listeners.clear();
    },
  };
}
