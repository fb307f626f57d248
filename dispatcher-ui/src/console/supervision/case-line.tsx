import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireCall } from '#contracts/incident.ts';
import { Icon } from '../../ui/icons.tsx';
import { ACTIONS } from '../incident/actions.ts';
import { useCase } from '../incident/case-context.tsx';
import type { ShownIncident } from '../live/reading.ts';
import { clockTime, span } from '../live/time.ts';
import { useDesk, useIsLive } from '../live/use-live.tsx';
import { fetchCalls } from './api.ts';
import { lineActs, seatOf, talkers, type LineAct } from './line-acts.ts';
import { Recording } from './recording.tsx';

const EVERY_MS = 10_000;

/** The telephone line of the case: who talks, how a supervisor sits in, and what was recorded. */
export function CaseLine({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const isLive = useIsLive();
  const onTelephone = incident.calls.length > 0 || incident.source === 'phone';
  const calls = useQuery({
    queryKey: ['case-calls', incident.id, talkers(incident).length],
    queryFn: () => fetchCalls(incident.id),
    placeholderData: (before) => before,
    enabled: onTelephone && isLive,
    // A recording is there some seconds after the line has closed; the case does not change by it.
    refetchInterval: EVERY_MS,
    staleTime: 0,
  });
  const talking = [...talkers(incident).map((call) => call.name), ...(calls.data?.callers ? [t('line.caller')] : [])];
  const kept = calls.data?.recordings ?? [];
  const mine = seatOf(incident, me);
  if (talking.length + kept.length === 0 && !mine) return null;
  return (
    <section className="help phone-line" aria-label={t('line.title')}>
      {(talking.length > 0 || mine) && (
        <p className="help-line">
          <Icon name="line" />
          <span className="help-text">
            {t('line.talking', { names: talking.join('、') })}
            {calls.data?.mayRecord === false && <span className="grey"> · {t('line.notRecorded')}</span>}
            {mine && <span className="blue"> · {t(seatWords(mine))}</span>}
          </span>
        </p>
      )}
      {me.role === 'supervisor' && <LineKeys incident={incident} />}
      {kept.map((one) => (
        <Recording
          key={one.id}
          id={one.id}
          label={t('line.recording', {
            time: clockTime(Date.parse(one.startedAt)).slice(0, 5),
            length: span(one.seconds * 1000),
          })}
        />
      ))}
    </section>
  );
}

/** What the network has done, or is about to do. */
function seatWords(seat: WireCall) {
  if (seat.state !== 'connected') return 'line.ringing' as const;
  return seat.mode === seat.wants && seat.mode !== null
    ? (`line.mine.${seat.mode}` as const)
    : ('line.changing' as const);
}

function LineKeys({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const { actions, perform } = useCase();
  const shown: readonly LineAct[] = lineActs(incident, me);
  if (shown.length === 0) return null;
  return (
    <p className="line-keys">
      {shown.map((id) => (
        <Button key={id} size="small" disabled={!actions.includes(id)} onClick={() => perform(id)}>
          {t(`action.${id}`)} <kbd>{ACTIONS[id].cap}</kbd>
        </Button>
      ))}
    </p>
  );
}

/** Who talks should know who else can be heard on the line; who only listens stands in the history. */
export function SupervisorStrip({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  return incident.calls
    .filter((call) => call.purpose === 'supervise' && call.state === 'connected' && call.party !== me.id)
    .flatMap((call) =>
      call.mode === 'whisper' || call.mode === 'join'
        ? [
            <p key={call.id} className="strip blue" role="status">
              <Icon name="ear" /> {t(`line.heard.${call.mode}`, { name: call.name })}
            </p>,
          ]
        : [],
    );
}
