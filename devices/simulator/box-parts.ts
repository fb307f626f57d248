/** The parts of a box that need no line: its timers, its voice, its receipts. */
import type { Ack } from '#contracts/device.ts';
import { createSpoken } from '#contracts/device-side.ts';
import type { BoxStore } from './box-store.ts';

export interface Timers {
  /** Calls back once after `ms` × pace; returns what cancels it. */
  later(ms: number, call: () => void): () => void;
  clear(): void;
}

/** Timers that can all be dropped at once, as when the plug is pulled. */
export function createTimers(pace: number): Timers {
  const running = new Set<NodeJS.Timeout>();
  return {
    later(ms, call) {
      const timer = setTimeout(() => {
        running.delete(timer);
        call();
      }, ms * pace);
      running.add(timer);
      return () => {
        clearTimeout(timer);
        running.delete(timer);
      };
    },
    clear() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}

export interface Voice {
  /** Speaks the ack, unless it was said before. */
  hear(ack: Ack): void;
  say(text: string, ack: Ack | null): void;
  again(): void;
  quiet(on: boolean): void;
}

/** Says each stage of an incident once, remembers over a power cut what it said, and is silent in quiet mode. */
export function createVoice(
  speak: (say: string, ack: Ack | null) => void,
  store: BoxStore,
  said: readonly string[],
): Voice {
  const spoken = createSpoken(said);
  let quiet = false;
  let last: { say: string; ack: Ack | null } | undefined;
  const say = (text: string, ack: Ack | null): void => {
    if (quiet || text === '') return;
    last = { say: text, ack };
    speak(text, ack);
  };
  return {
    hear(ack) {
      if (quiet || !spoken.hear(ack)) return;
      store.said(spoken.keys().at(-1)!);
      say(ack.say, ack);
    },
    say,
    again() {
      if (last && !quiet) speak(last.say, last.ack);
    },
    quiet(on) {
      quiet = on;
    },
  };
}

export interface Receipts {
  add(eventId: string, ack: Ack): void;
  wait(eventId: string, timeoutMs: number): Promise<Ack>;
}

/** The `received` acks of the last 1,000 events, and who waits for one. */
export function createReceipts(): Receipts {
  const known = new Map<string, Ack>();
  const waiters = new Map<string, Set<(ack: Ack) => void>>();
  return {
    add(eventId, ack) {
      known.set(eventId, ack);
      if (known.size > 1000) known.delete(known.keys().next().value!);
      for (const tell of waiters.get(eventId) ?? []) tell(ack);
      waiters.delete(eventId);
    },
    wait(eventId, timeoutMs) {
      const here = known.get(eventId);
      if (here) return Promise.resolve(here);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.get(eventId)?.delete(tell);
          reject(new Error(`no received for ${eventId} within ${timeoutMs} ms`));
        }, timeoutMs);
        const tell = (ack: Ack): void => {
          clearTimeout(timer);
          resolve(ack);
        };
        waiters.set(eventId, (waiters.get(eventId) ?? new Set()).add(tell));
      });
    },
  };
}
