import type { Clock } from '#kernel/clock.ts';
import type { Database, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { addOutbox } from '#platform/outbox.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Telephony } from '#telephony/port.ts';
import { changeCase } from './cases.ts';
import type { WhereAre } from './candidates.ts';
import { findResponder } from './find-responder.ts';
import type { HandoffTarget, Incident, NewIntent } from './domain/incident.ts';
import { noteOutcome } from './domain/outcome.ts';
import { isEnded, isOpen } from './domain/states.ts';
import { carryPhone, type PhoneDeps } from './phone.ts';
import type { Policies } from './policies.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'take_intent',
  'lock_intent',
  'finish_intent',
  'find_unfinished_intents',
]);

/** As long a worker may take before another may try. */
const LEASE_MS = 5_000;

export interface IntentsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  policies: Policies;
  poke: () => void;
  /** None: nothing can be called, and every call has the outcome `no_carrier`. */
  telephony?: Telephony | undefined;
  familyLink?: PhoneDeps['familyLink'];
  centrePhone?: PhoneDeps['centrePhone'];
  /** Begins what a handoff needs besides the operator's voice; answers the outcome. None: `no_carrier`. */
  beginHandoff?: BeginHandoff | undefined;
  /** Where responders are now. None: at their bases. */
  whereAre?: WhereAre | undefined;
}

/** `automatic`: nobody owns the case, the ladder hands it over by itself. */
export type BeginHandoff = (
  tx: Tx,
  handoff: { incidentId: string; handoffId: string; target: HandoffTarget; automatic: boolean },
) => Promise<string>;

interface IntentRow {
  id: string;
  incident_id: string;
  kind: NewIntent['kind'];
  detail: Record<string, unknown>;
  attempt: number;
}

/** Does what was intended, once: taken by attempt, written under that attempt's fence together with what it sends. */
export interface Intents {
  /** Runs the intent if it is still undone and nobody holds it. Safe to call any number of times. */
  run(id: string): Promise<void>;
  /** Runs those that nobody has taken for `olderThanMs`: what a lost queue left behind. Answers how many. */
  runForgotten(olderThanMs: number): Promise<number>;
}

/** The worker of intents; what a queue's hint and the sweep both call. */
export function createIntents(deps: IntentsDeps): Intents {
  const run = async (id: string): Promise<void> => {
    const now = deps.clock.now();
    const taken = (await deps.db.query<IntentRow>(q.take_intent, [id, new Date(now + LEASE_MS), new Date(now)]))[0];
    if (!taken) return;
    await deps.db.tx((tx) => carryOut(deps, tx, taken));
  };
  return {
    run,
    async runForgotten(olderThanMs) {
      const now = deps.clock.now();
      const rows = await deps.db.query<{ id: string }>(q.find_unfinished_intents, [
        new Date(now - olderThanMs),
        new Date(now),
        50,
      ]);
      for (const row of rows) {
        // One that can't be done now keeps its lease and comes again; the others must not wait for it.
        await run(row.id).catch((error: Error) =>
          deps.log.error({ intent: row.id, err: error.message }, 'an intent could not be carried out'),
        );
      }
      return rows.length;
    },
  };
}

/**
 * One transaction: the fence (this attempt still holds the intent), the act as outbox rows, the outcome in the history.
 * A worker that was frozen and lost its attempt finds no row to lock, and writes and sends nothing.
 */
async function carryOut(deps: IntentsDeps, tx: Tx, intent: IntentRow): Promise<void> {
  const now = deps.clock.now();
  const locked = await tx.query(q.lock_intent, [intent.id, intent.attempt]);
  if (locked.length === 0) return;
  const outcome = await act(deps, tx, intent, now);
  const done = await tx.query(q.finish_intent, [intent.id, intent.attempt, outcome, new Date(now)]);
  if (done.length === 0) throw new Error('lost the intent while holding its row');
}

async function act(deps: IntentsDeps, tx: Tx, intent: IntentRow, now: number): Promise<string> {
  let outcome = '';
  let who: string | null = null;
  if (intent.kind === 'find_responder') return findResponder(deps, tx, intent, now);
  if (intent.kind === 'call' || intent.kind === 'hang_up' || intent.kind === 'seat' || intent.kind === 'message')
    return carryPhone(deps, tx, intent, now);
  if (intent.kind === 'handoff') return beginHandoff(deps, tx, intent, now);
  if (intent.kind === 'stop_recording') return stopRecording(deps, tx, intent);
  await changeCase(tx, deps, intent.incident_id, null, now, (incident, policy) => {
    outcome = outcomeOf(intent, incident);
    who = (intent.detail['who'] ?? intent.detail['target'] ?? intent.detail['staff'] ?? null) as string | null;
    if (intent.kind === 'offer') return null;
    return noteOutcome(incident, { intent: intent.id, kind: intent.kind, outcome, who }, policy, now);
  });
  if (intent.kind === 'page' && outcome === 'shown') {
    await addOutbox(
      tx,
      [{ topic: 'console', key: '', payload: { page: intent.detail, incident: intent.incident_id } }],
      now,
    );
  }
  if (intent.kind === 'offer') {
    await addOutbox(
      tx,
      [{ topic: 'console', key: '', payload: { offer: intent.detail, incident: intent.incident_id } }],
      now,
    );
  }
  tx.afterCommit(deps.poke);
  return outcome;
}

/** That it has stopped comes back by itself (`recording.ts`), and stands in the history then. */
async function stopRecording(deps: IntentsDeps, tx: Tx, intent: IntentRow): Promise<string> {
  const asked = await deps.telephony?.stopRecording(tx, { id: intent.id, incidentId: intent.incident_id });
  return asked === undefined ? 'no_carrier' : asked ? 'stopping' : 'not_recorded';
}

/** A handoff whose case or offer is over by now is not begun. */
async function beginHandoff(deps: IntentsDeps, tx: Tx, intent: IntentRow, now: number): Promise<string> {
  let outcome = 'ended';
  const incident = await changeCase(tx, deps, intent.incident_id, null, now, () => null);
  const handoff = incident.handoffs.find((one) => one.id === intent.detail['handoff']);
  if (handoff?.state === 'offered' && isOpen(incident.state)) {
    const { id: handoffId, target } = handoff;
    const automatic = incident.ownerId === null;
    outcome =
      (await deps.beginHandoff?.(tx, { incidentId: incident.id, handoffId, target, automatic })) ?? 'no_carrier';
  }
  await changeCase(tx, deps, incident.id, null, now, (current, policy) =>
    noteOutcome(current, { intent: intent.id, kind: intent.kind, outcome, who: handoff?.target ?? null }, policy, now),
  );
  return outcome;
}

/** What is to come of it as the case stands now. Nobody is called to a case that was taken while the hint was on its way. */
function outcomeOf(intent: IntentRow, incident: Incident): string {
  const taken = !isOpen(incident.state) || incident.ownerId !== null;
  const why = intent.detail['why'];
  switch (intent.kind) {
    case 'page':
      if (isEnded(incident.state)) return 'ended';
      return taken && (why === 'ladder' || why === 'nobody_has_it') ? 'taken' : 'shown';
    default:
      return 'pushed';
  }
}
