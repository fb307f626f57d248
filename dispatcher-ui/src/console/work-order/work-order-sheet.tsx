import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { URGENCIES, type Urgency, type WirePayer, type WireService } from '#contracts/vendors.ts';
import { actKey, ApiError, sentenceOf } from '../../api/http.ts';
import type { ShownIncident } from '../live/reading.ts';
import { useIsLive } from '../live/use-live.tsx';
import { Sheet } from '../sheets/sheet.tsx';
import { toast } from '../toasts.ts';
import { openPanel } from '../view.ts';
import { fetchPayers, fetchServices, openOrder } from './api.ts';
import { findServices } from './find-service.ts';
import { yuan } from './order-words.ts';

/** Makes a household case a work order: which service, what is wrong, how urgent, when, and who pays. */
export function WorkOrderSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const [service, setService] = useState<WireService | null>(null);
  return (
    <Sheet title={t('work.sheet')} keys={{}}>
      {service === null ? (
        <ServicePicker onPick={setService} />
      ) : (
        <OrderForm incident={incident} service={service} onBack={() => setService(null)} />
      )}
    </Sheet>
  );
}

/** Letters narrow the list, a digit or ⏎ takes from it. */
function ServicePicker({ onPick }: { onPick: (service: WireService) => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLDivElement>(null);
  const services = useQuery({ queryKey: ['services'], queryFn: fetchServices, staleTime: Infinity });
  const found = findServices(services.data ?? [], typed);
  useEffect(() => field.current?.querySelector('input')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const pick =
      event.key === 'Enter' ? found[0] : /^[1-9]$/.test(event.key) ? found[Number(event.key) - 1] : undefined;
    if (!pick) return;
    event.preventDefault();
    event.stopPropagation();
    onPick(pick);
  };
  return (
    <div ref={field} className="work-pick">
      <Input
        size="large"
        aria-label={t('work.choose')}
        placeholder={t('work.choose')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="choices">
        {found.map((one, place) => (
          <Button key={one.code} className="choice" onClick={() => onPick(one)}>
            <kbd>{place + 1}</kbd>
            <span>
              {i18n.language === 'en' ? one.english : one.name}
              <small>{t('work.price', { yuan: yuan(one.priceFen), unit: one.unit })}</small>
            </span>
          </Button>
        ))}
      </div>
      {services.data && found.length === 0 && <p className="grey">{t('work.nothing')}</p>}
      {services.error && <p className="red">{sentenceOf(services.error)}</p>}
    </div>
  );
}

/** The payer that costs the resident least and has enough left. */
function firstPayer(payers: readonly WirePayer[], fen: number): string {
  const enough = payers.find((one) => one.kind === 'subsidy' && (one.leftFen ?? 0) >= fen);
  return (enough ?? payers.find((one) => one.kind === 'resident'))?.id ?? 'resident';
}

/** What was sent last, and under which key. */
interface Act {
  said: string;
  key: string;
}

/** The same wish again, unanswered, is the same act: it must not open a second order. Another wish is another act. */
function keyOf(act: Act, order: object): string {
  const said = JSON.stringify(order);
  if (act.said !== said) Object.assign(act, { said, key: actKey() });
  return act.key;
}

function OrderForm({
  incident,
  service,
  onBack,
}: {
  incident: ShownIncident;
  service: WireService;
  onBack: () => void;
}): ReactNode {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const isLive = useIsLive();
  const [what, setWhat] = useState('');
  const [quantity, setQuantity] = useState('1');
  const [urgency, setUrgency] = useState<Urgency>('today');
  const [at, setAt] = useState('');
  const [payer, setPayer] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const act = useRef<Act>({ said: '', key: '' });
  const payers = useQuery({ queryKey: ['payers', incident.id], queryFn: () => fetchPayers(incident.id), staleTime: 0 });
  const count = Math.max(1, Number(quantity) || 1);
  const fen = service.priceFen * count;
  const chosen = payer ?? firstPayer(payers.data ?? [], fen);
  const ready = isLive && what.trim() !== '' && (urgency !== 'booked' || at !== '');
  const send = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      const order = {
        incident: incident.id,
        service: service.code,
        what: what.trim(),
        quantity: count,
        urgency,
        payer: chosen,
        // The clock on the wall is Xiangyang's.
        ...(urgency === 'booked' && { wantedAt: new Date(`${at}:00+08:00`).toISOString() }),
      };
      await openOrder(order, keyOf(act.current, order));
      await client.invalidateQueries({ queryKey: ['work-orders', incident.id] });
      toast(t('work.sent'));
      openPanel(null);
    } catch (error) {
      const fields = error instanceof ApiError ? (error.body?.errors ?? []).map((one) => one.expected) : [];
      if (!(error instanceof ApiError && error.code === 'offline')) act.current.said = '';
      setProblem(fields.length > 0 ? fields.join(';') : sentenceOf(error));
      setBusy(false);
    }
  };
  return (
    <form
      className="work-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) void send();
      }}
    >
      <p className="work-item">
        <Button type="text" size="small" onClick={onBack}>
          ←
        </Button>
        <b>{i18n.language === 'en' ? service.english : service.name}</b>
        <span>{t('work.price', { yuan: yuan(service.priceFen), unit: service.unit })}</span>
        <span className="grey">{service.note}</span>
      </p>
      <div className="work-fields">
        <label className="work-what">
          <span>{t('work.what')}</span>
          <Input autoFocus maxLength={500} value={what} onChange={(event) => setWhat(event.target.value)} />
        </label>
        <label>
          <span>{t('work.quantity', { unit: service.unit })}</span>
          <Input
            inputMode="numeric"
            value={quantity}
            onChange={(event) => setQuantity(event.target.value.replace(/\D/g, '').slice(0, 3))}
          />
        </label>
      </div>
      <div className="work-fields">
        <Options
          label={t('work.urgency')}
          options={URGENCIES.map((id) => ({ id, label: t(`urgency.${id}`) }))}
          value={urgency}
          onChange={(id) => setUrgency(id as Urgency)}
        />
        {urgency === 'booked' && (
          <label>
            <span>{t('work.booked')}</span>
            <input
              type="datetime-local"
              className="ant-input"
              value={at}
              onChange={(event) => setAt(event.target.value)}
            />
          </label>
        )}
        <Options
          label={t('work.payer')}
          options={(payers.data ?? []).map((one) => ({
            id: one.id,
            label:
              one.leftFen === null ? one.name : `${one.name} · ${t('work.payerLeft', { yuan: yuan(one.leftFen) })}`,
          }))}
          value={chosen}
          onChange={setPayer}
        />
      </div>
      {problem !== null && (
        <p className="red" role="alert">
          {problem}
        </p>
      )}
      <div className="sheet-keys">
        <Button type="primary" htmlType="submit" disabled={!ready} loading={busy}>
          {t('work.send')} · {t('vendor.price', { yuan: yuan(fen) })} <kbd>⏎</kbd>
        </Button>
      </div>
    </form>
  );
}

function Options(props: {
  label: string;
  options: readonly { id: string; label: string }[];
  value: string;
  onChange: (id: string) => void;
}): ReactNode {
  return (
    <fieldset className="work-options">
      <legend>{props.label}</legend>
      {props.options.map((one) => (
        <label key={one.id}>
          <input
            type="radio"
            name={props.label}
            checked={one.id === props.value}
            onChange={() => props.onChange(one.id)}
          />
          {one.label}
        </label>
      ))}
    </fieldset>
  );
}
