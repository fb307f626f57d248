import { QueryClientProvider, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { LEFT_KEY, useSession } from '../api/session.ts';
import { SignIn } from '../console/sign-in/sign-in.tsx';
import { AntdTheme } from '../theme/antd-theme.tsx';
import '../console/sign-in/sign-in.css';

interface Inside {
  /** The page of who is signed in. */
  children: (me: Me) => ReactNode;
  /** Whose page is shown while the server can't be asked; none: that it can't be asked. */
  unasked?: () => Me | null;
  /** Nobody is signed in here, or no longer. */
  onNobody?: () => void;
}

/** A page behind the sign-in: its queries, its theme, and the gate. */
export function SignedIn({ client, ...inside }: Inside & { client: QueryClient }): ReactNode {
  return (
    <QueryClientProvider client={client}>
      <AntdTheme>
        <Gate {...inside} />
      </AntdTheme>
    </QueryClientProvider>
  );
}

function Gate({ children, unasked, onNobody }: Inside): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const session = useSession();
  const [wasIn, setWasIn] = useState(false);
  // Read once: a page that is shown must not begin anew with every try to ask the server.
  const [before] = useState(() => unasked?.() ?? null);
  if (session.data && !wasIn) setWasIn(true);
  const nobody = session.data === null;
  useEffect(() => {
    if (nobody) onNobody?.();
  }, [nobody, onNobody]);
  if (session.data === null) return <SignIn expired={wasIn && !client.getQueryData(LEFT_KEY)} />;
  const isAway = session.failureCount > 0;
  const me = session.data ?? (isAway ? before : null);
  if (me !== null) return children(me);
  return (
    <main className="plain-page">
      <p role="status">{isAway ? t('gate.noServer') : t('gate.asking')}</p>
    </main>
  );
}
