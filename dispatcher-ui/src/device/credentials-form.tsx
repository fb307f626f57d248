/** Asks who this device is, once. */
import { useState, type SubmitEvent } from 'react';
import { readForm, type Credentials, type FormProblem } from './credentials.ts';
import type { Texts } from './texts.ts';

export function CredentialsForm({ t, onDone }: { t: Texts; onDone: (credentials: Credentials) => void }) {
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const submit = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    const read = await readForm({ id: text('id'), secret: text('secret'), address: text('address') });
    if (typeof read === 'string') setProblem(read);
    else onDone(read);
  };
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return (
    <main className="box box-plain">
      <form className="box-form" onSubmit={(event) => void submit(event)}>
        <h1>{t.form}</h1>
        <p>{t.formHelp}</p>
        <label>
          {t.id}
          <input name="id" autoComplete="off" autoCapitalize="off" spellCheck={false} required />
        </label>
        <label>
          {t.secret}
          <input name="secret" type="password" autoComplete="off" required />
        </label>
        <label>
          {t.address}
          <input
            name="address"
            defaultValue={`${scheme}://${location.hostname}:8083`}
            autoComplete="off"
            spellCheck={false}
            required
          />
        </label>
        {problem && <p role="alert">{t[problem]}</p>}
        <button type="submit" className="box-bar box-green">
          {t.save}
        </button>
      </form>
    </main>
  );
}
