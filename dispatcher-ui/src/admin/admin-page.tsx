/** `/admin`: partners, dial-only lines, ladders and routing. */
import '../i18n/i18n.ts';
import { useEffect, useState, type ReactNode } from 'react';
import type { Me } from '#contracts/session.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { NotHere, pageClient, SignOut } from '../ui/page-parts.tsx';
import { SignedIn } from '../ui/signed-in.tsx';
import { Ladders } from './ladders.tsx';
import { Lines } from './lines.tsx';
import { Partners } from './partners.tsx';
import { Routing } from './routing.tsx';
import { useTexts } from './texts.ts';
import './admin.css';

const client = pageClient();

export default function AdminPage(): ReactNode {
  return (
    <SignedIn client={client}>
      {(me) => (me.role === 'admin' || me.role === 'supervisor' ? <Admin key={me.id} me={me} /> : <Elsewhere />)}
    </SignedIn>
  );
}

const PARTS = ['partners', 'lines', 'ladders', 'routing'] as const;
type Part = (typeof PARTS)[number];

function Admin({ me }: { me: Me }): ReactNode {
  const t = useTexts();
  const may = me.role === 'admin';
  const [part, setPart] = useState<Part>('partners');
  useEffect(() => {
    document.title = `${t[part]} · ${t.title}`;
  }, [part, t]);
  // The numbers of units are the administrator's alone.
  const parts = PARTS.filter((one) => may || one !== 'lines');
  return (
    <main className="admin">
      <header className="admin-top">
        <h1>{t.title}</h1>
        <a href="/orders">{t.orders}</a>
        <span className="grey">{me.name}</span>
        <Preferences />
        <SignOut />
      </header>
      <nav className="admin-parts">
        {parts.map((one) => (
          <button key={one} type="button" aria-current={one === part ? 'page' : undefined} onClick={() => setPart(one)}>
            {t[one]}
          </button>
        ))}
      </nav>
      <div className="admin-body">
        {!may && <p className="grey">{t.readOnly}</p>}
        {part === 'partners' && <Partners may={may} />}
        {part === 'lines' && <Lines />}
        {part === 'ladders' && <Ladders may={may} />}
        {part === 'routing' && <Routing may={may} />}
      </div>
    </main>
  );
}

function Elsewhere(): ReactNode {
  return <NotHere words={useTexts().notHere} />;
}
