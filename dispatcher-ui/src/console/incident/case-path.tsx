import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncident, WireIncidentDetail } from '#contracts/incident.ts';
import { mostUrgent } from '../list/arrange.ts';
import { Countdown } from '../live/timers.tsx';
import { clockTime } from '../live/time.ts';
import { useIsLive, useLive } from '../live/use-live.tsx';
import { openIncident } from '../view.ts';
import { useCase } from './case-context.tsx';
import { orderStepWords, orderWaitWords } from '../work-order/order-words.ts';
import { ACTIONS, type ActionId } from './actions.ts';
import { arrivingOf, isOpen, isRed, liveAssignments, nextHandoffOf, stepOf, toneOf } from './case-state.ts';
import { useCommands } from './use-commands.ts';

const STEPS = ['waiting', 'claimed', 'responding', 'on_scene', 'resolved'] as const;

/** The five steps, and beside them, always at the same place, the one that is owed next. */
export function CasePath({
  incident,
  detail,
}: {
  incident: WireIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const reached = stepOf(incident);
  const times = stepTimes(incident);
  return (
    <header className="case-path">
      <ol aria-label={t('case.path')}>
        {STEPS.map((step, place) => (
          <li
            key={step}
            aria-current={place === reached ? 'step' : undefined}
            className={`path-step ${place === reached ? `is-here ${toneOf(incident)}` : place < reached ? 'is-past' : ''}`}
          >
            <span>{t(`step.${step}`)}</span>
            <small>{place <= reached && times[place] ? clockTime(Date.parse(times[place])) : ' '}</small>
          </li>
        ))}
      </ol>
      <NextStep incident={incident} detail={detail} />
    </header>
  );
}

function stepTimes(incident: WireIncident): (string | null)[] {
  const first = (times: (string | null)[]) => times.filter((one) => one !== null).sort()[0] ?? null;
  return [
    incident.openedAt,
    incident.claimedAt,
    first([...incident.assignments.map((one) => one.acceptedAt), ...incident.handoffs.map((one) => one.acceptedAt)]),
    first(incident.assignments.filter((one) => !one.unproven).map((one) => one.arrivedAt)),
    incident.closedAt,
  ];
}

/** One big button, at the same place in every state, with its key. */
function NextStep({ incident, detail }: { incident: WireIncident; detail: WireIncidentDetail | undefined }): ReactNode {
  const { t } = useTranslation();
  const { next, actions, perform, orderNext } = useCase();
  const commands = useCommands();
  const best = detail?.candidates.find(
    (one) => !liveAssignments(incident).some((other) => other.responder.id === one.id),
  );
  const offered = liveAssignments(incident).find((one) => one.state === 'offered');
  const coming = arrivingOf(incident);

  const label = (id: ActionId): string => {
    if (id === 'assign' && offered) return t('action.assignAnother');
    if (id === 'assign' && best) return t('action.assignBest', { name: best.name, minutes: best.minutes });
    if (id === 'arrived' && coming)
      return t(coming.unproven ? 'action.arrivedProven' : 'action.arrivedBy', { name: coming.responder.name });
    const asked = incident.handoffs.findLast((one) => one.state === 'offered');
    if (id === 'handoff' && asked) return t('action.handoffOn', { name: t(`target.${asked.to}`) });
    const centre = nextHandoffOf(incident);
    if (id === 'centreStep' && centre) return `${t(`target.${centre.handoff.to}`)} ${t(`handoff.do.${centre.to}`)}`;
    if (id === 'orderStep' && orderNext?.kind === 'step') return orderStepWords(orderNext, t);
    return t(`action.${id}`);
  };
  // It is over, and somebody waits: what ⏎ shows next.
  const following = useLive((state) => (isOpen(incident) ? null : mostUrgent(state.incidents)));
  const isLive = useIsLive();
  const waiting = next === undefined && orderNext?.kind === 'wait' ? orderWaitWords(orderNext, t) : null;
  const press = (id: ActionId) => {
    if (id !== 'assign' || offered || !best) return perform(id);
    void commands.run(
      incident,
      'assign',
      { version: incident.version, responder: best.id },
      sentTo(best.name, best.id, commands, t),
    );
  };

  return (
    <div className="next-step-place">
      <span className="owes">
        {incident.owes.kind !== 'nobody' && t('case.owes', { name: incident.owes.name })}
        <Countdown incident={incident} />
      </span>
      <Button
        type="primary"
        className={isRed(incident) ? 'next-step is-red' : 'next-step'}
        disabled={next === undefined ? !following || !isLive : !actions.includes(next)}
        onClick={() => (next ? press(next) : following && openIncident(following.id))}
      >
        {next
          ? label(next)
          : following
            ? t('action.lookNext')
            : (waiting ??
              t(
                incident.state === 'closed' || incident.state === 'cancelled'
                  ? `state.${incident.state}`
                  : 'action.none',
              ))}
        {next ? <kbd>{ACTIONS[next].cap}</kbd> : following && <kbd>⏎</kbd>}
      </Button>
    </div>
  );
}

/** What follows when somebody was sent: said, and taken back with one key. */
export function sentTo(
  name: string,
  responder: string,
  commands: ReturnType<typeof useCommands>,
  t: ReturnType<typeof useTranslation>['t'],
) {
  return {
    say: t('toast.sent', { name }),
    undo: (after: WireIncident) => {
      const sent = liveAssignments(after).findLast((one) => one.responder.id === responder);
      if (sent)
        void commands.run(
          after,
          'withdraw',
          { version: after.version, assignment: sent.id },
          { say: t('toast.withdrawn', { name }) },
        );
    },
  };
}
