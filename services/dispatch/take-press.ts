import { EVENT_TYPES } from '#contracts/device.ts';
import { idFromName } from '#kernel/ids.ts';
import { laneOf } from '#registry/device-secret.ts';
import type { DeviceSubject } from '#registry/subjects.ts';
import type { Actor } from './domain/incident.ts';
import { linkCase } from './domain/link.ts';
import type { Policy } from './domain/policy.ts';
import { hearTalk, incidentIdFor, joinPress, openIncident, type PressFact } from './domain/presses.ts';
import { localHour, localWeekday, route, type Route } from './domain/routing.ts';
import { SAY } from './domain/sentences.ts';
import { classOfJoin, classOfOpening, isAwayFromHome, isCallForHelp, placeOf } from './joining.ts';
import type { IncomingPress, PressReceipt } from './press.ts';
import { idKeyOf, isLate, keyOf, pressRow, type KnownKey } from './press-rows.ts';
import type { Row, Stored } from './rows.ts';
import { addDecision, newBatch, type Batch, type HomePress } from './store.ts';

/** What one transaction of presses knows and gathers; nothing in here touches a database. */
export interface Work {
  readonly now: number;
  readonly policy: Policy;
  readonly batch: Batch;
  /** Open cases by subject, class and drill (`openKey`). */
  readonly open: Map<string, Stored>;
  /** Owners who are busy with something else. */
  readonly busy: ReadonlySet<string>;
  /** Events that are in the database, by `keyOf` and `idKeyOf`. */
  readonly known: Map<string, KnownKey>;
  readonly rows: Row[];
  readonly maintenance: Row[];
}

/** Work at `now` (ms) on the cases of these homes that are open and the events that are known. */
export function newWork(
  now: number,
  policy: Policy,
  open: readonly Stored[],
  busy: ReadonlySet<string>,
  known: Map<string, KnownKey>,
): Work {
  return {
    now,
    policy,
    batch: newBatch(now),
    open: new Map(open.map((stored) => [openKey(stored), stored])),
    busy,
    known,
    rows: [],
    maintenance: [],
  };
}

const openKey = (stored: Stored): string =>
  joinKey(stored.incident.subject, stored.incident.class, stored.incident.test);
const joinKey = (subject: string, kind: string, test: boolean): string => `${subject}|${kind}|${test}`;

/**
 * Takes one event into `work`: a known one is answered again, another opens a case, joins one or is only kept. `subject`
 * undefined: the device is not in the registry.
 */
export function takePress(work: Work, press: IncomingPress, subject: DeviceSubject | undefined): PressReceipt {
  const again = work.known.get(keyOf(press));
  if (again) return receipt(press, again.pressId, again.incident, true, again.receivedAt, false);
  const pressId = idFromName(`press/${keyOf(press)}`, press.receivedAt);
  const flagged = work.known.has(idKeyOf(press.device, press.eventId));
  const stored = decide(work, press, pressId, flagged, subject);
  const incident = stored?.incident.id ?? null;
  const entry: KnownKey = { pressId, incident, receivedAt: press.receivedAt };
  work.known.set(keyOf(press), entry);
  work.known.set(idKeyOf(press.device, press.eventId), entry);
  work.rows.push(
    pressRow(press, pressId, incident, flagged, subject !== undefined, subject?.household?.regionPath || null),
  );
  return receipt(press, pressId, incident, false, press.receivedAt, stored?.incident.quiet ?? false);
}

function receipt(
  press: IncomingPress,
  pressId: string,
  incident: string | null,
  duplicate: boolean,
  at: number,
  quiet: boolean,
): PressReceipt {
  return {
    pressId,
    incident,
    duplicate,
    ack: {
      event: press.eventId,
      incident,
      stage: 'received',
      at: new Date(at).toISOString(),
      // An empty sentence about a case means quiet mode and darkens the box, also after "the line is open" or "I'm fine";
      // a device speaks each stage of a case once, so this one is heard once.
      say: incident !== null && !quiet ? SAY.received : '',
      eta_s: null,
      who: null,
    },
    more: [],
  };
}

/** Opens, joins or only keeps; null when no case is touched. What can't be read counts as an emergency. */
function decide(
  work: Work,
  press: IncomingPress,
  pressId: string,
  flagged: boolean,
  subject: DeviceSubject | undefined,
): Stored | null {
  const effect = press.readable ? EVENT_TYPES[press.type] : 'emergency';
  const stranger = subject === undefined && !isCallForHelp(press);
  if (effect === 'maintenance' || stranger) addMaintenance(work, press, subject !== undefined);
  if (press.type === 'inactivity' && isAwayFromHome(subject)) {
    pauseSilence(work, subject);
    return null;
  }
  const fact = factOf(press, pressId, flagged);
  if (effect === 'joins' || effect === 'maintenance' || effect === 'kept') return joinOnly(work, press, fact, subject);
  return stranger ? null : openOrJoin(work, press, fact, subject);
}

