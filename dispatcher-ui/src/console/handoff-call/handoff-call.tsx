import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { callSheetSchema, type CallSheet } from '#contracts/handoff.ts';
import type { WireHandoff, WireIncident } from '#contracts/incident.ts';
import { call, sentenceOf } from '../../api/http.ts';
import { isOnTheLine, newestCall } from '../incident/case-calls.ts';
import { useCommands } from '../incident/use-commands.ts';
import { span } from '../live/time.ts';
import { useIsLive, useNow } from '../live/use-live.tsx';
import { openPanel } from '../view.ts';
import './handoff-call.css';

/**
 * What the operator has before her while she calls a centre: the number, the first sentence as large as it gets, what
 * follows, and the two numbers that are read back. Accepted only when both are in.
 */
export function HandoffCall({ incident, handoff }: { incident: WireIncident; handoff: WireHandoff }): ReactNode {
  const { data, error } = useQuery({
    queryKey: ['call-sheet', incident.id, handoff.id, incident.version],
    queryFn: ({ signal }) => call(callSheetSchema, `/api/incidents/${incident.id}/packet?to=${handoff.to}`, { signal }),
    placeholderData: (before) => before,
    retry: 1,
  });
  return (
    <div className="handoff-call">
      {error && data === undefined && <p role="alert">{sentenceOf(error)}</p>}
      {data && <Script sheet={data} />}
      <Ring incident={incident} handoff={handoff} />
      <ReadBack incident={incident} handoff={handoff} />
    </div>
  );
}

/** One key rings the centre and the telephone on my desk, both in this case's line. */
function Ring({ incident, handoff }: { incident: WireIncident; handoff: WireHandoff }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const line = newestCall(incident, handoff.id);
  const { version } = incident;
  if (line && isOnTheLine(line))
    return (
      <p className="call-ring">
        <b>{t(`call.${line.state}`)}</b>
        <Button disabled={!isLive} onClick={() => void commands.run(incident, 'hang_up', { version, call: line.id })}>
          {t('call.hangUp', { name: t(`target.${handoff.to}`) })}
        </Button>
      </p>
    );
  return (
    <p className="call-ring">
      <Button
        type={line ? 'default' : 'primary'}
        size="large"
        disabled={!isLive}
        onClick={() => void commands.run(incident, 'dial', { version, to: handoff.id }, { say: t('toast.dialled') })}
      >
        {t('call.ring', { name: t(`target.${handoff.to}`) })}
      </Button>
      {line && <span className="grey">{t(`call.${line.state}`)}</span>}
    </p>
  );
}

function Script({ sheet }: { sheet: CallSheet }): ReactNode {
  const { t } = useTranslation();
  const { packet, partner } = sheet;
  const number = partner.phone;
  return (
    <div className="call-script">
      <div className="call-number">
        {t('call.number', { name: partner.name, phone: number })}
        {partner.besides.length > 0 && (
          <small>
            {t('call.besides', { how: partner.besides.map((one) => t(`call.besides.${one}`)).join(' · ') })}
          </small>
        )}
      </div>
      <p className="call-label">{t('call.say', { seconds: Math.ceil(packet.script.seconds) })}</p>
      <p className="call-first" lang="zh-CN">
        {packet.script.first}
      </p>
      <ol className="call-rest" aria-label={t('call.rest')} lang="zh-CN">
        {packet.script.rest.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    </div>
  );
}

/** The centre's own numbers, read back and typed in; or what they said instead. */
function ReadBack({ incident, handoff }: { incident: WireIncident; handoff: WireHandoff }): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const now = useNow();
  const [seat, setSeat] = useState('');
  const [caseNumber, setCaseNumber] = useState('');
  const [taking, setTaking] = useState(false);
  const name = t(`target.${handoff.to}`);
  const ready = isLive && seat.trim() !== '' && caseNumber.trim() !== '';
  const { version } = incident;
  const accept = (event: SubmitEvent) => {
    event.preventDefault();
    if (!ready) return;
    void commands
      .run(
        incident,
        'handoff_update',
        { version, handoff: handoff.id, state: 'accepted', seat: seat.trim(), caseNumber: caseNumber.trim() },
        { say: t('toast.accepted', { name }) },
      )
      .then((after) => after && openPanel(null));
  };
  if (taking) return <TakeBack incident={incident} handoff={handoff} onBack={() => setTaking(false)} />;
  return (
    <form className="call-back" onSubmit={accept}>
      <p className="call-label">
        {t('call.readBack')}
        {handoff.deadlineAt && ` · ${t('help.answerIn', { time: span(Date.parse(handoff.deadlineAt) - now) })}`}
      </p>
      <label>
        <span>{t('help.seat')}</span>
        <Input size="large" value={seat} maxLength={64} onChange={(event) => setSeat(event.target.value)} />
      </label>
      <label>
        <span>{t('help.number')}</span>
        <Input size="large" value={caseNumber} maxLength={64} onChange={(event) => setCaseNumber(event.target.value)} />
      </label>
      <div className="sheet-keys">
        <Button type="primary" size="large" htmlType="submit" disabled={!ready}>
          {t('handoff.do.accepted')}
        </Button>
        <Button
          size="large"
          disabled={!isLive}
          onClick={() =>
            void commands.run(incident, 'handoff_update', { version, handoff: handoff.id, state: 'rejected' })
          }
        >
          {t('handoff.do.rejected')}
        </Button>
        <Button size="large" type="text" disabled={!isLive} onClick={() => setTaking(true)}>
          {t('help.withdraw')}
        </Button>
      </div>
    </form>
  );
}

/** Cancelled by voice only: who at the centre confirmed it is typed in, and kept. */
export function TakeBack({
  incident,
  handoff,
  onBack,
}: {
  incident: WireIncident;
  handoff: WireHandoff;
  onBack: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const [by, setBy] = useState('');
  const name = t(`target.${handoff.to}`);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isLive || by.trim() === '') return;
    void commands
      .run(incident, 'handoff_update', {
        version: incident.version,
        handoff: handoff.id,
        state: 'withdrawn',
        reason: by.trim(),
      })
      .then(onBack);
  };
  return (
    <form className="call-back" onSubmit={submit}>
      <p className="sentence">{t('call.withdraw.sentence', { name })}</p>
      <label>
        <span>{t('call.withdraw.by')}</span>
        <Input size="large" value={by} maxLength={200} autoFocus onChange={(event) => setBy(event.target.value)} />
      </label>
      <div className="sheet-keys">
        <Button type="primary" size="large" htmlType="submit" disabled={!isLive || by.trim() === ''}>
          {t('call.withdraw.yes')}
        </Button>
        <Button size="large" onClick={onBack}>
          {t('sheet.no')}
        </Button>
      </div>
    </form>
  );
}
