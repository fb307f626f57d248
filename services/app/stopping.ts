import type { Log } from '#platform/log.ts';

/** A part that is to be stopped, as the log calls it. */
export type Part = readonly [name: string, stop: () => Promise<void> | undefined];

/** From here on the log names what is still waited for, ms: the process ends itself soon after, with 1. */
const SLOW_MS = 8_000;

/** Stops one after the other. What fails is logged and holds up none of the others; what takes long is named. */
export async function stopInOrder(parts: readonly Part[], log: Log): Promise<void> {
  for (const [name, stop] of parts) {
    const slow = setTimeout(() => log.error({ part: name }, 'still stopping'), SLOW_MS);
    try {
      await stop();
    } catch (error) {
      log.error({ part: name, err: (error as Error).message }, 'stopping');
    } finally {
      clearTimeout(slow);
    }
  }
}
