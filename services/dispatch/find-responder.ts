import type { Tx } from '#platform/database.ts';
import { findCandidates } from '#registry/duty.ts';
import { changeCase } from './cases.ts';
import { candidateHelper } from './candidates.ts';
import { SYSTEM, type Incident } from './domain/incident.ts';
import { noteOutcome } from './domain/outcome.ts';
import { isEnded, isLiveAssignment } from './domain/states.ts';
import { decideStreet } from './domain/street.ts';
import type { Policies } from './policies.ts';

export interface FindResponderDeps {
  policies: Policies;
  poke: () => void;
}

/** The nearest on duty who was not asked yet: grid, then community, then street. */
export async function findResponder(
  deps: FindResponderDeps,
  tx: Tx,
  intent: { id: string; incident_id: string; kind: string; detail: Record<string, unknown> },
  now: number,
): Promise<string> {
  let outcome = 'nobody_found';
  let chosen: ReturnType<typeof candidateHelper> | null = null;
  const incident = await changeCase(tx, deps, intent.incident_id, null, now, () => null);
  if (!isEnded(incident.state) && incident.regionPath !== null) {
    for (const candidate of await findCandidates(tx, {
      regionPath: incident.regionPath,
      at: now,
      lat: incident.position?.lat ?? null,
      lon: incident.position?.lon ?? null,
      householdId: incident.householdId,
      limit: 12,
      radius: 'street',
    })) {
      if (!wasAsked(incident, candidate.id)) {
        chosen = candidateHelper(candidate);
        break;
      }
    }
  }
  const busy = incident.assignments.some((a) => isLiveAssignment(a.state));
  await changeCase(tx, deps, intent.incident_id, null, now, (current, policy) => {
    if (isEnded(current.state) || current.state === 'resolved') outcome = 'ended';
    else if (busy && intent.detail['why'] !== 'ladder') outcome = 'somebody_is_asked';
    else if (chosen !== null) {
      outcome = 'asked';
      return decideStreet(current, { type: 'assign', helper: chosen }, SYSTEM, policy, now);
    }
    return noteOutcome(current, { intent: intent.id, kind: intent.kind, outcome, who: null }, policy, now);
  });
  return outcome;
}

function wasAsked(incident: Incident, staffId: string): boolean {
  return incident.assignments.some((a) => a.staffId === staffId && a.state !== 'withdrawn');
}
