import '../i18n/i18n.ts';
import { QueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { signOut } from '../api/session.ts';
import { SignedIn } from '../ui/signed-in.tsx';
import { CentreDesk } from './centre-desk.tsx';
import { MedicalDesk } from './medical-desk.tsx';
import './desk.css';

const client = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

/** `/desk`: the side of 110, 119, 120 and hospitals, and the medical desk of community clinics. */
export default function DeskPage(): ReactNode {
  return <SignedIn client={client}>{deskOf}</SignedIn>;
}

function deskOf(me: Me): ReactNode {
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
