import type { Sample } from '#contracts/quality.ts';
import { createStore } from '../../ui/store.ts';
import { openIncident, openPanel } from '../view.ts';

/** The call that is being scored, inside its case. */
export const scoring = createStore<{ sample: Sample | null }>({ sample: null });

/** Opens the case of a call, with the form over it. */
export function beginScoring(sample: Sample): void {
  scoring.set({ sample });
  openIncident(sample.incident.id);
  openPanel('score');
}
