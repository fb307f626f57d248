/** `/orders`: work orders for those who are no shop: call-backs, complaints, statements, points. */
import '../i18n/i18n.ts';
import { Button } from 'antd';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Me } from '#contracts/session.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { clockTime } from '../console/live/time.ts';
import { NotHere, pageClient, SignOut } from '../ui/page-parts.tsx';
import { SignedIn } from '../ui/signed-in.tsx';
import { OrdersTab } from './orders-tab.tsx';
import { PointsTab } from './points-tab.tsx';
import { StatementsTab } from './statements-tab.tsx';
import { OfficeProvider, useOffice } from './use-office.tsx';
import './orders.css';

const client = pageClient();

const TABS = ['callbacks', 'orders', 'statements', 'points'] as const;
type Tab = (typeof TABS)[number];
/** Who works with what. */
const FOR: Record<Tab, readonly Me['role'][]> = {
  callbacks: ['operator', 'supervisor'],
  orders: ['operator', 'supervisor', 'admin', 'auditor'],
  statements: ['supervisor', 'admin', 'auditor'],
  points: ['admin', 'auditor'],
};

/** Sign in, then the office of who is no shop. */
export default function OrdersPage(): ReactNode {
  return <SignedIn client={client}>{officeOf}</SignedIn>;
}

function officeOf(me: Me): ReactNode {
  const tabs = TABS.filter((tab) => FOR[tab].includes(me.role));
  if (tabs.length === 0) return <Elsewhere me={me} />;
  return (
    <OfficeProvider key={me.id} me={me}>
      <Office tabs={tabs} />
    </OfficeProvider>
  );
}

function Office({ tabs }: { tabs: readonly Tab[] }): ReactNode {
  const { t } = useTranslation();
  const { me, now, cut } = useOffice();
  const [params, setParams] = useSearchParams();
  const tab = tabs.find((one) => one === params.get('tab')) ?? (params.has('id') ? 'orders' : tabs[0]!);
  useEffect(() => {
    document.title = t('office.title');
  }, [t]);
  return (
    <div className="office">
      <header className="office-head">
        <h1>{t('office.title')}</h1>
        <span className="grey">{me.name}</span>
        <time>{clockTime(now)}</time>
        <Preferences />
        {(me.role === 'operator' || me.role === 'supervisor') && (
          <Button type="text" size="small" href="/">
            {t('office.console')}
          </Button>
        )}
        <SignOut />
      </header>
      <nav className="office-tabs" aria-label={t('office.title')}>
        {tabs.map((one) => (
          <button
            key={one}
            type="button"
            aria-current={one === tab ? 'page' : undefined}
            onClick={() => setParams({ tab: one })}
          >
            {t(`office.${one}`)}
          </button>
        ))}
      </nav>
      {cut && (
        <p className="office-strip amber" role="alert">
          {t('office.cut')}
        </p>
      )}
      {tab === 'callbacks' && <OrdersTab key="callbacks" callbacks />}
      {tab === 'orders' && <OrdersTab key="orders" callbacks={false} />}
      {tab === 'statements' && <StatementsTab />}
      {tab === 'points' && <PointsTab />}
    </div>
  );
}

function Elsewhere({ me }: { me: Me }): ReactNode {
  const { t } = useTranslation();
  return <NotHere name={me.name} words={t('office.notHere', { role: t(`role.${me.role}`) })} />;
}
