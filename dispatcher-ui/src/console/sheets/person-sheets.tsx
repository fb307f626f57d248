import { Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireResidentBrief } from '#contracts/incident.ts';
import { whoWords } from '../incident/case-words.ts';
import { useCommands } from '../incident/use-commands.ts';
import type { ShownIncident } from '../live/reading.ts';
import { useIsLive } from '../live/use-live.tsx';
import { openPanel } from '../view.ts';
import { Choices, keysOf, Sheet, type Choice } from './sheet.tsx';

/** Who of those who live there it is. */
export function IdentifySheet({
  incident,
  residents,
}: {
  incident: ShownIncident;
  residents: readonly WireResidentBrief[];
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const choices: Choice[] = residents.slice(0, 9).map((one, place) => ({
    id: one.id,
    cap: String(place + 1),
    label: `${one.name} ${t(`sex.${one.sex}`)} ${t('row.age', { age: one.age })}`,
    hint: one.marks.join(' · '),
  }));
  const pick = (id: string) => {
    openPanel(null);
    const name = residents.find((one) => one.id === id)?.name ?? '';
    void commands.run(
      incident,
      'identify',
      { version: incident.version, resident: id },
      { say: t('toast.identified', { name }) },
    );
  };
  return (
    <Sheet title={t('person.whoIsIt')} keys={keysOf(choices, pick)}>
      <Choices choices={choices} disabled={!isLive} onChoose={pick} />
    </Sheet>
  );
}

const REASONS = ['busy', 'gone', 'asked', 'ordered'] as const;

/** Another operator has it: taking it over wants a reason, which he and the record get to see. */
export function TakeOverSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const [own, setOwn] = useState('');
  const name = incident.owner?.name ?? '';
  const choices: Choice[] = REASONS.map((id, place) => ({
    id,
    cap: String(place + 1),
    label: t(`takeOver.${id}`, { name }),
  }));
  const take = (why: string) => {
    openPanel(null);
    void commands.run(incident, 'claim', { takeOver: why }, { say: t('toast.tookOver', { name }) });
  };
  const pick = (id: string) => {
    const choice = choices.find((one) => one.id === id);
    if (choice) take(choice.label);
  };
  return (
    <Sheet title={t('takeOver.title')} keys={keysOf(choices, pick)}>
      <p className="sentence">{t('takeOver.sentence', { name, who: whoWords(incident) })}</p>
      <Choices choices={choices} disabled={!isLive} onChoose={pick} />
      <Input
        value={own}
        maxLength={200}
        placeholder={t('takeOver.own')}
        aria-label={t('takeOver.own')}
        onChange={(event) => setOwn(event.target.value)}
        onPressEnter={() => own.trim() !== '' && isLive && take(own.trim())}
      />
    </Sheet>
  );
}
