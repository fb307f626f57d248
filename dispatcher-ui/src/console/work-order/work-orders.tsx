import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderCommandName, OrderState, WireOrder } from '#contracts/vendors.ts';
import { ApiError, sentenceOf } from '../../api/http.ts';
import { Icon } from '../../ui/icons.tsx';
import { useCase } from '../incident/case-context.tsx';
import type { ShownIncident } from '../live/reading.ts';
import { clockTime, span } from '../live/time.ts';
import { useIsLive, useNow } from '../live/use-live.tsx';
import { stepOrder } from './api.ts';
import { yuan } from './order-words.ts';

const TONE: Partial<Record<OrderState, string>> = {
  unfilled: 'red',
  disputed: 'amber',
  quoted: 'amber',
  nobody_home: 'amber',
  on_scene: 'green',
  done: 'green',
  confirmed: 'green',
  settled: 'green',
  cancelled: 'grey',
};

/** The work orders of a case: who was asked, who has it, what waits for the operator. */
export function WorkOrders({ incident }: { incident: ShownIncident }): ReactNode {
  const isLive = useIsLive();
  const { orders } = useCase();
  if (!orders || orders.length === 0) return null;
  return (
    <section className="help work-orders">
      {orders.map((one) => (
        <Order key={one.id} order={one} incident={incident.id} may={isLive} />
      ))}
    </section>
  );
}

function Order({ order, incident, may }: { order: WireOrder; incident: string; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [problem, setProblem] = useState<string | null>(null);
  const act = (command: OrderCommandName, body: object = {}): void => {
    setProblem(null);
    stepOrder(order.id, command, body)
      .then(() => client.invalidateQueries({ queryKey: ['work-orders', incident] }))
      .catch((error: unknown) => {
        const fields = error instanceof ApiError ? (error.body?.errors ?? []).map((one) => one.expected) : [];
        setProblem(fields.length > 0 ? fields.join(';') : sentenceOf(error));
      });
  };
  return (
    <div className="work-order">
      <p className={`help-line ${TONE[order.state] ?? 'blue'}`}>
        <Icon name={order.state === 'settled' || order.state === 'confirmed' ? 'check' : 'home'} />
        <span className="help-text">
          <b>{order.service.name}</b> {t(`order.${order.state}`)}
          {order.shop && ` · ${order.shop.name} ${order.workers.map((one) => one.name).join('、')}`}
          <span className="grey">
            {' '}
            <a href={`/orders?tab=orders&id=${order.id}`} target="_blank" rel="noreferrer">
              {order.number}
            </a>{' '}
            · {order.payer.name} ·{' '}
            {t('vendor.price', { yuan: yuan(order.totalFen ?? order.quote?.fen ?? order.priceFen) })}
            {order.rating !== null && ` · ${t('work.stars', { count: order.rating })}`}
          </span>
        </span>
      </p>
      <Offers order={order} />
      {order.complaint !== null && (
        <p className="work-acts amber">
          {t('office.complaint')}:{order.complaint}
        </p>
      )}
      <div className="work-acts">
        <Steps order={order} may={may} act={act} />
        {order.shop !== null && <Complain may={may} act={act} />}
      </div>
      {problem !== null && (
        <p className="red" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function Offers({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const now = useNow();
  return (
    <ul className="work-offers">
      {order.offers.slice(-4).map((one) => (
        <li key={one.id} className={one.state === 'offered' ? 'blue' : 'grey'}>
          {clockTime(Date.parse(one.offeredAt)).slice(0, 5)} {one.shop.name} {t(`offer.${one.state}`)}
          {one.state === 'offered' && ` · ${t('help.answerIn', { time: span(Date.parse(one.expiresAt) - now) })}`}
          {one.state === 'declined' && one.reason !== null && ` · ${reasonWord(one.reason, t)}`}
        </li>
      ))}
    </ul>
  );
}

type Translate = ReturnType<typeof useTranslation>['t'];

function reasonWord(reason: string, t: Translate): string {
  if (reason === 'full') return t('offer.full');
  if (reason === 'no_staff' || reason === 'too_far' || reason === 'not_our_work') return t(`vendor.decline.${reason}`);
  return reason;
}

type Act = (command: OrderCommandName, body?: object) => void;

/** The resident complains: her words, kept with the order and said to the supervisors. */
function Complain({ may, act }: { may: boolean; act: Act }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  if (text === null)
    return (
      <p className="work-steps">
        <Button size="small" disabled={!may} onClick={() => setText('')}>
          {t('office.complain')}
        </Button>
      </p>
    );
  return (
    <form
      className="work-steps"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === '' || !may) return;
        act('complain', { text: text.trim() });
        setText(null);
      }}
    >
      <Input
        size="small"
        autoFocus
        aria-label={t('office.complainWhat')}
        placeholder={t('office.complainWhat')}
        maxLength={300}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button size="small" htmlType="submit" disabled={!may || text.trim() === ''}>
        {t('office.complain')}
      </Button>
    </form>
  );
}

/** What the operator does for the resident or for who pays, where something waits for that. */
function Steps({ order, may, act }: { order: WireOrder; may: boolean; act: Act }): ReactNode {
  const { t } = useTranslation();
  const key = (label: string, command: OrderCommandName, body: object = {}): ReactNode => (
    <Button key={label} size="small" disabled={!may} onClick={() => act(command, body)}>
      {label}
    </Button>
  );
  const keys: ReactNode[] = [];
  if (order.state === 'quoted' && order.quote)
    keys.push(
      key(t('work.approve', { yuan: yuan(order.quote.fen) }), 'approve'),
      key(t('work.refuse'), 'refuse_quote'),
    );
  if (order.state === 'under_way') keys.push(key(t('action.arrived'), 'arrived'));
  if (order.state === 'done')
    keys.push(
      key(t('work.confirmYes'), 'confirm', { satisfied: true }),
      key(t('work.confirmNo'), 'confirm', { satisfied: false }),
    );
  if (order.state === 'unfilled' || order.state === 'nobody_home' || order.state === 'disputed')
    keys.push(key(t('work.again'), 'again'));
  if (order.state === 'confirmed' && order.rating === null)
    for (const stars of [1, 2, 3, 4, 5]) keys.push(key(t('work.stars', { count: stars }), 'rate', { stars }));
  const open = ['offered', 'unfilled', 'accepted', 'quoted', 'approved', 'nobody_home'].includes(order.state);
  if (open) keys.push(key(t('work.cancel'), 'cancel', { reason: t('work.cancel') }));
  if (keys.length === 0) return null;
  return <p className="work-steps">{keys}</p>;
}
