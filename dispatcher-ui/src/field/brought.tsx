import { useState, type ChangeEvent, type ReactNode } from 'react';
import { PHOTO_BYTES } from '#contracts/field.ts';
import type { FieldAssignment } from '#contracts/socket.ts';
import { Icon } from '../ui/icons.tsx';
import { shrinkPhoto } from './photo.ts';
import { useTexts } from './texts.ts';
import { useField } from './use-field.tsx';

/** What he saw and did, in a line or a photo. */
export function Brought({ job, sent }: { job: FieldAssignment; sent: number }): ReactNode {
  const t = useTexts();
  const live = useField();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const keep = (): void => {
    if (text.trim() === '') return;
    if (live.act(job.id, 'note', { text: text.trim() })) setText('');
  };
  const take = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (!file) return;
    const photo = await shrinkPhoto(file);
    const small = photo !== null && photo.data.length * 0.75 <= PHOTO_BYTES;
    if (!small) setProblem(t.photoTooLarge);
    else setProblem(live.act(job.id, 'photo', photo) ? null : t.photoNotKept);
  };
  return (
    <section className="brought">
      <label>
        <span>{t.note}</span>
        <textarea
          rows={2}
          maxLength={2000}
          placeholder={t.noteHint}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="brought-keys">
        <button type="button" className="plain-key" disabled={text.trim() === ''} onClick={keep}>
          {t.noteSend}
        </button>
        <label className="plain-key">
          <Icon name="note" />
          {t.photo}
          <input type="file" accept="image/*" capture="environment" onChange={(event) => void take(event)} />
        </label>
        {sent > 0 && <span className="green">{t.photos(sent)}</span>}
      </div>
      {problem !== null && <p role="alert">{problem}</p>}
    </section>
  );
}
