import { EVENT_TYPES, type Ack } from '#contracts/device.ts';
import { idFromName } from '#kernel/ids.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { loadQueries } from '#platform/sql.ts';
import { laneOf } from '#registry/device-secret.ts';
import { findSubjects, type DeviceSubject } from '#registry/subjects.ts';
import type { Actor } from './domain/incident.ts';
import { linkCase } from './domain/link.ts';
import { hearTalk, incidentIdFor, joinPress, openIncident, type PressFact } from './domain/presses.ts';
import { localHour, route, type Route } from './domain/routing.ts';
import { SAY } from './domain/sentences.ts';
import { classOfJoin, classOfOpening, isCallForHelp, placeOf } from './joining.ts';
import type { Policies } from './policies.ts';
import type { IncomingPress, PressReceipt } from './press.ts';
import { isLate, normalise, pressRow, type KnownKey, keyOf } from './press-rows.ts';
import type { Row, Stored } from './rows.ts';
import { addDecision, loadIncidents, newBatch, saveBatch, type Batch } from './store.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'find_open_for_update',
  'find_press_keys',
  'insert_presses',
  'told_of',
  'told_for_device',
  'open_maintenance',
]);

export interface ReceiveDeps {
  db: Database;
  clock: Clock;
  log: Log;
  policies: Policies;
  /** Of these owners, who is busy with something else. */
  busyOwners: (db: Db, owners: { ownerId: string; incidentId: string }[]) => Promise<Set<string>>;
  /** Called after a commit that left something to be carried out. */
  poke: () => void;
}

/**
 * Takes presses that waited together in one transaction: kept raw, joined or opened, history and outbox written with
 * them. When it resolves everything is committed; when it rejects nothing is. Order within the batch is kept per device.
 */
export function createReceiver(deps: ReceiveDeps): {
  receive(batch: readonly IncomingPress[]): Promise<PressReceipt[]>;
  toldAgain(device: string): Promise<Ack[]>;
} {
  return {
    receive: (presses) => receiveWithRetry(deps, presses.map(normalise)),
    toldAgain: (device) => toldAgain(deps, device),
  };
}

/** 23505: somebody else opened the same home's case, or took the same event, between our look and our write. */
async function receiveWithRetry(deps: ReceiveDeps, presses: IncomingPress[]): Promise<PressReceipt[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await deps.db.tx((tx) => receiveOnce(deps, tx, presses));
    } catch (error) {
      if ((error as { code?: string }).code !== '23505' || attempt >= 8) throw error;
    }
  }
}

interface Work {
  batch: Batch;
  open: Map<string, Stored>;
  rows: Row[];
  maintenance: Row[];
}

async function receiveOnce(deps: ReceiveDeps, tx: Tx, presses: IncomingPress[]): Promise<PressReceipt[]> {
  const now = deps.clock.now();
  const known = await knownKeys(tx, presses);
  const subjects = await findSubjects(tx, [...new Set(presses.map((press) => press.device))]);
  const work: Work = { batch: newBatch(now), open: new Map(), rows: [], maintenance: [] };
  const wanted = [...new Set(presses.map((press) => placeOf(press, subjects.get(press.device)).subject))].sort();
  for (const stored of await loadIncidents(tx, q.find_open_for_update, [wanted])) work.open.set(openKey(stored), stored);
  const busy = await deps.busyOwners(
    tx,
    [...work.open.values()].filter((s) => s.incident.ownerId).map((s) => ({ ownerId: s.incident.ownerId!, incidentId: s.incident.id })),
  );
  const receipts = presses.map((press) => takePress(deps, work, press, subjects.get(press.device), known, busy, now));
  if (work.rows.length > 0) await tx.query(q.insert_presses, [JSON.stringify(work.rows)]);
  await saveBatch(tx, work.batch);
  if (work.maintenance.length > 0) await tx.query(q.open_maintenance, [JSON.stringify(dedupe(work.maintenance))]);
  await addTold(tx, receipts, presses);
  tx.afterCommit(deps.poke);
  return receipts;
}

