import { Problem } from '#kernel/errors.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Queue, SupervisionMode } from '#contracts/incident.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Proof } from './domain/arrival.ts';
import { dial, hangUp, type Dial } from './domain/call-news.ts';
import { Refusal } from './domain/draft.ts';
import { decideDesk, type DeskCommand } from './domain/desk.ts';
import type { Actor, Decision, Incident, ToldDevice } from './domain/incident.ts';
import { linkCase } from './domain/link.ts';
import { openIncident, type Place } from './domain/presses.ts';
import type { Policy } from './domain/policy.ts';
import type { DoorNews } from './domain/entry.ts';
import { decideStreet, type StreetCommand } from './domain/street.ts';
import { supervise } from './domain/supervision.ts';
import type { Policies } from './policies.ts';
import { addDecision, loadIncidents, newBatch, saveBatch } from './store.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'find_incidents_for_update',
  'incident_of_assignment',
  'find_open_for_update',
]);

export interface CasesDeps {
  db: Database;
  clock: Clock;
  policies: Policies;
  poke: () => void;
}

/** Whether a case in this region exists for who asks: looked at again once its row is locked, for it may have moved meanwhile. */
export type Sees = (regionPath: string | null) => boolean;

/** How a case is changed: locked, decided by the pure core, written with its history, its outbox and what it intends. */
export interface Cases {
  /** `version` null for those commands that compare only the owner (claim). Answers the incident as it then stands. */
  desk(id: string, command: DeskCommand, by: Actor, version: number | null, sees?: Sees): Promise<Incident>;
  street(id: string, command: StreetCommand, by: Actor, version: number | null, sees?: Sees): Promise<Incident>;
  /** Calls somebody of the case, or ends a call. */
  phone(
    id: string,
    command: ({ type: 'dial' } & Dial) | { type: 'hang_up'; call: string },
    by: Actor,
    version: number | null,
    sees?: Sees,
  ): Promise<Incident>;
  /** A supervisor sits in on the case's line. `look` writes down that she does, in the same transaction. */
  supervise(
    id: string,
    mode: SupervisionMode | 'leave',
    by: Actor,
    sees: Sees,
    look: (tx: Tx, incident: Incident) => Promise<void>,
  ): Promise<Incident>;
  /** A responder's answer to his own offer; `staffId` must be the one who was asked. */
  answer(
    assignment: string,
    staffId: string,
    command: {
      to: 'accepted' | 'declined' | 'under_way' | 'on_scene' | 'done';
      reason?: string | undefined;
      minutes?: number | undefined;
      departBy?: number | undefined;
      say?: string | undefined;
      proof?: Proof | undefined;
    },
    by: Actor,
  ): Promise<Incident>;
  /** What a responder tells from the door of his own assignment. */
  fromDoor(assignment: string, staffId: string, news: DoorNews, by: Actor): Promise<Incident>;
  open(input: {
    id: string;
    queue: Queue;
    kind: string;
    priority: 1 | 2 | 3 | 4;
    source: 'phone' | 'visit' | 'system';
    summary: string;
    place: Omit<Place, 'subject'> & { subject: string | null };
    /** Boxes that are told of each step although none of them was pressed. */
    devices?: readonly ToldDevice[] | undefined;
    by: Actor;
  }): Promise<Incident>;
}

/** Locks one case inside `tx`, decides, writes. Refusals become problems that carry owner and version. */
export async function changeCase(
  tx: Tx,
  deps: Pick<CasesDeps, 'policies' | 'poke'>,
  id: string,
  version: number | null,
  now: number,
  decide: (incident: Incident, policy: Policy, now: number) => Decision | null,
  sees: Sees = () => true,
): Promise<Incident> {
  const stored = (await loadIncidents(tx, q.find_incidents_for_update, [[id]]))[0];
  if (!stored || !sees(stored.incident.regionPath)) throw new Problem('not_found');
  const { incident } = stored;
  const shown = {
    version: incident.version,
    state: incident.state,
    owner: incident.ownerId === null ? null : { id: incident.ownerId, name: incident.ownerName },
  };
  if (version !== null && version !== incident.version) {
    throw new Problem('conflict', {
      detail: incident.ownerName
        ? `${incident.ownerName} 刚刚改过 | ${incident.ownerName} has just changed it`
        : undefined,
      data: shown,
    });
  }
  let decision: Decision | null;
  try {
    decision = decide(incident, deps.policies.current(), now);
  } catch (error) {
    if (error instanceof Refusal) throw new Problem(error.code, { detail: error.sentence, data: shown });
    throw error;
  }
  if (decision === null) return incident;
  const batch = newBatch(now);
  addDecision(batch, stored, decision);
  await saveBatch(tx, batch);
  tx.afterCommit(deps.poke);
  return decision.next;
}

