import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import {
  FIRST_ANSWERS,
  FIRST_QUESTIONS,
  type FirstAnswer,
  type FirstQuestion,
  type WireIncident,
  type WireIncidentDetail,
} from '#contracts/incident.ts';
import { isOpen } from '../incident/case-state.ts';
import { useCommands } from '../incident/use-commands.ts';
import { useKeys } from '../keys/keys.ts';
import { useIsLive } from '../live/use-live.tsx';
import './handoff-call.css';

/**
 * What is asked first, with the newest answers. E begins: then 1 yes, 2 no, 3 not known answers one and goes on to the
 * next. They advise, and are what a centre is told first; nothing closes or downgrades by them.
 */
export function FirstQuestions({
  incident,
  detail,
}: {
  incident: WireIncident;
  detail: WireIncidentDetail | undefined;
}): ReactNode {
  const { t } = useTranslation();
  const commands = useCommands();
  const isLive = useIsLive();
  const [asking, setAsking] = useState<FirstQuestion | null>(null);
  const open = isOpen(incident);
  useKeys(
    { e: () => setAsking(FIRST_QUESTIONS[0]) },
    { active: open && incident.class === 'rescue' && asking === null },
  );
  if (incident.class !== 'rescue') return null;
  const next = (after: FirstQuestion): FirstQuestion | null =>
    FIRST_QUESTIONS[FIRST_QUESTIONS.indexOf(after) + 1] ?? null;
  const answer = (question: FirstQuestion, value: FirstAnswer) => {
    setAsking(next(question));
    void commands.run(incident, 'answers', { question, answer: value });
  };
  return (
    <section className="first-questions" aria-label={t('ask.title')}>
      <h2>
        {t('ask.title')} <kbd>E</kbd>
      </h2>
      <ul>
        {FIRST_QUESTIONS.map((one) => (
          <li key={one} className={asking === one ? 'is-asked' : ''}>
            <button
              type="button"
              className="first-question"
              disabled={!open || !isLive || detail === undefined}
              onClick={() => setAsking(asking === one ? null : one)}
            >
              {t(`ask.state.${detail?.answers[one] ?? 'none'}`, { question: t(`ask.${one}`) })}
            </button>
          </li>
        ))}
      </ul>
      {asking !== null && open && <Answers question={asking} onAnswer={answer} onLeave={() => setAsking(null)} />}
    </section>
  );
}

function Answers({
  question,
  onAnswer,
  onLeave,
}: {
  question: FirstQuestion;
  onAnswer: (question: FirstQuestion, answer: FirstAnswer) => void;
  onLeave: () => void;
}): ReactNode {
  const { t } = useTranslation();
  const isLive = useIsLive();
  const keys = Object.fromEntries(
    FIRST_ANSWERS.map((one, place) => [String(place + 1), () => onAnswer(question, one)]),
  );
  useKeys({ ...keys, escape: onLeave }, { exclusive: true });
  return (
    <div className="first-answers" role="group" aria-label={t(`ask.${question}`)}>
      <b>{t(`ask.${question}`)}?</b>
      {FIRST_ANSWERS.map((one, place) => (
        <Button key={one} disabled={!isLive} onClick={() => onAnswer(question, one)}>
          <kbd>{place + 1}</kbd> {t(`ask.answer.${one}`)}
        </Button>
      ))}
    </div>
  );
}
