/** What this operator has in front of her: nothing of it is on the server. */
import { createStore } from '../ui/store.ts';
import type { Tab } from './list/arrange.ts';

/** A sheet over the middle, or a window; one at a time. */
export type Panel =
  | 'assign'
  | 'dial'
  | 'handoff'
  | 'order'
  | 'resolve'
  | 'close'
  | 'cancel'
  | 'release'
  | 'identify'
  | 'takeOver'
  | 'route1'
  | 'route2'
  | 'route3'
  | 'loud'
  | 'open'
  | 'help'
  | 'handover'
  | 'floor'
  | 'phone'
  | 'quality'
  | 'score'
  | 'myScores';

export interface View {
  openId: string | null;
  panel: Panel | null;
  tab: Tab;
  region: string | null;
  words: string;
  /** At small screens the map lies behind a key. */
  map: boolean;
  /** A menu hangs open: nothing may move under it. */
  menu: boolean;
}

export const view = createStore<View>({
  openId: null,
  panel: null,
  tab: 'all',
  region: null,
  words: '',
  map: false,
  menu: false,
});

/** Opens an incident in the middle; whatever sheet lay there is put away, unless it lies over this very one. */
export function openIncident(id: string | null): void {
  view.set(id !== null && id === view.get().openId ? { openId: id } : { openId: id, panel: null });
}

export function openPanel(panel: Panel | null): void {
  view.set({ panel });
}
