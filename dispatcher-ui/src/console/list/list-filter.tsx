import { useMemo, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.tsx';
import { useStore } from '../../ui/store.ts';
import { useKeys } from '../keys/keys.ts';
import { useLive } from '../live/use-live.tsx';
import { view } from '../view.ts';
import { countTabs, TABS } from './arrange.ts';

/** Queues as tabs, the search field, and the marked place where new calls announce themselves. */
export function ListFilter({
  pending,
  onRelease,
  waiting,
}: {
  pending: number;
  onRelease: () => void;
  waiting: number;
}): ReactNode {
  const { t } = useTranslation();
  const incidents = useLive((state) => state.incidents);
  const unreadable = useLive((state) => state.unreadable);
  const tab = useStore(view, (value) => value.tab);
  const region = useStore(view, (value) => value.region);
  const words = useStore(view, (value) => value.words);
  const counts = useMemo(() => countTabs(incidents, region), [incidents, region]);
  const field = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => field.current?.focus() });

  return (
    <div className="list-top">
      <div role="tablist" aria-label={t('list.queues')} className="list-tabs">
        {TABS.map((one) => (
          <button key={one} type="button" role="tab" aria-selected={one === tab} onClick={() => view.set({ tab: one })}>
            {t(`tab.${one}`)}
            <span className="list-count">{counts[one].open}</span>
          </button>
        ))}
      </div>
      <label className="list-search">
        <Icon name="search" />
        <span className="hidden-text">{t('list.search')}</span>
        <input
          ref={field}
          type="search"
          value={words}
          placeholder={t('list.search')}
          onChange={(event) => view.set({ words: event.target.value })}
          onKeyDown={(event) => event.key === 'Escape' && view.set({ words: '' })}
        />
        <kbd>/</kbd>
      </label>
      <div className="list-mark" aria-live="polite">
        {pending > 0 ? (
          <button type="button" onClick={onRelease}>
            <Icon name="up" />
            {t('list.pending', { count: pending })}
          </button>
        ) : unreadable > 0 ? (
          <span className="amber">
            <Icon name="bold" />
            {t('list.unreadable', { count: unreadable })}
          </span>
        ) : (
          <span>{waiting > 0 ? t('list.order', { count: waiting }) : t('list.quiet')}</span>
        )}
      </div>
    </div>
  );
}