/** A call for help never joins a household case: it opens its own, and both say so. */
function openOrJoin(work: Work, press: IncomingPress, fact: PressFact, subject: DeviceSubject | undefined): Stored {
  const { policy, now } = work;
  const place = placeOf(press, subject);
  const routed = routeOf(work, press, subject);
  const kind = classOfOpening(routed, isCallForHelp(press));
  const taken: Route = { ...routed, class: kind };
  const joined = work.open.get(joinKey(place.subject, kind, press.test));
  if (joined) {
    const ownerBusy = joined.incident.ownerId !== null && work.busy.has(joined.incident.ownerId);
    return keepOpen(
      work,
      addDecision(work.batch, joined, joinPress(joined.incident, fact, taken, ownerBusy, policy, now)),
    );
  }
  const other = work.open.get(joinKey(place.subject, kind === 'rescue' ? 'household' : 'rescue', press.test));
  const by: Actor = { kind: 'device', id: press.device, name: '设备' };
  const id = incidentIdFor(fact.id, now);
  // A home that was silenced stays silent: its second case must not speak where the first may not.
  const quiet = taken.quiet || (other?.incident.quiet ?? false);
  const opened = openIncident(
    {
      id,
      route: { ...taken, quiet },
      place,
      source: 'press',
      test: press.test,
      kind: press.type,
      summary: null,
      by,
      press: fact,
      linked: other ? [other.incident.id] : [],
    },
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

function routeOf(work: Work, press: IncomingPress, subject: DeviceSubject | undefined): Route {
  return route(work.policy, {
    type: press.type,
    readable: press.readable,
    knownDevice: subject !== undefined,
    powerDependent: subject?.powerDependent ?? false,
    livesAlone: subject?.residents.some((resident) => resident.livesAlone) ?? false,
    conditions: subject?.residents.flatMap((resident) => resident.conditions) ?? [],
    regionPath: subject?.household?.regionPath ?? null,
    hour: localHour(work.now),
    weekday: localWeekday(work.now),
  });
}

/** `cancel`, `arrived`, `done` and what was heard on the line belong to the open case of the home, where there is one. */
function joinOnly(
  work: Work,
  press: IncomingPress,
  fact: PressFact,
  subject: DeviceSubject | undefined,
): Stored | null {
  const { policy, now } = work;
  const whose = placeOf(press, subject).subject;
  const stored = classOfJoin(press.type)
    .map((kind) => work.open.get(joinKey(whose, kind, press.test)))
    .find((found) => found !== undefined);
  if (!stored) return tellFollowers(work, press, subject);
  if (EVENT_TYPES[press.type] === 'joins') {
    const taken = routeOf(work, press, subject);
    return keepOpen(work, addDecision(work.batch, stored, joinPress(stored.incident, fact, taken, false, policy, now)));
  }
  const talk = (press.detail as { talk?: unknown } | null)?.talk;
  if (talk === 'speech' || talk === 'opened') {
    return keepOpen(work, addDecision(work.batch, stored, hearTalk(stored.incident, talk, fact.device, policy, now)));
  }
  return null;
}

/** Nobody's case: work that was ordered without one may be meant. */
function tellFollowers(work: Work, press: IncomingPress, subject: DeviceSubject | undefined): null {
  const home = subject?.household?.id;
  if (home && !press.test && (press.type === 'done' || press.type === 'arrived')) {
    const payload: HomePress = { home, type: press.type };
    work.batch.outbox.push({ topic: 'case', key: '', payload, told: null });
  }
  return null;
}

function addMaintenance(work: Work, press: IncomingPress, known: boolean): void {
  const at = new Date(press.receivedAt).toISOString();
  const kind = known ? press.type : 'unregistered';
  work.maintenance.push({
    id: idFromName(`maintenance/${press.device}/${kind}/${press.receivedAt}`, press.receivedAt),
    device: press.device,
    kind,
    text: known ? press.type : '设备没有登记',
    opened_at: at,
    last_at: at,
  });
}

/** Nobody is at home to be silent: kept, and said to the desks, but no case. A press is never paused. */
function pauseSilence(work: Work, subject: DeviceSubject | undefined): void {
  const region = subject?.household?.regionPath || null;
  const notice = {
    level: 'info',
    code: 'silence_paused',
    text: '有一户报长时间无活动,登记为外出或住院,没有拉警报',
    incident: null,
  };
  work.batch.outbox.push({ topic: 'console', key: '', payload: { notice, region }, told: null });
}
