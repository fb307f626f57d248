import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderState, WireOrder } from '#contracts/vendors.ts';
import { shortTime, span } from '../console/live/time.ts';
import { Icon } from '../ui/icons.tsx';
import { CompleteForm } from './complete-form.tsx';
import { ArriveForm, GiveBackForm, QuoteForm, StaffForm } from './order-forms.tsx';
import { useServerNow, useShop, useShopDesk, yuan } from './use-desk.tsx';

type Form = 'arrive' | 'complete' | 'quote' | 'staff' | 'giveBack' | null;

/** The one step that comes next, by state. */
const NEXT: Partial<Record<OrderState, 'depart' | 'arrive' | 'complete'>> = {
  accepted: 'depart',
  approved: 'depart',
  disputed: 'depart',
  nobody_home: 'depart',
  under_way: 'arrive',
  on_scene: 'complete',
};

/** An order in hand: where to go, whom to call, the four digits, and one big key for the next step. */
export function OrderView({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const [form, setForm] = useState<Form>(null);
  const close = (): void => setForm(null);
  if (form === 'arrive') return <ArriveForm order={order} onClose={close} />;
  if (form === 'complete') return <CompleteForm order={order} onClose={close} />;
  if (form === 'quote') return <QuoteForm order={order} onClose={close} />;
  if (form === 'staff') return <StaffForm order={order} onClose={close} />;
  if (form === 'giveBack') return <GiveBackForm order={order} onClose={close} />;
  const state = order.state === 'approved' && order.arrivedAt !== null ? 'on_scene' : order.state;
  const mayQuote = state === 'accepted' || order.state === 'approved' || state === 'on_scene';
  return (
    <article className="v-order" aria-label={order.service.name}>
      <header>
        <h2>{order.service.name}</h2>
        <span className="grey">{order.number}</span>
      </header>
      <p className="v-what">{order.what}</p>
      <Home order={order} />
      {order.code !== null && state !== 'done' && (
        <section className="v-code" aria-label={t('vendor.code')}>
          <span className="grey">{t('vendor.code')}</span>
          <b>{order.code}</b>
          <small className="grey">{t('vendor.codeHint')}</small>
        </section>
      )}
      <dl className="v-facts">
        <dt>{t(`payerKind.${order.payer.kind}`)}</dt>
        <dd>{t('vendor.price', { yuan: yuan(order.quote?.fen ?? order.priceFen) })}</dd>
        <dt>{t('vendor.staff')}</dt>
        <dd>{order.workers.map((one) => one.name).join('、')}</dd>
        <Time order={order} />
      </dl>
      <p className="v-status">{t(`vendor.status.${statusOf(state)}`)}</p>
      <div className="v-more">
        {mayQuote && (
          <button type="button" onClick={() => setForm('quote')}>
            {t('vendor.quote')}
          </button>
        )}
        {state === 'accepted' && (
          <button type="button" onClick={() => setForm('staff')}>
            {t('vendor.staff')}
          </button>
        )}
        {(state === 'accepted' || state === 'under_way') && (
          <button type="button" onClick={() => setForm('giveBack')}>
            {t('vendor.giveBack')}
          </button>
        )}
        {order.state === 'on_scene' && <NobodyHome order={order} />}
      </div>
      <NextKey order={order} step={NEXT[state]} onForm={setForm} />
    </article>
  );
}

type Status =
  | 'accepted'
  | 'approved'
  | 'confirmed'
  | 'disputed'
  | 'done'
  | 'nobody_home'
  | 'on_scene'
  | 'quoted'
  | 'under_way';

function statusOf(state: OrderState): Status {
  const known: readonly Status[] = [
    'accepted',
    'approved',
    'disputed',
    'done',
    'nobody_home',
    'on_scene',
    'quoted',
    'under_way',
  ];
  return known.find((one) => one === state) ?? 'confirmed';
}

function Home({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const { home } = order;
  if (home === null) return null;
  const where = [home.address, home.entry].filter((part) => part !== null && part !== '').join(' · ');
  return (
    <section className="v-home">
      <p className="v-who">
        <b>{home.formOfAddress ?? home.name}</b>
        {home.formOfAddress !== null && <span className="grey"> {home.name}</span>}
        {home.marks.length > 0 && <span className="amber"> {home.marks.join('、')}</span>}
      </p>
      <p className="v-where">{where}</p>
      <p className="v-reach">
        {home.phone !== null && (
          <a href={`tel:${home.phone}`}>
            <Icon name="phone" /> {t('vendor.call')}
          </a>
        )}
        {home.lat !== null && home.lon !== null && (
          <a href={`geo:${home.lat},${home.lon}?q=${home.lat},${home.lon}`}>
            <Icon name="map" /> {t('vendor.navigate')}
          </a>
        )}
      </p>
    </section>
  );
}

function Time({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const now = useServerNow();
  if (order.deadlineAt === null || order.owes.kind !== 'shop') return null;
  const left = Date.parse(order.deadlineAt) - now;
  return (
    <>
      <dt>{t('vendor.by', { time: shortTime(Date.parse(order.deadlineAt), now) })}</dt>
      <dd className={left < 0 ? 'red' : left < 5 * 60_000 ? 'amber' : undefined}>
        {left < 0 ? t('vendor.late', { time: span(-left) }) : t('vendor.left', { time: span(left) })}
      </dd>
    </>
  );
}

function NobodyHome({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  return (
    <button type="button" onClick={() => void desk.act(order.id, 'nobody_home')}>
      {t('vendor.nobodyHome')}
    </button>
  );
}

/** One big key at the same place in every state; while the server has not said yes it says so and does nothing. */
function NextKey({
  order,
  step,
  onForm,
}: {
  order: WireOrder;
  step: 'depart' | 'arrive' | 'complete' | undefined;
  onForm: (form: 'arrive' | 'complete') => void;
}): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const pending = useShop((state) => state.pending.find((one) => one.order === order.id));
  if (pending) return <p className="v-key v-waits">{t('vendor.pending', { step: t(`vendor.${step ?? 'send'}`) })}</p>;
  if (!step) return null;
  const act = (): void => {
    if (step !== 'depart') onForm(step);
    else void desk.act(order.id, 'depart');
  };
  return (
    <button type="button" className="v-key" onClick={act}>
      {t(`vendor.${step}`)}
    </button>
  );
}
