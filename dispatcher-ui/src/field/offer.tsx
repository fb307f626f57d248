import { useState, type ReactNode } from 'react';
import { DECLINE_REASONS } from '#contracts/field.ts';
import type { FieldAssignment } from '#contracts/socket.ts';
import { textOr } from '../i18n/i18n.ts';
import { Icon } from '../ui/icons.tsx';
import { Banner } from './banner.tsx';
import { useTexts } from './texts.ts';
import { useField, useServerTime } from './use-field.tsx';

const RADIUS = 52;
const ROUND = 2 * Math.PI * RADIUS;

/** One offer over the whole screen: who, where, how far, why he; the server's countdown; yes and no under the thumb. */
export function Offer({ offer, more, pending }: { offer: FieldAssignment; more: number; pending: boolean }): ReactNode {
  const t = useTexts();
  const { incident } = offer;
  const who = incident.resident ?? incident.residents[0] ?? null;
  return (
    <section className="offer" role="alertdialog" aria-label={t.offer} data-assignment={offer.id}>
      <Banner />
      <header className="offer-head">
        <p className={incident.class === 'rescue' ? 'offer-kind red' : 'offer-kind blue'}>
          <Icon name="alarm" />
          {t.offer} · {textOr(`kind.${incident.kind}`, '')}
          {incident.test && <span className="offer-drill">{t.drill}</span>}
        </p>
        {more > 0 && <p className="grey">{t.more(more)}</p>}
      </header>
      <Ring offer={offer} />
      <div className="offer-who">
        <h1>
          {who?.name ?? t.someone} {who && <small>{t.years(who.age)}</small>}
        </h1>
        <p className="offer-where">{who?.address ?? incident.region.map((one) => one.name).join('')}</p>
        <p className="offer-far">
          <Icon name="walk" />
          {offer.metres !== null && `${t.far(offer.metres)} · `}
          {t.minutes(offer.minutes)}
          {incident.needs > 1 && <strong> · {t.needs(incident.needs)}</strong>}
        </p>
        <p className="offer-why">
          <span>{t.why}:</span>
          {offer.why}
        </p>
      </div>
      <Answers offer={offer} pending={pending} />
    </section>
  );
}

function Ring({ offer }: { offer: FieldAssignment }): ReactNode {
  const t = useTexts();
  const now = useServerTime();
  const until = Date.parse(offer.expiresAt ?? offer.offeredAt);
  const whole = Math.max(1, until - Date.parse(offer.offeredAt));
  const left = Math.max(0, until - now);
  const seconds = Math.ceil(left / 1_000);
  const part = Math.min(1, left / whole);
  return (
    <div
      className={seconds <= 10 ? 'offer-ring is-near' : 'offer-ring'}
      role="timer"
      aria-label={`${seconds} ${t.seconds}`}
    >
      <svg viewBox="0 0 120 120" aria-hidden="true">
        <circle cx="60" cy="60" r={RADIUS} className="ring-ground" />
        <circle
          cx="60"
          cy="60"
          r={RADIUS}
          className="ring-left"
          strokeDasharray={`${ROUND * part} ${ROUND}`}
          transform="rotate(-90 60 60)"
        />
      </svg>
      <p>
        <b>{seconds}</b>
        <span>{t.seconds}</span>
      </p>
    </div>
  );
}

function Answers({ offer, pending }: { offer: FieldAssignment; pending: boolean }): ReactNode {
  const t = useTexts();
  const live = useField();
  const [asking, setAsking] = useState(false);
  if (pending)
    return (
      <footer className="offer-answers">
        <p className="pending" role="status">
          <Icon name="clock" />
          {t.pending}
        </p>
      </footer>
    );
  if (asking)
    return (
      <footer className="offer-answers offer-reasons">
        {DECLINE_REASONS.map((reason) => (
          <button
            key={reason}
            type="button"
            onClick={() => live.act(offer.id, 'decline', { reason: t.reasons[reason] })}
          >
            {t.reasons[reason]}
          </button>
        ))}
        <button type="button" className="quiet-key" onClick={() => setAsking(false)}>
          {t.back}
        </button>
      </footer>
    );
  return (
    <footer className="offer-answers">
      <button type="button" className="no-key" onClick={() => setAsking(true)}>
        {t.decline}
      </button>
      <button type="button" className="yes-key" onClick={() => live.act(offer.id, 'accept')}>
        <Icon name="check" />
        {t.accept}
      </button>
    </footer>
  );
}
