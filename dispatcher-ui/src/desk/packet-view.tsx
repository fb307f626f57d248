import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FIRST_QUESTIONS } from '#contracts/incident.ts';
import type { Packet } from '#contracts/handoff.ts';
import { clockTime, shortTime } from '../console/live/time.ts';
import { textOr } from '../i18n/i18n.ts';
import { Icon } from '../ui/icons.tsx';

/** The packet on a page: the first sentence as large as it gets, then everything else a crew wants to know. */
export function PacketView({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  return (
    <article className="packet" aria-label={t('link.title')}>
      {packet.test && (
        <p className="packet-drill" role="status">
          <Icon name="bold" /> {t('centre.drill')}
        </p>
      )}
      <p className="packet-first">{packet.script.first}</p>
      <p className="packet-one">
        <b>
          {t('packet.reference')} {packet.reference}
        </b>
        <span>{packet.oneEvent}</span>
        <span>
          {t('packet.callBack')} <Phone number={packet.callBack} />
        </span>
      </p>
      <Scene packet={packet} />
      <Where packet={packet} />
      <Who packet={packet} />
      <Health packet={packet} />
      <Happened packet={packet} />
      <Contacts packet={packet} />
      <Done packet={packet} />
    </article>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <section className="packet-part">
      <h2>{title}</h2>
      <div>{children}</div>
    </section>
  );
}

/** A number that can be called by a touch. */
export function Phone({ number }: { number: string }): ReactNode {
  return (
    <a className="phone" href={`tel:${number.replaceAll(/[^+\d]/g, '')}`}>
      {number}
    </a>
  );
}

type Person = Packet['atScene'][number];

function PersonLine({ person, more }: { person: Person; more?: string }): ReactNode {
  const role = person.role === 'family' ? textOr('staff.family', '家属') : textOr(`staff.${person.role}`, '');
  return (
    <p>
      <b>{person.name}</b> <span className="grey">{role}</span> {person.phone && <Phone number={person.phone} />}{' '}
      {more && <span className="grey">{more}</span>}
    </p>
  );
}

function Scene({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  const { atScene, coming, meets, madeAt } = packet;
  const now = Date.parse(madeAt);
  return (
    <>
      <Part title={t('packet.scene')}>
        {atScene.length === 0 && <p>{t('packet.sceneNobody')}</p>}
        {atScene.map((one) => (
          <PersonLine key={one.name} person={one} />
        ))}
      </Part>
      {coming.length > 0 && (
        <Part title={t('packet.coming')}>
          {coming.map((one) => (
            <PersonLine
              key={one.name}
              person={one}
              {...(one.etaAt !== null && {
                more: t('packet.minutes', { minutes: Math.max(1, Math.round((Date.parse(one.etaAt) - now) / 60_000)) }),
              })}
            />
          ))}
        </Part>
      )}
      <Part title={t('packet.meets')}>{meets ? <PersonLine person={meets} /> : t('packet.meetsNobody')}</Part>
    </>
  );
}

function Where({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  const { where } = packet;
  const floor =
    where.floor === null ? null : t(where.lift ? 'facts.floorLift' : 'facts.floorStairs', { floor: where.floor });
  const point = (at: { lat: number; lon: number }) => `${at.lat.toFixed(6)}, ${at.lon.toFixed(6)}`;
  return (
    <>
      <Part title={t('packet.where')}>
        <p className="packet-address">{where.address ?? '—'}</p>
        <p className="grey">{where.region}</p>
        {where.wgs84 === null || where.gcj02 === null ? (
          <p>{t('packet.noPosition')}</p>
        ) : (
          <dl className="packet-points">
            <dt>{t('packet.gcj02')}</dt>
            <dd>{point(where.gcj02)}</dd>
            <dt>{t('packet.wgs84')}</dt>
            <dd>{point(where.wgs84)}</dd>
          </dl>
        )}
      </Part>
      <Part title={t('packet.entry')}>
        <p>{[floor, where.entry].filter((one) => one !== null && one !== '').join(' · ') || t('packet.none')}</p>
        {where.keys.map((one) => (
          <p key={one.name}>
            <Icon name="key" /> {t('packet.keys')} {one.kind} <b>{one.name}</b>{' '}
            {one.phone && <Phone number={one.phone} />}
          </p>
        ))}
      </Part>
    </>
  );
}

function Who({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  const { who, others } = packet;
  return (
    <Part title={t('packet.who')}>
      {who === null ? (
        <p>
          {t('packet.whoUnknown')} {others.join(' · ')}
        </p>
      ) : (
        <>
          <p className="packet-name">
            {who.name} {t(`sex.${who.sex}`)} {t('row.age', { age: who.age })}
          </p>
          <p>{[...new Set([...who.speaking, ...who.marks])].join(' · ')}</p>
          {who.phone && (
            <p>
              {t('packet.phone')} <Phone number={who.phone} />
            </p>
          )}
        </>
      )}
    </Part>
  );
}

function Health({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  const { care } = packet;
  const list = (values: readonly string[]) => (values.length === 0 ? t('packet.none') : values.join(' · '));
  return (
    <Part title={t('packet.health')}>
      {care === null ? (
        t(packet.who === null ? 'packet.whoUnknown' : 'packet.none')
      ) : (
        <dl className="packet-card">
          <dt>{t('packet.allergies')}</dt>
          <dd className={care.allergies.length > 0 ? 'allergy' : ''}>
            {care.allergies.length > 0 && <Icon name="bold" />} {list(care.allergies)}
          </dd>
          <dt>{t('packet.conditions')}</dt>
          <dd>{list(care.conditions)}</dd>
          <dt>{t('packet.medication')}</dt>
          <dd>{list(care.medication)}</dd>
          <dt>{t('packet.blood')}</dt>
          <dd>{care.bloodType ?? t('packet.none')}</dd>
          <dt>{t('packet.mobility')}</dt>
          <dd>{care.mobility ?? t('packet.none')}</dd>
          <dt>{t('packet.hospital')}</dt>
          <dd>{care.hospital ?? t('packet.none')}</dd>
        </dl>
      )}
    </Part>
  );
}

function Happened({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  const { what, vitals } = packet;
  return (
    <>
      <Part title={t('packet.what')}>
        <p>
          <b>{what.complaint}</b> · {clockTime(Date.parse(what.openedAt))}
        </p>
        {what.summary && <p>{what.summary}</p>}
        <p className="packet-answers">
          {FIRST_QUESTIONS.map((one) => (
            <span key={one}>{t(`ask.state.${what.answers[one] ?? 'none'}`, { question: t(`ask.${one}`) })}</span>
          ))}
        </p>
        <p className="grey">
          {t('packet.presses')}{' '}
          {what.presses
            .map((one) => {
              const times = one.count > 1 ? ` ${t('packet.times', { count: one.count })}` : '';
              return `${clockTime(Date.parse(one.at))} ${one.words}${times}`;
            })
            .join(' · ')}
        </p>
      </Part>
      {vitals.length > 0 && (
        <Part title={t('packet.vitals')}>
          <p>
            {vitals.map((one) => (
              <span key={`${one.at}${one.name}`} className="packet-vital">
                <b>
                  {one.name} {one.value}
                </b>{' '}
                <span className="grey">{shortTime(Date.parse(one.at), Date.parse(packet.madeAt))}</span>
              </span>
            ))}
          </p>
        </Part>
      )}
    </>
  );
}

function Contacts({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  if (packet.contacts.length === 0) return null;
  return (
    <Part title={t('packet.contacts')}>
      {packet.contacts.map((one) => (
        <p key={one.id}>
          <b>{one.name}</b> <span className="grey">{one.relation}</span> <Phone number={one.phone} />{' '}
          {one.hasKey && <span>{t('packet.hasKey')}</span>}{' '}
          {one.local && (
            <span className="grey">
              {one.minutes ? t('packet.minutes', { minutes: one.minutes }) : t('packet.local')}
            </span>
          )}
        </p>
      ))}
    </Part>
  );
}

function Done({ packet }: { packet: Packet }): ReactNode {
  const { t } = useTranslation();
  return (
    <Part title={t('packet.done')}>
      <ol className="packet-done">
        {packet.done.toReversed().map((line, place) => (
          <li key={`${line.at}${place}`}>
            <time>{clockTime(Date.parse(line.at))}</time> <span className="grey">{line.by}</span> {line.text}
          </li>
        ))}
      </ol>
    </Part>
  );
}
