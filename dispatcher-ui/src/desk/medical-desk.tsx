import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useEffect, useRef, useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MedicalCase, MedicalDetail } from '#contracts/handoff.ts';
import type { Me } from '#contracts/session.ts';
import { sentenceOf } from '../api/http.ts';
import { span } from '../console/live/time.ts';
import { chime } from '../console/sound/alarm.ts';
import { Icon } from '../ui/icons.tsx';
import { actMedical, fetchMedical, fetchMedicalQueue } from './api.ts';
import { DeskFrame, Empty } from './desk-frame.tsx';
import { PacketView } from './packet-view.tsx';
import { useQueue } from './use-queue.ts';

/** The medical desk: what waits, the health card, presses and vitals; advise, send a medic, hand to 120. */
export function MedicalDesk({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const { queue, now, old } = useQueue('medical', fetchMedicalQueue);
  const items = queue?.items ?? [];
  useNewOnes(items);
  useEffect(() => {
    document.title = t('medical.title');
  }, [t]);
  return (
    <DeskFrame
      me={me}
      title={t('medical.title')}
      now={now}
      old={old}
      onBack={() => setOpen(null)}
      list={
        <>
          {queue !== undefined && items.length === 0 && (
            <Empty words={t('medical.empty')} hint={t('medical.emptyHint')} />
          )}
          <ul>
            {items.map((one) => (
              <Row key={one.id} line={one} now={now} chosen={one.id === open} onOpen={() => setOpen(one.id)} />
            ))}
          </ul>
        </>
      }
      opened={
        open === null ? null : (
          <Opened key={open} id={open} version={items.find((one) => one.id === open)?.version ?? 0} />
        )
      }
    />
  );
}

/** One tone for every case that was not there before. */
function useNewOnes(items: readonly MedicalCase[]): void {
  const known = useRef<Set<string> | null>(null);
  useEffect(() => {
    const before = known.current;
    if (before !== null && items.some((one) => !before.has(one.id))) chime();
    known.current = new Set(items.map((one) => one.id));
  }, [items]);
}

function Row({
  line,
  now,
  chosen,
  onOpen,
}: {
  line: MedicalCase;
  now: number;
  chosen: boolean;
  onOpen: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const alone = line.owner === null;
  return (
    <li>
      <button type="button" className={chosen ? 'hand-row is-open' : 'hand-row'} onClick={onOpen}>
        <span className={`hand-row-state ${alone ? 'red' : 'blue'}`}>
          <Icon name={alone ? 'alarm' : 'medical'} />{' '}
          {alone ? t('medical.nobody') : t('medical.owner', { name: line.owner ?? '' })}
          <b> {span(now - Date.parse(line.openedAt))}</b>
        </span>
        <span className="hand-row-what">
          {line.test && <b>{t('centre.drill')} · </b>}
          {line.who} · {line.complaint}
        </span>
        <span className="hand-row-place">{line.place}</span>
        <span className="grey">{line.marks.join(' · ')}</span>
      </button>
    </li>
  );
}

function Opened({ id, version }: { id: string; version: number }): ReactNode {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ['medical', id, version],
    queryFn: ({ signal }): Promise<MedicalDetail> => fetchMedical(id, signal),
    placeholderData: (before) => before,
    staleTime: Infinity,
    retry: 1,
  });
  if (error) return <Empty words={sentenceOf(error)} />;
  if (!data) return <Empty words={t('gate.asking')} />;
  return (
    <>
      <PacketView packet={data.packet} />
      <Acts id={id} version={version} detail={data} />
    </>
  );
}

function Acts({ id, version, detail }: { id: string; version: number; detail: MedicalDetail }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [said, setSaid] = useState<{ words: string; bad: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [advice, setAdvice] = useState('');
  const [note, setNote] = useState('');
  const act = async (name: 'advise' | 'send' | 'handoff', body: object, words: string) => {
    setBusy(true);
    try {
      client.setQueryData(['medical', id, version], await actMedical(id, name, body));
      setSaid({ words, bad: false });
      return true;
    } catch (error) {
      setSaid({ words: sentenceOf(error), bad: true });
      return false;
    } finally {
      setBusy(false);
    }
  };
  const advise = async (event: SubmitEvent) => {
    event.preventDefault();
    if (advice.trim() !== '' && (await act('advise', { text: advice.trim() }, t('medical.said')))) setAdvice('');
  };
  const handed = detail.handoffs.findLast(
    (one) => one.to === '120' && one.state !== 'withdrawn' && one.state !== 'rejected',
  );
  const owner = detail.owner ?? t('medical.nobody');
  return (
    <footer className="hand-steps">
      <p role="status" className={said?.bad ? 'hand-said amber' : 'hand-said'}>
        {said?.words}
      </p>
      <form className="hand-tell" onSubmit={advise}>
        <Input
          size="large"
          value={advice}
          maxLength={500}
          placeholder={t('medical.adviseHint')}
          aria-label={t('medical.advise')}
          onChange={(event) => setAdvice(event.target.value)}
        />
        <Button type="primary" size="large" htmlType="submit" disabled={busy || advice.trim() === ''}>
          {t('medical.advise')}
        </Button>
      </form>
      <div className="hand-keys" role="group" aria-label={t('medical.sendTitle')}>
        {detail.medics.length === 0 && <span className="grey">{t('medical.noMedics')}</span>}
        {detail.medics.slice(0, 3).map((one) => (
          <Button
            key={one.id}
            size="large"
            disabled={busy}
            title={one.why}
            onClick={() => void act('send', { medic: one.id }, t('medical.sent', { name: one.name }))}
          >
            {t('medical.send', { name: one.name, minutes: one.minutes })}
          </Button>
        ))}
        {handed === undefined && !asking && (
          <Button size="large" disabled={busy} onClick={() => setAsking(true)}>
            {t('medical.handoff')}
          </Button>
        )}
        {handed !== undefined && <b className="blue">120 {t(`handoff.${handed.state}`)}</b>}
      </div>
      {asking && handed === undefined && (
        <div className="hand-refuse">
          <p>{t('medical.handoffSentence', { owner })}</p>
          <div className="hand-tell">
            <Input
              size="large"
              value={note}
              maxLength={500}
              placeholder={t('medical.handoffNote')}
              aria-label={t('medical.handoffNote')}
              onChange={(event) => setNote(event.target.value)}
            />
            <Button
              type="primary"
              size="large"
              disabled={busy}
              onClick={() => void act('handoff', note.trim() === '' ? {} : { note: note.trim() }, t('medical.said'))}
            >
              {t('medical.handoffYes')}
            </Button>
            <Button size="large" type="text" onClick={() => setAsking(false)}>
              {t('sheet.no')}
            </Button>
          </div>
        </div>
      )}
    </footer>
  );
}
