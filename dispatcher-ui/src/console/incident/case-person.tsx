import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireIncidentDetail, WireResidentBrief } from '#contracts/incident.ts';
import { Icon } from '../../ui/icons.tsx';
import type { ShownIncident } from '../live/reading.ts';
import { openPanel } from '../view.ts';
import { useCase } from './case-context.tsx';
import { kindWords, placeWords, whoWords } from './case-words.ts';

/** Who it is and where: what is read first, in the largest type. */
export function CasePerson({
  incident,
  detail,
}: {
  incident: ShownIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const from = detail ?? incident;
  const person = from.resident ?? (from.residents.length === 1 ? from.residents[0] : undefined);
  const household = from.residents.length > 1 && !from.resident;
  const address = detail?.household?.address ?? person?.address ?? from.residents[0]?.address;
  const reason = `${t(`queue.${incident.queue}`)} · ${incident.reason}`;
  return (
    <section className="person" aria-label={t('person.title')}>
      <div className="photo" aria-hidden="true">
        {from.residents.length > 0 || from.resident ? (
          [...whoWords(incident)][0]
        ) : (
          <Icon name={incident.source === 'press' ? 'device' : 'phone'} />
        )}
      </div>
      <div className="person-text">
        <h1>
          {whoWords(incident)}
          {person && (
            <small>
              {t(`sex.${person.sex}`)} {t('row.age', { age: person.age })}
            </small>
          )}
          {person && person.status !== 'home' && <small className="away">{t(`status.${person.status}`)}</small>}
        </h1>
        <p className="reason grey" title={reason}>
          {reason}
        </p>
        <p className="marks">
          <b>{kindWords(incident)}</b>
          {person?.marks.map((mark) => (
            <span key={mark}>{mark}</span>
          ))}
        </p>
      </div>
      <p className="address">
        {address ? fullAddress(incident, address) : placeWords(incident)}
        {address && <small className="grey">{placeWords(incident)}</small>}
      </p>
      {incident.summary && incident.summary !== whoWords(incident) && <p className="summary">{incident.summary}</p>}
      {household && <Household residents={from.residents} />}
    </section>
  );
}

/** The address, with the district in front when it does not name one. */
function fullAddress(incident: ShownIncident, address: string): string {
  const district = incident.region.find((one) => one.level === 'district')?.name;
  return district && !address.includes(district) ? `${district}${address}` : address;
}

/** Several live there and nobody knows yet who pressed: all are shown. */
function Household({ residents }: { residents: readonly WireResidentBrief[] }): ReactNode {
  const { t } = useTranslation();
  const { actions } = useCase();
  return (
    <div className="household">
      <span className="grey">{t('person.whoIsIt')}</span>
      {residents.map((one) => (
        <span key={one.id} className="household-one">
          <b>{one.name}</b> {t(`sex.${one.sex}`)} {t('row.age', { age: one.age })}
          {one.marks.length > 0 && <span className="grey"> {one.marks.join(' · ')}</span>}
        </span>
      ))}
      {actions.includes('identify') && (
        <Button size="small" onClick={() => openPanel('identify')}>
          {t('action.identify')} <kbd>I</kbd>
        </Button>
      )}
    </div>
  );
}
