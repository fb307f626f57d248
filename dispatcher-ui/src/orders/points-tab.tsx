import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { sentenceOf } from '../api/http.ts';
import { shortTime } from '../console/live/time.ts';
import { fetchLedger } from './api.ts';
import { useOffice } from './use-office.tsx';

const EVERY_MS = 30_000;
const ACCOUNTS = ['issuer', 'resident', 'order', 'shop'] as const;

/** The points: where they lie, that all of them sum to zero, and what moved last. */
export function PointsTab(): ReactNode {
  const { t } = useTranslation();
  const { now } = useOffice();
  const found = useQuery({ queryKey: ['ledger'], queryFn: fetchLedger, refetchInterval: EVERY_MS });
  const ledger = found.data;
  const name = (kind: string): string => t(`office.account.${ACCOUNTS.find((one) => one === kind) ?? 'order'}`);
  return (
    <main className="office-points">
      {found.error && <p className="red">{sentenceOf(found.error)}</p>}
      {ledger && (
        <>
          <section>
            <h2>{t('office.balance')}</h2>
            <dl className="office-facts">
              {ACCOUNTS.flatMap((kind) => ledger.accounts.filter((one) => one.kind === kind)).map((one) => (
                <div key={one.kind} className="office-pair">
                  <dt>{name(one.kind)}</dt>
                  <dd>{one.points.toLocaleString('zh-CN')}</dd>
                </div>
              ))}
              <div className="office-pair office-sum">
                <dt>{t('vendor.sum')}</dt>
                <dd className={ledger.sum === 0 ? 'green' : 'red'}>
                  <b>{ledger.sum.toLocaleString('zh-CN')}</b> {t(ledger.sum === 0 ? 'office.even' : 'office.uneven')}
                </dd>
              </div>
            </dl>
            <p className="grey">{t('office.entries', { count: ledger.entries })}</p>
          </section>
          <section>
            <h2>{t('office.latest')}</h2>
            {ledger.latest.length === 0 && <p className="grey">{t('office.noPoints')}</p>}
            <ul className="office-bill office-moves">
              {ledger.latest.map((one) => (
                <li key={one.id}>
                  <time className="grey">{shortTime(Date.parse(one.at), now)}</time>
                  <b>{t(`office.move.${one.kind}`)}</b>
                  <span className="grey">
                    {name(one.from)} → {name(one.to)}
                    {one.number !== null && ` · ${one.number}`}
                  </span>
                  <span>{t('office.pointsOf', { points: one.points.toLocaleString('zh-CN') })}</span>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </main>
  );
}
