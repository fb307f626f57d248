import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireCare, WireIncidentDetail } from '#contracts/incident.ts';
import { textOr } from '../../i18n/i18n.ts';
import { Icon } from '../../ui/icons.tsx';
import type { ShownIncident } from '../live/reading.ts';
import { shortTime } from '../live/time.ts';
import { useDesk } from '../live/use-live.tsx';
import { CaseContacts, Phone } from './case-contacts.tsx';
import { RecordingConsent } from './recording-consent.tsx';

type WireHouseholdSource = WireIncidentDetail['household'];

/** How to get in, whom to call, what ails her, how to speak to her, and who answers for the place. */
export function CaseFacts({
  incident,
  detail,
}: {
  incident: ShownIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const nobody = detail !== undefined && detail.residents.length === 0 && detail.household === null;
  if (nobody) return null;
  return (
    <section className="facts" aria-label={t('facts.title')} aria-busy={detail === undefined}>
      <div className="facts-two">
        <Entry household={detail?.household ?? null} loading={detail === undefined} />
        <Keys household={detail?.household ?? null} loading={detail === undefined} />
        <Consent detail={detail} />
      </div>
      <CaseContacts incident={incident} detail={detail} />
      <div className="facts-three">
        <Fact label={t('facts.conditions')} text={detail && (detail.care?.conditions ?? [])} />
        <Fact label={t('facts.medication')} text={detail && (detail.care?.medication ?? [])} />
        <Allergies care={detail?.care ?? null} loading={detail === undefined} />
        <Speaking care={detail?.care ?? null} loading={detail === undefined} />
        <Device incident={incident} />
        <Responsible household={detail?.household ?? null} loading={detail === undefined} />
      </div>
    </section>
  );
}

function Fact({
  label,
  text,
  children,
}: {
  label: string;
  text?: readonly string[] | undefined;
  children?: ReactNode;
}): ReactNode {
  const { t } = useTranslation();
  const said = text === undefined ? null : text.length > 0 ? text.join(' · ') : t('facts.none');
  return (
    <div className="fact">
      <h2>{label}</h2>
      <div>{children || (said ?? <span className="waiting-text" />)}</div>
    </div>
  );
}

function Entry({ household, loading }: { household: WireHouseholdSource; loading: boolean }): ReactNode {
  const { t } = useTranslation();
  const floor =
    household?.floor == null
      ? null
      : t(household.lift ? 'facts.floorLift' : 'facts.floorStairs', { floor: household.floor });
  const parts = [floor, household?.entry].filter((one) => one != null && one !== '');
  return <Fact label={t('facts.entry')} text={loading ? undefined : (parts as string[])} />;
}

function Keys({ household, loading }: { household: WireHouseholdSource; loading: boolean }): ReactNode {
  const { t } = useTranslation();
  if (loading || !household || household.keyHolders.length === 0)
    return <Fact label={t('facts.keys')} text={loading ? undefined : []} />;
  return (
    <Fact label={t('facts.keys')}>
      {household.keyHolders.map((one) => (
        <span key={one.name + one.kind} className="key-holder">
          <Icon name="key" /> <span className="grey">{textOr(`staff.${one.kind}`, one.kind)}</span> {one.name}{' '}
          {one.phone && <Phone number={one.phone} />}
        </span>
      ))}
    </Fact>
  );
}

/** Weight and a sign instead of a colour: red is kept for a life that nobody has taken. */
function Allergies({ care, loading }: { care: WireCare | null; loading: boolean }): ReactNode {
  const { t } = useTranslation();
  if (!care || care.allergies.length === 0)
    return <Fact label={t('facts.allergies')} text={loading ? undefined : []} />;
  return (
    <Fact label={t('facts.allergies')}>
      <b className="allergy">
        <Icon name="bold" /> {care.allergies.join(' · ')}
      </b>
    </Fact>
  );
}

function Speaking({ care, loading }: { care: WireCare | null; loading: boolean }): ReactNode {
  const { t } = useTranslation();
  const parts = care
    ? [
        care.formOfAddress && t('facts.callHer', { name: care.formOfAddress }),
        care.hearing,
        care.dialect,
        care.mobility,
      ].filter((one) => one)
    : [];
  return <Fact label={t('facts.speaking')} text={loading ? undefined : (parts as string[])} />;
}

function Device({ incident }: { incident: ShownIncident }): ReactNode {
  const { t } = useTranslation();
  const { live } = useDesk();
  const device = incident.device;
  if (!device) return <Fact label={t('facts.device')} text={[]} />;
  const battery = device.battery === null ? null : t('facts.battery', { percent: Math.round(device.battery) });
  return (
    <Fact label={t('facts.device')}>
      {device.placedIn ?? textOr(`device.${device.kind}`, t('device.home'))}
      {battery && ` · ${battery}`} · <b>{t(device.online ? 'facts.online' : 'facts.offline')}</b>
      {!device.online && device.seenAt && (
        <span className="grey">
          {' '}
          · {t('facts.seen', { time: shortTime(Date.parse(device.seenAt), live.clock.now()) })}
        </span>
      )}
    </Fact>
  );
}

function Responsible({ household, loading }: { household: WireHouseholdSource; loading: boolean }): ReactNode {
  const { t } = useTranslation();
  if (!household) return <Fact label={t('facts.responsible')} text={loading ? undefined : []} />;
  return (
    <Fact label={t('facts.responsible')}>
      {household.responsible.length === 0 && t('facts.none')}
      {byPerson(household.responsible).map((one) => (
        <span key={one.name + one.phone} className="key-holder">
          {one.name} {one.phone && <Phone number={one.phone} />} <span className="grey">{one.for.join('·')}</span>
        </span>
      ))}
    </Fact>
  );
}

/** Of each who it may be about. */
function Consent({ detail }: { detail: WireIncidentDetail | undefined }): ReactNode {
  const { t } = useTranslation();
  const people = detail?.resident ? [detail.resident] : (detail?.residents ?? []);
  return (
    <Fact label={t('consent.title')} text={detail && []}>
      {people.length > 0 &&
        people.map(({ id, name }) => (
          <RecordingConsent key={id} resident={id} name={people.length > 1 ? name : null} />
        ))}
    </Fact>
  );
}

const SHOWN_RESPONSIBLE = 3;

/** One person may answer for several places; the nearest come first. */
function byPerson(
  list: readonly { name: string; phone: string | null; for: string }[],
): { name: string; phone: string | null; for: string[] }[] {
  const people = new Map<string, { name: string; phone: string | null; for: string[] }>();
  for (const one of list) {
    const key = `${one.name} ${one.phone}`;
    const known = people.get(key);
    if (known) known.for.push(one.for);
    else people.set(key, { name: one.name, phone: one.phone, for: [one.for] });
  }
  return [...people.values()].slice(0, SHOWN_RESPONSIBLE);
}
