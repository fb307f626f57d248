import { Select } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchSummary } from '../../api/incidents.ts';
import { fetchRegions } from '../../api/regions.ts';
import { Icon } from '../../ui/icons.tsx';
import { useStore } from '../../ui/store.ts';
import { isUntaken } from '../incident/case-state.ts';
import { clockTime, span } from '../live/time.ts';
import { useDesk, useIsLive, useLive, useNow } from '../live/use-live.tsx';
import { armSound, disarmSound, sound } from '../sound/alarm.ts';
import { view } from '../view.ts';
import { DeskMenu } from './desk-menu.tsx';
import { Preferences } from './preferences.tsx';

/** Whose page this is, what waits, whether it can be heard, and the server's time. */
export function Header(): ReactNode {
  const { t } = useTranslation();
  return (
    <header className="top">
      <b className="brand">{t('app.name')}</b>
      <RegionChooser />
      <Figures />
      <span className="top-space" />
      <SoundKey />
      <DeskMenu />
      <Preferences />
      <Clock />
    </header>
  );
}

function Clock(): ReactNode {
  const now = useNow();
  return <time className="clock">{clockTime(now)}</time>;
}

/** Everything I may see, or one street of it. */
function RegionChooser(): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const region = useStore(view, (value) => value.region);
  const only = me.regions.length === 1 ? me.regions[0] : undefined;
  const within = only?.path ?? '';
  const below =
    only?.level === 'district' || only?.level === 'city' || only?.level === 'province' || within === ''
      ? 'street'
      : 'community';
  const parts = useQuery({
    queryKey: ['regions', below, within],
    queryFn: () => fetchRegions(below, within, false),
    staleTime: Infinity,
  });
  const options = useMemo(() => {
    const names = me.regions.length > 0 ? me.regions.map((one) => one.name).join('、') : t('header.everywhere');
    const parted = (me.regions.length > 1 ? me.regions : (parts.data ?? [])).map((one) => ({
      value: one.id,
      label: one.name,
    }));
    return [{ value: '', label: names }, ...parted];
  }, [me.regions, parts.data, t]);
  return (
    <Select
      className="region"
      aria-label={t('header.region')}
      variant="borderless"
      showSearch={{ optionFilterProp: 'label' }}
      value={region ?? ''}
      options={options}
      popupMatchSelectWidth={false}
      notFoundContent={t('open.notFound')}
      onOpenChange={(open) => view.set({ menu: open })}
      onChange={(value) => {
        view.set({ region: value === '' ? null : value });
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      }}
    />
  );
}

function Figures(): ReactNode {
  const { t } = useTranslation();
  const isLive = useIsLive();
  const incidents = useLive((state) => state.incidents);
  const summary = useQuery({ queryKey: ['summary'], queryFn: fetchSummary, refetchInterval: 15_000, enabled: isLive });
  const { waiting, active, oldest } = useMemo(() => {
    let oldestAt: string | null = null;
    let untaken = 0;
    let taken = 0;
    for (const one of incidents.values()) {
      if (isUntaken(one)) {
        untaken += 1;
        if (oldestAt === null || one.openedAt < oldestAt) oldestAt = one.openedAt;
      } else if (one.state !== 'resolved') taken += 1;
    }
    return { waiting: untaken, active: taken, oldest: oldestAt };
  }, [incidents]);
  const { refetch } = summary;
  const count = incidents.size;
  useEffect(() => {
    if (!isLive) return;
    const timer = setTimeout(() => void refetch(), 1_000);
    return () => clearTimeout(timer);
  }, [count, isLive, refetch]);
  return (
    <dl className="figures">
      <div>
        <dt>{t('header.waiting')}</dt>
        <dd>{waiting}</dd>
      </div>
      <div>
        <dt>{t('header.active')}</dt>
        <dd>{active}</dd>
      </div>
      <div>
        <dt>{t('header.today')}</dt>
        <dd>{summary.data?.today ?? '–'}</dd>
      </div>
      <div>
        <dt>{t('header.longest')}</dt>
        <dd className="longest">{oldest ? <Waited since={oldest} /> : '–'}</dd>
      </div>
    </dl>
  );
}

function Waited({ since }: { since: string }): ReactNode {
  const now = useNow();
  return <>{span(now - Date.parse(since))}</>;
}

/** Whether calls can be heard here. Off is said in words, with the key that mends it. */
function SoundKey(): ReactNode {
  const { t } = useTranslation();
  const { state, ringing } = useStore(sound, (value) => value);
  const on = state === 'on';
  return (
    <button
      type="button"
      className={on ? 'sound-key' : 'sound-key amber'}
      aria-pressed={on}
      onClick={() => (on ? disarmSound() : void armSound())}
    >
      <Icon name={on ? 'speaker' : 'mute'} />
      {t(ringing ? 'sound.ringing' : `sound.${state}`)}
    </button>
  );
}
