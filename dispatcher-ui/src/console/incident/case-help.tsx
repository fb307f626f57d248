import { Button, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireAssignment, WireHandoff, WireIncident } from '#contracts/incident.ts';
import { Icon } from '../../ui/icons.tsx';
import { TakeBack } from '../handoff-call/handoff-call.tsx';
import { clockTime, span } from '../live/time.ts';
import { useDesk, useIsLive, useNow } from '../live/use-live.tsx';
import { isMine } from './actions.ts';
import { useCase } from './case-context.tsx';
import { afterHandoff, isOpen, liveAssignments, liveHandoffs } from './case-state.ts';
import { useCommands } from './use-commands.ts';

/** Who was asked, who is coming and when, and which centre has it. */
export function CaseHelp({ incident }: { incident: WireIncident }): ReactNode {
  const { t } = useTranslation();
  const { me } = useDesk();
  const isLive = useIsLive();
  const { orders } = useCase();
  const assignments = liveAssignments(incident);
  const handoffs = liveHandoffs(incident);
  const lost = incident.assignments
    .filter((one) => one.state === 'declined' || one.state === 'expired' || one.state === 'done')
    .slice(-2);
  const over = incident.handoffs.filter((one) => !handoffs.includes(one)).slice(-2);
  const may = isLive && isOpen(incident) && (isMine(incident, me) || me.role === 'supervisor');
  return (
    <section className="help" aria-label={t('help.title')}>
      <Needs
        incident={incident}
        nobody={assignments.length + handoffs.length + lost.length + over.length + (orders?.length ?? 0) === 0}
        may={may}
      />
      {assignments.map((one) => (
        <Assignment key={one.id} incident={incident} assignment={one} may={may} />
      ))}
      {handoffs.map((one) => (
        <Handoff key={one.id} incident={incident} handoff={one} may={may} />
      ))}
      {lost.length + over.length > 0 && (
        <p className="help-line grey">
          <Icon name={lost.length > 0 ? 'walk' : 'phone'} />
          <span className="help-over">
            {lost.map((one) => (
              <span key={one.id}>
                {one.responder.name} {t(`assignment.${one.state}`)}
                {one.declineReason && ` · ${one.declineReason}`}
              </span>
            ))}
            {over.map((one) => (
              <span key={one.id}>
                {t(`target.${one.to}`)} {t(`handoff.${one.state}`)}
                {one.caseNumber && ` · ${t('help.case', { seat: one.seat ?? '', number: one.caseNumber })}`}
              </span>
            ))}
          </span>
        </p>
      )}
    </section>
  );
}

/** That nobody was sent yet, and how many must come: two, to lift somebody from the floor. */
function Needs({ incident, nobody, may }: { incident: WireIncident; nobody: boolean; may: boolean }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const two = incident.needs > 1;
  const counts = isOpen(incident) && incident.class === 'rescue' && (two || may);
  if (!nobody && !counts) return null;
  return (
    <p className={`help-line ${nobody ? 'grey' : ''}`}>
      <Icon name={nobody ? 'walk' : 'person'} />
      <span className="help-text">
        {nobody && t(isOpen(incident) ? 'help.nobody' : 'help.nobodyWent')}
        {nobody && counts && ' · '}
        {counts && t('help.needs', { count: incident.needs })}
      </span>
      {counts && (
        <Button
          size="small"
          type="text"
          disabled={!may}
          onClick={() => void commands.run(incident, 'needs', { version: incident.version, people: two ? 1 : 2 })}
        >
          {t(two ? 'help.needOne' : 'help.needTwo')}
        </Button>
      )}
    </p>
  );
}

