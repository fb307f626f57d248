import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { sentenceOf } from '../../api/http.ts';
import { Icon } from '../../ui/icons.tsx';
import type { ShownIncident } from '../live/reading.ts';
import { useNearness } from '../live/timers.tsx';
import { useDesk, useLive } from '../live/use-live.tsx';
import { SupervisorStrip } from '../supervision/case-line.tsx';
import { openIncident } from '../view.ts';
import { isMine } from './actions.ts';
import { useCase } from './case-context.tsx';
import { isOpen, isUntaken, stepOf } from './case-state.ts';
import { kindWords, whoWords } from './case-words.ts';

/** What must be known before anything else is read: a drill, silence, quiet mode, somebody else's case, an area event. */
export function CaseStrips({ incident, error }: { incident: ShownIncident; error: Error | null }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const { lineOpen, detail } = useCase();
  const heard =
    detail?.timeline.findLast((one) => one.kind === 'speech' || one.kind === 'line_asked')?.kind === 'speech';
  const late = incident.presses.some((one) => one.late);
  return (
    <div className="strips">
      {incident.test && (
        <p className="strip is-drill">
          <b>{t('drill.tag')}</b> {t('drill.strip')}
        </p>
      )}
      {isOpen(incident) && !isUntaken(incident) && !isMine(incident, me) && (
        <p className="strip blue">
          <Icon name="person" /> {t('strip.anothers', { name: incident.owner?.name ?? '' })}
        </p>
      )}
      <SupervisorStrip incident={incident} />
      <Reminder incident={incident} />
      {lineOpen && !incident.silent && !incident.quiet && isOpen(incident) && isMine(incident, me) && (
        <p className="strip blue">
          <Icon name="speaker" /> <b>{t('strip.line')}</b> {t(heard ? 'strip.lineHeard' : 'strip.lineWhat')}
        </p>
      )}
      {incident.quiet && (
        <p className="strip">
          <Icon name="mute" /> <b>{t('strip.quiet')}</b> {t('strip.quietWhat')}
        </p>
      )}
      {incident.silent && isOpen(incident) && (
        <p className={`strip ${isUntaken(incident) ? 'red' : stepOf(incident) < 3 ? 'amber' : ''}`}>
          <Icon name="bold" /> <b>{t('strip.silent')}</b> {t('strip.silentWhat')}
        </p>
      )}
      {incident.assignments
        .filter((one) => one.outside)
        .map((one) => (
          <p key={one.id} className="strip amber" role="alert">
            <Icon name="key" /> <b>{t('strip.outside', { name: one.responder.name })}</b> {t('strip.outsideWhat')}
          </p>
        ))}
      {late && (
        <p className="strip">
          <Icon name="clock" /> {t('strip.late')}
        </p>
      )}
      {incident.area && (
        <p className="strip">
          <Icon name="map" /> {t('strip.area', { name: incident.area.name, count: incident.area.count })}
        </p>
      )}
      <Linked ids={incident.linked} />
      {incident.damaged.length > 0 && (
        <p className="strip amber">
          <Icon name="bold" /> {t('strip.damaged')}
        </p>
      )}
      {error && (
        <p className="strip amber" role="alert">
          <Icon name="bold" /> {t('strip.noDetail')} {sentenceOf(error)}
        </p>
      )}
    </div>
  );
}

function Reminder({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const { actions, perform } = useCase();
  const { nearness } = useNearness(incident);
  if (!isMine(incident, me) || incident.owes.kind !== 'operator' || nearness === 'far') return null;
  return (
    <p className="strip amber">
      <Icon name="clock" /> {t('strip.reminder')}
      <Button size="small" disabled={!actions.includes('attend')} onClick={() => perform('attend')}>
        {t('action.attend')} <kbd>{t('cap.space')}</kbd>
      </Button>
    </p>
  );
}

function Linked({ ids }: { ids: readonly string[] }): ReactNode {
  const { t } = useTranslation();
  const incidents = useLive((state) => state.incidents);
  if (ids.length === 0) return null;
  return (
    <p className="strip">
      <Icon name="link" /> {t('strip.linked')}
      {ids.map((id) => {
        const other = incidents.get(id);
        return other ? (
          <Button key={id} size="small" type="text" onClick={() => openIncident(id)}>
            {whoWords(other)} · {kindWords(other)}
          </Button>
        ) : (
          <span key={id} className="grey">
            {t('strip.linkedEnded')}
          </span>
        );
      })}
    </p>
  );
}
