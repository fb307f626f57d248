import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DECLINE_REASONS, type WireOffer, type WireOrder } from '#contracts/vendors.ts';
import { shortTime, span } from '../console/live/time.ts';
import { useServerNow, useShop, useShopDesk, yuan } from './use-desk.tsx';

const R = 54;
const AROUND = 2 * Math.PI * R;

/** One offer over the whole screen, with its time running out by the server's clock. */
export function OfferScreen({ offer, order, more }: { offer: WireOffer; order: WireOrder; more: number }): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const now = useServerNow();
  const [declining, setDeclining] = useState(false);
  const busy = useShop((state) => state.pending.some((one) => one.order === order.id));
  const { people } = order.service;
  return (
    <main className="v-offer" aria-label={t('vendor.newOffer')}>
      <Ring offer={offer} />
      <div className="v-offer-text">
        <p className="grey">
          {t(`urgency.${order.urgency}`)}
          {order.wantedAt !== null && ` · ${t('vendor.wanted', { time: shortTime(Date.parse(order.wantedAt), now) })}`}
        </p>
        <h2>{order.service.name}</h2>
        <p className="v-what">{order.what}</p>
        <dl className="v-facts">
          <dt>{order.area}</dt>
          <dd>{t('vendor.far', { minutes: offer.minutes })}</dd>
          <dt>{t(`payerKind.${order.payer.kind}`)}</dt>
          <dd>{t('vendor.price', { yuan: yuan(order.priceFen) })}</dd>
        </dl>
        {people > 1 && <p className="amber">{t('vendor.people', { count: people })}</p>}
        <p className="grey">{t('vendor.why', { why: offer.why })}</p>
        {more > 0 && <p className="grey">{t('vendor.more', { count: more })}</p>}
      </div>
      {declining ? (
        <div className="v-reasons">
          <p>{t('vendor.declineWhy')}</p>
          {DECLINE_REASONS.map((reason) => (
            <button
              key={reason}
              type="button"
              disabled={busy}
              onClick={() => void desk.act(order.id, 'decline', { reason })}
            >
              {t(`vendor.decline.${reason}`)}
            </button>
          ))}
          <button type="button" onClick={() => setDeclining(false)}>
            {t('vendor.back')}
          </button>
        </div>
      ) : (
        <div className="v-answer">
          <button type="button" className="v-no" disabled={busy} onClick={() => setDeclining(true)}>
            {t('vendor.decline')}
          </button>
          <button
            type="button"
            className="v-yes"
            disabled={busy}
            onClick={() => void desk.act(order.id, 'accept', { minutes: offer.minutes })}
          >
            {t('vendor.accept')}
          </button>
        </div>
      )}
    </main>
  );
}

function Ring({ offer }: { offer: WireOffer }): ReactNode {
  const { t } = useTranslation();
  const now = useServerNow();
  const from = Date.parse(offer.offeredAt);
  const to = Date.parse(offer.expiresAt);
  const left = Math.max(0, to - now);
  const part = Math.min(1, left / (to - from));
  return (
    <div
      className={part < 0.25 ? 'v-ring amber' : 'v-ring blue'}
      role="timer"
      aria-label={t('vendor.left', { time: span(left) })}
    >
      <svg viewBox="0 0 120 120" aria-hidden="true">
        <circle cx="60" cy="60" r={R} className="v-ring-ground" />
        <circle
          cx="60"
          cy="60"
          r={R}
          strokeDasharray={AROUND}
          strokeDashoffset={AROUND * (1 - part)}
          transform="rotate(-90 60 60)"
        />
      </svg>
      <b>{span(left)}</b>
    </div>
  );
}
