import type { Clock } from '#kernel/clock.ts';
import { idFromName } from '#kernel/ids.ts';
import { deskPhoneOf } from '#identity/colleagues.ts';
import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { openHousehold, findPeople } from '#registry/people.ts';
import { mayRecord } from '#registry/recording.ts';
import { regionNames } from '#registry/regions.ts';
import type { OnReport, Report, Seat, Telephony } from '#telephony/port.ts';
import { changeCase } from './cases.ts';
import { hearCall, leaveFamily, ringFamily, type Relative } from './domain/call-news.ts';
import { isLiveCall } from './domain/calls.ts';
import type { CaseCall, Incident } from './domain/incident.ts';
import { noteOutcome } from './domain/outcome.ts';
import { isLiveHandoff, isOpen } from './domain/states.ts';
import { orderOf, type Caller } from './phone-orders.ts';
import type { Policies } from './policies.ts';
import { loadIncidents } from './store.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['get_incidents']);

export interface PhoneDeps {
  clock: Clock;
  policies: Policies;
  poke: () => void;
  /** None: nothing can be called, and every call has the outcome `no_carrier`. */
  telephony?: Telephony | undefined;
  centrePhone?: CentrePhone | undefined;
  /** A link that shows a contact the case step by step. None: the message goes without. */
  familyLink?: ((tx: Tx, of: { incidentId: string; contactId: string }) => Promise<string>) | undefined;
}

interface PhoneIntent {
  id: string;
  incident_id: string;
  kind: string;
  detail: Record<string, unknown>;
}

/** Local hours in which only those are rung who agreed to be woken. */
const NIGHT = { from: 22, to: 7 };

/** Carries out a telephone intent inside its transaction: the order is a row beside the outcome. Answers the outcome. */
export async function carryPhone(deps: PhoneDeps, tx: Tx, intent: PhoneIntent, now: number): Promise<string> {
  const call = intent.detail['call'];
  if (intent.kind === 'hang_up') {
    await deps.telephony?.hangUp(tx, call as string);
    return 'hung_up';
  }
  if (intent.kind === 'seat') {
    const { mode, coach, turn } = intent.detail as unknown as Seat;
    await deps.telephony?.seat(tx, call as string, { mode, coach, turn });
    return 'seated';
  }
  if (intent.kind === 'message') return tellFamily(deps, tx, intent, now);
  return typeof call === 'string' ? place(deps, tx, intent, call, now) : callFamily(deps, tx, intent, now);
}

/** Somebody in the home's circle who has a number: resident, contact, or who is sent. */
export interface Party {
  id: string;
  name: string;
  phone: string;
  relative: (Relative & { mayWake: 'always' | 'emergency' | 'never' }) | null;
}

/** The telephone of the centre that a handoff is offered to; null: none is known. */
export type CentrePhone = (db: Db, handoffId: string) => Promise<string | null>;

/** Everyone who can be called about a case, the family in its order; a centre by its handoff. */
async function partiesOf(
  db: Db,
  i: Pick<Incident, 'householdId' | 'residentId' | 'assignments' | 'handoffs'>,
  centrePhone: CentrePhone | undefined,
): Promise<Party[]> {
  const people = await findPeople(db, {
    householdIds: i.householdId === null ? [] : [i.householdId],
    residentIds: i.residentId === null ? [] : [i.residentId],
  });
  const home = i.householdId === null ? null : await openHousehold(db, i.householdId);
  const contacts = (home?.residents ?? [])
    .filter((one) => i.residentId === null || one.id === i.residentId)
    .flatMap((one) => one.contacts.toSorted((a, b) => a.order - b.order));
  const centres: Party[] = [];
  for (const { id, target, state } of i.handoffs) {
    const phone = isLiveHandoff(state) ? await centrePhone?.(db, id) : null;
    if (phone) centres.push({ id, name: target, phone, relative: null });
  }
  const numbers = new Set<string>();
  return [
    ...centres,
    ...people.flatMap((one) =>
      one.phone === null ? [] : [{ id: one.id, name: one.name, phone: one.phone, relative: null }],
    ),
    ...contacts.map((one) => ({
      id: one.id,
      name: one.name,
      phone: one.phone,
      relative: { id: one.id, name: one.name, relation: one.relation, local: one.local, mayWake: one.mayWake },
    })),
    ...i.assignments.flatMap((a) =>
      a.phone === null ? [] : [{ id: a.staffId, name: a.name, phone: a.phone, relative: null }],
    ),
    // The same child of a couple is one telephone.
  ].filter(({ phone }) => !numbers.has(phone) && numbers.add(phone));
}

/** The same of a case by its id; nobody, where there is no such case. */
export async function partiesOfCase(db: Db, incidentId: string, centrePhone?: CentrePhone): Promise<Party[]> {
  const [stored] = await loadIncidents(db, q.get_incidents, [[incidentId]]);
  return stored ? partiesOf(db, stored.incident, centrePhone) : [];
}

/** Whether a contact may be rung at `now` (ms) about a case of this class. */
function mayRing(relative: NonNullable<Party['relative']>, incident: Incident, now: number): boolean {
  const hour = new Date(now + 8 * 3_600_000).getUTCHours();
  const isNight = hour >= NIGHT.from || hour < NIGHT.to;
  if (!isNight || relative.mayWake === 'always') return true;
  return relative.mayWake === 'emergency' && incident.class === 'rescue';
}