/** The case of somebody's own assignment; another's does not exist for him. */
async function ownCase(db: Db, assignment: string, staffId: string): Promise<string> {
  const row = (await db.query<{ incident_id: string; staff_id: string }>(q.incident_of_assignment, [assignment]))[0];
  if (!row || row.staff_id !== staffId) throw new Problem('not_found');
  return row.incident_id;
}

/** The commands of operators and responders on cases. Construction does nothing. */
export function createCases(deps: CasesDeps): Cases {
  const change = (
    id: string,
    version: number | null,
    decide: (incident: Incident, policy: Policy, now: number) => Decision,
    sees?: Sees,
  ): Promise<Incident> => deps.db.tx((tx) => changeCase(tx, deps, id, version, deps.clock.now(), decide, sees));
  return {
    desk: (id, command, by, version, sees) =>
      change(id, version, (incident, policy, now) => decideDesk(incident, command, by, policy, now), sees).catch(
        (error: { code?: string; constraint?: string }) => {
          // Only a reopened case can run into it: the home has called again since, and that case is the one to work on.
          if (error.code !== '23505' || error.constraint !== 'incident_one_open') throw error;
          throw new Problem('not_allowed_in_state', {
            detail: '这一家又有了新的呼叫,请在那一件里处理 | The same home has called again; work on that case',
          });
        },
      ),
    street: (id, command, by, version, sees) =>
      change(id, version, (incident, policy, now) => decideStreet(incident, command, by, policy, now), sees),
    phone: (id, command, by, version, sees) =>
      change(
        id,
        version,
        (incident, policy, now) =>
          command.type === 'dial'
            ? dial(incident, command, by, policy, now)
            : hangUp(incident, command.call, by, policy, now),
        sees,
      ),
    supervise: (id, mode, by, sees, look) =>
      deps.db.tx(async (tx) => {
        const decide = (incident: Incident, policy: Policy, now: number): Decision | null =>
          supervise(incident, { mode }, by, policy, now);
        const incident = await changeCase(tx, deps, id, null, deps.clock.now(), decide, sees);
        await look(tx, incident);
        return incident;
      }),
    answer: async (assignment, staffId, command, by) =>
      change(await ownCase(deps.db, assignment, staffId), null, (incident, policy, now) =>
        decideStreet(incident, { type: 'answer', assignment, ...command }, by, policy, now),
      ),
    fromDoor: async (assignment, staffId, news, by) =>
      change(await ownCase(deps.db, assignment, staffId), null, (incident, policy, now) =>
        decideStreet(incident, { ...news, assignment }, by, policy, now),
      ),
    open: (input) => deps.db.tx((tx) => openByHand(tx, deps, input)),
  };
}

/**
 * A case from a telephone call or a visitor joins nothing by itself: it and the open ones of the same home say that they
 * belong together. One of the platform's own is the case of its class that is open there, if there is one. Asked for again under the same id (the answer was lost), it is the one that was opened.
 */
async function openByHand(tx: Tx, deps: CasesDeps, input: Parameters<Cases['open']>[0]): Promise<Incident> {
  const now = deps.clock.now();
  const { id } = input;
  const opened = (await loadIncidents(tx, q.find_incidents_for_update, [[id]]))[0];
  if (opened) return opened.incident;
  const { subject, ...place } = input.place;
  const household = subject === null ? [] : await loadIncidents(tx, q.find_open_for_update, [[subject]]);
  const route = {
    class: input.queue === 'household' ? ('household' as const) : ('rescue' as const),
    queue: input.queue,
    priority: input.priority,
    quiet: false,
    reason: input.source === 'system' ? '系统登记' : `${input.by.name} 人工登记`,
  };
  // What the platform itself has to do for a home goes on in the case that is open there, and presses join it.
  const isOwn = input.source === 'system' && subject !== null;
  const same = household.find(({ incident }) => incident.class === route.class && !incident.test);
  if (isOwn && same) return same.incident;
  const decision = openIncident(
    {
      id,
      route,
      place: { ...place, subject: isOwn ? subject : `hand:${id}` },
      source: input.source,
      test: false,
      kind: input.kind,
      summary: input.summary,
      by: input.by,
      press: null,
      linked: household.map((stored) => stored.incident.id),
      devices: input.devices,
    },
    deps.policies.current(),
    now,
  );
  const batch = newBatch(now);
  for (const stored of household)
    addDecision(batch, stored, linkCase(stored.incident, id, deps.policies.current(), now));
  addDecision(batch, null, decision);
  await saveBatch(tx, batch);
  tx.afterCommit(deps.poke);
  return decision.next;
}
