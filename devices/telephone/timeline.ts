import type { Clock } from '#kernel/clock.ts';

/** What happens later on the simulated network, by the given clock; a test that moves the clock calls `settle`. */
export interface Timeline {
  now(): number;
  /** Resolves when so many ms have passed, or at once when `signal` is aborted. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** Counts work that is under way, so that `settle` waits for it. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when everything that is due has happened, to the end of every request that it made. */
  settle(): Promise<void>;
  stop(): void;
}

interface Entry {
  at: number;
  wake: () => void;
}

/** A clock that is moved by hand is looked at this often, ms; with the machine's own clock nothing waits longer. */
const LONGEST_SLEEP_MS = 200;

/** Begins to run with the first wait. */
export function createTimeline(clock: Clock): Timeline {
  const entries = new Set<Entry>();
  const flying = new Set<Promise<unknown>>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function runDue(): boolean {
    const now = clock.now();
    const due = [...entries].filter((entry) => entry.at <= now).sort((a, b) => a.at - b.at);
    for (const entry of due) {
      entries.delete(entry);
      entry.wake();
    }
    return due.length > 0;
  }

  function schedule(): void {
    clearTimeout(timer);
    timer = undefined;
    if (stopped || entries.size === 0) return;
    const next = Math.min(...[...entries].map(({ at }) => at)) - clock.now();
    timer = setTimeout(
      () => {
        runDue();
        schedule();
      },
      Math.max(1, Math.min(LONGEST_SLEEP_MS, next)),
    );
  }

  return {
    now: () => clock.now(),
    wait(ms, signal) {
      if (stopped || signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const entry: Entry = {
          at: clock.now() + ms,
          wake: () => {
            signal?.removeEventListener('abort', cut);
            resolve();
          },
        };
        function cut(): void {
          entries.delete(entry);
          resolve();
        }
        signal?.addEventListener('abort', cut, { once: true });
        entries.add(entry);
        if (timer === undefined || ms < LONGEST_SLEEP_MS) schedule();
      });
    },
    track(work) {
      flying.add(work);
      const done = (): void => void flying.delete(work);
      work.then(done, done);
      return work;
    },
    async settle() {
      for (;;) {
        const ran = runDue();
        // What was woken goes on to its next wait or request before anybody looks again.
        await new Promise((resolve) => setImmediate(resolve));
        if (flying.size > 0) await Promise.race([...flying].map((work) => work.catch(() => undefined)));
        else if (!ran && ![...entries].some(({ at }) => at <= clock.now())) return;
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const entry of entries) entry.wake();
      entries.clear();
    },
  };
}
