import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ownDutySchema, type WireOwnDuty } from '#contracts/field.ts';
import { call, sentenceOf } from '../api/http.ts';
import { Icon } from '../ui/icons.tsx';
import type { OwnPosition } from './position.ts';
import { useTexts } from './texts.ts';
import { useAge, useFieldState } from './use-field.tsx';

const KEY = ['own-duty'] as const;

/** His own duty as the server has it; looked at again every minute, since a shift ends by itself. */
export function useDuty(): WireOwnDuty | undefined {
  return useQuery({
    queryKey: KEY,
    queryFn: () => call(ownDutySchema, '/api/me/duty'),
    refetchInterval: 60_000,
  }).data;
}

const clock = (iso: string): string =>
  new Date(iso).toLocaleTimeString('zh-CN', {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    timeZone: 'Asia/Shanghai',
  });

/** Nothing in hand: on duty or off, what he may be woken for, and whether his place is known. */
export function Duty({ duty, position }: { duty: WireOwnDuty | undefined; position: OwnPosition }): ReactNode {
  const t = useTexts();
  const client = useQueryClient();
  const live = useFieldState((state) => state.link === 'live');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!duty) return <p className="duty-plain">{t.connecting}</p>;
  const change = async (body: object): Promise<void> => {
    setBusy(true);
    try {
      client.setQueryData(KEY, await call(ownDutySchema, '/api/me/duty', { method: 'POST', body }));
      setProblem(null);
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="duty" aria-label={duty.on ? t.on : t.off}>
      <div className="duty-state" data-on={duty.on}>
        <Icon name={duty.on ? 'check' : 'clock'} />
        <h1>{duty.on ? t.on : t.off}</h1>
        <p>
          {duty.on && duty.until !== null && t.until(clock(duty.until))}
          {duty.switched && ` · ${t.byMyself}`}
        </p>
        <p className="duty-hint">{duty.on ? t.waiting : t.offHint}</p>
        <Place on={duty.on} position={position} />
      </div>
      <Wake duty={duty} disabled={!live || busy} change={change} />
      <p role="alert" className="duty-problem">
        {problem}
      </p>
      <button
        type="button"
        className={duty.on ? 'no-key duty-key' : 'yes-key duty-key'}
        disabled={!live || busy}
        onClick={() => void change({ on: !duty.on })}
      >
        {duty.on ? t.goOff : t.goOn}
      </button>
    </section>
  );
}

function Place({ on, position }: { on: boolean; position: OwnPosition }): ReactNode {
  const t = useTexts();
  const age = useAge(position.at);
  const words = !on ? t.positionOff : age === null || position.refused ? t.positionNone : t.positionAgo(age);
  return (
    <p className={on && (age === null || age >= 60 || position.refused) ? 'duty-place amber' : 'duty-place grey'}>
      <Icon name="dot" />
      {t.position}:{words}
    </p>
  );
}

const NIGHT = { fromMin: 21 * 60, toMin: 7 * 60 };
const DAY = { fromMin: 7 * 60, toMin: 21 * 60 };
const hhmm = (min: number): string =>
  `${String(Math.floor(min / 60)).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`;

function Wake({
  duty,
  disabled,
  change,
}: {
  duty: WireOwnDuty;
  disabled: boolean;
  change: (body: object) => Promise<void>;
}): ReactNode {
  const t = useTexts();
  const hours = { fromMin: duty.wakeFromMin, toMin: duty.wakeToMin };
  const words = { never: t.wakeNever, emergency: t.wakeEmergency, always: t.wakeAlways };
  const spans = [{ fromMin: null, toMin: null }, DAY, NIGHT];
  return (
    <fieldset className="wake" disabled={disabled}>
      <legend>{t.wake}</legend>
      <div className="wake-keys">
        {(['never', 'emergency', 'always'] as const).map((mayWake) => (
          <button
            key={mayWake}
            type="button"
            aria-pressed={duty.mayWake === mayWake}
            onClick={() => void change({ wake: { mayWake, ...hours } })}
          >
            {words[mayWake]}
          </button>
        ))}
      </div>
      {duty.mayWake !== 'never' && (
        <div className="wake-keys">
          {spans.map((span) => (
            <button
              key={span.fromMin ?? 'any'}
              type="button"
              aria-pressed={hours.fromMin === span.fromMin}
              onClick={() => void change({ wake: { mayWake: duty.mayWake, ...span } })}
            >
              {span.fromMin === null ? t.wakeAnyHour : t.wakeHours(hhmm(span.fromMin), hhmm(span.toMin))}
            </button>
          ))}
        </div>
      )}
    </fieldset>
  );
}
