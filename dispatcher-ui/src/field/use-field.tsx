import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import type { FieldLive, FieldState } from './field-live.ts';

export const FieldContext = createContext<FieldLive | null>(null);

/** The live state of the page. */
export function useField(): FieldLive {
  const live = use(FieldContext);
  if (!live) throw new Error('outside the field page');
  return live;
}

/** A part of it; `pick` must return something that is the same as long as nothing changed. */
export function useFieldState<T>(pick: (state: FieldState) => T): T {
  const { store } = useField();
  return useSyncExternalStore(store.subscribe, () => pick(store.get()));
}

/** Server time in ms, anew every quarter of a second: for countdowns, whatever this phone's own clock says. */
export function useServerTime(): number {
  const { clock } = useField();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), 250);
    return () => clearInterval(timer);
  }, [clock]);
  return now;
}

/** Seconds since `at` (ms by this phone), anew every few seconds; null while there is nothing. */
export function useAge(at: number | null): number | null {
  const [age, setAge] = useState<number | null>(null);
  useEffect(() => {
    const look = (): void => setAge(at === null ? null : Math.max(0, Math.round((Date.now() - at) / 1_000)));
    const first = setTimeout(look, 0);
    const timer = setInterval(look, 5_000);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [at]);
  return age;
}
