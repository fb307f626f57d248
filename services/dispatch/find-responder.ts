import type { Tx } from '#platform/database.ts';
import { candidateHelper, whoCouldCome, type WhereAre } from './candidates.ts';
import { changeCase } from './cases.ts';
import { askWave, nobodyLeft, pickWave, planWave, type Reach } from './domain/asking.ts';
import { noteOutcome } from './domain/outcome.ts';
import type { Policies } from './policies.ts';

export interface FindResponderDeps {
  policies: Policies;
  poke: () => void;
  whereAre?: WhereAre | undefined;
}

/**
 * Carries out one search: the next wave of the case is asked, first in the own street, then beyond it; when nobody is
 * left it goes to 110. Runs inside the intent's transaction; answers the outcome. The case's row stays locked from the
 * first look to the offers, so that two searches never ask the same people.
 */
export async function findResponder(
  deps: FindResponderDeps,
  tx: Tx,
  intent: { id: string; incident_id: string; kind: string; detail: Record<string, unknown> },
  now: number,
): Promise<string> {
  const incident = await changeCase(tx, deps, intent.incident_id, null, now, () => null);
  const plan = planWave(incident, intent.detail['why'] === 'ladder' ? 'ladder' : 'search');
  const note = (outcome: string): Promise<unknown> =>
    changeCase(tx, deps, intent.incident_id, null, now, (current, policy) =>
      noteOutcome(current, { intent: intent.id, kind: intent.kind, outcome, who: null }, policy, now),
    );
  if (!plan.ask) {
    await note(plan.outcome);
    return plan.outcome;
  }
  const reaches: readonly Reach[] = incident.asking.reach === 'own' ? ['own', 'next'] : ['next'];
  for (const reach of reaches) {
    const chosen = pickWave(incident, plan, await whoCouldCome(tx, deps.whereAre, incident, reach, now));
    if (chosen.length === 0) continue;
    const helpers = chosen.map((one) => candidateHelper(one, plan.wave));
    await changeCase(tx, deps, intent.incident_id, null, now, (current, policy) =>
      askWave(current, { number: plan.wave, reach, helpers }, policy, now),
    );
    return 'asked';
  }
  await changeCase(tx, deps, intent.incident_id, null, now, (current, policy) =>
    nobodyLeft(current, intent, policy, now),
  );
  return 'nobody_found';
}
