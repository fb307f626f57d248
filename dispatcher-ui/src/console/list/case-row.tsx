import { memo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../../ui/icons.tsx';
import { isUntaken, toneOf } from '../incident/case-state.ts';
import { ageOf, kindWords, markOf, placeWords, whoWords } from '../incident/case-words.ts';
import type { ShownIncident } from '../live/reading.ts';
import { Countdown, Elapsed } from '../live/timers.tsx';
import { useDesk, useIncident } from '../live/use-live.tsx';

const QUEUE_ICON = { emergency: 'alarm', medical: 'medical', household: 'home' } as const satisfies Record<
  string,
  IconName
>;

export interface CaseRowProps {
  id: string;
  top: number;
  open: boolean;
  onOpen(id: string): void;
}

/** One call in the list: who, what, where, how long, and who has it. */
export const CaseRow = memo(function CaseRow({ id, top, open, onOpen }: CaseRowProps): ReactNode {
  const { t } = useTranslation();
  const { live } = useDesk();
  const incident = useIncident(id);
  // Only while it comes in: a row that is scrolled back into view is not new.
  const [fresh] = useState(() => live.isFresh(id));
  const classes = [
    'case-row',
    incident ? `tone-${toneOf(incident)}` : 'is-gone',
    open && 'is-open',
    fresh && 'is-fresh',
    incident?.test && 'is-drill',
  ];
  return (
    <div
      id={`case-${id}`}
      role="option"
      aria-selected={open}
      className={classes.filter(Boolean).join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => incident && onOpen(id)}
    >
      {incident ? <RowText incident={incident} /> : <span className="case-gone">{t('list.gone')}</span>}
    </div>
  );
});

function RowText({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const age = ageOf(incident);
  const mark = markOf(incident);
  return (
    <>
      <span className="case-icon">
        <Icon name={QUEUE_ICON[incident.queue]} />
      </span>
      <span className="case-line">
        <span className="case-who">
          {incident.test && <span className="drill-tag">{t('drill.tag')}</span>}
          <b>{whoWords(incident)}</b>
          {age !== null && <span>{t('row.age', { age })}</span>}
          <span className="case-kind">{kindWords(incident)}</span>
        </span>
        <span className="case-time">
          <Elapsed since={incident.openedAt} />
        </span>
      </span>
      <span className="case-line">
        <span className="case-where">
          {mark && <span className="case-mark">{mark}</span>}
          <span>{placeWords(incident)}</span>
        </span>
        <span className="case-owner">
          <RowOwner incident={incident} />
        </span>
      </span>
    </>
  );
}

function RowOwner({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  if (isUntaken(incident)) {
    return (
      <>
        {/* That nobody has it the place in the list says; the home's own place needs the room. */}
        <span>{t(incident.state === 'responding' ? 'row.coming' : `state.${incident.state}`)}</span>
        <Countdown incident={incident} />
      </>
    );
  }
  const owner = incident.owner?.id === me.id ? t('row.me') : (incident.owner?.name ?? '');
  return (
    <>
      {owner && `${owner} · `}
      {t(`state.${incident.state}`)}
      {incident.state !== 'resolved' && <Countdown incident={incident} quiet />}
    </>
  );
}
