import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { measureRoundTrip } from '../api/health.ts';
import { ACTIONS, type ActionId } from './incident/actions.ts';
import { useCase } from './incident/case-context.tsx';
import { useKeys, type KeyMap } from './keys/keys.ts';
import { mostUrgent } from './list/arrange.ts';
import { useDesk, useLive } from './live/use-live.tsx';
import { undoLast } from './toasts.ts';
import { openIncident, openPanel, view } from './view.ts';

/** The order in which keys stand in the bar, whatever is possible now; so each keeps its place in the hand. */
const ORDER: readonly ActionId[] = [
  'claim',
  'takeOver',
  'orderStep',
  'order',
  'assign',
  'arrived',
  'centreStep',
  'handoff',
  'talk',
  'dial',
  'quiet',
  'note',
  'identify',
  'resolve',
  'close',
  'release',
  'cancel',
  'reopen',
  'route1',
  'route2',
  'route3',
];

/** The keys of the moment, each also a button, and the line to the server. */
export function BottomBar(): ReactNode {
  const { t } = useTranslation();
  const { actions, perform, lineOpen } = useCase();
  useDeskKeys(actions, perform);
  const shown = ORDER.filter((id) => actions.includes(id));
  return (
    <footer className="bottom">
      <div className="bottom-keys">
        {shown.map((id) => (
          <button key={id} type="button" onClick={() => perform(id)}>
            <kbd>{id === 'attend' ? t('cap.space') : ACTIONS[id].cap}</kbd>
            {t(id === 'talk' && lineOpen ? 'bar.hangUp' : `bar.${id}`)}
          </button>
        ))}
        {shown.length === 0 && (
          <span className="grey">
            <kbd>J</kbd> <kbd>K</kbd> {t('bar.move')}
          </span>
        )}
      </div>
      <button type="button" onClick={() => openPanel('help')}>
        <kbd>?</kbd>
        {t('bar.help')}
      </button>
      <LinkState />
    </footer>
  );
}

/** Every key of the desk that belongs to no sheet. */
function useDeskKeys(actions: readonly ActionId[], perform: (id: ActionId) => void): void {
  const { live } = useDesk();
  const isLive = useLive((state) => state.link === 'live');
  const keys: Record<string, () => void> = {
    '?': () => openPanel('help'),
    m: () => view.set({ map: !view.get().map }),
    escape: () => (view.get().map ? view.set({ map: false }) : openIncident(null)),
  };
  for (const id of [...actions].reverse()) keys[ACTIONS[id].key] = () => perform(id);
  if (isLive) {
    keys.u = undoLast;
    keys.o = () => openPanel('open');
    // When the opened one wants no ⏎, it shows the most urgent that nobody has: looking is safe, taking is a second ⏎.
    keys.enter ??= () => {
      const next = mostUrgent(live.state().incidents);
      if (next) openIncident(next.id);
    };
  }
  useKeys(keys satisfies KeyMap);
}

function LinkState(): ReactNode {
  const { t } = useTranslation();
  const link = useLive((state) => state.link);
  const trip = useQuery({
    queryKey: ['round-trip'],
    queryFn: measureRoundTrip,
    enabled: link === 'live',
    refetchInterval: 10_000,
    staleTime: 0,
  });
  return (
    <span className={link === 'live' ? 'link-state' : 'link-state amber'} role="status">
      {t(`link.${link}`)}
      {link === 'live' && trip.data !== undefined && ` · ${t('link.ms', { ms: trip.data })}`}
    </span>
  );
}
