import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { MOST_POINTS, SCORE_HEADINGS, type Sample } from '#contracts/quality.ts';
import { sentenceOf } from '../../api/http.ts';
import { textOr } from '../../i18n/i18n.ts';
import { shortTime } from '../live/time.ts';
import { useIsLive } from '../live/use-live.tsx';
import { openIncident } from '../view.ts';
import { fetchSamples } from './api.ts';
import { beginScoring } from './scoring.ts';

const MOST = SCORE_HEADINGS.length * MOST_POINTS;

function useSamples(whose: 'samples' | 'mine') {
  return useQuery({ queryKey: ['samples', whose], queryFn: () => fetchSamples(whose), staleTime: 0 });
}

/** For supervisors: the calls that were drawn, those to be scored first. */
export function QualityWindow(): ReactNode {
  const { t } = useTranslation();
  const isLive = useIsLive();
  const samples = useSamples('samples');
  if (samples.isError) return <p role="alert">{sentenceOf(samples.error)}</p>;
  if (samples.isPending) return <p className="grey">{t('list.loading')}</p>;
  const open = samples.data.filter((one) => one.score === null);
  return (
    <div className="floor samples">
      <p className="grey">{t('quality.how')}</p>
      <p>{t(open.length === 0 ? 'quality.nothing' : 'quality.open', { count: open.length })}</p>
      {samples.data.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('quality.month')}</th>
              <th scope="col">{t('quality.operator')}</th>
              <th scope="col">{t('quality.call')}</th>
              <th scope="col">{t('quality.score')}</th>
            </tr>
          </thead>
          <tbody>
            {samples.data.map((one) => (
              <tr key={one.id}>
                <td>{monthWords(one, t)}</td>
                <td>{one.operator.name}</td>
                <td>{callWords(one, t)}</td>
                <td>
                  {one.score === null ? (
                    <Button size="small" disabled={!isLive} onClick={() => beginScoring(one)}>
                      {t('quality.begin')}
                    </Button>
                  ) : (
                    <>
                      {t('quality.total', { total: one.score.total, most: MOST })}{' '}
                      <span className="grey">{one.score.remark}</span>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** For operators: what I was given, and why. */
export function MyScoresWindow(): ReactNode {
  const { t } = useTranslation();
  const samples = useSamples('mine');
  if (samples.isError) return <p role="alert">{sentenceOf(samples.error)}</p>;
  if (samples.isPending) return <p className="grey">{t('list.loading')}</p>;
  if (samples.data.length === 0) return <p>{t('quality.noneOfMine')}</p>;
  return (
    <ul className="my-scores">
      {samples.data.map((one) => (
        <li key={one.id}>
          <header>
            <b>{t('quality.total', { total: one.score!.total, most: MOST })}</b>
            <span>{callWords(one, t)}</span>
            <Button size="small" onClick={() => openIncident(one.incident.id)}>
              {t('quality.openCase')}
            </Button>
          </header>
          <dl>
            {SCORE_HEADINGS.map((heading) => (
              <div key={heading}>
                <dt>{t(`score.${heading}`)}</dt>
                <dd>{t('score.points', { points: one.score!.points[heading] })}</dd>
              </div>
            ))}
          </dl>
          <p>
            {one.score!.remark} <span className="grey">· {one.score!.by}</span>
          </p>
        </li>
      ))}
    </ul>
  );
}

type Translate = ReturnType<typeof useTranslation>['t'];

/** `11 月 第 1 通` */
function monthWords(one: Sample, t: Translate): string {
  return t('quality.monthOf', { month: Number(one.month.slice(5)), slot: one.slot });
}

/** `11-21 14:02 王桂兰 红键` */
function callWords(one: Sample, t: Translate): string {
  // Always with its day: Beijing time, whatever the computer's.
  const when = shortTime(Date.parse(one.calledAt), 0);
  const kind = textOr(`kind.${one.incident.kind}`, t('source.phone'));
  return [when, one.incident.who, kind].filter((part) => part !== null).join(' ');
}
