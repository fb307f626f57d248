import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useEffect, useRef, useState, type SubmitEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { QUEUES, type Queue } from '#contracts/incident.ts';
import { actKey, sentenceOf } from '../../api/http.ts';
import { openByHand } from '../../api/incidents.ts';
import { searchResidents } from '../../api/residents.ts';
import { useDesk, useIsLive } from '../live/use-live.tsx';
import { openIncident } from '../view.ts';

/** Somebody rang up, or stands at the counter: an incident by hand. */
export function OpenWindow(): ReactNode {
  const { t } = useTranslation();
  const { live } = useDesk();
  const isLive = useIsLive();
  const [source, setSource] = useState<'phone' | 'visit'>('phone');
  const [queue, setQueue] = useState<Queue>('household');
  const [words, setWords] = useState('');
  const [resident, setResident] = useState<string | null>(null);
  const [phone, setPhone] = useState('');
  const [summary, setSummary] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(actKey());
  const found = useFound(words);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // After the window has taken the focus for itself.
    const timer = setTimeout(() => form.current?.querySelector('input')?.focus(), 60);
    return () => clearTimeout(timer);
  }, []);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (summary.trim() === '' || busy) return;
    setBusy(true);
    setError(null);
    try {
      const made = await openByHand(
        {
          source,
          queue,
          summary: summary.trim(),
          ...(resident ? { resident } : {}),
          ...(phone.trim() ? { phone: phone.trim() } : {}),
        },
        key.current,
      );
      live.put(made);
      openIncident(made.id);
    } catch (problem) {
      key.current = actKey();
      setError(sentenceOf(problem));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form ref={form} className="window-form" onSubmit={submit}>
      <div className="window-row">
        <Pick
          label={t('open.source')}
          value={source}
          options={['phone', 'visit'] as const}
          name={(one) => t(`source.${one}`)}
          onPick={setSource}
        />
        <Pick
          label={t('open.queue')}
          value={queue}
          options={QUEUES}
          name={(one) => t(`queue.${one}`)}
          onPick={setQueue}
        />
      </div>
      <label>
        <span>{t('open.resident')}</span>
        <Select
          showSearch={{ filterOption: false, onSearch: setWords, searchValue: words }}
          allowClear
          value={resident}
          placeholder={t('open.residentHint')}
          notFoundContent={words.trim() === '' ? null : t(found.isFetching ? 'open.searching' : 'open.notFound')}
          options={(found.data ?? []).map((one) => ({
            value: one.id,
            label: [one.name, one.address].filter((part) => part).join(' · '),
          }))}
          onChange={(value) => setResident(value ?? null)}
        />
      </label>
      <label>
        <span>{t('open.phone')}</span>
        <Input value={phone} maxLength={40} inputMode="tel" onChange={(event) => setPhone(event.target.value)} />
      </label>
      <label>
        <span>{t('open.summary')}</span>
        <Input.TextArea
          value={summary}
          maxLength={2000}
          rows={3}
          required
          onChange={(event) => setSummary(event.target.value)}
        />
      </label>
      <p className="sign-in-error" role="alert">
        {error}
      </p>
      <Button type="primary" size="large" htmlType="submit" disabled={!isLive || summary.trim() === ''} loading={busy}>
        {t('open.go')}
      </Button>
    </form>
  );
}

function useFound(words: string) {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words.trim()), 250);
    return () => clearTimeout(timer);
  }, [words]);
  return useQuery({
    queryKey: ['residents', settled],
    queryFn: ({ signal }) => searchResidents(settled, signal),
    enabled: settled !== '',
  });
}

interface PickProps<T extends string> {
  label: string;
  value: T;
  options: readonly T[];
  name: (value: T) => string;
  onPick: (value: T) => void;
}

function Pick<T extends string>({ label, value, options, name, onPick }: PickProps<T>): ReactNode {
  return (
    <fieldset className="pick">
      <legend>{label}</legend>
      {options.map((one) => (
        <Button
          key={one}
          type={one === value ? 'primary' : 'default'}
          aria-pressed={one === value}
          onClick={() => onPick(one)}
        >
          {name(one)}
        </Button>
      ))}
    </fieldset>
  );
}
