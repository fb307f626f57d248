import '../i18n/i18n.ts';
import { Button, Input } from 'antd';
import { useEffect, useState, type SubmitEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { sentenceOf, ApiError } from '../api/http.ts';
import { fetchSetupState } from '../api/session.ts';
import { setUp, type SetupAnswer } from '../api/setup.ts';
import { AntdTheme } from '../theme/antd-theme.tsx';
import '../console/sign-in/sign-in.css';

type Stage = 'asking' | 'form' | 'factor' | 'done' | 'notNeeded' | 'offline';

/** An empty platform asks for its first administrator: the printed code, a name, a password, and the telephone's code. */
export default function SetupPage(): ReactNode {
  return (
    <AntdTheme>
      <main className="plain-page">
        <Setup />
      </main>
    </AntdTheme>
  );
}

const EMPTY = { code: '', username: '', name: '', password: '' };
type Fields = typeof EMPTY;

function Setup(): ReactNode {
  const { t } = useTranslation();
  const [stage, setStage] = useState<Stage>('asking');
  const [fields, setFields] = useState<Fields>(EMPTY);
  const [factor, setFactor] = useState<SetupAnswer['totp'] | null>(null);
  const [totp, setTotp] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    document.title = t('app.name');
    fetchSetupState().then(
      (state) => setStage(state.needed ? 'form' : 'notNeeded'),
      () => setStage('offline'),
    );
  }, [t]);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const answer = await setUp(stage === 'factor' && factor ? { ...fields, secret: factor.secret, totp } : fields);
      setFactor(answer.totp);
      setStage(answer.done ? 'done' : 'factor');
    } catch (problem) {
      setError(
        problem instanceof ApiError && problem.body?.errors
          ? problem.body.errors.map((one) => one.expected).join(' · ')
          : sentenceOf(problem),
      );
    } finally {
      setBusy(false);
    }
  };

  if (stage === 'asking') return <p role="status">{t('gate.asking')}</p>;
  if (stage === 'offline') return <p role="alert">{t('gate.noServer')}</p>;
  if (stage === 'notNeeded' || stage === 'done') {
    return (
      <div className="arm-sound">
        <h1>{t(stage === 'done' ? 'setup.done' : 'setup.notNeeded')}</h1>
        <Link to="/">{t('setup.toSignIn')}</Link>
      </div>
    );
  }
  return (
    <form className="sign-in" onSubmit={submit} aria-label={t('setup.title')}>
      <h1>
        {t('setup.title')}
        <small>{t(stage === 'form' ? 'setup.what' : 'setup.factorWhat')}</small>
      </h1>
      {stage === 'form' ? (
        <FirstFields fields={fields} onChange={setFields} />
      ) : (
        <>
          <p className="secret">
            <span>{t('setup.secret')}</span>
            <code>{factor?.secret.replace(/(.{4})/g, '$1 ')}</code>
          </p>
          <label>
            <span>{t('signIn.code')}</span>
            <Input
              size="large"
              inputMode="numeric"
              autoComplete="one-time-code"
              autoFocus
              maxLength={6}
              value={totp}
              onChange={(event) => setTotp(event.target.value.replace(/\D/g, ''))}
            />
          </label>
        </>
      )}
      <p className="sign-in-error" role="alert">
        {error}
      </p>
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        block
        loading={busy}
        disabled={stage === 'factor' ? totp.length !== 6 : Object.values(fields).some((one) => one.trim() === '')}
      >
        {t(stage === 'form' ? 'setup.next' : 'setup.finish')}
      </Button>
    </form>
  );
}

function FirstFields({ fields, onChange }: { fields: Fields; onChange: (fields: Fields) => void }): ReactNode {
  const { t } = useTranslation();
  const set = (name: keyof Fields) => (event: { target: { value: string } }) =>
    onChange({ ...fields, [name]: event.target.value });
  return (
    <>
      <label>
        <span>{t('setup.code')}</span>
        <Input size="large" autoFocus autoComplete="off" value={fields.code} onChange={set('code')} />
        <small>{t('setup.codeHint')}</small>
      </label>
      <label>
        <span>{t('setup.name')}</span>
        <Input size="large" autoComplete="name" value={fields.name} onChange={set('name')} />
      </label>
      <label>
        <span>{t('signIn.username')}</span>
        <Input size="large" autoComplete="username" value={fields.username} onChange={set('username')} />
      </label>
      <label>
        <span>{t('signIn.password')}</span>
        <Input.Password size="large" autoComplete="new-password" value={fields.password} onChange={set('password')} />
        <small>{t('setup.passwordHint')}</small>
      </label>
    </>
  );
}
