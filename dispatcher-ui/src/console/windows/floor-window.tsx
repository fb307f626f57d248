import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fetchGaps, type Gap } from '../../api/coverage.ts';
import { fetchDesks } from '../../api/desk.ts';
import { sentenceOf } from '../../api/http.ts';
import { span, shortTime } from '../live/time.ts';
import { useLive, useNow } from '../live/use-live.tsx';

/** What a supervisor watches: who sits where, and the hours of the coming day in which nobody could come. */
export function FloorWindow(): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="floor">
      <section>
        <h3>{t('floor.desks')}</h3>
        <Desks />
      </section>
      <section>
        <h3>{t('floor.gaps')}</h3>
        <Gaps />
      </section>
    </div>
  );
}

function Desks(): ReactNode {
  const { t } = useTranslation();
  const now = useNow();
  const heard = useLive((state) => state.desks);
  const asked = useQuery({ queryKey: ['desks'], queryFn: fetchDesks, refetchInterval: 15_000 });
  const desks = useMemo(() => {
    const all = new Map((asked.data ?? []).map((one) => [one.id, one]));
    for (const one of heard.values()) {
      const known = all.get(one.id);
      if (!known || known.since <= one.since) all.set(one.id, one);
    }
    return [...all.values()].sort(
      (a, b) => Number(a.state === 'off') - Number(b.state === 'off') || a.name.localeCompare(b.name, 'zh'),
    );
  }, [asked.data, heard]);

  if (asked.isError) return <p role="alert">{sentenceOf(asked.error)}</p>;
  if (desks.length === 0) return <p className="grey">{t(asked.isPending ? 'list.loading' : 'floor.noDesks')}</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('floor.name')}</th>
          <th scope="col">{t('floor.state')}</th>
          <th scope="col">{t('floor.since')}</th>
          <th scope="col">{t('floor.open')}</th>
        </tr>
      </thead>
      <tbody>
        {desks.map((one) => (
          <tr key={one.id} className={one.state === 'off' ? 'grey' : undefined}>
            <td>{one.name}</td>
            <td>{t(`desk.${one.state}`)}</td>
            <td>{span(now - Date.parse(one.since))}</td>
            <td>{one.open}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SHOWN = 200;

function Gaps(): ReactNode {
  const { t } = useTranslation();
  const gaps = useQuery({ queryKey: ['coverage'], queryFn: fetchGaps, staleTime: 60_000 });
  const byTime = useMemo(() => grouped(gaps.data ?? []), [gaps.data]);
  if (gaps.isError) return <p role="alert">{sentenceOf(gaps.error)}</p>;
  if (gaps.isPending) return <p className="grey">{t('list.loading')}</p>;
  if (byTime.length === 0) return <p>{t('floor.noGaps')}</p>;
  return (
    <ul className="gaps">
      {byTime.slice(0, SHOWN).map((one) => (
        <li key={`${one.from}-${one.to}`}>
          <b>
            {shortTime(one.from, one.from)}–{shortTime(one.to, one.from)}
          </b>
          <span>{t('floor.grids', { count: one.names.length })}</span>
          <span className="grey">
            {one.names.slice(0, 8).join('、')}
            {one.names.length > 8 ? '…' : ''}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Grids without anybody during the same hours make one line. */
function grouped(gaps: readonly Gap[]): { from: number; to: number; names: string[] }[] {
  const groups = new Map<string, { from: number; to: number; names: string[] }>();
  for (const gap of gaps) {
    const key = `${gap.from} ${gap.to}`;
    const group = groups.get(key) ?? { from: Date.parse(gap.from), to: Date.parse(gap.to), names: [] };
    group.names.push(gap.name);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => a.from - b.from || b.names.length - a.names.length);
}
