import { createContext, use, useSyncExternalStore } from 'react';
import type { Me } from '#contracts/session.ts';
import type { Live, LiveState } from './live.ts';
import type { ShownIncident } from './reading.ts';

/** What every part of the desk needs: the live state, and who sits here. */
export interface Desk {
  live: Live;
  me: Me;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = use(DeskContext);
  if (!desk) throw new Error('outside the desk');
  return desk;
}

/** A part of the live state; `pick` must return something that is the same as long as nothing changed. */
export function useLive<T>(pick: (state: LiveState) => T): T {
  const { live } = useDesk();
  return useSyncExternalStore(live.subscribe, () => pick(live.state()));
}

/** The incident as it is now; undefined when it is gone or none is meant. */
export function useIncident(id: string | null): ShownIncident | undefined {
  return useLive((state) => (id === null ? undefined : state.incidents.get(id)));
}

/** True only while the line is up and what is shown is what the server holds. */
export function useIsLive(): boolean {
  return useLive((state) => state.link === 'live');
}

/**
 * Server time in ms, anew at every full second; it stands still while the line is cut, like everything else that is shown.
 * Use it in the smallest part that shows it.
 */
export function useNow(): number {
  const { live } = useDesk();
  const stoodStill = useLive((state) => (state.link === 'cut' ? state.lastHeardAt : 0));
  const now = useSyncExternalStore(live.clock.onSecond, () => Math.floor((live.clock.now() + 20) / 1_000) * 1_000);
  return stoodStill || now;
}
