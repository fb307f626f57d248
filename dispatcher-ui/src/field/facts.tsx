import type { ReactNode } from 'react';
import type { FieldDetail } from '#contracts/field.ts';
import { useTexts } from './texts.ts';

/** What a rescuer needs at the door: how to get in, what ails her, whom to call. */
export function Facts({ detail, outside }: { detail: FieldDetail; outside: boolean }): ReactNode {
  const t = useTexts();
  const { plan, care, contacts } = detail;
  return (
    <div className="facts">
      {detail.marks.length > 0 && <p className="facts-marks">{detail.marks.join(' · ')}</p>}
      {!outside && (
        <section>
          <h2>{t.door}</h2>
          {detail.floor !== null && <p>{t.floor(detail.floor, detail.lift)}</p>}
          <p>{plan.entry ?? (plan.keyHolders.length === 0 ? t.noPlan : '')}</p>
          <People people={plan.keyHolders.map((one) => ({ ...one, part: t.keys }))} />
        </section>
      )}
      {care !== null && (
        <section>
          <h2>{t.health}</h2>
          {care.allergies.length > 0 && (
            <p className="red">
              {t.allergies}:{care.allergies.join('、')}
            </p>
          )}
          {care.conditions.length > 0 && (
            <p>
              {t.conditions}:{care.conditions.join('、')}
            </p>
          )}
          {care.medication.length > 0 && (
            <p>
              {t.medication}:{care.medication.join('、')}
            </p>
          )}
        </section>
      )}
      {contacts.length > 0 && (
        <section>
          <h2>{t.family}</h2>
          <People people={contacts.map(({ name, phone, relation }) => ({ name, phone, part: relation }))} />
        </section>
      )}
    </div>
  );
}

/** People with what they are here, each with his telephone in one tap. */
export function People({
  people,
}: {
  people: readonly { name: string; phone: string | null; part: string }[];
}): ReactNode {
  return (
    <ul className="people">
      {people.map((one, place) => (
        <li key={`${one.name} ${place}`}>
          <span>
            <small>{one.part}</small> {one.name}
          </span>
          {one.phone !== null && (
            <a className="people-call" href={`tel:${one.phone}`}>
              {one.phone}
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
