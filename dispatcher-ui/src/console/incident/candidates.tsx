import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Candidate, WireIncident } from '#contracts/incident.ts';
import { textOr } from '../../i18n/i18n.ts';
import { Icon } from '../../ui/icons.tsx';
import { useStore } from '../../ui/store.ts';
import { useKeys } from '../keys/keys.ts';
import { openPanel, view } from '../view.ts';
import { sentTo } from './case-path.tsx';
import { useCase } from './case-context.tsx';
import { isOpen, liveAssignments } from './case-state.ts';

import { useCommands } from './use-commands.ts';

const SHOWN = 9;

/** Who could come, best first, with the reasons; armed by R, then one digit sends. */
export function Candidates(): ReactNode {
  const { t } = useTranslation();
  const armed = useStore(view, (value) => value.panel === 'assign');
  const { id, incident, detail, actions } = useCase();
  const may = actions.includes('assign');
  return (
    <section className={armed && may ? 'candidates is-armed' : 'candidates'} aria-label={t('candidates.title')}>
      <header>
        <h2>{t('candidates.title')}</h2>
        {armed && may ? (
          <span>
            {t('candidates.armed')} <kbd>1–9</kbd> · <kbd>⏎</kbd> {t('candidates.first')} · <kbd>Esc</kbd>
          </span>
        ) : (
          <span className="grey">{t('candidates.basis')}</span>
        )}
      </header>
      {incident && !isOpen(incident) ? (
        <p className="candidates-none grey">{t('candidates.over')}</p>
      ) : incident && detail ? (
        <List incident={incident} candidates={detail.candidates.slice(0, SHOWN)} may={may} armed={armed && may} />
      ) : (
        <p className="candidates-none grey">{t(id === null ? 'candidates.noCase' : 'candidates.loading')}</p>
      )}
    </section>
  );
}

function List({
  incident,
  candidates,
  may,
  armed,
}: {
  incident: WireIncident;
  candidates: readonly Candidate[];
  may: boolean;
  armed: boolean;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const [sending, setSending] = useState<string | null>(null);
  const asked = new Map(liveAssignments(incident).map((one) => [one.responder.id, one.state]));

  const send = async (one: Candidate) => {
    if (!may || asked.has(one.id) || sending !== null) return;
    openPanel(null);
    setSending(one.id);
    await commands.run(
      incident,
      'assign',
      { version: incident.version, responder: one.id },
      sentTo(one.name, one.id, commands, t),
    );
    setSending(null);
  };
  const first = candidates.find((one) => !asked.has(one.id));
  const keys: Record<string, () => void> = { escape: () => openPanel(null) };
  candidates.forEach((one, place) => {
    keys[String(place + 1)] = () => void send(one);
  });
  if (first) {
    keys.enter = () => void send(first);
    keys.r = keys.enter;
  }
  useKeys(keys, { exclusive: true, active: armed });

  if (candidates.length === 0)
    return (
      <p className="candidates-none">
        {t(incident.position || incident.region.length > 0 ? 'candidates.none' : 'candidates.noPlace')}
      </p>
    );
  return (
    <ol tabIndex={0} aria-label={t('candidates.title')}>
      {candidates.map((one, place) => (
        <li key={one.id} className={asked.has(one.id) ? 'is-asked' : undefined}>
          <kbd>{place + 1}</kbd>
          <span className="candidate-who">
            <b>{one.name}</b> <span className="grey">{textOr(`staff.${one.role}`, one.role)}</span>
            {one.hasKey && (
              <span className="has-key">
                <Icon name="key" />
                {t('contacts.hasKey')}
              </span>
            )}
            <small>{one.why}</small>
          </span>
          <span className="candidate-minutes">
            {t('candidates.minutes', { minutes: one.minutes })}
            <small>
              {t('candidates.metres', {
                metres:
                  one.metres >= 1_000
                    ? `${(one.metres / 1_000).toFixed(1)} ${t('unit.km')}`
                    : `${Math.max(10, Math.round(one.metres / 10) * 10)} ${t('unit.m')}`,
              })}
            </small>
          </span>
          <Button
            size="small"
            disabled={!may || asked.has(one.id)}
            loading={sending === one.id}
            onClick={() => void send(one)}
          >
            {asked.has(one.id) ? t(`assignment.${asked.get(one.id)!}`) : t('candidates.send')}
          </Button>
        </li>
      ))}
    </ol>
  );
}
