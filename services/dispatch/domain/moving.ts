import { addFact, endDraft, startDraft } from './draft.ts';
import { giveUp, type Home } from './desk.ts';
import type { Actor, Decision, Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { isOpen } from './states.ts';
import { settle } from './timers.ts';

/**
 * The case follows the home to where it is now, so that those who answer for that place see it. An owner who may not
 * look there (`ownerStays` false) has it no longer: it waits again, at the desks of the new place, from the first step
 * of the ladder. A position that the box sent stays. Null where nothing changes.
 */
export function followHome(
  incident: Incident,
  home: Home & { name: string },
  ownerStays: boolean,
  by: Actor,
  policy: Policy,
  now: number,
): Decision | null {
  const { position } = incident;
  const isOld =
    position?.source === 'home' && (position.lat !== home.position?.lat || position.lon !== home.position.lon);
  const isSame = incident.regionPath === home.regionPath && incident.householdId === home.householdId;
  if (isSame && !isOld) return null;
  const draft = startDraft(incident, policy, now);
  const { i } = draft;
  i.householdId = home.householdId;
  i.regionPath = home.regionPath;
  if (position === null || position.source === 'home')
    i.position = home.position === null ? null : { ...home.position, source: 'home' };
  const lost = i.ownerId !== null && !ownerStays && isOpen(i.state) ? i.ownerName : null;
  if (lost !== null) giveUp(draft);
  addFact(draft, 'moved', by, { to: home.name, from: lost });
  settle(draft);
  return endDraft(draft);
}
