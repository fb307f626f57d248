import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PartnerHandoff } from '#contracts/handoff.ts';
import type { Me } from '#contracts/session.ts';
import { sentenceOf } from '../api/http.ts';
import { span } from '../console/live/time.ts';
import { ring } from '../console/sound/alarm.ts';
import { Icon } from '../ui/icons.tsx';
import { fetchPacket, fetchQueue } from './api.ts';
import { CentreSteps } from './centre-steps.tsx';
import { DeskFrame, Empty } from './desk-frame.tsx';
import { PacketView } from './packet-view.tsx';
import { useQueue } from './use-queue.ts';

/** The centre's side: what it was asked for, the packet, and what it does about it. */
export function CentreDesk({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const { queue, now, old, again } = useQueue(`partner ${all}`, (signal) => fetchQueue(all, signal));
  const items = queue?.items ?? [];
  const waiting = items.some((one) => one.state === 'offered' && !one.ended);
  useEffect(() => {
    ring(waiting);
    return () => ring(false);
  }, [waiting]);
  useEffect(() => {
    document.title = t('centre.title');
  }, [t]);
  const handoff = items.find((one) => one.id === open);
  return (
    <DeskFrame
      me={me}
      title={queue?.partner ?? t('centre.title')}
      now={now}
      old={old}
      onBack={() => setOpen(null)}
      list={
        <>
          <div className="hand-tabs" role="group">
            <Button type={all ? 'text' : 'primary'} size="small" aria-pressed={!all} onClick={() => setAll(false)}>
              {t('centre.open')}
            </Button>
            <Button type={all ? 'primary' : 'text'} size="small" aria-pressed={all} onClick={() => setAll(true)}>
              {t('centre.all')}
            </Button>
          </div>
          {queue !== undefined && items.length === 0 && (
            <Empty words={t('centre.empty')} hint={t('centre.emptyHint')} />
          )}
          <ul>
            {items.map((one) => (
              <Row key={one.id} handoff={one} now={now} chosen={one.id === open} onOpen={() => setOpen(one.id)} />
            ))}
          </ul>
        </>
      }
      opened={open === null ? null : <Opened key={open} id={open} handoff={handoff} onDone={again} />}
    />
  );
}

function Row({
  handoff,
  now,
  chosen,
  onOpen,
}: {
  handoff: PartnerHandoff;
  now: number;
  chosen: boolean;
  onOpen: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const { state, complaint, place, reference, caseNumber, offeredAt, test, ended } = handoff;
  const urgent = state === 'offered' && !ended;
  const tone = urgent ? 'red' : state === 'on_scene' ? 'green' : ended ? 'grey' : 'blue';
  return (
    <li>
      <button type="button" className={chosen ? 'hand-row is-open' : 'hand-row'} onClick={onOpen}>
        <span className={`hand-row-state ${tone}`}>
          <Icon name={urgent ? 'alarm' : ended ? 'check' : 'walk'} /> {t(`centre.state.${state}`)}
          {urgent && <b> {t('centre.waits', { time: span(now - Date.parse(offeredAt)) })}</b>}
        </span>
        <span className="hand-row-what">
          {test && <b>{t('centre.drill')} · </b>}
          {complaint}
        </span>
        <span className="hand-row-place">{place}</span>
        <span className="grey">
          {t('packet.reference')} {reference}
          {caseNumber && ` · ${caseNumber}`}
        </span>
      </button>
    </li>
  );
}

function Opened({
  id,
  handoff,
  onDone,
}: {
  id: string;
  handoff: PartnerHandoff | undefined;
  onDone: () => void;
}): ReactNode {
  const { t } = useTranslation();
  // A look is written down each time: it is asked for again only when something has happened.
  const { data, error } = useQuery({
    queryKey: ['packet', id, handoff?.version ?? 0],
    queryFn: ({ signal }) => fetchPacket(id, signal),
    staleTime: Infinity,
    retry: 1,
    placeholderData: (before) => before,
  });
  if (error) return <Empty words={sentenceOf(error)} />;
  if (!data) return <Empty words={t('gate.asking')} />;
  return (
    <>
      <PacketView packet={data} />
      <CentreSteps handoff={handoff} callBack={data.callBack} id={id} onDone={onDone} />
    </>
  );
}
