import type { ReactNode } from 'react';
import { Icon } from '../ui/icons.tsx';
import type { GoneOffer } from './field-live.ts';
import type { Queued } from './queue.ts';
import { useTexts } from './texts.ts';
import { useField } from './use-field.tsx';

/** What was tapped and is not confirmed yet, and what was refused, each in words. */
export function WaitingSteps({ queue }: { queue: readonly Queued[] }): ReactNode {
  const t = useTexts();
  const live = useField();
  const waiting = queue.filter((step) => step.refused === null);
  const refused = queue.filter((step) => step.refused !== null);
  if (queue.length === 0) return null;
  return (
    <div className="waiting-steps">
      {waiting.length > 0 && (
        <p className="pending" role="status">
          <Icon name="clock" />
          {t.queued(waiting.length)}:{waiting.map((step) => t.acts[step.act]).join('、')}
        </p>
      )}
      {refused.map((step) => (
        <p key={step.key} className="refused" role="alert">
          <span>
            {t.acts[step.act]} · {t.refused}:{step.refused}
          </span>
          <button type="button" onClick={() => live.queue.dismiss(step.key)}>
            {t.understood}
          </button>
        </p>
      ))}
    </div>
  );
}

/** Offers that are no longer his, and why. */
export function GoneOffers({ gone }: { gone: readonly GoneOffer[] }): ReactNode {
  const t = useTexts();
  const live = useField();
  return gone.map((one) => (
    <p key={one.id} className="refused" role="status">
      <span>
        {one.name !== null && `${one.name}:`}
        {one.why === 'filled' ? t.gone.filled(one.who.join('、')) : t.gone[one.why]}
      </span>
      <button type="button" onClick={() => live.readGone(one.id)}>
        {t.understood}
      </button>
    </p>
  ));
}
