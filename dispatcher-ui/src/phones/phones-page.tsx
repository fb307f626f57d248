/** `/phones`: the telephones of the demo's network, answered in the browser. */
import '../i18n/i18n.ts';
import i18next from 'i18next';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Phone, Phones } from '#contracts/telephone.ts';
import { clockTime } from '../console/live/time.ts';
import { ringTone, speakAloud, hush } from '../device/voice.ts';
import { chooseLanguage } from '../i18n/i18n.ts';
import { Icon } from '../ui/icons.tsx';
import { PhoneCard } from './phone-card.tsx';
import { TEXTS, whoIs, type Texts } from './texts.ts';
import { usePhones, type PhoneAct } from './use-phones.ts';
import './phones.css';

const ORDER: Record<Phone['state'], number> = { ringing: 0, talking: 1, calling: 1, ended: 2 };
const RING_MS = 3_000;

export default function PhonesPage(): ReactNode {
  useTranslation();
  const t = i18next.language === 'en' ? TEXTS.en : TEXTS.zh;
  const { phones, reach, act } = usePhones();
  const [refused, setRefused] = useState(false);
  const [listening, setListening] = useState<string | null>(null);
  const [sound, setSound] = useState(true);
  useEffect(() => {
    document.title = t.title;
  }, [t]);
  useVoice(phones, sound ? listening : null);
  useRinging(phones, sound);

  const run = (number: string, what: PhoneAct, keys?: string): void => {
    if (what === 'pick-up' || what === 'call') setListening(number);
    setRefused(false);
    void act(number, what, keys).then((done) => setRefused(!done));
  };
  const disabled = reach !== 'here';
  return (
    <main className="phones">
      <header className="phones-head">
        <h1>{t.title}</h1>
        <div className="phones-tools">
          <button
            type="button"
            aria-pressed={sound}
            onClick={() => {
              hush();
              setSound(!sound);
            }}
          >
            <Icon name={sound ? 'speaker' : 'mute'} />
            {sound ? t.soundOn : t.soundOff}
          </button>
          <button type="button" onClick={() => chooseLanguage(i18next.language === 'en' ? 'zh-CN' : 'en')}>
            {t.switch}
          </button>
        </div>
      </header>
      {reach === 'offline' && <p className="phones-cut">{t.offline}</p>}
      {refused && reach === 'here' && (
        <p className="phones-cut" role="alert">
          {t.refused}
        </p>
      )}
      {reach === 'loading' && <p className="phones-plain">{t.loading}</p>}
      {reach === 'none' && <p className="phones-plain">{t.real}</p>}
      {reach === 'elsewhere' && <p className="phones-plain">{t.elsewhere}</p>}
      {phones !== null && reach !== 'none' && reach !== 'elsewhere' && (
        <Switchboard phones={phones} t={t} disabled={disabled} run={run} />
      )}
    </main>
  );
}

function Switchboard({
  phones,
  t,
  disabled,
  run,
}: {
  phones: Phones;
  t: Texts;
  disabled: boolean;
  run: (number: string, what: PhoneAct, keys?: string) => void;
}): ReactNode {
  const inUse = phones.phones.toSorted((a, b) => ORDER[a.state] - ORDER[b.state] || a.since - b.since);
  const busy = new Set(phones.phones.filter(({ ended }) => ended === null).map(({ number }) => number));
  return (
    <>
      <section aria-label={t.ringing}>
        {inUse.length === 0 ? (
          <div className="phones-empty">
            <p>{t.none}</p>
            <p>{t.noneHint}</p>
          </div>
        ) : (
          <div className="phones-grid">
            {inUse.map((phone) => (
              <PhoneCard
                key={phone.number}
                phone={phone}
                t={t}
                now={phones.now}
                disabled={disabled}
                act={(what, keys) => run(phone.number, what, keys)}
              />
            ))}
          </div>
        )}
      </section>
      <section>
        <h2>{t.handy}</h2>
        <ul className="phones-handy">
          {phones.handy.map((one) => (
            <li key={one.number}>
              <span>
                <strong>{one.name === '' ? t.unknown : one.name}</strong> {one.shown}
              </span>
              <button type="button" disabled={disabled || busy.has(one.number)} onClick={() => run(one.number, 'call')}>
                <Icon name="phone" />
                {t.call}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>{t.messages}</h2>
        {phones.messages.length === 0 ? (
          <p className="phones-plain">{t.noMessages}</p>
        ) : (
          <ul className="phones-messages">
            {phones.messages.map((message) => (
              <li key={message.id}>
                <p>
                  <strong>{`${whoIs(t, message)} ${message.name}`.trim()}</strong> {message.shown}{' '}
                  <time>{clockTime(message.at)}</time>
                </p>
                <p>{message.text}</p>
              </li>
            ))}
          </ul>
        )}
      </section>
      <p className="phones-plain">{t.intro}</p>
    </>
  );
}

/** Speaks what is new on the telephone that was picked up last. */
function useVoice(phones: Phones | null, listening: string | null): void {
  const spoken = useRef({ number: '', at: 0 });
  useEffect(() => {
    const phone = phones?.phones.find(({ number, ended }) => number === listening && ended === null);
    if (!phone) return;
    if (spoken.current.number !== phone.number) spoken.current = { number: phone.number, at: 0 };
    for (const { at, text } of phone.heard) {
      if (at <= spoken.current.at) continue;
      spoken.current.at = at;
      speakAloud(text, false);
    }
  }, [phones, listening]);
}

/** A tone now and then as long as something rings, once the page was touched (browsers are silent before). */
function useRinging(phones: Phones | null, sound: boolean): void {
  const rings = sound && (phones?.phones.some(({ state }) => state === 'ringing') ?? false);
  useEffect(() => {
    if (!rings) return;
    const ring = (): void => {
      if (navigator.userActivation.hasBeenActive) ringTone();
    };
    ring();
    const timer = setInterval(ring, RING_MS);
    return () => clearInterval(timer);
  }, [rings]);
}
