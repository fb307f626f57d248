import '../i18n/i18n.ts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { NotHere, pageClient } from '../ui/page-parts.tsx';
import { SignedIn } from '../ui/signed-in.tsx';
import { CentreDesk } from './centre-desk.tsx';
import { MedicalDesk } from './medical-desk.tsx';
import './desk.css';

const client = pageClient();

/** `/desk`: the side of 110, 119, 120 and hospitals, and the medical desk of community clinics. */
export default function DeskPage(): ReactNode {
  return <SignedIn client={client}>{deskOf}</SignedIn>;
}

function deskOf(me: Me): ReactNode {
  if (me.role === 'partner') return <CentreDesk key={me.id} me={me} />;
  if (me.role === 'medic') return <MedicalDesk key={me.id} me={me} />;
  return <Elsewhere me={me} />;
}

function Elsewhere({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  return <NotHere name={me.name} words={t('desk.notHere', { role: t(`role.${me.role}`) })} />;
}
