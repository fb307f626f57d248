import { useSyncExternalStore } from 'react';

/** A small piece of state outside React that components can read and anybody can change. */
export interface Store<T extends object> {
  get(): T;
  set(change: Partial<T>): void;
  subscribe(tell: () => void): () => void;
}

/** Makes a store; `set` merges and tells only when something really changed. */
export function createStore<T extends object>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(change) {
      const changed = (Object.keys(change) as (keyof T)[]).some((key) => !Object.is(change[key], value[key]));
      if (!changed) return;
      value = { ...value, ...change };
      for (const tell of listeners) tell();
    },
    subscribe(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  };
}

/** A part of a store; `pick` must return something that is the same as long as nothing changed. */
export function useStore<T extends object, R>(store: Store<T>, pick: (value: T) => R): R {
  return useSyncExternalStore(store.subscribe, () => pick(store.get()));
}
