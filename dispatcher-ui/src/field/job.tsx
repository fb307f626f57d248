import { useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { fieldDetailSchema, DECLINE_REASONS, type FieldDetail, type WireFix } from '#contracts/field.ts';
import type { FieldAssignment } from '#contracts/socket.ts';
import { call } from '../api/http.ts';
import { textOr } from '../i18n/i18n.ts';
import { Icon } from '../ui/icons.tsx';
import { Door } from './door.tsx';
import { Facts } from './facts.tsx';
import { Brought } from './brought.tsx';
import type { OwnPosition } from './position.ts';
import { geoLink, navigateLink } from './route-links.ts';
import { shownState, type Act, type Queued } from './queue.ts';
import { useTexts } from './texts.ts';
import { useField } from './use-field.tsx';

/** A fix older than this is not where he is now, ms. */
const FRESH_MS = 30_000;
const NEXT: Record<string, Act> = { accepted: 'depart', under_way: 'arrive', on_scene: 'complete' };

/** What he has in hand: the way and the telephone above, what he needs at the door, and one step at a time under the thumb. */
export function Job({
  job,
  waiting,
  position,
}: {
  job: FieldAssignment;
  waiting: readonly Queued[];
  position: OwnPosition;
}): ReactNode {
  const t = useTexts();
  const { state, pending } = shownState(job.state, waiting);
  const saidOnly = job.unproven && state === 'on_scene';
  // What the server has not confirmed it does not open either.
  const isHis = job.state !== 'offered';
  const detail = useQuery({
    queryKey: ['field-detail', job.id, job.incident.resident?.id],
    queryFn: () => call(fieldDetailSchema, `/api/assignments/${job.id}`),
    enabled: isHis,
    staleTime: 60_000,
  });
  const who = job.incident.resident ?? job.incident.residents[0] ?? null;
  return (
    <article className="job" data-state={state}>
      <div className="job-scroll">
        <header className="job-head">
          <p className={saidOnly ? 'job-step is-said' : 'job-step'} role="status">
            <Icon name={saidOnly ? 'clock' : state === 'on_scene' ? 'check' : 'walk'} />
            {saidOnly ? t.saidThere : (t.steps[state as keyof typeof t.steps] ?? '')}
            {pending && (
              <span className="pending">
                <Icon name="clock" />
                {t.pending}
              </span>
            )}
            <span className="grey">{textOr(`kind.${job.incident.kind}`, '')}</span>
          </p>
          <h1>
            {who?.name ?? t.someone} {who && <small>{t.years(who.age)}</small>}
          </h1>
          <p className="job-where">{who?.address ?? job.incident.region.map((one) => one.name).join('')}</p>
        </header>
        <Reach job={job} detail={detail.data} name={who?.address ?? t.title} />
        {saidOnly && (
          <p className="job-unproven amber" role="status">
            <Icon name="clock" />
            {t.unproven}
          </p>
        )}
        {job.outside && <Door job={job} plan={detail.data?.plan ?? null} />}
        {job.others.length > 0 && (
          <p className="job-others">
            <span>{t.others}</span>
            {job.others
              .map((one) => `${one.name} ${t.otherStates[one.state as keyof typeof t.otherStates] ?? ''}`)
              .join('、')}
          </p>
        )}
        {detail.isPending && <p className="grey">{t.opening}</p>}
        {detail.isError && (
          <button type="button" className="quiet-key" onClick={() => void detail.refetch()}>
            {t.openFailed}
          </button>
        )}
        {detail.data && <Facts detail={detail.data} outside={job.outside} />}
        <Brought job={job} sent={detail.data?.photos.length ?? 0} />
      </div>
      <Steps key={state} job={job} state={state} position={position} />
    </article>
  );
}

function Reach({
  job,
  detail,
  name,
}: {
  job: FieldAssignment;
  detail: FieldDetail | undefined;
  name: string;
}): ReactNode {
  const t = useTexts();
  const place = job.incident.position;
  return (
    <nav className="job-reach">
      {place !== null && (
        <a className="reach-key" href={navigateLink(place, name)} target="_blank" rel="noreferrer">
          <Icon name="up" />
          {t.navigate}
        </a>
      )}
      {detail?.phone ? (
        <a className="reach-key" href={`tel:${detail.phone}`}>
          <Icon name="phone" />
          {t.call}
        </a>
      ) : (
        <span className="reach-key is-off">
          <Icon name="phone" />
          {detail ? t.noPhone : t.call}
        </span>
      )}
      {place !== null && (
        <a className="reach-small" href={geoLink(place)}>
          {t.otherMap}
        </a>
      )}
    </nav>
  );
}

/** The next step, and beside it the one way out of it. */
function Steps({ job, state, position }: { job: FieldAssignment; state: string; position: OwnPosition }): ReactNode {
  const t = useTexts();
  const live = useField();
  const [giving, setGiving] = useState(false);
  const act = NEXT[state];
  if (act === undefined) return null;
  if (giving)
    return (
      <footer className="job-steps offer-reasons">
        {DECLINE_REASONS.map((reason) => (
          <button key={reason} type="button" onClick={() => live.act(job.id, 'decline', { reason: t.reasons[reason] })}>
            {t.reasons[reason]}
          </button>
        ))}
        <button type="button" className="quiet-key" onClick={() => setGiving(false)}>
          {t.back}
        </button>
      </footer>
    );
  return (
    <footer className="job-steps">
      {act === 'complete' ? (
        <button type="button" className="no-key" disabled={job.outside} onClick={() => live.act(job.id, 'no_entry')}>
          {t.noEntry}
        </button>
      ) : (
        <button type="button" className="no-key" onClick={() => setGiving(true)}>
          {t.cannot}
        </button>
      )}
      <button
        type="button"
        className="yes-key"
        onClick={() => live.act(job.id, act, act === 'arrive' ? freshOf(position) : {})}
      >
        {t.acts[act]}
      </button>
    </footer>
  );
}

/** Where he is goes with the step while it was measured just now. */
function freshOf({ fix, at }: OwnPosition): { position?: WireFix } {
  return fix !== null && at !== null && Date.now() - at < FRESH_MS ? { position: fix } : {};
}
