import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireOrder } from '#contracts/vendors.ts';
import { armSound, disarmSound, ring, sound } from '../console/sound/alarm.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { Icon } from '../ui/icons.tsx';
import { useStore } from '../ui/store.ts';
import { HistoryView } from './history-view.tsx';
import { OfferScreen } from './offer-screen.tsx';
import { OrderView } from './order-view.tsx';
import { StatementView } from './statement-view.tsx';
import { useShop, useShopDesk } from './use-desk.tsx';

const TABS = ['now', 'history', 'statement'] as const;
const IN_HAND = new Set(['accepted', 'quoted', 'approved', 'under_way', 'on_scene', 'nobody_home', 'disputed', 'done']);

/** Everything of the shop: an offer fills the screen, then the work in hand, one step at a time. */
export function VendorDesk({ onLeave, onExpired }: { onLeave: () => void; onExpired: () => void }): ReactNode {
  const { t } = useTranslation();
  const mine = useShop((state) => state.mine);
  const link = useShop((state) => state.link);
  const [tab, setTab] = useState<(typeof TABS)[number]>('now');
  const offers = mine?.offers ?? [];
  const asked = offers.length > 0;

  useEffect(() => {
    document.title = t('vendor.title');
  }, [t]);
  useEffect(() => {
    if (link === 'signed_out') onExpired();
  }, [link, onExpired]);
  useEffect(() => {
    ring(asked);
    if (asked) navigator.vibrate?.([300, 150, 300]);
    return () => ring(false);
  }, [asked]);

  if (link === 'no_shop')
    return (
      <main className="plain-page">
        <p role="status">{t('vendor.notHere', { role: t('role.vendor') })}</p>
        <button type="button" className="v-key" onClick={onLeave}>
          {t('header.signOut')}
        </button>
      </main>
    );
  if (!mine)
    return (
      <main className="plain-page">
        <p role="status">{link === 'cut' ? t('vendor.cut') : t('gate.asking')}</p>
      </main>
    );
  return (
    <div className="v-page">
      <Head onLeave={onLeave} />
      <Strips />
      {asked ? (
        <OfferScreen
          key={offers[0]!.offer.id}
          offer={offers[0]!.offer}
          order={offers[0]!.order}
          more={offers.length - 1}
        />
      ) : (
        <>
          <main className="v-main">
            {tab === 'now' && <InHand orders={mine.orders.filter((one) => IN_HAND.has(one.state))} />}
            {tab === 'history' && <HistoryView orders={mine.orders.filter((one) => !IN_HAND.has(one.state))} />}
            {tab === 'statement' && <StatementView />}
          </main>
          <nav className="v-tabs">
            {TABS.map((one) => (
              <button
                key={one}
                type="button"
                aria-current={one === tab ? 'page' : undefined}
                onClick={() => setTab(one)}
              >
                {t(`vendor.${one}`)}
              </button>
            ))}
          </nav>
        </>
      )}
    </div>
  );
}

function Head({ onLeave }: { onLeave: () => void }): ReactNode {
  const { t } = useTranslation();
  const shop = useShop((state) => state.mine!.shop);
  const link = useShop((state) => state.link);
  const { state } = useStore(sound, (value) => value);
  return (
    <header className="v-head">
      <div className="v-head-who">
        <h1>{shop.name}</h1>
        <p className="grey">
          {shop.rating !== null && <span>{t('vendor.rating', { rating: shop.rating.toFixed(1) })} · </span>}
          <span className={link === 'live' ? 'green' : 'amber'} role="status">
            {t(link === 'live' ? 'vendor.live' : link === 'cut' ? 'vendor.off' : 'gate.asking')}
          </span>
        </p>
      </div>
      <div className="v-head-keys">
        <button
          type="button"
          className={state === 'on' ? 'v-small' : 'v-small amber'}
          onClick={() => (state === 'on' ? disarmSound() : void armSound())}
        >
          <Icon name={state === 'on' ? 'speaker' : 'mute'} />
          {t(state === 'on' ? 'vendor.soundOn' : 'vendor.soundOff')}
        </button>
        <Preferences />
        <button type="button" className="v-small" onClick={onLeave}>
          {t('header.signOut')}
        </button>
      </div>
    </header>
  );
}

/** Cut off, refused, or waiting for the server's yes: said where it can't be missed. */
function Strips(): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const link = useShop((state) => state.link);
  const pending = useShop((state) => state.pending);
  const refused = useShop((state) => state.refused);
  return (
    <div aria-live="polite">
      {link === 'cut' && <p className="v-strip amber">{t('vendor.cut')}</p>}
      {pending.map((one) => (
        <p key={one.key} className="v-strip amber">
          <Icon name="clock" /> {t('vendor.pending', { step: stepWord(one.command, t) })}
        </p>
      ))}
      {refused !== null && (
        <p className="v-strip red" role="alert">
          <Icon name="bold" /> {refused}
          <button type="button" className="v-small" onClick={desk.dismiss}>
            {t('sheet.close')}
          </button>
        </p>
      )}
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation>['t'];

function stepWord(command: string, t: Translate): string {
  switch (command) {
    case 'accept':
    case 'decline':
    case 'depart':
    case 'arrive':
    case 'complete':
    case 'quote':
    case 'staff':
      return t(`vendor.${command}`);
    case 'nobody_home':
      return t('vendor.nobodyHome');
    default:
      return t('vendor.giveBack');
  }
}

/** What is to be done now; the others one tap away. */
function InHand({ orders }: { orders: readonly WireOrder[] }): ReactNode {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const open = orders.find((one) => one.id === chosen) ?? orders[0];
  if (!open) return <p className="v-empty grey">{t('vendor.noWork')}</p>;
  return (
    <>
      {orders.length > 1 && (
        <ul className="v-others">
          {orders.map((one) => (
            <li key={one.id}>
              <button type="button" aria-pressed={one.id === open.id} onClick={() => setChosen(one.id)}>
                {one.service.name} · {one.home?.name ?? one.area} · {t(`order.${one.state}`)}
              </button>
            </li>
          ))}
        </ul>
      )}
      <OrderView key={open.id} order={open} />
    </>
  );
}
