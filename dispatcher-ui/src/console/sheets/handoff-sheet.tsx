import { Button, Input } from 'antd';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { HandoffCall } from '../handoff-call/handoff-call.tsx';
import { placeWords, whoWords } from '../incident/case-words.ts';
import { useCommands } from '../incident/use-commands.ts';
import type { ShownIncident } from '../live/reading.ts';
import { useIsLive } from '../live/use-live.tsx';
import { openPanel } from '../view.ts';
import { Choices, keysOf, Sheet, type Choice } from './sheet.tsx';

const TARGETS = ['120', '110', '119', 'hospital'] as const;
type Target = (typeof TARGETS)[number];

/** To a centre: which one, then one sentence that says what will happen. */
export function HandoffSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const [target, setTarget] = useState<Target | null>(null);
  const [note, setNote] = useState('');
  const choices: Choice[] = TARGETS.map((id, place) => ({ id, cap: String(place + 1), label: t(`target.${id}`) }));
  const pick = (id: string) => setTarget(id as Target);
  // Asked and not answered: she is on the telephone with them.
  const asked = incident.handoffs.findLast((one) => one.state === 'offered' && (target === null || one.to === target));
  if (asked)
    return (
      <Sheet title={t('handoff.titleTo', { name: t(`target.${asked.to}`) })} keys={{}}>
        <HandoffCall key={asked.id} incident={incident} handoff={asked} />
      </Sheet>
    );

  if (target === null) {
    return (
      <Sheet title={t('handoff.title')} keys={keysOf(choices, pick)}>
        <Choices choices={choices} disabled={!isLive} onChoose={pick} />
      </Sheet>
    );
  }
  const name = t(`target.${target}`);
  const go = () => {
    // The sheet stays: what she reads to them comes next.
    void commands.run(
      incident,
      'handoff',
      { version: incident.version, to: target, ...(note.trim() ? { note: note.trim() } : {}) },
      { say: t('toast.handedOff', { name }) },
    );
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    go();
  };
  return (
    <Sheet title={t('handoff.titleTo', { name })} keys={{ enter: go }}>
      <p className="sentence">
        {t('handoff.sentence', {
          who: whoWords(incident),
          place: incident.resident?.address ?? incident.residents[0]?.address ?? placeWords(incident),
          name,
        })}
      </p>
      <form onSubmit={submit}>
        <Input
          value={note}
          maxLength={500}
          placeholder={t('handoff.note')}
          aria-label={t('handoff.note')}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="sheet-keys">
          <Button type="primary" size="large" htmlType="submit" disabled={!isLive}>
            {t('handoff.yes', { name })} <kbd>⏎</kbd>
          </Button>
          <Button size="large" onClick={() => openPanel(null)}>
            {t('sheet.no')} <kbd>Esc</kbd>
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
