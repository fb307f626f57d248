import '../i18n/i18n.ts';
import { QueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { SignedIn } from '../ui/signed-in.tsx';
import { DeskPage } from './desk-page.tsx';
import { ArmSound } from './sign-in/arm-sound.tsx';
import { OtherRole } from './sign-in/other-role.tsx';
import './console.css';
import './incident/candidates.css';
import './incident/case.css';
import './incident/facts.css';
import './incident/story.css';
import './incident/case-small.css';
import './list/list.css';
import './map/map.css';
import './sheets/sheets.css';
import './supervision/supervision.css';
import './windows/windows.css';
import './work-order/work-order.css';

const client = new QueryClient({
  // Freshness comes over the socket; a window that gains the focus asks nothing by itself.
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 10_000 } },
});

/** The console: sign in, switch the sound on, work. */
export default function ConsolePage(): ReactNode {
  const [armed, setArmed] = useState(false);
  return (
    <SignedIn client={client}>
      {(me) => {
        if (me.role !== 'operator' && me.role !== 'supervisor') return <OtherRole me={me} />;
        if (!armed) return <ArmSound me={me} onDone={() => setArmed(true)} />;
        return <DeskPage key={me.id} me={me} />;
      }}
    </SignedIn>
  );
}
