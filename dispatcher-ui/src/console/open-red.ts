/** A red call opens by itself where nothing else is open, so that one ⏎ takes it. */
import { isRed, isUntaken } from './incident/case-state.ts';
import { isField } from './keys/keys.ts';
import { mostUrgent } from './list/arrange.ts';
import type { Live } from './live/live.ts';
import { openIncident, view } from './view.ts';

/**
 * Opens the most urgent red call as soon as nothing is open, no sheet or menu lies over the page and nobody is typing.
 * Never in place of one that a person opened, as long as it has not ended; one that opened by itself and that another has
 * taken meanwhile makes room. Each opens by itself once: who puts it away means it. Returns how to stop.
 */
export function startOpening(live: Live, me: string): () => void {
  const opened = new Set<string>();
  let own: string | null = null;

  const makesRoom = (openId: string): boolean => {
    const incident = live.state().incidents.get(openId);
    if (!incident) return true;
    return openId === own && !isUntaken(incident) && incident.owner?.id !== me;
  };
  const look = (): void => {
    const { openId, panel, menu } = view.get();
    if (openId !== own) own = null;
    if (openId !== null) opened.add(openId);
    const state = live.state();
    if (state.link !== 'live' || panel !== null || menu || (openId !== null && !makesRoom(openId))) return;
    const next = mostUrgent(new Map([...state.incidents].filter(([id, one]) => isRed(one) && !opened.has(id))));
    if (!next) return;
    if (document.activeElement && isField(document.activeElement)) return;
    own = next.id;
    openIncident(next.id);
  };

  const stops = [live.subscribe(look), view.subscribe(look)];
  // Whoever was typing has ended; the focus moves only after this event.
  const onFocusOut = (): void => void setTimeout(look);
  document.addEventListener('focusout', onFocusOut);
  return () => {
    for (const stop of stops) stop();
    document.removeEventListener('focusout', onFocusOut);
  };
}
