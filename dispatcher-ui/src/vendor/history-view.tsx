import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireOrder } from '#contracts/vendors.ts';
import { shortTime } from '../console/live/time.ts';
import { useServerNow, yuan } from './use-desk.tsx';

/** What the shop has done in the last month. */
export function HistoryView({ orders }: { orders: readonly WireOrder[] }): ReactNode {
  const { t } = useTranslation();
  const now = useServerNow();
  if (orders.length === 0) return <p className="v-empty grey">{t('vendor.noHistory')}</p>;
  return (
    <ul className="v-list">
      {orders.map((one) => (
        <li key={one.id}>
          <b>{one.service.name}</b>
          <span>{one.totalFen === null ? '' : t('vendor.price', { yuan: yuan(one.totalFen) })}</span>
          <span className="grey">
            {shortTime(Date.parse(one.createdAt), now)} · {one.area} · {one.number}
          </span>
          <span className={one.state === 'cancelled' ? 'grey' : 'green'}>
            {t(`order.${one.state}`)}
            {one.rating !== null && ` · ${t('work.stars', { count: one.rating })}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
