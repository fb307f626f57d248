import type { QueryClient } from '@tanstack/react-query';
import type { useTranslation } from 'react-i18next';
import { sentenceOf } from '../../api/http.ts';
import type { ShownIncident } from '../live/reading.ts';
import type { LineAct } from '../supervision/line-acts.ts';
import { toast } from '../toasts.ts';
import { openPanel } from '../view.ts';
import { stepOrder } from '../work-order/api.ts';
import type { OrderNext } from '../work-order/order-step.ts';
import { ROUTES, type ActionId } from './actions.ts';
import { arrivingOf, isUntaken, nextHandoffOf } from './case-state.ts';
import type { Commands } from './use-commands.ts';

export interface Means {
  commands: Commands;
  t: Translate;
  lineOpen: boolean;
  orderNext: OrderNext | null;
  client: QueryClient;
}

type Translate = ReturnType<typeof useTranslation>['t'];

/** Does it at once, or lays the sheet that asks for the rest. */
export function performAction(id: ActionId, incident: ShownIncident, means: Means): void {
  const { commands, t } = means;
  const { version } = incident;
  switch (id) {
    case 'claim':
      void commands.run(
        incident,
        'claim',
        {},
        {
          say: t('toast.claimed'),
          undo: (after) => void commands.run(after, 'release', { version: after.version, why: t('why.undo') }),
        },
      );
      return;
    case 'route1':
    case 'route2':
    case 'route3':
      return isUntaken(incident) ? reroute(id, incident, commands, t) : openPanel(id);
    case 'note':
      return document.getElementById('note-field')?.focus();
    case 'attend':
      void commands.run(incident, 'attend', { version }, { say: t('toast.attended') });
      return;
    case 'arrived': {
      const coming = arrivingOf(incident);
      if (coming) void commands.run(incident, 'arrived', { version, assignment: coming.id });
      return;
    }
    case 'centreStep': {
      const step = nextHandoffOf(incident);
      if (step) void commands.run(incident, 'handoff_update', { version, handoff: step.handoff.id, state: step.to });
      return;
    }
    case 'orderStep':
      return takeOrderStep(incident, means);
    case 'quiet':
      return incident.quiet ? openPanel('loud') : void hush(incident, commands, t);
    case 'talk':
      return talk(incident, means);
    case 'listen':
    case 'whisper':
    case 'join':
    case 'leaveLine':
      return sitIn(id, incident, means);
    case 'reopen':
      void commands.run(incident, 'reopen', { version }, { say: t('toast.reopened') });
      return;
    default:
      openPanel(id);
  }
}

/** The step of a work order that waits for the desk; a refusal is said in words, and the order shown as it is now. */
function takeOrderStep({ id }: ShownIncident, { orderNext, client }: Means): void {
  if (orderNext?.kind !== 'step') return;
  stepOrder(orderNext.order.id, orderNext.command, orderNext.body)
    .catch((error: unknown) => toast(sentenceOf(error), { tone: 'amber' }))
    .finally(() => void client.invalidateQueries({ queryKey: ['work-orders', id] }));
}

/** My own telephone rings first; on the line, only the way of sitting in changes. */
function sitIn(id: LineAct, incident: ShownIncident, { commands }: Means): void {
  // What follows stands beside the line itself.
  void commands.run(incident, 'supervise', { mode: id === 'leaveLine' ? 'leave' : id });
}

/** Sends it to another queue; nobody loses it by this, so it can be taken back. */
function reroute(id: keyof typeof ROUTES, incident: ShownIncident, commands: Commands, t: Translate): void {
  const { version, queue, priority } = incident;
  void commands.run(
    incident,
    'route',
    { version, queue: ROUTES[id] },
    {
      say: t('toast.routed', { queue: t(`queue.${ROUTES[id]}`) }),
      undo: (after) =>
        void commands.run(after, 'route', { version: after.version, queue, priority, why: t('why.undo') }),
    },
  );
}

async function hush(incident: ShownIncident, commands: Commands, t: Translate): Promise<void> {
  await commands.run(
    incident,
    'quiet',
    { version: incident.version, on: true },
    {
      say: t('toast.quiet'),
      undo: (after) => void commands.run(after, 'quiet', { version: after.version, on: false }),
    },
  );
}

function talk(incident: ShownIncident, { commands, t, lineOpen }: Means): void {
  if (incident.device && !incident.device.can.includes('talk')) return toast(t('toast.noLine'), { tone: 'amber' });
  void commands.run(
    incident,
    'talk',
    { version: incident.version, on: !lineOpen },
    { say: t(lineOpen ? 'toast.lineClosed' : 'toast.lineOpen') },
  );
}
