import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireOrder } from '#contracts/vendors.ts';
import { fenOf, useShop, useShopDesk } from './use-desk.tsx';

interface FormProps {
  order: WireOrder;
  onClose: () => void;
}

/** What every form of an order has in common: a title, its fields, one key to send it and one to leave. */
export function Form(props: {
  title: string;
  hint?: string;
  send: string;
  ready: boolean;
  onSend: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  return (
    <form
      className="v-form"
      aria-label={props.title}
      onSubmit={(event) => {
        event.preventDefault();
        if (busy || !props.ready) return;
        setBusy(true);
        void props.onSend().finally(() => {
          setBusy(false);
          props.onClose();
        });
      }}
    >
      <h2>{props.title}</h2>
      {props.hint !== undefined && <p className="grey">{props.hint}</p>}
      {props.children}
      <div className="v-form-keys">
        <button type="button" className="v-no" onClick={props.onClose}>
          {t('vendor.back')}
        </button>
        <button type="submit" className="v-yes" disabled={busy || !props.ready}>
          {props.send}
        </button>
      </div>
    </form>
  );
}

/** At the door: the four digits that she has heard from the box and from him, typed, so that no slip of a finger says that he is there. */
export function ArriveForm({ order, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const [code, setCode] = useState('');
  return (
    <Form
      title={t('vendor.arriveTitle')}
      hint={t('vendor.arriveHint')}
      send={t('vendor.arrive')}
      ready={code.length === 4}
      onSend={() => desk.act(order.id, 'arrive', { code })}
      onClose={onClose}
    >
      <label>
        {t('vendor.code')}
        <input
          autoFocus
          className="v-digits"
          inputMode="numeric"
          autoComplete="off"
          value={code}
          onChange={(event) => setCode(event.target.value.replaceAll(/\D/g, '').slice(0, 4))}
        />
      </label>
    </Form>
  );
}

/** A price for the whole, to be approved by who pays before work starts. */
export function QuoteForm({ order, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const [total, setTotal] = useState('');
  const [what, setWhat] = useState('');
  const fen = fenOf(total);
  return (
    <Form
      title={t('vendor.quote')}
      hint={t('vendor.quoteHint')}
      send={t('vendor.send')}
      ready={fen !== null && what.trim() !== ''}
      onSend={() => desk.act(order.id, 'quote', { fen, note: what.trim() })}
      onClose={onClose}
    >
      <label>
        {t('vendor.quoteTotal')}
        <input inputMode="decimal" value={total} onChange={(event) => setTotal(event.target.value)} />
      </label>
      <label>
        {t('vendor.quoteWhat')}
        <textarea rows={3} maxLength={300} value={what} onChange={(event) => setWhat(event.target.value)} />
      </label>
    </Form>
  );
}

/** Who of the shop goes. */
export function StaffForm({ order, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const staff = useShop((state) => state.mine!.staff);
  const [chosen, setChosen] = useState<readonly string[]>(order.workers.map((one) => one.id));
  const toggle = (id: string): void =>
    setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return (
    <Form
      title={t('vendor.staff')}
      hint={t('vendor.people', { count: order.service.people })}
      send={t('vendor.staffSend')}
      ready={chosen.length >= order.service.people && chosen.length <= 4}
      onSend={() => desk.act(order.id, 'staff', { staff: chosen })}
      onClose={onClose}
    >
      {staff.map((one) => (
        <label key={one.id} className="v-check">
          <input type="checkbox" checked={chosen.includes(one.id)} onChange={() => toggle(one.id)} />
          {one.name} {one.phone}
        </label>
      ))}
    </Form>
  );
}

/** Gives the order back; others are asked at once. */
export function GiveBackForm({ order, onClose }: FormProps): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const [why, setWhy] = useState('');
  return (
    <Form
      title={t('vendor.giveBack')}
      hint={t('vendor.giveBackWhy')}
      send={t('vendor.giveBack')}
      ready={why.trim() !== ''}
      onSend={() => desk.act(order.id, 'give_back', { reason: why.trim() })}
      onClose={onClose}
    >
      <label>
        {t('vendor.note')}
        <textarea rows={3} maxLength={300} value={why} onChange={(event) => setWhy(event.target.value)} />
      </label>
    </Form>
  );
}
