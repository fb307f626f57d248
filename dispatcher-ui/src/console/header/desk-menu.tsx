import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dropdown } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeskState } from '#contracts/socket.ts';
import { fetchDesks, fetchHandovers, setDesk } from '../../api/desk.ts';
import { sentenceOf } from '../../api/http.ts';
import { signOut } from '../../api/session.ts';
import { Icon } from '../../ui/icons.tsx';
import { useDesk, useIsLive, useLive } from '../live/use-live.tsx';
import { toast } from '../toasts.ts';
import { openPanel, view } from '../view.ts';

const STATES = ['ready', 'talking', 'wrap_up', 'break'] as const satisfies readonly DeskState[];

const PANELS = ['handover', 'floor', 'open', 'phone', 'quality', 'myScores'] as const;

/** Nobody sits here any more; whether the server heard it or not, she may go. */
async function leaveDesk(): Promise<void> {
  await setDesk('off').catch(() => undefined);
}

/** My desk: ready or not, handing the shift over, the floor for supervisors, and out. */
export function DeskMenu(): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const client = useQueryClient();
  const isLive = useIsLive();
  const heard = useLive((state) => state.desks.get(me.id)?.state);
  const desks = useQuery({ queryKey: ['desks'], queryFn: fetchDesks, staleTime: 30_000 });
  const handovers = useQuery({
    queryKey: ['handovers'],
    queryFn: fetchHandovers,
    refetchInterval: 30_000,
    enabled: isLive,
  });
  const state = heard ?? desks.data?.find((one) => one.id === me.id)?.state ?? 'off';
  const toSign = handovers.data?.filter((one) => !one.mine).length ?? 0;

  const change = async (next: DeskState) => {
    try {
      await setDesk(next);
      await client.invalidateQueries({ queryKey: ['desks'] });
    } catch (error) {
      toast(sentenceOf(error), { tone: 'amber' });
    }
  };

  const items = [
    ...STATES.map((one) => ({
      key: one,
      label: t(`desk.${one}`),
      icon: one === state ? <Icon name="check" /> : <span className="no-icon" />,
      disabled: !isLive,
    })),
    { type: 'divider' as const },
    { key: 'handover', label: toSign > 0 ? t('desk.handoverWaiting', { count: toSign }) : t('desk.handover') },
    { key: 'open', label: t('desk.openByHand') },
    { key: 'phone', label: t('window.phone') },
    { key: 'orders', label: t('office.title') },
    ...(me.role === 'supervisor'
      ? [
          { key: 'floor', label: t('desk.floor') },
          { key: 'quality', label: t('window.quality') },
          { key: 'admin', label: t('desk.admin') },
        ]
      : [{ key: 'myScores', label: t('window.myScores') }]),
    { type: 'divider' as const },
    { key: 'leave', label: t('header.signOut') },
  ];
  const choose = (key: string) => {
    const panel = PANELS.find((one) => one === key);
    if (key === 'orders' || key === 'admin') window.open(`/${key}`, '_blank', 'noreferrer');
    else if (key === 'leave') void leaveDesk().then(() => signOut(client));
    else if (panel) openPanel(panel);
    else void change(key as DeskState);
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{ items, onClick: ({ key }) => choose(key) }}
      onOpenChange={(open) => view.set({ menu: open })}
    >
      <button type="button" className="desk-key" aria-haspopup="menu">
        <Icon name="person" />
        <span className="grey">{t(`desk.${state}`)}</span> <b>{me.name}</b>
        {toSign > 0 && <span className="badge">{t('desk.toSign', { count: toSign })}</span>}
        <Icon name="down" />
      </button>
    </Dropdown>
  );
}