function Assignment({
  incident,
  assignment,
  may,
}: {
  incident: WireIncident;
  assignment: WireAssignment;
  may: boolean;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const { name, phone } = assignment.responder;
  const there = assignment.state === 'on_scene';
  const { unproven } = assignment;
  return (
    <p className={`help-line ${unproven ? 'amber' : there ? 'green' : 'blue'}`}>
      <Icon name={unproven ? 'clock' : there ? 'check' : 'walk'} />
      <span className="help-text">
        <b>{name}</b> {unproven ? t('help.unproven') : t(`assignment.${assignment.state}`)}
        <When assignment={assignment} />
        {phone && <span className="grey"> {phone}</span>}
      </span>
      {unproven && (
        <Button
          size="small"
          disabled={!may}
          title={t('help.askFirst')}
          onClick={() =>
            void commands.run(
              incident,
              'arrived',
              { version: incident.version, assignment: assignment.id },
              { say: t('toast.arrivalProven', { name }) },
            )
          }
        >
          {t('help.prove')}
        </Button>
      )}
      {!there && (
        <Button
          size="small"
          disabled={!may}
          onClick={() =>
            void commands.run(
              incident,
              'withdraw',
              { version: incident.version, assignment: assignment.id },
              { say: t('toast.withdrawn', { name }) },
            )
          }
        >
          {t('help.withdraw')}
        </Button>
      )}
    </p>
  );
}

function When({ assignment }: { assignment: WireAssignment }): ReactNode {
  const { t } = useTranslation();
  const now = useNow();
  if (assignment.state === 'offered')
    return assignment.expiresAt && <> · {t('help.answerIn', { time: span(Date.parse(assignment.expiresAt) - now) })}</>;
  if (assignment.state === 'on_scene')
    return assignment.arrivedAt && <> · {clockTime(Date.parse(assignment.arrivedAt))}</>;
  if (!assignment.etaAt) return null;
  const eta = Date.parse(assignment.etaAt);
  const late = eta < now;
  return (
    <span className={late ? 'amber' : undefined}>
      {' '}
      · {t(late ? 'help.late' : 'help.eta', { time: clockTime(eta).slice(0, 5), left: span(Math.abs(eta - now)) })}
    </span>
  );
}

function Handoff({
  incident,
  handoff,
  may,
}: {
  incident: WireIncident;
  handoff: WireHandoff;
  may: boolean;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const now = useNow();
  const [taking, setTaking] = useState(false);
  const name = t(`target.${handoff.to}`);
  const update = (state: 'rejected' | 'dispatched' | 'on_scene' | 'closed') =>
    void commands.run(incident, 'handoff_update', { version: incident.version, handoff: handoff.id, state });
  const next = afterHandoff(handoff.state);
  return (
    <div className={`help-line ${handoff.state === 'offered' ? '' : handoff.state === 'on_scene' ? 'green' : 'blue'}`}>
      <Icon name="phone" />
      <span className="help-text">
        <b>{name}</b> {t(`handoff.${handoff.state}`)}
        {handoff.state === 'offered' &&
          handoff.deadlineAt &&
          ` · ${t('help.answerIn', { time: span(Date.parse(handoff.deadlineAt) - now) })}`}
        {handoff.caseNumber && (
          <span className="grey"> {t('help.case', { seat: handoff.seat ?? '', number: handoff.caseNumber })}</span>
        )}
      </span>
      {handoff.state === 'offered' && (
        <Acceptance incident={incident} handoff={handoff} may={may} onRejected={() => update('rejected')} />
      )}
      {next && (
        <Button size="small" disabled={!may} onClick={() => update(next)}>
          {t(`handoff.do.${next}`)}
        </Button>
      )}
      <Button size="small" type="text" disabled={!may} onClick={() => setTaking(!taking)}>
        {t('help.withdraw')}
      </Button>
      {taking && <TakeBack incident={incident} handoff={handoff} onBack={() => setTaking(false)} />}
    </div>
  );
}

/** The centre's seat and case number, read back and typed in: only then it has accepted. */
function Acceptance({
  incident,
  handoff,
  may,
  onRejected,
}: {
  incident: WireIncident;
  handoff: WireHandoff;
  may: boolean;
  onRejected: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const [seat, setSeat] = useState('');
  const [caseNumber, setCaseNumber] = useState('');
  const ready = may && seat.trim() !== '' && caseNumber.trim() !== '';
  const accept = () =>
    void commands.run(
      incident,
      'handoff_update',
      {
        version: incident.version,
        handoff: handoff.id,
        state: 'accepted',
        seat: seat.trim(),
        caseNumber: caseNumber.trim(),
      },
      { say: t('toast.accepted', { name: t(`target.${handoff.to}`) }) },
    );
  return (
    <form
      className="acceptance"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) accept();
      }}
    >
      <Input
        size="small"
        aria-label={t('help.seat')}
        placeholder={t('help.seat')}
        value={seat}
        onChange={(event) => setSeat(event.target.value)}
        disabled={!may}
      />
      <Input
        size="small"
        aria-label={t('help.number')}
        placeholder={t('help.number')}
        value={caseNumber}
        onChange={(event) => setCaseNumber(event.target.value)}
        disabled={!may}
      />
      <Button size="small" htmlType="submit" disabled={!ready}>
        {t('handoff.do.accepted')}
      </Button>
      <Button size="small" type="text" disabled={!may} onClick={onRejected}>
        {t('handoff.do.rejected')}
      </Button>
    </form>
  );
}
