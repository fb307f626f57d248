import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchHandovers, handOver, signHandover, type Handover } from '../../api/desk.ts';
import { actKey, sentenceOf } from '../../api/http.ts';
import { textOr } from '../../i18n/i18n.ts';
import { kindWords, whoWords } from '../incident/case-words.ts';
import { shortTime } from '../live/time.ts';
import { useDesk, useIsLive, useLive } from '../live/use-live.tsx';

/** The end of a shift: what I leave behind, signed by me; what I take over, signed by me. */
export function HandoverWindow(): ReactNode {
  const { t } = useTranslation();
  const { me, live } = useDesk();
  const client = useQueryClient();
  const isLive = useIsLive();
  const incidents = useLive((state) => state.incidents);
  const mine = useMemo(
    () => [...incidents.values()].filter((one) => one.owner?.id === me.id && one.state !== 'resolved'),
    [incidents, me.id],
  );
  const open = useQuery({ queryKey: ['handovers'], queryFn: fetchHandovers });
  const [note, setNote] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(actKey());

  const act = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await what();
      key.current = actKey();
      await client.invalidateQueries({ queryKey: ['handovers'] });
    } catch (problem) {
      setError(sentenceOf(problem));
    } finally {
      setBusy(false);
    }
  };
  const given = open.data?.find((one) => one.mine);
  const toTake = open.data?.filter((one) => !one.mine) ?? [];

  return (
    <div className="handover">
      {toTake.map((one) => (
        <section key={one.id}>
          <h3>{t('handover.from', { name: one.from })}</h3>
          <Cases handover={one} />
          <Button
            type="primary"
            disabled={!isLive}
            loading={busy}
            onClick={() => void act(() => signHandover(one.id, key.current))}
          >
            {t('handover.take', { count: one.incidents.length })}
          </Button>
        </section>
      ))}
      <section>
        <h3>{t('handover.mine', { count: mine.length })}</h3>
        {given ? (
          <>
            <p>{t('handover.given', { time: shortTime(Date.parse(given.signedFromAt), live.clock.now()) })}</p>
            <Cases handover={given} />
          </>
        ) : (
          <>
            <ul className="handover-cases">
              {mine.map((one) => (
                <li key={one.id}>
                  <b>{whoWords(one)}</b> {kindWords(one)} <span className="grey">{t(`state.${one.state}`)}</span>
                </li>
              ))}
              {mine.length === 0 && <li className="grey">{t('handover.noCases')}</li>}
            </ul>
            <label>
              <span>{t('handover.note')}</span>
              <Input.TextArea
                rows={3}
                maxLength={2000}
                value={note}
                onChange={(event) => setNote(event.target.value)}
              />
            </label>
            <p className="grey">{t('handover.what')}</p>
            <Button
              disabled={!isLive}
              loading={busy}
              onClick={() => void act(() => handOver(note.trim(), key.current))}
            >
              {t('handover.give')}
            </Button>
          </>
        )}
      </section>
      <p className="sign-in-error" role="alert">
        {error}
      </p>
    </div>
  );
}

function Cases({ handover }: { handover: Handover }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      {handover.note && <blockquote>{handover.note}</blockquote>}
      <ul className="handover-cases">
        {handover.incidents.map((one) => (
          <li key={one.id}>
            <b>{one.who}</b> <span className="grey">{textOr(`state.${one.state}`, one.state)}</span>
          </li>
        ))}
        {handover.incidents.length === 0 && <li className="grey">{t('handover.noCases')}</li>}
      </ul>
    </>
  );
}
