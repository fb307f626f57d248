import { Button } from 'antd';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { mostUrgent } from '../list/arrange.ts';
import { Countdown, Elapsed } from '../live/timers.tsx';
import { useDesk, useIsLive, useLive } from '../live/use-live.tsx';
import { openIncident } from '../view.ts';
import { toneOf } from './case-state.ts';
import { kindWords, placeWords, whoWords } from './case-words.ts';

/** Nothing is open: the most urgent call and the key that shows it, then what is in my own hands. */
export function NoCase({ gone = false }: { gone?: boolean }): ReactNode {
  const { t } = useTranslation();
  const isLive = useIsLive();
  const next = useLive((state) => mostUrgent(state.incidents));
  return (
    <div className="no-case">
      <div className="no-case-head">
        <span>{gone ? t('case.gone') : next ? t('case.nextIs') : t('case.none')}</span>
        {next && (
          <Button type="primary" className="next-step" disabled={!isLive} onClick={() => openIncident(next.id)}>
            {t('action.look')} <kbd>⏎</kbd>
          </Button>
        )}
      </div>
      {next && (
        <p className="no-case-next">
          <b>{whoWords(next)}</b>
          <span>{kindWords(next)}</span>
          <span>{placeWords(next)}</span>
          <b>
            <Elapsed since={next.openedAt} />
          </b>
        </p>
      )}
      <Mine />
      <p className="grey">{t('case.noneHint')}</p>
    </div>
  );
}

function Mine(): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const incidents = useLive((state) => state.incidents);
  const mine = useMemo(
    () =>
      [...incidents.values()]
        .filter((one) => one.owner?.id === me.id && one.state !== 'resolved')
        .sort((a, b) => a.openedAt.localeCompare(b.openedAt)),
    [incidents, me.id],
  );
  if (mine.length === 0) return null;
  return (
    <section className="my-cases">
      <h2>{t('case.mine', { count: mine.length })}</h2>
      <ul>
        {mine.map((one) => (
          <li key={one.id}>
            <button type="button" onClick={() => openIncident(one.id)}>
              <b>{whoWords(one)}</b>
              <span>{kindWords(one)}</span>
              <span className="grey">{placeWords(one)}</span>
              <span className={toneOf(one)}>{t(`state.${one.state}`)}</span>
              <Countdown incident={one} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
