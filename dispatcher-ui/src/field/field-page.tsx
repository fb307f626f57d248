/** `/field`: a responder's phone, held in one hand in the street. */
import '../i18n/i18n.ts';
import { QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import type { Me } from '#contracts/session.ts';
import { SESSION_KEY, signOut } from '../api/session.ts';
import { Preferences } from '../console/header/preferences.tsx';
import { armSound, sound } from '../console/sound/alarm.ts';
import { Icon } from '../ui/icons.tsx';
import { SignedIn } from '../ui/signed-in.tsx';
import { useAlarm } from './alarm.ts';
import { Banner } from './banner.tsx';
import { Duty, useDuty } from './duty.tsx';
import { createFieldLive, type FieldLive } from './field-live.ts';
import { Job } from './job.tsx';
import { dropKept, readKept } from './kept.ts';
import { Offer } from './offer.tsx';
import { usePosition } from './position.ts';
import { shownState } from './queue.ts';
import { useTexts } from './texts.ts';
import { FieldContext, useField, useFieldState } from './use-field.tsx';
import { GoneOffers, WaitingSteps } from './waiting.tsx';
import './field.css';
import './field-duty.css';
import './field-offer.css';
import './field-job.css';

const client = new QueryClient({
  defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 10_000 } },
});
const STREET: readonly Me['role'][] = ['grid_worker', 'volunteer', 'medic', 'vendor'];

const whoWasHere = (): Me | null => readKept(localStorage, Date.now())?.me ?? null;
const nobodyIsHere = (): void => dropKept(localStorage);

export default function FieldPage(): ReactNode {
  useEffect(() => {
    // Without it (plain HTTP, an old browser) the page still works, but has to be open already when the network goes.
    if ('serviceWorker' in navigator)
      navigator.serviceWorker.register('/sw.js', { scope: '/field' }).catch(() => undefined);
  }, []);
  return (
    <SignedIn client={client} unasked={whoWasHere} onNobody={nobodyIsHere}>
      {(me) => (STREET.includes(me.role) ? <Field key={me.id} me={me} /> : <NotHere />)}
    </SignedIn>
  );
}

function NotHere(): ReactNode {
  const texts = useTexts();
  return (
    <main className="plain-page">
      <p>{texts.notHere}</p>
      <button type="button" className="plain-key" onClick={() => void signOut(client)}>
        {texts.signOut}
      </button>
    </main>
  );
}

function Field({ me }: { me: Me }): ReactNode {
  const queries = useQueryClient();
  const [live, setLive] = useState<FieldLive | null>(null);
  useEffect(() => {
    const made = createFieldLive(me, () => void queries.invalidateQueries({ queryKey: SESSION_KEY }));
    made.start();
    setLive(made);
    // Browsers let nothing sound or shake before the first touch: any touch will do.
    const arm = (): void => void (sound.get().state === 'on' || armSound());
    document.addEventListener('pointerup', arm);
    return () => {
      document.removeEventListener('pointerup', arm);
      made.stop();
    };
  }, [me, queries]);
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
          <Leave />
        </div>
      )}
    </header>
  );
}

/** Signing out takes everything personal off the phone; what has not been sent would be gone with it, so it is asked first. */
function Leave(): ReactNode {
  const t = useTexts();
  const live = useField();
  const waiting = useFieldState((state) => state.queue.filter((step) => step.refused === null).length);
  const [asking, setAsking] = useState(false);
  const leave = (): void => {
    if (waiting > 0 && !asking) return setAsking(true);
    live.forget();
    void signOut(client);
  };
  return (
    <>
      {asking && waiting > 0 && <p role="alert">{t.leaveUnsent(waiting)}</p>}
      <button type="button" className="plain-key" onClick={leave}>
        {asking && waiting > 0 ? t.leaveAnyway : t.signOut}
      </button>
    </>
  );
}
