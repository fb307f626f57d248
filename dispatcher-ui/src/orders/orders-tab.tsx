import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useDeferredValue, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { OrderState, WireOrder } from '#contracts/vendors.ts';
import { sentenceOf } from '../api/http.ts';
import { shortTime } from '../console/live/time.ts';
import { yuan } from '../vendor/use-desk.tsx';
import { fetchOrders } from './api.ts';
import { OrderDetail } from './order-detail.tsx';
import { useOffice } from './use-office.tsx';

const EVERY_MS = 10_000;
/** What somebody has to see to, and what is well. */
const TONE: Partial<Record<OrderState, string>> = {
  unfilled: 'red',
  disputed: 'amber',
  quoted: 'amber',
  nobody_home: 'amber',
  done: 'blue',
  confirmed: 'green',
  settled: 'green',
  cancelled: 'grey',
};

/** Orders that wait for a call-back, or all of them with a search; the one that was opened beside them. */
export function OrdersTab({ callbacks }: { callbacks: boolean }): ReactNode {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [typed, setTyped] = useState('');
  const text = useDeferredValue(typed.trim());
  const opened = params.get('id');
  const orders = useQuery({
    queryKey: ['office-orders', callbacks, text],
    queryFn: () => fetchOrders({ callbacks, text }),
    refetchInterval: EVERY_MS,
    placeholderData: (before) => before,
  });
  const open = (id: string | null): void =>
    setParams({ tab: callbacks ? 'callbacks' : 'orders', ...(id !== null && { id }) });
  return (
    <main className={opened === null ? 'office-body' : 'office-body has-open'}>
      <section className="office-list" aria-label={t(callbacks ? 'office.callbacks' : 'office.orders')}>
        {callbacks ? (
          <p className="office-hint grey">{t('office.callbacksHint')}</p>
        ) : (
          <Input
            className="office-search"
            allowClear
            aria-label={t('office.search')}
            placeholder={t('office.search')}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
        {orders.error && <p className="office-hint red">{sentenceOf(orders.error)}</p>}
        {orders.data?.length === 0 && (
          <p className="office-hint">{t(callbacks ? 'office.noCallbacks' : 'office.noOrders')}</p>
        )}
        <ul>
          {orders.data?.map((one) => (
            <li key={one.id}>
              <Row order={one} callbacks={callbacks} open={one.id === opened} onOpen={() => open(one.id)} />
            </li>
          ))}
        </ul>
      </section>
      <section className="office-open">
        {opened === null ? (
          <p className="office-hint grey">{t('office.choose')}</p>
        ) : (
          <OrderDetail key={opened} id={opened} onBack={() => open(null)} />
        )}
      </section>
    </main>
  );
}

function Row(props: { order: WireOrder; callbacks: boolean; open: boolean; onOpen: () => void }): ReactNode {
  const { t } = useTranslation();
  const { now } = useOffice();
  const { order, callbacks, open, onOpen } = props;
  const due = callbacks && order.callback !== null ? Date.parse(order.callback.dueAt) : null;
  return (
    <button type="button" className="office-row" aria-pressed={open} onClick={onOpen}>
      <span>
        <b>{order.service.name}</b> <span className="grey">{order.number}</span>
      </span>
      <span className={TONE[order.state] ?? 'blue'}>{t(`order.${order.state}`)}</span>
      <span className="grey">
        {shortTime(Date.parse(order.createdAt), now)} · {order.shop?.name ?? order.area}
      </span>
      <span>
        {order.complaint !== null && <span className="amber">{t('office.complaint')} </span>}
        {due === null ? (
          t('vendor.price', { yuan: yuan(order.totalFen ?? order.priceFen) })
        ) : (
          <span className={due <= now ? 'amber' : 'grey'}>
            {due <= now ? t('office.dueNow') : t('office.due', { time: shortTime(due, now) })}
          </span>
        )}
      </span>
    </button>
  );
}
