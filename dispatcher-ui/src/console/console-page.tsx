import '../i18n/i18n.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LEFT_KEY, useSession } from '../api/session.ts';
import { AntdTheme } from '../theme/antd-theme.tsx';
import { DeskPage } from './desk-page.tsx';
import { ArmSound } from './sign-in/arm-sound.tsx';
import { OtherRole } from './sign-in/other-role.tsx';
import { SignIn } from './sign-in/sign-in.tsx';
import './console.css';
import './incident/candidates.css';
import './incident/case.css';
import './incident/facts.css';
import './incident/story.css';
import './incident/case-small.css';
import './list/list.css';
import './map/map.css';
import './sheets/sheets.css';
import './sign-in/sign-in.css';
import './windows/windows.css';
import './work-order/work-order.css';

const client = new QueryClient({
  // Freshness comes over the socket; a window that gains the focus asks nothing by itself.
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 10_000 } },
});

/** The console: sign in, switch the sound on, work. */
export default function ConsolePage(): ReactNode {
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
  const [armed, setArmed] = useState(false);
  const [wasIn, setWasIn] = useState(false);
  if (session.data && !wasIn) setWasIn(true);
  if (session.data === undefined) {
    return (
      <main className="plain-page">
        <p role="status">{session.failureCount > 0 ? t('gate.noServer') : t('gate.asking')}</p>
      </main>
    );
  }
  const me = session.data;
  if (me === null) return <SignIn expired={wasIn && !client.getQueryData(LEFT_KEY)} />;
  if (me.role !== 'operator' && me.role !== 'supervisor') return <OtherRole me={me} />;
  if (!armed) return <ArmSound me={me} onDone={() => setArmed(true)} />;
  return <DeskPage key={me.id} me={me} />;
}