const openKey = (stored: Stored): string => joinKey(stored.incident.subject, stored.incident.class, stored.incident.test);
const joinKey = (subject: string, kind: string, test: boolean): string => `${subject}|${kind}|${test}`;

/** One maintenance row per device and kind, since one statement may not touch a row twice. */
function dedupe(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [`${row['device'] as string}|${row['kind'] as string}`, row])).values()];
}

async function knownKeys(tx: Tx, presses: IncomingPress[]): Promise<Map<string, KnownKey>> {
  const rows = await tx.query<{ device: string; event_id: string; type: string; at: string; press_id: string; incident_id: string | null; received_at: Date }>(
    q.find_press_keys,
    [presses.map((press) => press.device), presses.map((press) => press.eventId)],
  );
  const known = new Map<string, KnownKey>();
  for (const row of rows) {
    const key: KnownKey = { pressId: row.press_id, incident: row.incident_id, receivedAt: row.received_at.getTime() };
    known.set(`${row.device}\n${row.event_id}`, key);
    known.set(`${row.device}\n${row.event_id}\n${row.type}\n${row.at}`, key);
  }
  return known;
}

function takePress(
  deps: ReceiveDeps,
  work: Work,
  press: IncomingPress,
  subject: DeviceSubject | undefined,
  known: Map<string, KnownKey>,
  busy: Set<string>,
  now: number,
): PressReceipt {
  const key = keyOf(press);
  const again = known.get(key);
  if (again) return receipt(press, again.pressId, again.incident, true, again.receivedAt, false);
  const pressId = idFromName(`press/${key}`, press.receivedAt);
  const flagged = known.has(`${press.device}\n${press.eventId}`);
  const stored = decide(deps, work, press, pressId, flagged, subject, busy, now);
  const incident = stored?.incident.id ?? null;
  const entry: KnownKey = { pressId, incident, receivedAt: press.receivedAt };
  known.set(key, entry);
  known.set(`${press.device}\n${press.eventId}`, entry);
  work.rows.push(pressRow(press, pressId, incident, flagged, subject !== undefined, subject?.household?.regionPath || null));
  return receipt(press, pressId, incident, false, press.receivedAt, stored?.incident.quiet ?? false);
}

function receipt(press: IncomingPress, pressId: string, incident: string | null, duplicate: boolean, at: number, quiet: boolean): PressReceipt {
  const calls = incident !== null && ['emergency', 'medical', 'household'].includes(EVENT_TYPES[press.type]);
  return {
    pressId,
    incident,
    duplicate,
    ack: {
      event: press.eventId,
      incident,
      stage: 'received',
      at: new Date(at).toISOString(),
      say: calls && !quiet ? SAY.received : '',
      eta_s: null,
      who: null,
    },
    more: [],
  };
}

/** Opens, joins or only keeps; null when no case is touched. */
function decide(
  deps: ReceiveDeps,
  work: Work,
  press: IncomingPress,
  pressId: string,
  flagged: boolean,
  subject: DeviceSubject | undefined,
  busy: Set<string>,
  now: number,
): Stored | null {
  const policy = deps.policies.current();
  const effect = EVENT_TYPES[press.type];
  const place = placeOf(press, subject);
  const fact = factOf(press, pressId, flagged);
  const taken = routeOf(deps, press, subject, now);
  if (effect === 'maintenance' || (subject === undefined && !isCallForHelp(press))) addMaintenance(work, press, subject !== undefined);
  if (effect === 'joins' || effect === 'maintenance' || effect === 'kept') return joinOnly(work, press, fact, place.subject, taken, policy, now);
  if (subject === undefined && !isCallForHelp(press)) return null;
  const kind = classOfOpening(taken, subject === undefined);
  const joined = work.open.get(joinKey(place.subject, kind, press.test));
  if (joined) {
    const ownerBusy = joined.incident.ownerId !== null && busy.has(joined.incident.ownerId);
    return keepOpen(work, addDecision(work.batch, joined, joinPress(joined.incident, fact, taken, ownerBusy, policy, now)));
  }
  const other = work.open.get(joinKey(place.subject, kind === 'rescue' ? 'household' : 'rescue', press.test));
  const by: Actor = { kind: 'device', id: press.device, name: '设备' };
  const id = incidentIdFor(pressId, now);
  const opened = openIncident(
    { id, route: taken, place, source: 'press', test: press.test, kind: press.type, summary: null, by, press: fact, linked: other ? [other.incident.id] : [] },
    policy,
    now,
  );
  if (other) keepOpen(work, addDecision(work.batch, other, linkCase(other.incident, id, policy, now)));
  return keepOpen(work, addDecision(work.batch, null, opened));
}

