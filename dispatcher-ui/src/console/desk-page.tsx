import { useQueryClient } from '@tanstack/react-query';
import { memo, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { fetchDesks, setDesk } from '../api/desk.ts';
import { SESSION_KEY } from '../api/session.ts';
import { Icon } from '../ui/icons.tsx';
import { useStore } from '../ui/store.ts';
import { BottomBar } from './bottom-bar.tsx';
import { Header } from './header/header.tsx';
import { Candidates } from './incident/candidates.tsx';
import { CaseProvider } from './incident/case-context.tsx';
import { CaseView } from './incident/case-view.tsx';
import { isRed, isUntaken } from './incident/case-state.ts';
import { startKeyboard } from './keys/keys.ts';
import { CaseList } from './list/case-list.tsx';
import { createLive, type Live } from './live/live.ts';
import { clockTime } from './live/time.ts';
import { DeskContext, useLive } from './live/use-live.tsx';
import { MapPanel } from './map/map-panel.tsx';
import { startOpening } from './open-red.ts';
import { chime, ring, sound } from './sound/alarm.ts';
import { ToastStack } from './toast-stack.tsx';
import { toast } from './toasts.ts';
import { view } from './view.ts';
import { Windows } from './windows/windows.tsx';

const List = memo(CaseList);
const Top = memo(Header);

/** The desk itself: list, incident, map. Lives as long as somebody is signed in. */
export function DeskPage({ me }: { me: Me }): ReactNode {
  const client = useQueryClient();
  const [live] = useState(() =>
    createLive({
      onRefused: () => void client.invalidateQueries({ queryKey: SESSION_KEY }),
      onOrders: (incident) => void client.invalidateQueries({ queryKey: ['work-orders', incident] }),
      onNotice: (notice) => {
        // The list and the alarm have said already that somebody waits; supervisors are called by it.
        if (notice.code === 'ladder' && me.role !== 'supervisor') return;
        toast(notice.text, {
          tone: notice.level === 'info' ? 'plain' : notice.level === 'warn' ? 'amber' : 'red',
          incident: notice.incident ?? null,
        });
      },
    }),
  );
  const desk = useMemo(() => ({ live, me }), [live, me]);

  useEffect(() => {
    live.start();
    const stopKeyboard = startKeyboard();
    const stopSounds = startSounds(live);
    const stopOpening = startOpening(live, me.id);
    takeSeat(me.id).then(
      () => client.invalidateQueries({ queryKey: ['desks'] }),
      () => undefined,
    );
    return () => {
      stopOpening();
      stopSounds();
      stopKeyboard();
      live.stop();
      view.set({ openId: null, panel: null, words: '', tab: 'all', region: null });
    };
  }, [live, client, me.id]);

  return (
    <DeskContext value={desk}>
      <CaseProvider>
        <Layout />
      </CaseProvider>
    </DeskContext>
  );
}

function Layout(): ReactNode {
  const { t } = useTranslation();
  const showsMap = useStore(view, (value) => value.map);
  const sending = useStore(view, (value) => value.panel === 'assign');
  const stale = useLive((state) => state.link === 'cut');
  return (
    <div className="desk">
      <Top />
      <Banner />
      <main className="desk-body">
        <List />
        <div className="middle">
          <CaseView />
        </div>
        <aside
          className={['right', showsMap && 'is-shown', sending && 'is-sending', stale && 'is-stale']
            .filter(Boolean)
            .join(' ')}
          aria-label={t('right.title')}
        >
          <MapPanel />
          <Candidates />
        </aside>
      </main>
      <BottomBar />
      <ToastStack />
      <Windows />
    </div>
  );
}

/** Ready, unless she only reloaded the page during a break. */
async function takeSeat(me: string): Promise<void> {
  const mine = (await fetchDesks()).find((one) => one.id === me);
  if (!mine || mine.state === 'off') await setDesk('ready');
}

/** Across the page and impossible to miss, without moving anything under it. */
function Banner(): ReactNode {
  const { t } = useTranslation();
  const link = useLive((state) => state.link);
  const since = useLive((state) => state.lastHeardAt);
  const silent = useStore(sound, (value) => value.state !== 'on');
  const red = useLive((state) => [...state.incidents.values()].some(isRed));
  if (link === 'cut') {
    return (
      <p className="banner is-cut" role="alert">
        <Icon name="bold" />
        {t('banner.cut')}
        {since > 0 && <span>{t('banner.since', { time: clockTime(since) })}</span>}
      </p>
    );
  }
  if (red && silent) {
    return (
      <p className="banner is-silent" role="alert">
        <Icon name="mute" />
        {t('banner.silent')}
      </p>
    );
  }
  return null;
}

/** The alarm follows the list, not the page: it rings as long as a red one waits, and only taking it ends that. */
function startSounds(live: Live): () => void {
  let known: ReadonlySet<string> | null = null;
  const follow = () => {
    const state = live.state();
    const untaken = [...state.incidents.values()].filter(isUntaken);
    ring(untaken.some(isRed));
    document.title = untaken.length > 0 ? `(${untaken.length}) 一键通` : '一键通';
    const now = new Set(untaken.map((one) => one.id));
    if (known && state.link === 'live' && untaken.some((one) => !known?.has(one.id))) chime();
    if (state.link === 'live') known = now;
  };
  const stop = live.subscribe(follow);
  follow();
  return () => {
    stop();
    ring(false);
  };
}
