import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PHOTO_BYTES, type WireOrder } from '#contracts/vendors.ts';
import { actKey } from '../api/http.ts';
import { Form } from './order-forms.tsx';
import { fenOf, useShopDesk, yuan } from './use-desk.tsx';

interface Part {
  id: string;
  name: string;
  count: string;
  price: string;
}

/** The work is done: what it cost, which parts (quoted before), a photo, a word. */
export function CompleteForm({ order, onClose }: { order: WireOrder; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const [labour, setLabour] = useState(yuan(order.priceFen));
  const [parts, setParts] = useState<readonly Part[]>([]);
  const [note, setNote] = useState('');
  const labourFen = fenOf(labour);
  const wire = parts.map((one) => ({ name: one.name.trim(), count: Number(one.count), fen: fenOf(one.price) ?? -1 }));
  const whole = wire.every((one) => one.name !== '' && one.count >= 1 && Number.isInteger(one.count) && one.fen >= 0);
  const total = (labourFen ?? 0) + wire.reduce((all, one) => all + Math.max(0, one.fen) * one.count, 0);
  const change = (id: string, what: Partial<Part>): void =>
    setParts(parts.map((one) => (one.id === id ? { ...one, ...what } : one)));
  return (
    <Form
      title={t('vendor.completeTitle')}
      hint={order.service.name}
      send={t('vendor.complete')}
      ready={labourFen !== null && whole}
      onSend={() => desk.act(order.id, 'complete', { labourFen, parts: wire, note: note.trim() })}
      onClose={onClose}
    >
      <label>
        {t('vendor.labour')}
        <input inputMode="decimal" value={labour} onChange={(event) => setLabour(event.target.value)} />
      </label>
      {parts.map((one) => (
        <fieldset key={one.id} className="v-part">
          <legend>{t('vendor.parts')}</legend>
          <input
            aria-label={t('vendor.name')}
            placeholder={t('vendor.name')}
            value={one.name}
            onChange={(event) => change(one.id, { name: event.target.value })}
          />
          <input
            aria-label={t('vendor.count')}
            inputMode="numeric"
            value={one.count}
            onChange={(event) => change(one.id, { count: event.target.value })}
          />
          <input
            aria-label={t('vendor.amount')}
            placeholder={t('vendor.amount')}
            inputMode="decimal"
            value={one.price}
            onChange={(event) => change(one.id, { price: event.target.value })}
          />
        </fieldset>
      ))}
      {order.quote !== null && (
        <button
          type="button"
          className="v-small"
          onClick={() => setParts([...parts, { id: actKey(), name: '', count: '1', price: '' }])}
        >
          {t('vendor.addPart')}
        </button>
      )}
      <p>
        {t('vendor.total')} <b>{yuan(total)}</b>
      </p>
      <Photos order={order} />
      <label>
        {t('vendor.note')}
        <textarea rows={2} maxLength={300} value={note} onChange={(event) => setNote(event.target.value)} />
      </label>
    </Form>
  );
}

/** A photo goes out at once, apart from the form; too large a one is refused before it is sent. */
function Photos({ order }: { order: WireOrder }): ReactNode {
  const { t } = useTranslation();
  const desk = useShopDesk();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (file: File): Promise<void> => {
    if (file.size > PHOTO_BYTES) return setProblem(t('vendor.photoTooLarge'));
    setBusy(true);
    setProblem(null);
    const body = new FormData();
    body.append('photo', file);
    try {
      const answer = await fetch(`/api/work-orders/${order.id}/photos`, {
        method: 'POST',
        body,
        headers: { 'idempotency-key': actKey() },
      });
      if (!answer.ok)
        setProblem(((await answer.json()) as { detail?: string; title: string }).detail ?? t('error.other'));
      await desk.look();
    } catch {
      setProblem(t('error.offline'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <label className="v-photo">
        {t('vendor.photo')}
        <input
          type="file"
          accept="image/jpeg,image/png,image/webp"
          capture="environment"
          disabled={busy}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void send(file);
          }}
        />
      </label>
      {order.photos.length > 0 && <p className="green">{t('vendor.photoSent', { count: order.photos.length })}</p>}
      {problem !== null && (
        <p className="red" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
