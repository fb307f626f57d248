import { Button, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { LADDER_TARGETS, type Ladder, type LadderPolicy, type LadderTarget } from '#contracts/policy.ts';
import { checkLadders, SECONDS } from './check.ts';
import { PolicyFrame } from './policy-frame.tsx';
import { useTexts } from './texts.ts';
import { usePolicy } from './use-policy.ts';

/** Who is called when nobody takes a case, step by step, and the other clocks. */
export function Ladders({ may }: { may: boolean }): ReactNode {
  const t = useTexts();
  const edit = usePolicy('ladder');
  const { body, draft, change } = edit;
  const put = (place: number, ladder: Ladder): void => {
    if (draft) change({ ...draft, ladders: draft.ladders.map((one, at) => (at === place ? ladder : one)) });
  };
  return (
    <PolicyFrame edit={edit} hint={t.ladderHint} wrong={draft ? checkLadders(draft, t) : []} may={may}>
      {body?.ladders.map((ladder, place) => (
        <div key={`${ladder.queue} ${ladder.priority}`} className="admin-ladder">
          <h2>
            {t.queues[ladder.queue]} <small className="grey">{t.upTo(ladder.priority)}</small>
          </h2>
          {draft === null ? <Steps ladder={ladder} /> : <StepsForm ladder={ladder} put={(next) => put(place, next)} />}
        </div>
      ))}
      {body && <Clocks policy={body} change={draft === null ? null : change} />}
    </PolicyFrame>
  );
}

function Steps({ ladder }: { ladder: Ladder }): ReactNode {
  const t = useTexts();
  return (
    <>
      <ol className="admin-steps">
        {ladder.steps.map((step) => (
          <li key={`${step.afterS} ${step.who}`}>
            <b>{step.afterS}</b> {t.after} {t.who[step.who]}
          </li>
        ))}
      </ol>
      <p className="grey">
        {t.repeat}:{ladder.repeatS}
      </p>
    </>
  );
}

function StepsForm({ ladder, put }: { ladder: Ladder; put: (ladder: Ladder) => void }): ReactNode {
  const t = useTexts();
  const { steps } = ladder;
  const set = (place: number, step: Partial<Ladder['steps'][number]>): void =>
    put({ ...ladder, steps: steps.map((one, at) => (at === place ? { ...one, ...step } : one)) });
  return (
    <>
      <ol className="admin-steps">
        {steps.map((step, place) => (
          // Steps have no name of their own; they are only changed at their place.
          <li key={place}>
            <InputNumber
              min={0}
              max={86_400}
              value={step.afterS}
              aria-label={`${t.queues[ladder.queue]} ${place + 1} ${t.after}`}
              onChange={(afterS) => set(place, { afterS: afterS ?? 0 })}
            />{' '}
            {t.after}{' '}
            <Select
              value={step.who}
              aria-label={`${t.queues[ladder.queue]} ${place + 1}`}
              options={LADDER_TARGETS.map((value) => ({ value, label: t.who[value] }))}
              onChange={(who: LadderTarget) => set(place, { who })}
            />{' '}
            <Button
              size="small"
              type="text"
              onClick={() => put({ ...ladder, steps: steps.filter((_one, at) => at !== place) })}
            >
              {t.dropStep}
            </Button>
          </li>
        ))}
      </ol>
      <div className="admin-keys">
        <Button
          size="small"
          onClick={() =>
            put({ ...ladder, steps: [...steps, { afterS: (steps.at(-1)?.afterS ?? 0) + 30, who: 'supervisors' }] })
          }
        >
          {t.addStep}
        </Button>
        <span>{t.repeat}</span>
        <InputNumber
          min={0}
          max={86_400}
          value={ladder.repeatS}
          aria-label={t.repeat}
          onChange={(repeatS) => put({ ...ladder, repeatS: repeatS ?? 0 })}
        />
      </div>
    </>
  );
}

function Clocks({
  policy,
  change,
}: {
  policy: LadderPolicy;
  change: ((next: LadderPolicy) => void) | null;
}): ReactNode {
  const t = useTexts();
  return (
    <div className="admin-ladder">
      <h2>{t.clocks}</h2>
      <dl className="admin-clocks">
        {SECONDS.map((what) => (
          <div key={what}>
            <dt>{t.seconds[what]}</dt>
            <dd>
              {change === null ? (
                policy[what]
              ) : (
                <InputNumber
                  min={0}
                  max={604_800}
                  value={policy[what]}
                  aria-label={t.seconds[what]}
                  onChange={(seconds) => change({ ...policy, [what]: seconds ?? 0 })}
                />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
