import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderCommandName, WireOrder } from '#contracts/vendors.ts';
import { fenOf } from '../vendor/use-desk.tsx';
import { deduct, takeStep } from './api.ts';
import { useAct, useOffice } from './use-office.tsx';

/** What can be done with an order now, by who looks at it. */
export function OrderActs({ order }: { order: WireOrder }): ReactNode {
  const { me } = useOffice();
  const desk = me.role === 'operator' || me.role === 'supervisor';
  const manages = me.role === 'supervisor' || me.role === 'admin';
  return (
    <>
      {desk && order.callback !== null && order.callback.outcome === null && <Callback order={order} />}
      {desk && <Steps order={order} />}
      {desk && order.shop !== null && <Word order={order} command="complain" field="text" />}
      {desk && mayComeBack(order) && <Word order={order} command="warranty" field="reason" />}
      {manages && order.totalFen !== null && order.confirmedAt !== null && <Deduct order={order} />}
    </>
  );
}

function mayComeBack(order: WireOrder): boolean {
  return order.state === 'confirmed' || order.state === 'settled';
}

/** Somebody who is not the shop has asked her: satisfied, not, or not reached. */
function Callback({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const { live } = useOffice();
  const { busy, problem, act } = useAct();
  const [note, setNote] = useState('');
  return (
    <section className="office-act" aria-label={t('office.callback')}>
      <h3>{t('office.callback')}</h3>
      <p className="grey">{t('office.callbackAsk', { service: order.service.name, shop: order.shop?.name ?? '' })}</p>
      <Input
        aria-label={t('office.note')}
        placeholder={t('office.note')}
        maxLength={300}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <p className="office-keys">
        {(['satisfied', 'unsatisfied', 'not_reached'] as const).map((outcome) => (
          <Button
            key={outcome}
            type={outcome === 'satisfied' ? 'primary' : 'default'}
            disabled={!live || busy}
            onClick={() => void act((key) => takeStep(order.id, 'callback', { outcome, note: note.trim() }, key))}
          >
            {t(`office.outcome.${outcome}`)}
          </Button>
        ))}
      </p>
      <Refused words={problem} />
    </section>
  );
}

/** The resident's word, given by telephone. */
function Steps({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const { live } = useOffice();
  const { busy, problem, act } = useAct();
  const key = (label: string, command: OrderCommandName, body: object = {}): ReactNode => (
    <Button
      key={label}
      disabled={!live || busy}
      onClick={() => void act((once) => takeStep(order.id, command, body, once))}
    >
      {label}
    </Button>
  );
  const keys: ReactNode[] = [];
  if (order.state === 'done')
    keys.push(
      key(t('work.confirmYes'), 'confirm', { satisfied: true }),
      key(t('work.confirmNo'), 'confirm', { satisfied: false }),
    );
  if (order.state === 'unfilled' || order.state === 'nobody_home' || order.state === 'disputed')
    keys.push(key(t('work.again'), 'again'));
  if (order.confirmedAt !== null && order.rating === null)
    for (const stars of [1, 2, 3, 4, 5]) keys.push(key(t('work.stars', { count: stars }), 'rate', { stars }));
  if (keys.length === 0) return null;
  return (
    <section className="office-act">
      <p className="office-keys">{keys}</p>
      <Refused words={problem} />
    </section>
  );
}

/** One sentence of the resident's: a complaint, or what is broken again under warranty. */
function Word(props: { order: WireOrder; command: 'complain' | 'warranty'; field: string }): ReactNode {
  const { t } = useTranslation();
  const { live } = useOffice();
  const { order, command, field } = props;
  const { busy, problem, act } = useAct();
  const [text, setText] = useState('');
  const label = t(`office.${command}`);
  return (
    <form
      className="office-act office-line"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '' && live)
          void act((key) => takeStep(order.id, command, { [field]: text.trim() }, key)).then((done) => {
            if (done) setText('');
          });
      }}
    >
      <Input
        aria-label={t(`office.${command}What`)}
        placeholder={t(`office.${command}What`)}
        maxLength={300}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button htmlType="submit" disabled={!live || busy || text.trim() === ''}>
        {label}
      </Button>
      <Refused words={problem} />
    </form>
  );
}

/** Something is taken off the shop's statement; it may appeal. */
function Deduct({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const { live } = useOffice();
  const { busy, problem, act } = useAct();
  const [amount, setAmount] = useState('');
  const [why, setWhy] = useState('');
  const [done, setDone] = useState(false);
  const fen = fenOf(amount);
  return (
    <form
      className="office-act office-line"
      aria-label={t('office.deduct')}
      onSubmit={(event) => {
        event.preventDefault();
        if (fen !== null && live)
          void act((key) => deduct(order.id, fen, why.trim(), key)).then((yes) => {
            setDone(yes);
            if (yes) setAmount('');
          });
      }}
    >
      <Input
        className="office-amount"
        inputMode="decimal"
        aria-label={t('vendor.amount')}
        placeholder={t('vendor.amount')}
        value={amount}
        onChange={(event) => setAmount(event.target.value)}
      />
      <Input
        aria-label={t('office.deductWhy')}
        placeholder={t('office.deductWhy')}
        maxLength={300}
        value={why}
        onChange={(event) => setWhy(event.target.value)}
      />
      <Button htmlType="submit" disabled={!live || busy || fen === null || fen === 0 || why.trim() === ''}>
        {t('office.deduct')}
      </Button>
      {done && <p className="green">{t('office.deducted')}</p>}
      <Refused words={problem} />
    </form>
  );
}

/** Why it was refused, in the server's words. */
export function Refused({ words }: { words: string | null }): ReactNode {
  return words === null ? null : (
    <p className="red" role="alert">
      {words}
    </p>
  );
}
