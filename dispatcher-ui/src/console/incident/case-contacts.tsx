import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireContact, WireIncidentDetail } from '#contracts/incident.ts';
import { Icon } from '../../ui/icons.tsx';
import { isOnTheLine, newestCall } from './case-calls.ts';
import type { ShownIncident } from '../live/reading.ts';

const SHOWN = 5;

/** Whom to call, in the order the family chose; she herself first. */
export function CaseContacts({
  incident,
  detail,
}: {
  incident: ShownIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const from = detail ?? incident;
  const people = from.resident ? [from.resident] : from.residents;
  const contacts = [...(detail?.contacts ?? [])].sort((a, b) => a.order - b.order);
  return (
    <div className="contacts">
      <h2>{t('contacts.title')}</h2>
      <ul>
        {people.slice(0, 2).map((one) => (
          <li key={one.id}>
            <span className="contact-who">
              <b>{t('contacts.self')}</b> {people.length > 1 ? one.name : ''}
              <CallState incident={incident} party={one.id} />
            </span>
            {/* Until the case is opened the number is masked: nothing to dial, and it would move when it comes. */}
            {detail === undefined ? (
              <span className="waiting-text" />
            ) : one.phone ? (
              <Phone number={one.phone} />
            ) : (
              <span className="grey">{t('contacts.noPhone')}</span>
            )}
          </li>
        ))}
        {detail !== undefined && people.length + contacts.length === 0 && (
          <li className="grey">{t('contacts.nobody')}</li>
        )}
        {detail === undefined && <li className="contact-waiting"> </li>}
        {contacts.slice(0, SHOWN).map((one) => (
          <Contact key={one.id} contact={one} incident={incident} />
        ))}
      </ul>
      {contacts.length > SHOWN && (
        <span className="grey">{t('contacts.more', { count: contacts.length - SHOWN })}</span>
      )}
    </div>
  );
}

function Contact({ contact, incident }: { contact: WireContact; incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const where = contact.local
    ? contact.minutes === null
      ? t('contacts.local')
      : t('contacts.minutes', { minutes: contact.minutes })
    : t('contacts.far');
  return (
    <li>
      <span className="contact-who">
        <b>{contact.relation}</b> {contact.name}
        <span className="grey">
          {' '}
          {where}
          {contact.mayWake === 'never' && ` · ${t('contacts.neverWake')}`}
        </span>
        {contact.hasKey && (
          <span className="has-key">
            <Icon name="key" />
            {t('contacts.hasKey')}
          </span>
        )}
        <CallState incident={incident} party={contact.id} />
      </span>
      <Phone number={contact.phone} />
    </li>
  );
}

/** What became of the newest call to somebody: ringing, on the line, not answered, coming in five minutes. */
function CallState({ incident, party }: { incident: ShownIncident; party: string }): ReactNode {
  const { t } = useTranslation();
  const call = newestCall(incident, party);
  if (!call) return null;
  return (
    <span className={`call-state ${isOnTheLine(call) ? 'on' : ''}`}>
      {t(`call.${call.state}`)}
      {call.minutes !== null && ` ${t('contacts.minutes', { minutes: call.minutes })}`}
    </span>
  );
}

/** A number that a soft phone can dial. */
export function Phone({ number }: { number: string }): ReactNode {
  return (
    <a className="phone" href={`tel:${number.replace(/[^+\d]/g, '')}`}>
      {number}
    </a>
  );
}
