/** `/vendor`: the shop's page, on a phone or at the counter. */
import '../i18n/i18n.ts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { SESSION_KEY, signOut } from '../api/session.ts';
import { NotHere, pageClient } from '../ui/page-parts.tsx';
import { SignedIn } from '../ui/signed-in.tsx';
import { ShopDeskProvider } from './use-desk.tsx';
import { VendorDesk } from './vendor-desk.tsx';
import './vendor.css';
import './vendor-forms.css';

const client = pageClient();

/** Sign in, then everything of the shop. */
export default function VendorPage(): ReactNode {
  return <SignedIn client={client}>{shopOf}</SignedIn>;
}

function shopOf(me: Me): ReactNode {
  if (me.role !== 'vendor') return <Elsewhere me={me} />;
  return (
    <ShopDeskProvider key={me.id}>
      <VendorDesk onLeave={leave} onExpired={askAgain} />
    </ShopDeskProvider>
  );
}

const leave = (): void => void signOut(client);
const askAgain = (): void => void client.invalidateQueries({ queryKey: SESSION_KEY });

function Elsewhere({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  return <NotHere name={me.name} words={t('vendor.notHere', { role: t(`role.${me.role}`) })} keyClass="v-key" />;
}
