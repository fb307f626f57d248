import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireOrderDetail } from '#contracts/vendors.ts';
import { sentenceOf } from '../api/http.ts';
import { shortTime } from '../console/live/time.ts';
import { yuan } from '../vendor/use-desk.tsx';
import { fetchOrder } from './api.ts';
import { OrderActs } from './order-acts.tsx';
import { useOffice } from './use-office.tsx';

const EVERY_MS = 10_000;

/** One order: for whom, by whom, what it cost, what was said about it, what can be done, and its history. */
export function OrderDetail({ id, onBack }: { id: string; onBack: () => void }): ReactNode {
  const { t } = useTranslation();
  const { now } = useOffice();
  const found = useQuery({
    queryKey: ['office-order', id],
    queryFn: () => fetchOrder(id),
    // Each look at who lives there is recorded: it is asked again only while something can still happen.
    refetchInterval: ({ state }) => (state.data === undefined || state.data.state === 'settled' ? false : EVERY_MS),
  });
  const order = found.data;
  return (
    <article className="office-order">
      <Button className="office-back" type="text" onClick={onBack}>
        ‹ {t('vendor.back')}
      </Button>
      {found.error && <p className="red">{sentenceOf(found.error)}</p>}
      {order && (
        <>
          <header>
            <h2>{order.service.name}</h2>
            <span className="grey">
              {order.number} · {t(`urgency.${order.urgency}`)} · {shortTime(Date.parse(order.createdAt), now)}
            </span>
            <b>{t(`order.${order.state}`)}</b>
          </header>
          <p className="office-what">{order.what}</p>
          <Facts order={order} />
          <OrderActs key={order.version} order={order} />
          <ol className="office-lines" aria-label={t('timeline.title')}>
            {order.timeline.map((line) => (
              <li key={line.seq}>
                <time className="grey">{shortTime(Date.parse(line.at), now)}</time>
                <span>
                  {line.text}
                  <span className="grey"> · {line.by}</span>
                </span>
              </li>
            ))}
          </ol>
        </>
      )}
    </article>
  );
}

function Facts({ order }: { order: WireOrderDetail }): ReactNode {
  const { t } = useTranslation();
  const { now } = useOffice();
  const { home, shop, callback } = order;
  const price = (fen: number): string => t('vendor.price', { yuan: yuan(fen) });
  return (
    <dl className="office-facts">
      {home !== null && (
        <>
          <dt>{t('office.resident')}</dt>
          <dd>
            <b>{home.name}</b> {home.phone !== null && <a href={`tel:${home.phone}`}>{home.phone}</a>}
            {home.marks.length > 0 && <span className="amber"> {home.marks.join('、')}</span>}
            <br />
            {home.address}
          </dd>
        </>
      )}
      {shop !== null && (
        <>
          <dt>{t('office.shop')}</dt>
          <dd>
            {shop.name} <a href={`tel:${shop.phone}`}>{shop.phone}</a>
            <br />
            {order.workers.map((one) => one.name).join('、')}
          </dd>
        </>
      )}
      <dt>{t('office.money')}</dt>
      <dd>
        {order.totalFen === null ? price(order.quote?.fen ?? order.priceFen) : price(order.totalFen)} ·{' '}
        {order.payer.name}
        {order.parts.length > 0 && (
          <span className="grey"> ({order.parts.map((one) => `${one.name}×${one.count}`).join('、')})</span>
        )}
      </dd>
      {(order.rating !== null || order.complaint !== null) && (
        <>
          <dt>{t('office.word')}</dt>
          <dd>
            {order.rating !== null && t('work.stars', { count: order.rating })} {order.comment}
            {order.complaint !== null && (
              <p className="amber">
                {t('office.complaint')}:{order.complaint}
              </p>
            )}
          </dd>
        </>
      )}
      {callback !== null && (
        <>
          <dt>{t('office.callbacks')}</dt>
          <dd>
            {callback.outcome === null
              ? Date.parse(callback.dueAt) <= now
                ? t('office.dueNow')
                : t('office.due', { time: shortTime(Date.parse(callback.dueAt), now) })
              : t(`office.outcome.${callback.outcome}`)}
            {callback.note !== null && callback.note !== '' && ` · ${callback.note}`}
          </dd>
        </>
      )}
      {order.photos.length > 0 && (
        <>
          <dt>{t('office.photos')}</dt>
          <dd className="office-photos">
            {order.photos.map((one, place) => (
              <a key={one.id} href={`/api/work-orders/${order.id}/photos/${one.id}`} target="_blank" rel="noreferrer">
                <img
                  src={`/api/work-orders/${order.id}/photos/${one.id}`}
                  alt={t('office.photo', { count: place + 1 })}
                />
              </a>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}
