import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncident } from '#contracts/incident.ts';
import { Icon } from '../../ui/icons.tsx';
import { lastStepAt, nearness, span, type Nearness } from './time.ts';
import { useDesk, useNow } from './use-live.tsx';

/** Time passed since `since` (ISO), by the server's clock, anew every second. */
export function Elapsed({ since }: { since: string }): ReactNode {
  const now = useNow();
  return <time dateTime={since}>{span(now - Date.parse(since))}</time>;
}

/** How near the present deadline of an incident is. */
export function useNearness(incident: WireIncident): { nearness: Nearness; leftMs: number | null } {
  const { live } = useDesk();
  const now = useNow();
  if (incident.deadlineAt === null) return { nearness: 'far', leftMs: null };
  const deadlineAt = Date.parse(incident.deadlineAt);
  const since = live.deadlineSince(incident.id) ?? lastStepAt(incident, now);
  return { nearness: nearness(now, since, deadlineAt), leftMs: deadlineAt - now };
}

/**
 * The time left: grey, amber with a clock when a quarter is left, red when it has passed. With `quiet` nothing is shown
 * as long as there is plenty.
 */
export function Countdown({ incident, quiet = false }: { incident: WireIncident; quiet?: boolean }): ReactNode {
  const { t } = useTranslation();
  const { nearness: near, leftMs } = useNearness(incident);
  if (leftMs === null || (quiet && near === 'far')) return null;
  if (near === 'passed') {
    return (
      <span className="countdown red">
        <Icon name="clock" />
        {t('time.over', { time: span(-leftMs) })}
      </span>
    );
  }
  const [before, after] = t('time.left', { time: '|' }).split('|');
  return (
    <span className={near === 'near' ? 'countdown amber' : 'countdown'}>
      <Icon name="clock" />
      <span className="countdown-word">{before}</span>
      {span(leftMs)}
      <span className="countdown-word">{after}</span>
    </span>
  );
}
