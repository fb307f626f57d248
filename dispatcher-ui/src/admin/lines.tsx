import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useId, useState, type ReactNode, type SubmitEvent } from 'react';
import type { PhoneLine } from '#contracts/telephone.ts';
import { ApiError, sentenceOf } from '../api/http.ts';
import { textOr } from '../i18n/i18n.ts';
import { fetchLines, putLine } from './api.ts';
import { useTexts } from './texts.ts';

/** What a unit that can only dial may mean. */
const KEYS = ['sos', 'medical', 'service', 'family', 'fall', 'smoke', 'gas', 'water_leak', 'cancel'] as const;

/** Which called number stands for which key. */
export function Lines(): ReactNode {
  const t = useTexts();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: ['lines'], queryFn: fetchLines });
  const [dropping, setDropping] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const put = async (number: string, key: string | null): Promise<boolean> => {
    try {
      client.setQueryData<PhoneLine[]>(['lines'], await putLine(number, key));
      setProblem(null);
      setDropping(null);
      return true;
    } catch (refused) {
      const expected = refused instanceof ApiError ? refused.body?.errors?.[0]?.expected.split(' | ')[0] : undefined;
      setProblem(expected ?? sentenceOf(refused));
      return false;
    }
  };
  if (error) return <p role="alert">{sentenceOf(error)}</p>;
  if (!data) return <p className="grey">{t.loading}</p>;
  return (
    <section>
      <p className="admin-hint">{t.linesHint}</p>
      <NewLine put={put} />
      {problem !== null && (
        <p className="amber" role="alert">
          {problem}
        </p>
      )}
      {data.length === 0 && <p>{t.noLines}</p>}
      <ul className="admin-list">
        {data.map((one) => (
          <li key={one.number} className="admin-row">
            <b className="admin-what">{one.number}</b>
            <span>{textOr(`kind.${one.key}`, one.key)}</span>
            {dropping === one.number ? (
              <span className="admin-keys">
                {t.dropSure(one.number)}
                <Button size="small" danger onClick={() => void put(one.number, null)}>
                  {t.dropLine}
                </Button>
                <Button size="small" type="text" onClick={() => setDropping(null)}>
                  {t.back}
                </Button>
              </span>
            ) : (
              <Button size="small" onClick={() => setDropping(one.number)}>
                {t.dropLine}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function NewLine({ put }: { put: (number: string, key: string) => Promise<boolean> }): ReactNode {
  const t = useTexts();
  const id = useId();
  const [number, setNumber] = useState('');
  const [key, setKey] = useState<string>('sos');
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (number.trim() !== '' && (await put(number.trim(), key))) setNumber('');
  };
  return (
    <form className="admin-line" onSubmit={(event) => void submit(event)}>
      <label className="admin-field">
        <span>{t.number}</span>
        <Input
          value={number}
          maxLength={24}
          inputMode="tel"
          placeholder="0710-3511234"
          onChange={(event) => setNumber(event.target.value)}
        />
      </label>
      <div className="admin-field">
        <label htmlFor={id}>{t.means}</label>
        <Select
          id={id}
          value={key}
          options={KEYS.map((value) => ({ value, label: textOr(`kind.${value}`, value) }))}
          onChange={setKey}
        />
      </div>
      <Button type="primary" htmlType="submit" disabled={number.trim() === ''}>
        {t.addLine}
      </Button>
    </form>
  );
}
