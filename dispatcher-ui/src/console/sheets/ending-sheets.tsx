import { Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CLOSING_CODES, type ClosingCode } from '#contracts/incident.ts';
import { useCommands } from '../incident/use-commands.ts';
import type { ShownIncident } from '../live/reading.ts';
import { useIsLive } from '../live/use-live.tsx';
import { openPanel } from '../view.ts';
import { Choices, keysOf, Sheet, type Choice } from './sheet.tsx';

function useCodes(): Choice[] {
  const { t } = useTranslation();
  return CLOSING_CODES.map((code, place) => ({ id: code, cap: String(place + 1), label: t(`code.${code}`) }));
}

/** Done: one of eight codes, one key each. */
export function ResolveSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const codes = useCodes();
  const [note, setNote] = useState('');
  const resolve = (id: string) => {
    const code = id as ClosingCode;
    openPanel(null);
    void commands.run(
      incident,
      'resolve',
      { version: incident.version, code, ...(note.trim() ? { note: note.trim() } : {}) },
      {
        say: t('toast.resolved', { code: t(`code.${code}`) }),
        undo: (after) => void commands.run(after, 'reopen', { version: after.version, why: t('why.undo') }),
      },
    );
  };
  return (
    <Sheet title={t('resolve.title')} keys={keysOf(codes, resolve)}>
      <Choices choices={codes} disabled={!isLive} onChoose={resolve} />
      <NoteLine value={note} onChange={setNote} />
    </Sheet>
  );
}

/** The follow-up: reached or not, satisfied or not. Who is not satisfied gets her case opened again. */
export function CloseSheet({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const codes = useCodes();
  const [code, setCode] = useState<ClosingCode | null>(incident.code);
  const [note, setNote] = useState('');
  const answers: Choice[] = [
    { id: 'yes', cap: '1', label: t('close.yes'), hint: t('close.yesHint') },
    { id: 'reopen', cap: '2', label: t('close.reopen'), hint: t('close.reopenHint') },
    { id: 'not_reached', cap: '3', label: t('close.notReached'), hint: t('close.notReachedHint') },
    { id: 'no', cap: '4', label: t('close.no'), hint: t('close.noHint') },
  ];
  const { version } = incident;
  const said = note.trim() ? { note: note.trim() } : {};

  const answer = (id: string) => {
    openPanel(null);
    if (id === 'reopen')
      void commands.run(
        incident,
        'reopen',
        { version, why: note.trim() || t('close.reopenWhy') },
        { say: t('toast.reopened') },
      );
    else
      void commands.run(
        incident,
        'close',
        { version, ...(code ? { code } : {}), satisfied: id as 'yes' | 'no' | 'not_reached', ...said },
        { say: t('toast.closed') },
      );
  };
  const pickCode = (id: string) => setCode(id as ClosingCode);

  if (code === null) {
    return (
      <Sheet title={t('close.codeFirst')} keys={keysOf(codes, pickCode)}>
        <Choices choices={codes} disabled={!isLive} onChoose={pickCode} />
      </Sheet>
    );
  }
  return (
    <Sheet title={t('close.title', { code: t(`code.${code}`) })} keys={keysOf(answers, answer)}>
      <Choices choices={answers} disabled={!isLive} onChoose={answer} />
      <NoteLine value={note} onChange={setNote} />
    </Sheet>
  );
}

function NoteLine({ value, onChange }: { value: string; onChange: (value: string) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Input
      value={value}
      maxLength={2000}
      placeholder={t('resolve.note')}
      aria-label={t('resolve.note')}
      onChange={(event) => onChange(event.target.value)}
      onPressEnter={(event) => event.currentTarget.blur()}
    />
  );
}
