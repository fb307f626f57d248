import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Phone } from '#contracts/telephone.ts';
import { Icon } from '../ui/icons.tsx';
import { stateOf, whoIs, type Texts } from './texts.ts';
import type { PhoneAct } from './use-phones.ts';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** One telephone: who it is, what is heard, and what one can do with it now. */
export function PhoneCard({
  phone,
  t,
  now,
  act,
  disabled,
}: {
  phone: Phone;
  t: Texts;
  now: number;
  act: (what: PhoneAct, keys?: string) => void;
  disabled: boolean;
}): ReactNode {
  const label = `${whoIs(t, phone)} ${phone.kind === 'centre' ? '' : phone.name}`.trim();
  return (
    <article className="phone" data-state={phone.state} aria-label={label}>
      <header>
        <div>
          <h2>{label}</h2>
          <p className="phone-number">{phone.shown}</p>
        </div>
        <p className="phone-state">
          <Icon name={phone.state === 'ringing' ? 'alarm' : 'phone'} />
          {stateOf(t, phone)}
          {phone.state !== 'ended' && <time>{elapsed(now - phone.since)}</time>}
        </p>
      </header>
      {phone.state === 'ringing' && (
        <div className="phone-answer">
          <button type="button" disabled={disabled} onClick={() => act('hang-up')}>
            {t.refuse}
          </button>
          <button type="button" className="main" disabled={disabled} onClick={() => act('pick-up')}>
            <Icon name="phone" />
            {t.pickUp}
          </button>
        </div>
      )}
      {(phone.state === 'talking' || phone.state === 'ended') && <Heard phone={phone} t={t} />}
      {(phone.state === 'talking' || phone.state === 'calling') && (
        <>
          {phone.company.length > 0 && (
            <p className="phone-company">
              {t.with}
              {phone.company
                .map((one) => `${whoIs(t, one)} ${one.kind === 'centre' ? '' : one.name}`.trim())
                .join(' · ')}
            </p>
          )}
          {phone.state === 'talking' && <Keys phone={phone} t={t} act={act} disabled={disabled} />}
          <button type="button" className="phone-end" disabled={disabled} onClick={() => act('hang-up')}>
            {t.hangUp}
          </button>
        </>
      )}
    </article>
  );
}

/** The keys, when one is waited for; else behind a button, so that other telephones stay in view. */
function Keys({
  phone,
  t,
  act,
  disabled,
}: {
  phone: Phone;
  t: Texts;
  act: (what: PhoneAct, keys?: string) => void;
  disabled: boolean;
}): ReactNode {
  const [open, setOpen] = useState(false);
  if (!phone.asks && !open)
    return (
      <button type="button" onClick={() => setOpen(true)}>
        {t.keys}
      </button>
    );
  return (
    <div className="phone-keys" role="group" aria-label={t.keys} data-asks={phone.asks || undefined}>
      {phone.asks && <p>{t.asks}</p>}
      {KEYS.map((key) => (
        <button key={key} type="button" disabled={disabled} onClick={() => act('press', key)}>
          {key}
        </button>
      ))}
    </div>
  );
}

/** The last sentence large, those before it above; the newest is always in view. */
function Heard({ phone, t }: { phone: Phone; t: Texts }): ReactNode {
  const list = useRef<HTMLOListElement>(null);
  const count = phone.heard.length;
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [count]);
  if (count === 0) return phone.state === 'ended' ? null : <p className="phone-silent">{t.nothingHeard}</p>;
  return (
    // It scrolls: a keyboard must be able to reach it.
    <ol className="phone-heard" ref={list} aria-label={t.heard} aria-live="polite" tabIndex={0}>
      {phone.heard.map(({ at, text }, index) => (
        <li key={`${at} ${text}`} data-last={index === count - 1 || undefined}>
          {text}
        </li>
      ))}
    </ol>
  );
}

/** mm:ss. */
function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
