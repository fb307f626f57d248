/** `/field`: a responder's phone, held in one hand in the street. */
import '../i18n/i18n.ts';
import { QueryClient, QueryClientProvider, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '#contracts/session.ts';
import { LEFT_KEY, SESSION_KEY, signOut, useSession } from '../api/session.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { SignIn } from '../console/sign-in/sign-in.tsx';
import { armSound, sound } from '../console/sound/alarm.ts';
import { AntdTheme } from '../theme/antd-theme.tsx';
import { Icon } from '../ui/icons.tsx';
import { useAlarm } from './alarm.ts';
import { Banner } from './banner.tsx';
import { Duty, useDuty } from './duty.tsx';
import { createFieldLive, type FieldLive } from './field-live.ts';
import { Job } from './job.tsx';
import { Offer } from './offer.tsx';
import { usePosition } from './position.ts';
import { shownState } from './queue.ts';
import { useTexts } from './texts.ts';
import { FieldContext, useFieldState } from './use-field.tsx';
import { GoneOffers, WaitingSteps } from './waiting.tsx';
import '../console/sign-in/sign-in.css';
import './field.css';
import './field-duty.css';
import './field-offer.css';
import './field-job.css';

const client = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 10_000 } },
});
const STREET: readonly Me['role'][] = ['grid_worker', 'volunteer', 'medic', 'vendor'];

export default function FieldPage(): ReactNode {
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
  const texts = useTexts();
  const session = useSession();
  const [wasIn, setWasIn] = useState(false);
  if (session.data && !wasIn) setWasIn(true);
  if (session.data === undefined)
    return (
      <main className="plain-page">
        <p role="status">{session.failureCount > 0 ? t('gate.noServer') : t('gate.asking')}</p>
      </main>
    );
  const me = session.data;
  if (me === null) return <SignIn expired={wasIn && !client.getQueryData(LEFT_KEY)} />;
  if (!STREET.includes(me.role))
    return (
      <main className="plain-page">
        <p>{texts.notHere}</p>
        <button type="button" className="plain-key" onClick={() => void signOut(client)}>
          {texts.signOut}
        </button>
      </main>
    );
  return <Field key={me.id} me={me} />;
}

function Field({ me }: { me: Me }): ReactNode {
  const queries = useQueryClient();
  const [live, setLive] = useState<FieldLive | null>(null);
  useEffect(() => {
    const made = createFieldLive(me.id, () => void queries.invalidateQueries({ queryKey: SESSION_KEY }));
    made.start();
    setLive(made);
    // Browsers let nothing sound or shake before the first touch: any touch will do.
    const arm = (): void => void (sound.get().state === 'on' || armSound());
    document.addEventListener('pointerup', arm);
    return () => {
      document.removeEventListener('pointerup', arm);
      made.stop();
    };
  }, [me.id, queries]);
  if (live === null) return null;
  return (
    <FieldContext value={live}>
      <Hand me={me} />
    </FieldContext>
  );
}

function Hand({ me }: { me: Me }): ReactNode {
  const t = useTexts();
  const { link, assignments, queue, gone } = useFieldState((state) => state);
  const duty = useDuty();
  const waits = (id: string): typeof queue => queue.filter((step) => step.assignment === id);
  const shown = assignments.map((one) => ({ one, ...shownState(one.state, waits(one.id)) }));
  const offers = shown.filter((each) => each.one.state === 'offered' && each.state !== 'declined');
  const open = offers.filter((each) => !each.pending);
  const jobs = shown.filter(
    (each) => each.one.state !== 'offered' && each.state !== 'done' && each.state !== 'declined',
  );
  const position = usePosition(duty?.on === true || jobs.length > 0, jobs.length > 0);
  useAlarm(open.length > 0);
  useEffect(() => {
    document.title = open.length > 0 ? `(${open.length}) ${t.offer}` : `${t.title} · ${me.name}`;
  }, [open.length, me.name, t]);
  const job = jobs[0];
  const offer = offers[0];
  return (
    <main className="field">
      <Head me={me} link={link} on={duty?.on ?? null} />
      <div className="field-notes" aria-live="polite">
        <WaitingSteps queue={queue} />
        <GoneOffers gone={gone} />
      </div>
      {job ? (
        <Job key={job.one.id} job={job.one} waiting={waits(job.one.id)} position={position} />
      ) : (
        <Duty duty={duty} position={position} />
      )}
      {offer && <Offer key={offer.one.id} offer={offer.one} more={offers.length - 1} pending={offer.pending} />}
    </main>
  );
}

function Head({ me, link, on }: { me: Me; link: string; on: boolean | null }): ReactNode {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <header className="field-head">
      <button type="button" className="head-name" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="person" />
        {me.name}
      </button>
      {on !== null && <span className={on ? 'head-duty green' : 'head-duty grey'}>{on ? t.on : t.off}</span>}
      <span className={link === 'live' ? 'head-link green' : 'head-link amber'} data-link={link}>
        <Icon name={link === 'live' ? 'check' : 'clock'} />
        {link === 'live' ? t.live : t.connecting}
      </span>
      <Banner />
      {open && (
        <div className="head-menu">
          <Preferences />
          <button type="button" className="plain-key" onClick={() => void signOut(client)}>
            {t.signOut}
          </button>
        </div>
      )}
    </header>
  );
}
