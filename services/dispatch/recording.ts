import type { Clock } from '#kernel/clock.ts';
import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { changeCase } from './cases.ts';
import { addFact, addIntent, endDraft, startDraft } from './domain/draft.ts';
import { SYSTEM, type Actor } from './domain/incident.ts';
import { settle } from './domain/timers.ts';
import type { Policies } from './policies.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['open_cases_about']);

interface Deps {
  clock: Clock;
  policies: Policies;
  poke: () => void;
}

/** A resident has just refused: what is recorded of the open cases about her, or about her home, has to stop. `by`: who wrote it down. */
export async function noteRefusal(
  deps: Deps,
  tx: Tx,
  { residentId, householdId, by }: { residentId: string; householdId: string; by: Actor },
): Promise<void> {
  const cases = await (tx as Db).query<{ id: string }>(q.open_cases_about, [residentId, householdId]);
  for (const { id } of cases)
    await changeCase(tx, deps, id, null, deps.clock.now(), (incident, policy, now) => {
      const draft = startDraft(incident, policy, now);
      addFact(draft, 'recording_refused', by);
      addIntent(draft, 'stop_recording', {});
      settle(draft);
      return endDraft(draft);
    });
}

/** The network has stopped the recording of a case's line, or could not: a line of the history. */
export async function noteStopped(
  deps: Deps,
  tx: Tx,
  { incidentId, stopped }: { incidentId: string; stopped: boolean },
): Promise<void> {
  await changeCase(tx, deps, incidentId, null, deps.clock.now(), (incident, policy, now) => {
    const draft = startDraft(incident, policy, now);
    addFact(draft, 'recording_stopped', SYSTEM, { stopped });
    settle(draft);
    return endDraft(draft);
  });
}
