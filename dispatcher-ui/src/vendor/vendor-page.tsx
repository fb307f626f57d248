/** `/vendor`: the shop's page, on a phone or at the counter. */
import '../i18n/i18n.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { LEFT_KEY, signOut, useSession } from '../api/session.ts';
import { SignIn } from '../console/sign-in/sign-in.tsx';
import { AntdTheme } from '../theme/antd-theme.tsx';
import { ShopDeskProvider } from './use-desk.tsx';
import { VendorDesk } from './vendor-desk.tsx';
import '../console/sign-in/sign-in.css';
import './vendor.css';
import './vendor-forms.css';

const client = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

/** Sign in, then everything of the shop. */
export default function VendorPage(): ReactNode {
  return (
    <QueryClientProvider client={client}>
      <AntdTheme>
        <Gate />
      </AntdTheme>
    </QueryClientProvider>
  );
}

function Gate(): ReactNode {
  const { t } = useTranslation();
  const session = useSession();
  const [wasIn, setWasIn] = useState(false);
  useEffect(() => {
    document.title = t('vendor.title');
  }, [t, session.data]);
  if (session.data && !wasIn) setWasIn(true);
  if (session.data === undefined)
    return (
      <main className="plain-page">
        <p role="status">{session.failureCount > 0 ? t('gate.noServer') : t('gate.asking')}</p>
      </main>
    );
  const me = session.data;
  if (me === null) return <SignIn expired={wasIn && !client.getQueryData(LEFT_KEY)} />;
  if (me.role !== 'vendor') return <NotHere me={me} />;
  return (
    <ShopDeskProvider key={me.id}>
      <VendorDesk onLeave={() => void signOut(client)} onExpired={() => void session.refetch()} />
    </ShopDeskProvider>
  );
}

function NotHere({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  return (
    <main className="plain-page">
      <div className="arm-sound">
        <h1>{t('arm.hello', { name: me.name })}</h1>
        <p>{t('vendor.notHere', { role: t(`role.${me.role}`) })}</p>
        <button type="button" className="v-key" onClick={() => void signOut(client)}>
          {t('header.signOut')}
        </button>
      </div>
    </main>
  );
}
