import { useState, type ReactNode } from 'react';
import { ENTRY_WAYS, type EntryPlan } from '#contracts/field.ts';
import type { FieldAssignment } from '#contracts/socket.ts';
import { People } from './facts.tsx';
import { useTexts } from './texts.ts';
import { useField } from './use-field.tsx';

type Way = (typeof ENTRY_WAYS)[number];
const FORCED: readonly Way[] = ['locksmith', '110', '119'];

/** Nobody opens: the plan of this home, and then how they got in, with who agreed and who stood by. */
export function Door({ job, plan }: { job: FieldAssignment; plan: EntryPlan | null }): ReactNode {
  const t = useTexts();
  const live = useField();
  const [how, setHow] = useState<Way | null>(null);
  const [witness, setWitness] = useState('');
  const [authorised, setAuthorised] = useState('');
  const forced = how !== null && FORCED.includes(how);
  const ready = how !== null && (!forced || (witness.trim() !== '' && authorised.trim() !== ''));
  const keep = (): void => {
    if (how === null) return;
    live.act(job.id, 'entered', { how, ...(forced && { witness: witness.trim(), authorised: authorised.trim() }) });
  };
  return (
    <section className="door" aria-label={t.outside}>
      <h2 className="amber">{t.outside}</h2>
      <p>{t.outsideWhat}</p>
      {plan && (
        <>
          <h3>{t.door}</h3>
          <p>{plan.entry ?? (plan.keyHolders.length === 0 ? t.noPlan : '')}</p>
          <People people={plan.keyHolders.map((one) => ({ ...one, part: t.keys }))} />
          <h3>{t.authorise}</h3>
          <People people={plan.authorise} />
          <h3>{t.witnesses}</h3>
          <People people={plan.witnesses} />
        </>
      )}
      <h3>{t.entered}</h3>
      <div className="door-ways">
        {ENTRY_WAYS.map((way) => (
          <button key={way} type="button" aria-pressed={how === way} onClick={() => setHow(way)}>
            {t.how[way]}
          </button>
        ))}
      </div>
      {forced && (
        <>
          <label>
            {t.authorised}
            <input value={authorised} maxLength={50} onChange={(event) => setAuthorised(event.target.value)} />
          </label>
          <label>
            {t.witness}
            <input value={witness} maxLength={50} onChange={(event) => setWitness(event.target.value)} />
          </label>
        </>
      )}
      <button type="button" className="plain-key" disabled={!ready} onClick={keep}>
        {t.entrySend}
      </button>
    </section>
  );
}
