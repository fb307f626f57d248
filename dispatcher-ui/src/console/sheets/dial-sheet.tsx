import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncident, WireIncidentDetail } from '#contracts/incident.ts';
import { isOnTheLine, newestCall } from '../incident/case-calls.ts';
import { useCommands } from '../incident/use-commands.ts';
import type { ShownIncident } from '../live/reading.ts';
import { useIsLive } from '../live/use-live.tsx';
import { openPanel } from '../view.ts';
import { Choices, keysOf, Sheet, type Choice } from './sheet.tsx';

/** Whom to call into this case, or whose call to end: herself, her people in their order, who is on the way. */
export function DialSheet({
  incident,
  detail,
}: {
  incident: ShownIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const choices: Choice[] = peopleOf(incident, detail, t('contacts.self'))
    .slice(0, 9)
    .map(({ id, label }, place) => {
      const call = newestCall(incident, id);
      return {
        id,
        cap: String(place + 1),
        label: call && isOnTheLine(call) ? t('call.hangUp', { name: label }) : label,
        ...(call && { hint: t(`call.${call.state}`) }),
      };
    });
  const pick = (id: string) => {
    openPanel(null);
    const { version } = incident;
    const call = newestCall(incident, id);
    if (call && isOnTheLine(call)) void commands.run(incident, 'hang_up', { version, call: call.id });
    else void commands.run(incident, 'dial', { version, to: id }, { say: t('toast.dialled') });
  };
  return (
    <Sheet title={t('action.dial')} keys={keysOf(choices, pick)}>
      {choices.length === 0 ? (
        <p className="sentence">{t('contacts.nobody')}</p>
      ) : (
        <Choices choices={choices} disabled={!isLive} onChoose={pick} />
      )}
    </Sheet>
  );
}

function peopleOf(
  incident: WireIncident,
  detail: WireIncidentDetail | undefined,
  self: string,
): { id: string; label: string }[] {
  const from = detail ?? incident;
  const elders = from.resident ? [from.resident] : from.residents;
  const contacts = [...(detail?.contacts ?? [])].sort((a, b) => a.order - b.order);
  const coming = incident.assignments.filter((one) =>
    ['offered', 'accepted', 'under_way', 'on_scene'].includes(one.state),
  );
  return [
    ...elders.filter((one) => one.phone !== null).map((one) => ({ id: one.id, label: `${self} ${one.name}` })),
    ...contacts.map((one) => ({ id: one.id, label: `${one.relation} ${one.name}` })),
    ...coming
      .filter((one) => one.responder.phone !== null)
      .map((one) => ({ id: one.responder.id, label: one.responder.name })),
  ];
}