async function callFamily(deps: PhoneDeps, tx: Tx, intent: PhoneIntent, now: number): Promise<string> {
  let outcome = '';
  const before = await changeCase(tx, deps, intent.incident_id, null, now, () => null);
  const parties = await partiesOf(tx, before, undefined);
  await changeCase(tx, deps, before.id, null, now, (incident, policy) => {
    // Nobody is called to a case that an operator took while the hint was on its way: she decides.
    const taken =
      (intent.detail['why'] ?? 'ladder') === 'ladder' && (incident.ownerId !== null || !isOpen(incident.state));
    if (taken || !deps.telephony) {
      const why = taken ? 'taken' : incident.quiet ? 'quiet' : 'no_carrier';
      outcome = why;
      return leaveFamily(incident, { intent: intent.id, outcome: why }, policy, now);
    }
    const family = parties.flatMap((party) =>
      party.relative !== null && mayRing(party.relative, incident, now) ? [party.relative] : [],
    );
    const elder = parties.find((party) => party.relative === null) ?? null;
    const decision = ringFamily(incident, family, elder, intent.id, policy, now);
    outcome = String(decision.facts.find((fact) => fact.kind === 'outcome')!.data['outcome']);
    return decision;
  });
  return outcome;
}

async function place(deps: PhoneDeps, tx: Tx, intent: PhoneIntent, callId: string, now: number): Promise<string> {
  let outcome = 'placed';
  const incident = await changeCase(tx, deps, intent.incident_id, null, now, () => null);
  const call = incident.calls.find((one) => one.id === callId);
  if (!call || !isLiveCall(call)) return 'ended';
  const to = await numberOf(tx, incident, call, deps.centrePhone);
  if (deps.telephony && to !== null) {
    const record = await mayRecord(tx, incident);
    await deps.telephony.place(tx, orderOf(call, incident, { to, record }, await callerOf(tx, incident)));
    return outcome;
  }
  outcome = to === null ? 'no_number' : 'no_carrier';
  await changeCase(
    tx,
    deps,
    incident.id,
    null,
    now,
    (current, policy) =>
      hearCall(current, { call: callId, event: 'ended', means: null, typed: {}, outcome }, policy, now).decision,
  );
  return outcome;
}

async function numberOf(
  db: Db,
  incident: Incident,
  call: CaseCall,
  centrePhone: CentrePhone | undefined,
): Promise<string | null> {
  if (call.purpose === 'desk' || call.purpose === 'supervise') return deskPhoneOf(db, call.party);
  return (await partiesOf(db, incident, centrePhone)).find((party) => party.id === call.party)?.phone ?? null;
}

async function callerOf(db: Db, incident: Incident): Promise<Caller> {
  const [person, second] = await findPeople(db, {
    householdIds: incident.residentId === null && incident.householdId !== null ? [incident.householdId] : [],
    residentIds: incident.residentId === null ? [] : [incident.residentId],
  });
  const path = incident.regionPath;
  const names = path === null ? [] : ((await regionNames(db, [path])).get(path) ?? []);
  return {
    name: person === undefined || second !== undefined ? null : person.name,
    community: names.find((region) => region.level === 'community')?.name ?? '本社区',
    address: person?.address ?? null,
  };
}

function messageOf(name: string | null, link: string | undefined): string {
  const see = link === undefined ? '' : `看进展:${link}`;
  return `【12349一键通】${name ?? '您家老人'}按了呼救键,我们已收到,正在处理。需要您时会给您打电话。${see}`;
}

/** A message without a sound to each of the family, at the press. It wakes nobody, so the hour does not matter. */
async function tellFamily(deps: PhoneDeps, tx: Tx, intent: PhoneIntent, now: number): Promise<string> {
  const { telephony } = deps;
  const incident = await changeCase(tx, deps, intent.incident_id, null, now, () => null);
  const family = (await partiesOf(tx, incident, undefined)).filter((party) => party.relative !== null);
  let outcome = telephony ? 'sent' : 'no_carrier';
  if (incident.quiet) outcome = 'quiet';
  else if (family.length === 0) outcome = 'nobody_found';
  else if (telephony) {
    const { name } = await callerOf(tx, incident);
    for (const { relative, phone } of family) {
      await telephony.send(tx, {
        id: idFromName(`${intent.id}/${relative!.id}`, now),
        incidentId: incident.id,
        to: phone,
        text: messageOf(name, await deps.familyLink?.(tx, { incidentId: incident.id, contactId: relative!.id })),
      });
    }
  }
  await changeCase(tx, deps, incident.id, null, now, (current, policy) =>
    noteOutcome(current, { intent: intent.id, kind: 'message', outcome, who: 'family' }, policy, now),
  );
  return outcome;
}

/**
 * Takes what the telephone reports, in its transaction: for a call of a case the case is changed there and then, so that
 * no acceptance is lost. A report that belongs to no case of ours goes to `elsewhere`.
 */
export function createPhoneReports(
  deps: Pick<PhoneDeps, 'clock' | 'policies' | 'poke'> & { elsewhere: OnReport },
): OnReport {
  return async (tx, report) => {
    if (report.kind !== 'call' || report.incidentId === null) return deps.elsewhere(tx, report);
    const now = deps.clock.now();
    let say: string | null = null;
    let ours = false;
    await changeCase(tx, deps, report.incidentId, null, now, (incident, policy) => {
      ours = incident.calls.some((call) => call.id === report.id);
      if (!ours) return null;
      const heard = hearCall(incident, newsOf(report), policy, now);
      say = heard.say;
      return heard.decision;
    });
    if (!ours) return deps.elsewhere(tx, report);
    return say === null ? null : { say };
  };
}

function newsOf({ id, event, means, typed, outcome }: Report): Parameters<typeof hearCall>[1] {
  return { call: id, event, means, typed, outcome };
}
