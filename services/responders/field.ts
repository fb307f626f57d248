import { Problem } from '#kernel/errors.ts';
import type { EntryPlan, FieldDetail } from '#contracts/field.ts';
import type { WireContact, WireHousehold, WireIncident } from '#contracts/incident.ts';
import type { FieldAssignment } from '#contracts/socket.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db } from '#platform/database.ts';
import { liveAssignments } from '#dispatch/people.ts';
import { findPeople, openHousehold } from '#registry/people.ts';
import { photosOf } from './photos.ts';

export interface FieldDeps {
  db: Database;
  /** Cases by id, unfiltered: a responder sees those he is assigned to. */
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
}

export interface DetailDeps extends FieldDeps {
  /** In which home a case is. */
  placeOf: (incident: string) => Promise<{ householdId: string | null }>;
  /** Writes down that somebody opened a resident's data (identity). */
  recordLook: (
    db: Db,
    look: { residentId: string; viewer: Viewer; what: string; incidentId: string; at: number },
  ) => Promise<void>;
}

const COMING = ['accepted', 'under_way', 'on_scene', 'done'];

/** A responder's own live assignments with their cases. Nothing that is not his exists for him. */
export async function assignmentsOf(deps: FieldDeps, staffId: string): Promise<FieldAssignment[]> {
  const mine = (await liveAssignments(deps.db)).filter((a) => a.staffId === staffId);
  const cases = await deps.byIds(mine.map((a) => a.incidentId));
  return mine.flatMap((a) => {
    const wire = cases.find((one) => one.wire.id === a.incidentId)?.wire;
    const assignment = wire?.assignments.find((one) => one.id === a.id);
    if (!wire || !assignment) return [];
    const others = wire.assignments.filter((one) => one.id !== a.id && COMING.includes(one.state));
    return [
      {
        ...assignment,
        others:
          assignment.state === 'offered'
            ? []
            : others.map((one) => ({ name: one.responder.name, role: one.responder.role, state: one.state })),
        incident: asSentTo(staffId, wire),
      },
    ];
  });
}

/**
 * A case as one sees it who goes there: of the people asked only himself, no other case of the home, no calls, nothing
 * raw. Before he has said yes also nothing of her health and habits: who she is, how old, and where is what he decides by.
 */
export function asSentTo(staffId: string, wire: WireIncident): WireIncident {
  const assignments = wire.assignments.filter((one) => one.responder.id === staffId);
  const coming = assignments.some((one) => COMING.includes(one.state));
  const brief = (one: WireIncident['residents'][number]): WireIncident['residents'][number] =>
    coming ? one : { ...one, marks: [], phone: null };
  return {
    ...wire,
    assignments,
    linked: [],
    area: null,
    calls: [],
    handoffs: coming ? wire.handoffs : [],
    summary: coming ? wire.summary : null,
    told: coming ? wire.told : [],
    device: coming ? wire.device : null,
    resident: wire.resident === null ? null : brief(wire.resident),
    residents: wire.residents.map(brief),
    presses: wire.presses.map((press) => ({ ...press, raw: null })),
  };
}

/**
 * What he needs at the door: telephone, how to get in, what ails her, whom to call. Only for an assignment that he
 * accepted and that is still his; the look is recorded first.
 */
export async function fieldDetail(
  deps: DetailDeps,
  viewer: Viewer,
  staffId: string,
  assignment: string,
  now: number,
): Promise<FieldDetail> {
  const mine = (await liveAssignments(deps.db)).find((a) => a.id === assignment && a.staffId === staffId);
  if (!mine) throw new Problem('not_found');
  if (mine.state === 'offered')
    throw new Problem('not_allowed_in_state', { detail: '接单以后才能看 | Only after you have accepted' });
  const { householdId } = await deps.placeOf(mine.incidentId);
  const wire = (await deps.byIds([mine.incidentId]))[0]!.wire;
  const residentId = wire.resident?.id ?? wire.residents[0]?.id ?? null;
  for (const id of residentId === null ? [] : [residentId])
    await deps.recordLook(deps.db, { residentId: id, viewer, what: 'incident', incidentId: mine.incidentId, at: now });
  const person = residentId === null ? undefined : (await findPeople(deps.db, { residentIds: [residentId] }))[0];
  const home = householdId === null ? null : await openHousehold(deps.db, householdId);
  const own = home?.residents.find((one) => one.id === residentId);
  const contacts = own?.contacts ?? [];
  return {
    id: assignment,
    phone: person?.phone ?? null,
    floor: home?.household.floor ?? null,
    lift: home?.household.lift ?? false,
    marks: person?.marks ?? [],
    plan: planOf(home?.household ?? null, contacts),
    care: own?.care ?? null,
    contacts,
    photos: await photosOf(deps.db, assignment),
  };
}

/** How this home wants to be entered; the family may agree to a forced door first, then who answers for the home. */
export function planOf(household: WireHousehold | null, contacts: readonly WireContact[]): EntryPlan {
  const responsible = (household?.responsible ?? []).map(({ name, phone, for: part }) => ({ name, phone, part }));
  return {
    entry: household?.entry ?? null,
    keyHolders: household?.keyHolders ?? [],
    authorise: [
      ...contacts.slice(0, 3).map(({ name, phone, relation }) => ({ name, phone, part: relation })),
      ...responsible.slice(0, 1),
    ],
    witnesses: responsible,
  };
}
