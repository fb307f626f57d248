import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { signOut } from '../../api/session.ts';

/** Where those work who have no desk here. */
const PAGES: Partial<Record<Me['role'], string>> = {
  grid_worker: '/field',
  volunteer: '/field',
  medic: '/desk',
  partner: '/desk',
  vendor: '/vendor',
  admin: '/admin',
  auditor: '/orders',
};

/** Signed in with an account that has no desk here. */
export function OtherRole({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  const client = useQueryClient();
  return (
    <main className="plain-page">
      <div className="arm-sound">
        <h1>{t('arm.hello', { name: me.name })}</h1>
        <p>{t('role.notHere', { role: t(`role.${me.role}`) })}</p>
        {PAGES[me.role] !== undefined && (
          <Button type="primary" size="large" href={PAGES[me.role]}>
            {t('role.toPage')}
          </Button>
        )}
        <Button size="large" onClick={() => void signOut(client)}>
          {t('header.signOut')}
        </Button>
      </div>
    </main>
  );
}
