import '../i18n/i18n.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { LEFT_KEY, signOut, useSession } from '../api/session.ts';
import { SignIn } from '../console/sign-in/sign-in.tsx';
import { AntdTheme } from '../theme/antd-theme.tsx';
import { CentreDesk } from './centre-desk.tsx';
import { MedicalDesk } from './medical-desk.tsx';
import '../console/sign-in/sign-in.css';
import './desk.css';

const client = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

/** `/desk`: the side of 110, 119, 120 and hospitals, and the medical desk of community clinics. */
export default function DeskPage(): ReactNode {
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
  if (session.data && !wasIn) setWasIn(true);
  if (session.data === undefined)
    return (
      <main className="plain-page">
        <p role="status">{session.failureCount > 0 ? t('gate.noServer') : t('gate.asking')}</p>
      </main>
    );
  const me = session.data;
  if (me === null) return <SignIn expired={wasIn && !client.getQueryData(LEFT_KEY)} />;
  if (me.role === 'partner') return <CentreDesk key={me.id} me={me} />;
  if (me.role === 'medic') return <MedicalDesk key={me.id} me={me} />;
  return <NotHere me={me} />;
}

function NotHere({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  return (
    <main className="plain-page">
      <div className="arm-sound">
        <h1>{t('arm.hello', { name: me.name })}</h1>
        <p>{t('desk.notHere', { role: t(`role.${me.role}`) })}</p>
        <Button type="primary" size="large" onClick={() => void signOut(client)}>
          {t('header.signOut')}
        </Button>
      </div>
    </main>
  );
}
