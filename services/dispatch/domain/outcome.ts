import { addFact, endDraft, startDraft } from './draft.ts';
import { SYSTEM, type Decision, type Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { settle } from './timers.ts';

/** What came of an intent: `shown`, `no_carrier`, `pushed`, `nobody_found`, `quiet` … — a line of the history. */
export function noteOutcome(
  incident: Incident,
  outcome: { intent: string; kind: string; outcome: string; who: string | null },
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  addFact(draft, 'outcome', SYSTEM, { ...outcome });
  settle(draft);
  return endDraft(draft);
}
