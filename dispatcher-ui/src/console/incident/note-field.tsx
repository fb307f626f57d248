import { Button } from 'antd';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShownIncident } from '../live/reading.ts';
import { useCase } from './case-context.tsx';
import { useCommands } from './use-commands.ts';

/** What is not sent yet stays with its incident while another one is looked at. */
const drafts = new Map<string, string>();

/** One line for the record. ⏎ keeps it, Esc leaves the field. */
export function NoteField({ incident }: { incident: ShownIncident }): ReactNode {
  return <Field key={incident.id} incident={incident} />;
}

function Field({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const may = useCase().actions.includes('note');
  const [text, setText] = useState(drafts.get(incident.id) ?? '');

  const change = (next: string) => {
    drafts.set(incident.id, next);
    setText(next);
  };
  const keep = async () => {
    const said = text.trim();
    if (said === '' || !may) return;
    if (await commands.run(incident, 'note', { version: incident.version, text: said })) change('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void keep();
  };

  return (
    <div className="note">
      <label>
        <span className="hidden-text">{t('note.label')}</span>
        <textarea
          id="note-field"
          rows={1}
          maxLength={2000}
          value={text}
          placeholder={t('note.placeholder')}
          disabled={!may}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <kbd>N</kbd>
      <Button size="small" disabled={!may || text.trim() === ''} onClick={() => void keep()}>
        {t('note.keep')}
      </Button>
    </div>
  );
}
