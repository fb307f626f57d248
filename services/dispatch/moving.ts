import type { Clock } from '#kernel/clock.ts';
import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { homeGround } from '#registry/directory/directory.ts';
import { regionNames } from '#registry/regions.ts';
import type { Actor } from './domain/incident.ts';
import { followHome } from './domain/moving.ts';
import { isLiveAssignment } from './domain/states.ts';
import type { Policies } from './policies.ts';
import { addDecision, loadIncidents, newBatch, saveBatch } from './store.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['find_cases_of_home_for_update']);

export interface MovingDeps {
  clock: Clock;
  policies: Policies;
  poke: () => void;
  /** Whether an account may look into a region (identity). */
  maySee: (db: Db, accountId: string, regionPath: string) => Promise<boolean>;
}

/** A home whose place was changed; `residentId` when one person has moved into it. */
export interface Moved {
  householdId: string;
  residentId: string | null;
}

/**
 * Takes the cases that are not over along with a home whose place was changed in the registry, in the registry's own
 * transaction: all of the home's, or where one person has moved, those of what she wears and what she asked for by
 * telephone (the old box stays where it hangs). What goes to another region leaves the screens of the old one. Screens
 * and responders who are under way are shown the new address also where the region is the same.
 */
export function createMoving(deps: MovingDeps): (tx: Tx, moved: Moved, by: Actor) => Promise<void> {
  return async (tx, { householdId, residentId }, by) => {
    const ground = await homeGround(tx, householdId);
    const cases = await loadIncidents(tx, q.find_cases_of_home_for_update, [householdId, residentId]);
    if (ground === null || cases.length === 0) return;
    const names = (await regionNames(tx, [ground.regionPath])).get(ground.regionPath) ?? [];
    const home = {
      householdId,
      ...ground,
      name: names
        .slice(-3)
        .map(({ name }) => name)
        .join(' '),
    };
    const now = deps.clock.now();
    const batch = newBatch(now);
    for (const stored of cases) {
      const { id, ownerId, assignments } = stored.incident;
      const ownerStays = ownerId === null || (await deps.maySee(tx, ownerId, ground.regionPath));
      const decision = followHome(stored.incident, home, ownerStays, by, deps.policies.current(), now);
      if (decision) addDecision(batch, stored, decision);
      const shown = assignments.filter((one) => isLiveAssignment(one.state));
      const looks = shown.map((one) => ({ incident: id, offer: { assignment: one.id, staff: one.staffId } }));
      const payloads = decision || looks.length > 0 ? looks : [{ incident: id }];
      batch.outbox.push(...payloads.map((payload) => ({ topic: 'console' as const, key: '', payload, told: null })));
    }
    await saveBatch(tx, batch);
    tx.afterCommit(deps.poke);
  };
}
