import '../i18n/i18n.ts';
import { Button, Input } from 'antd';
import { useEffect, useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Packet } from '#contracts/handoff.ts';
import { sentenceOf } from '../api/http.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { AntdTheme } from '../theme/antd-theme.tsx';
import { openLink } from './api.ts';
import { PacketView } from './packet-view.tsx';
import '../console/sign-in/sign-in.css';
import './desk.css';

/** `/packet#…`: what the link of a message opens, once; whoever opens it says who he is. */
export default function PacketPage(): ReactNode {
  return (
    <AntdTheme>
      <Link />
    </AntdTheme>
  );
}

function Link(): ReactNode {
  const { t } = useTranslation();
  const [token] = useState(() => location.hash.slice(1));
  const [who, setWho] = useState('');
  const [packet, setPacket] = useState<Packet | null>(null);
  const [error, setError] = useState<string | null>(token === '' ? t('link.none') : null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = t('link.title');
  }, [t]);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy || who.trim().length < 2) return;
    setBusy(true);
    try {
      setPacket(await openLink(token, who.trim()));
      setError(null);
    } catch (problem) {
      setError(sentenceOf(problem));
    } finally {
      setBusy(false);
    }
  };
  if (packet !== null)
    return (
      <main className="hand-link">
        <p className="hand-strip">{t('link.once', { phone: packet.callBack })}</p>
        <PacketView packet={packet} />
      </main>
    );
  return (
    <main className="plain-page">
      <form className="sign-in" onSubmit={submit} aria-label={t('link.title')}>
        <h1>{t('link.title')}</h1>
        <p className="grey">{t('link.hint')}</p>
        <label>
          <span>{t('link.who')}</span>
          <Input size="large" value={who} maxLength={64} autoFocus onChange={(event) => setWho(event.target.value)} />
        </label>
        <p className="sign-in-error" role="alert">
          {error}
        </p>
        <Button
          type="primary"
          htmlType="submit"
          size="large"
          block
          disabled={token === '' || who.trim().length < 2}
          loading={busy}
        >
          {t('link.go')}
        </Button>
      </form>
      <Preferences />
    </main>
  );
}
