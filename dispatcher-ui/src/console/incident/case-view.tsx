import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CaseLine } from '../supervision/case-line.tsx';
import { useIsLive } from '../live/use-live.tsx';
import { FirstQuestions } from '../handoff-call/first-questions.tsx';
import { Sheets } from '../sheets/sheets.tsx';
import { useCase } from './case-context.tsx';
import { CaseFacts } from './case-facts.tsx';
import { WorkOrders } from '../work-order/work-orders.tsx';
import { CaseHelp } from './case-help.tsx';
import { CasePath } from './case-path.tsx';
import { CasePerson } from './case-person.tsx';
import { CaseStrips } from './case-strips.tsx';
import { NoCase } from './no-case.tsx';
import { NoteField } from './note-field.tsx';
import { RawBytes } from './raw-bytes.tsx';
import { Timeline } from './timeline.tsx';

/** The middle of the desk: the incident that is open, or what to do next when none is. */
export function CaseView(): ReactNode {
  const { t } = useTranslation();
  const { id, incident, detail, error } = useCase();
  const isLive = useIsLive();
  if (id === null) return <NoCase />;
  if (!incident) return <NoCase gone={error !== null || isLive} />;
  return (
    <article className={isLive ? 'case' : 'case is-stale'} aria-label={t('case.title')}>
      <CasePath incident={incident} detail={detail} />
      <CaseStrips incident={incident} error={error} />
      <div className="case-body">
        <div className="case-facts-side">
          <CaseHelp incident={incident} />
          <CaseLine incident={incident} />
          <WorkOrders incident={incident} />
          <CasePerson incident={incident} detail={detail} />
          <FirstQuestions key={incident.id} incident={incident} detail={detail} />
          <RawBytes incident={incident} />
          <CaseFacts incident={incident} detail={detail} />
        </div>
        <div className="case-story-side">
          <Timeline incident={incident} detail={detail} />
          <NoteField incident={incident} />
        </div>
      </div>
      <Sheets incident={incident} detail={detail} />
    </article>
  );
}
