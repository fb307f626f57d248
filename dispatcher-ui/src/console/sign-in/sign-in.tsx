import { useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useEffect, useRef, useState, type SubmitEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ApiError, sentenceOf } from '../../api/http.ts';
import { fetchSetupState, SESSION_KEY, signIn } from '../../api/session.ts';
import { Preferences } from '../header/preferences.tsx';

/** User name and password, then the six digits when the account has a second factor. */
export function SignIn({ expired = false }: { expired?: boolean }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [totp, setTotp] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const codeField = useRef<HTMLDivElement>(null);
  const asksCode = totp !== null;

  useEffect(() => {
    document.title = t('app.name');
    fetchSetupState().then(
      (state) => state.needed && navigate('/setup', { replace: true }),
      () => undefined,
    );
  }, [navigate, t]);

  useEffect(() => {
    if (asksCode) codeField.current?.querySelector('input')?.focus();
  }, [asksCode]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await signIn({ username: username.trim(), password, ...(totp ? { totp } : {}) });
      await client.invalidateQueries({ queryKey: SESSION_KEY });
    } catch (problem) {
      if (problem instanceof ApiError && problem.code === 'second_factor_required' && totp === null) setTotp('');
      else {
        setError(
          problem instanceof ApiError && problem.code === 'bad_credentials'
            ? t(asksCode ? 'signIn.wrongCode' : 'signIn.wrong')
            : sentenceOf(problem),
        );
        if (asksCode) setTotp('');
      }
    } finally {
      setBusy(false);
    }
  };

  const ready = username.trim() !== '' && password !== '' && (!asksCode || /^\d{6}$/.test(totp));
  return (
    <main className="plain-page">
      <form className="sign-in" onSubmit={submit} aria-label={t('signIn.title')}>
        <h1>
          {t('app.name')}
          <small>{t('app.what')}</small>
        </h1>
        <label>
          <span>{t('signIn.username')}</span>
          <Input
            size="large"
            name="username"
            autoComplete="username"
            autoFocus
            value={username}
            onChange={(event) => setUsername(event.target.value)}
            disabled={asksCode}
          />
        </label>
        <label>
          <span>{t('signIn.password')}</span>
          <Input.Password
            size="large"
            name="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            disabled={asksCode}
          />
        </label>
        {asksCode && (
          <label>
            <span>{t('signIn.code')}</span>
            <div ref={codeField}>
              <Input
                size="large"
                name="totp"
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={6}
                value={totp}
                onChange={(event) => setTotp(event.target.value.replace(/\D/g, ''))}
              />
            </div>
            <small>{t('signIn.codeHint')}</small>
          </label>
        )}
        <p className="sign-in-error" role="alert">
          {error ?? (expired ? t('signIn.expired') : null)}
        </p>
        <Button type="primary" htmlType="submit" size="large" block disabled={!ready} loading={busy}>
          {t('signIn.go')}
        </Button>
        {asksCode && (
          <Button type="text" block onClick={() => setTotp(null)}>
            {t('signIn.back')}
          </Button>
        )}
      </form>
      <Preferences />
    </main>
  );
}
