import { Button, Input } from 'antd';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { PartnerHandoff, PartnerStep } from '#contracts/handoff.ts';
import { sentenceOf } from '../api/http.ts';
import { sendStep } from './api.ts';

type Send = (step: PartnerStep, body: object) => Promise<boolean>;

const MINUTES = [5, 10, 15, 20] as const;
const REASONS = ['busy', 'far', 'same'] as const;

/** What the centre does next, one thing at a time, at the foot of the packet. */
export function CentreSteps({
  id,
  handoff,
  callBack,
  onDone,
}: {
  id: string;
  handoff: PartnerHandoff | undefined;
  callBack: string;
  onDone: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const [said, setSaid] = useState<{ words: string; bad: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const send: Send = async (step, body) => {
    setBusy(true);
    try {
      setSaid({ words: await sendStep(id, step, body), bad: false });
      return true;
    } catch (error) {
      setSaid({ words: sentenceOf(error), bad: true });
      return false;
    } finally {
      setBusy(false);
      onDone();
    }
  };
  const live = handoff !== undefined && !handoff.ended;
  return (
    <footer className="hand-steps">
      <p role="status" className={said?.bad ? 'hand-said amber' : 'hand-said'}>
        {said?.words}
      </p>
      {!live && <p className="grey">{t('centre.done')}</p>}
      {live && <Next handoff={handoff} send={send} busy={busy} />}
      {live && handoff.state !== 'offered' && <p className="grey">{t('centre.cancelBy', { phone: callBack })}</p>}
      {live && <Tell send={send} busy={busy} />}
    </footer>
  );
}

function Next({ handoff, send, busy }: { handoff: PartnerHandoff; send: Send; busy: boolean }): ReactNode {
  const { t } = useTranslation();
  if (handoff.state === 'offered') return <Accept send={send} busy={busy} />;
  if (handoff.state === 'accepted')
    return (
      <div className="hand-keys" role="group" aria-label={t('centre.minutesLabel')}>
        {MINUTES.map((minutes) => (
          <Button
            key={minutes}
            type={minutes === 10 ? 'primary' : 'default'}
            size="large"
            disabled={busy}
            onClick={() => void send('dispatch', { minutes })}
          >
            {t('centre.dispatch', { minutes })}
          </Button>
        ))}
      </div>
    );
  const step = handoff.state === 'dispatched' ? 'arrive' : 'close';
  return (
    <Button type="primary" size="large" block disabled={busy} onClick={() => void send(step, {})}>
      {t(`centre.${step}`)}
    </Button>
  );
}

/** Both numbers, or nothing is accepted; or why not. */
function Accept({ send, busy }: { send: Send; busy: boolean }): ReactNode {
  const { t } = useTranslation();
  const [seat, setSeat] = useState('');
  const [caseNumber, setCaseNumber] = useState('');
  const [refusing, setRefusing] = useState(false);
  const ready = seat.trim() !== '' && caseNumber.trim() !== '' && !busy;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ready) void send('accept', { seat: seat.trim(), caseNumber: caseNumber.trim() });
  };
  if (refusing) return <Refuse send={send} busy={busy} onBack={() => setRefusing(false)} />;
  return (
    <form className="hand-accept" onSubmit={submit}>
      <label>
        <span>{t('centre.seat')}</span>
        <Input size="large" value={seat} maxLength={64} onChange={(event) => setSeat(event.target.value)} />
      </label>
      <label>
        <span>{t('centre.caseNumber')}</span>
        <Input size="large" value={caseNumber} maxLength={64} onChange={(event) => setCaseNumber(event.target.value)} />
      </label>
      <Button type="primary" size="large" htmlType="submit" disabled={!ready}>
        {t('centre.accept')}
      </Button>
      <Button size="large" type="text" onClick={() => setRefusing(true)}>
        {t('centre.reject')}
      </Button>
      <p className="grey hand-hint">{t('centre.acceptHint')}</p>
    </form>
  );
}

function Refuse({ send, busy, onBack }: { send: Send; busy: boolean; onBack: () => void }): ReactNode {
  const { t } = useTranslation();
  const [other, setOther] = useState('');
  return (
    <div className="hand-refuse" role="group" aria-label={t('centre.rejectTitle')}>
      <p>{t('centre.rejectTitle')}</p>
      <div className="hand-keys">
        {REASONS.map((one) => (
          <Button
            key={one}
            size="large"
            disabled={busy}
            onClick={() => void send('reject', { reason: t(`centre.reason.${one}`) })}
          >
            {t(`centre.reason.${one}`)}
          </Button>
        ))}
      </div>
      <div className="hand-tell">
        <Input
          size="large"
          value={other}
          maxLength={200}
          placeholder={t('centre.rejectOther')}
          aria-label={t('centre.rejectOther')}
          onChange={(event) => setOther(event.target.value)}
        />
        <Button
          size="large"
          disabled={busy || other.trim() === ''}
          onClick={() => void send('reject', { reason: other.trim() })}
        >
          {t('centre.reject')}
        </Button>
        <Button size="large" type="text" onClick={onBack}>
          {t('packet.back')}
        </Button>
      </div>
    </div>
  );
}

function Tell({ send, busy }: { send: Send; busy: boolean }): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const tell = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() !== '' && (await send('update', { text: text.trim() }))) setText('');
  };
  return (
    <form className="hand-tell" onSubmit={tell}>
      <Input
        value={text}
        maxLength={500}
        placeholder={t('centre.tellHint')}
        aria-label={t('centre.tell')}
        onChange={(event) => setText(event.target.value)}
      />
      <Button htmlType="submit" disabled={busy || text.trim() === ''}>
        {t('centre.tell')}
      </Button>
    </form>
  );
}
