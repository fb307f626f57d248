import type { Log } from './log.ts';

/** Work that is looked for again and again. */
export interface Loop {
  start(): void;
  /** Resolves when the round that is under way has ended; none follows it. */
  stop(): Promise<void>;
}

/**
 * Does `work` at once (or `after` ms from the start) and again `every` ms after its end; what it throws is logged as
 * `name` and changes nothing. Rounds never overlap. Started again after a stop, it goes on.
 */
export function createLoop(deps: {
  log: Log;
  name: string;
  every: number;
  after?: number;
  work: () => Promise<unknown>;
}): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  function next(): void {
    running = deps
      .work()
      .catch((error: Error) => deps.log.error({ err: error.message }, deps.name))
      .then(() => {
        running = undefined;
        if (timer !== undefined) timer = setTimeout(next, deps.every);
      });
  }
  return {
    start() {
      timer ??= setTimeout(next, deps.after ?? 0);
    },
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
