import { QueryClient, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { signOut } from '../api/session.ts';

/** The queries of a page of its own: asked once more when they fail, and not again for every look at the window. */
export function pageClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });
}

/** Leaves the page that one has signed in to. */
export function SignOut(): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <Button type="text" size="small" onClick={() => void signOut(client)}>
      {t('header.signOut')}
    </Button>
  );
}

/** Who signed in has nothing to do on this page: `words` say where he has, and he can sign in as somebody else. */
export function NotHere({ name, words, keyClass }: { name?: string; words: string; keyClass?: string }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = (): void => void signOut(client);
  return (
    <main className="plain-page">
      <div className="arm-sound">
        {name !== undefined && <h1>{t('arm.hello', { name })}</h1>}
        <p>{words}</p>
        {keyClass === undefined ? (
          <Button type="primary" size="large" onClick={leave}>
            {t('header.signOut')}
          </Button>
        ) : (
          <button type="button" className={keyClass} onClick={leave}>
            {t('header.signOut')}
          </button>
        )}
      </div>
    </main>
  );
}