function keepOpen(work: Work, stored: Stored): Stored {
  work.open.set(openKey(stored), stored);
  return stored;
}

function factOf(press: IncomingPress, pressId: string, flagged: boolean): PressFact {
  return {
    id: pressId,
    eventId: press.eventId,
    type: press.type,
    key: press.key,
    at: press.at,
    receivedAt: press.receivedAt,
    late: isLate(press),
    flagged,
    test: press.test,
    device: { id: press.device, lane: laneOf(press.device), event: press.eventId },
  };
}

function routeOf(deps: ReceiveDeps, press: IncomingPress, subject: DeviceSubject | undefined, now: number): Route {
  return route(deps.policies.current(), {
    type: press.type,
    readable: press.readable,
    knownDevice: subject !== undefined,
    powerDependent: subject?.powerDependent ?? false,
    livesAlone: subject?.residents.some((resident) => resident.livesAlone) ?? false,
    conditions: subject?.residents.flatMap((resident) => resident.conditions) ?? [],
    regionPath: subject?.household?.regionPath ?? null,
    hour: localHour(now),
  });
}

/** `cancel`, `arrived`, `done` and what was heard on the line belong to the open case of the home, where there is one. */
function joinOnly(work: Work, press: IncomingPress, fact: PressFact, subject: string, taken: Route, policy: ReturnType<Policies['current']>, now: number): Stored | null {
  const order = classOfJoin(press.type);
  const stored = order.map((kind) => work.open.get(joinKey(subject, kind, press.test))).find((found) => found !== undefined);
  if (!stored) return null;
  const talk = (press.detail as { talk?: unknown } | null)?.talk;
  if (EVENT_TYPES[press.type] === 'joins') {
    return keepOpen(work, addDecision(work.batch, stored, joinPress(stored.incident, fact, taken, false, policy, now)));
  }
  if (talk === 'speech' || talk === 'opened') {
    return keepOpen(work, addDecision(work.batch, stored, hearTalk(stored.incident, talk, fact.device, policy, now)));
  }
  return null;
}

function addMaintenance(work: Work, press: IncomingPress, known: boolean): void {
  const at = new Date(press.receivedAt).toISOString();
  const kind = known ? press.type : 'unregistered';
  work.maintenance.push({ id: idFromName(`maintenance/${press.device}/${kind}/${press.receivedAt}`, press.receivedAt), device: press.device, kind, text: known ? press.type : '设备没有登记', opened_at: at, last_at: at });
}

/** For events that were known already: the stages that came after `received`, to be sent again. */
async function addTold(tx: Tx, receipts: PressReceipt[], presses: IncomingPress[]): Promise<void> {
  const again = receipts.filter((one) => one.duplicate && one.incident !== null);
  if (again.length === 0) return;
  const rows = await tx.query<{ incident_id: string; device_id: string; body: Ack }>(q.told_of, [[...new Set(again.map((one) => one.incident))]]);
  receipts.forEach((one, place) => {
    if (one.duplicate) one.more = rows.filter((row) => row.incident_id === one.incident && row.device_id === presses[place]!.device).map((row) => row.body);
  });
}

/** What a device that comes back may have missed: everything told about its cases that are open, or ended in the last hour. */
async function toldAgain(deps: ReceiveDeps, device: string): Promise<Ack[]> {
  const since = new Date(deps.clock.now() - 3_600_000);
  return (await deps.db.query<{ body: Ack }>(q.told_for_device, [device, since])).map((row) => row.body);
}

