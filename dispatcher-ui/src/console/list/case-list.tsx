import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '../../ui/store.ts';
import { Icon } from '../../ui/icons.tsx';
import { useKeys } from '../keys/keys.ts';
import { useDesk, useLive } from '../live/use-live.tsx';
import { openIncident, view } from '../view.ts';
import { arrange, type Arrangement } from './arrange.ts';
import { CaseRow, ROW_PX } from './case-row.tsx';
import { ListFilter } from './list-filter.tsx';
import { useFresh } from './use-fresh.ts';
import { isHole, useHeld } from './use-held.ts';

const HEAD_PX = 30;
/** Rows drawn beyond what is seen, so that a quick wheel shows no holes. */
const SPARE_PX = 6 * ROW_PX;

interface Line {
  key: string;
  top: number;
  id: string | null;
  head: { words: 'list.waiting' | 'list.active' | 'list.done'; count: number } | null;
}

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
  const target = useMemo(() => arrange(incidents, { tab, region, words }, me.id), [incidents, tab, region, words, me.id]);
  const held = useHeld(target, `${tab} ${region} ${words}`);
  const fresh = useFresh(incidents, link);
  const open = useCallback((id: string) => openIncident(id), []);
  const pinned = held.shown.red;
  const { lines, height } = useMemo(() => layOut(held.shown), [held.shown]);
  const { scroller, pinnedPart, padTop, range, onScroll } = useScrolling(pinned.length);
  useFollowOpen(openId, lines, padTop, scroller);
  useStepping(held.shown, openId);

  const seen = lines.filter((line) => line.top + padTop + ROW_PX >= range.from && line.top + padTop <= range.to);
  const empty = pinned.length === 0 && lines.length === 0;
  return (
    <section className={link === 'cut' ? 'list is-stale' : 'list'} aria-label={t('list.title')} {...held.pointer}>
      <ListFilter pending={held.pending} onRelease={held.release} waiting={target.red.length + target.waiting.length} />
      <div className="list-body">
        <div ref={scroller} className="list-scroll" onScroll={onScroll} role="listbox" aria-label={t('list.title')} tabIndex={0} aria-activedescendant={openId ? `case-${openId}` : undefined}>
          <div className="list-content" style={{ height: height + padTop + 8 }}>
            {seen.map((line) =>
              line.id === null ? (
                <div key={line.key} role="presentation" className="list-head" style={{ transform: `translateY(${line.top + padTop}px)` }}>
                  {line.head && t(line.head.words)} <b>{line.head?.count}</b>
                </div>
              ) : (
                <CaseRow key={line.id} id={line.id} top={line.top + padTop} open={line.id === openId} fresh={fresh.has(line.id)} onOpen={open} />
              ),
            )}
          </div>
        </div>
        {pinned.length > 0 && (
          <div ref={pinnedPart} className="list-pinned" role="listbox" aria-label={t('list.red')}>
            <div style={{ height: pinned.length * ROW_PX }}>
              {pinned.map((id, place) => (
                <CaseRow key={id} id={id} top={place * ROW_PX} open={id === openId} fresh={fresh.has(id)} onOpen={open} />
              ))}
            </div>
          </div>
        )}
        {empty && <EmptyList link={link} filtered={tab !== 'all' || words !== '' || region !== null} total={incidents.size} />}
      </div>
    </section>
  );
}

function layOut(shown: Arrangement): { lines: Line[]; height: number } {
  const lines: Line[] = [];
  let top = 0;
  const part = (name: 'waiting' | 'active' | 'done', ids: readonly string[]) => {
    if (ids.length === 0) return;
    lines.push({ key: `head-${name}`, top, id: null, head: { words: `list.${name}`, count: ids.length } });
    top += HEAD_PX;
    for (const id of ids) {
      lines.push({ key: id, top, id, head: null });
      top += ROW_PX;
    }
  };
  part('waiting', shown.waiting);
  part('active', shown.active);
  part('done', shown.done);
  return { lines, height: top };
}

/** Which part is seen, and how far the list lies below the pinned part. When that grows, what was seen stays where it was. */
function useScrolling(pinnedCount: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const pinnedPart = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ from: 0, to: 2_000 });
  const [padTop, setPadTop] = useState(0);

  const measure = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    const from = Math.floor((box.scrollTop - SPARE_PX) / ROW_PX) * ROW_PX;
    const to = Math.ceil((box.scrollTop + box.clientHeight + SPARE_PX) / ROW_PX) * ROW_PX;
    setRange((old) => (old.from === from && old.to === to ? old : { from, to }));
  }, []);

  useLayoutEffect(() => {
    setPadTop(pinnedPart.current?.offsetHeight ?? 0);
    measure();
  }, [pinnedCount, measure]);

  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const watch = new ResizeObserver(() => {
      setPadTop(pinnedPart.current?.offsetHeight ?? 0);
      measure();
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, [measure]);

  const lastPad = useRef(0);
  useLayoutEffect(() => {
    const box = scroller.current;
    const by = padTop - lastPad.current;
    lastPad.current = padTop;
    if (box && by !== 0 && (box.scrollTop > 0 || box.matches(':hover'))) box.scrollTop += by;
    measure();
  }, [padTop, measure]);

  return { scroller, pinnedPart, padTop, range, onScroll: measure };
}

/** J and K, or the arrows, open the next and the previous call in the order that is shown. */
function useStepping(shown: Arrangement, openId: string | null): void {
  const step = (by: 1 | -1) => {
    const order = [...shown.red, ...shown.waiting, ...shown.active, ...shown.done].filter((id) => !isHole(id));
    const at = openId === null ? -1 : order.indexOf(openId);
    const next = order[at === -1 ? 0 : at + by];
    if (next) openIncident(next);
  };
  const down = () => step(1);
  const up = () => step(-1);
  useKeys({ j: down, arrowdown: down, k: up, arrowup: up });
}

/** Moving by keyboard brings the open row into view. */
function useFollowOpen(openId: string | null, lines: readonly Line[], padTop: number, scroller: React.RefObject<HTMLDivElement | null>): void {
  const newest = useRef({ lines, padTop });
  useEffect(() => {
    newest.current = { lines, padTop };
  });
  useEffect(() => {
    const box = scroller.current;
    const line = newest.current.lines.find((one) => one.id === openId);
    if (!box || !line) return;
    if (line.top < box.scrollTop) box.scrollTop = Math.max(0, line.top - HEAD_PX);
    const bottom = line.top + newest.current.padTop + ROW_PX;
    if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }, [openId, scroller]);
}

function EmptyList({ link, filtered, total }: { link: string; filtered: boolean; total: number }): ReactNode {
  const { t } = useTranslation();
  if (link !== 'live') return <p className="list-empty">{t('list.loading')}</p>;
  return (
    <div className="list-empty">
      <Icon name="check" />
      <p>{t(filtered && total > 0 ? 'list.noMatch' : 'list.empty')}</p>
      <p className="grey">{t(filtered && total > 0 ? 'list.noMatchHint' : 'list.emptyHint')}</p>
    </div>
  );
}
