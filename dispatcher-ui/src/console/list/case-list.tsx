import { useMemo, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/icons.tsx';
import { useStore } from '../../ui/store.ts';
import { searchText } from '../incident/case-words.ts';
import { useKeys } from '../keys/keys.ts';
import type { LinkState } from '../live/link.ts';
import { useDesk, useLive } from '../live/use-live.tsx';
import { openIncident, view } from '../view.ts';
import { arrange, type Arrangement } from './arrange.ts';
import { CaseRow } from './case-row.tsx';
import { layOut, ROW_PX, type Line } from './lines.ts';
import { ListFilter } from './list-filter.tsx';
import { isHole, useHeld } from './use-held.ts';
import { useScrolling } from './use-scrolling.ts';

/** The live list: red on top, then the waiting, then what is in hand. Only what can be seen is drawn. */
export function CaseList(): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const incidents = useLive((state) => state.incidents);
  const link = useLive((state) => state.link);
  const tab = useStore(view, (value) => value.tab);
  const region = useStore(view, (value) => value.region);
  const words = useStore(view, (value) => value.words);
  const openId = useStore(view, (value) => value.openId);
  const target = useMemo(
    () => arrange(incidents, { tab, region, words }, me.id, searchText),
    [incidents, tab, region, words, me.id],
  );
  const held = useHeld(target, `${tab} ${region} ${words}`);
  const pinned = held.shown.red;
  const { lines, height } = useMemo(() => layOut(held.shown), [held.shown]);
  const { scroller, pinnedPart, padTop, range, onScroll } = useScrolling(pinned.length, lines, openId, held.holding);
  useStepping(held.shown, openId);

  const seen = lines.filter((line) => line.top + padTop + ROW_PX >= range.from && line.top + padTop <= range.to);
  const filtered = incidents.size > 0 && (tab !== 'all' || words !== '' || region !== null);
  return (
    <section className={link === 'cut' ? 'list is-stale' : 'list'} aria-label={t('list.title')} {...held.pointer}>
      <ListFilter pending={held.pending} onRelease={held.release} waiting={target.red.length + target.waiting.length} />
      <div className="list-body">
        <div
          ref={scroller}
          className="list-scroll"
          onScroll={onScroll}
          role="listbox"
          aria-label={t('list.title')}
          tabIndex={0}
          aria-activedescendant={
            openId !== null && seen.some((line) => line.id === openId) ? `case-${openId}` : undefined
          }
        >
          {/* While held there is always room to scroll along with the pinned part. */}
          <div
            className="list-content"
            style={{ height: height + padTop, minHeight: held.holding ? `calc(100% + ${padTop}px)` : 0 }}
          >
            <Lines lines={seen} padTop={padTop} openId={openId} />
          </div>
        </div>
        <Pinned part={pinnedPart} ids={pinned} openId={openId} />
        {pinned.length + lines.length === 0 && <EmptyList link={link} filtered={filtered} />}
      </div>
    </section>
  );
}

function Lines({
  lines,
  padTop,
  openId,
}: {
  lines: readonly Line[];
  padTop: number;
  openId: string | null;
}): ReactNode {
  const { t } = useTranslation();
  return lines.map((line) =>
    line.id === null ? (
      <div
        key={line.key}
        role="presentation"
        className="list-head"
        style={{ transform: `translateY(${line.top + padTop}px)` }}
      >
        {line.head && t(line.head.words)} <b>{line.head?.count}</b>
      </div>
    ) : (
      <CaseRow key={line.id} id={line.id} top={line.top + padTop} open={line.id === openId} onOpen={openIncident} />
    ),
  );
}

interface PinnedProps {
  part: RefObject<HTMLDivElement | null>;
  ids: readonly string[];
  openId: string | null;
}

function Pinned({ part, ids, openId }: PinnedProps): ReactNode {
  const { t } = useTranslation();
  if (ids.length === 0) return null;
  return (
    <div
      ref={part}
      className="list-pinned"
      role="listbox"
      aria-label={t('list.red')}
      tabIndex={0}
      aria-activedescendant={openId !== null && ids.includes(openId) ? `case-${openId}` : undefined}
    >
      <div style={{ height: ids.length * ROW_PX }}>
        {ids.map((id, place) => (
          <CaseRow key={id} id={id} top={place * ROW_PX} open={id === openId} onOpen={openIncident} />
        ))}
      </div>
    </div>
  );
}

/** J and K, or the arrows, open the next and the previous call in the order that is shown; after the last comes the first. */
function useStepping(shown: Arrangement, openId: string | null): void {
  const step = (by: 1 | -1) => {
    const order = [...shown.red, ...shown.waiting, ...shown.active, ...shown.done].filter((id) => !isHole(id));
    const at = openId === null ? -1 : order.indexOf(openId);
    const next = order.at(at === -1 ? 0 : (at + by) % order.length);
    if (next) openIncident(next);
  };
  const down = () => step(1);
  const up = () => step(-1);
  useKeys({ j: down, arrowdown: down, k: up, arrowup: up });
}

function EmptyList({ link, filtered }: { link: LinkState; filtered: boolean }): ReactNode {
  const { t } = useTranslation();
  if (link !== 'live') return <p className="list-empty">{t('list.loading')}</p>;
  return (
    <div className="list-empty">
      <Icon name="check" />
      <p>{t(filtered ? 'list.noMatch' : 'list.empty')}</p>
      <p className="grey">{t(filtered ? 'list.noMatchHint' : 'list.emptyHint')}</p>
    </div>
  );
}
