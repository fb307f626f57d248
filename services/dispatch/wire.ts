import type { WireIncident, WirePress, WireResidentBrief } from '#contracts/incident.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { ageAt, findPeople, type Person } from '#registry/people.ts';
import { regionNames, type RegionName } from '#registry/regions.ts';
import { maskPhone } from '#registry/scope.ts';
import { findSubjects, type DeviceSubject } from '#registry/subjects.ts';
import { ladderFor, type Policy } from './domain/policy.ts';
import { isUnproven } from './domain/places.ts';
import { isLiveAssignment } from './domain/states.ts';
import type { Incident } from './domain/incident.ts';
import type { Row, Stored } from './rows.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['presses_of', 'told_of', 'areas_of']);

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const LADDER_WORDS: Record<string, string> = {
  operators: '值班坐席',
  supervisors: '值班长',
  neighbour: '邻区坐席',
  family: '家属',
  grid_worker: '网格员',
  '120': '120',
};

/** A stuck key: presses of one type from one device at most this far apart fold into one line, ms. */
const FOLD_MS = 10_000;
/** So many lines of presses go out with a case; the rest is in its detail and in `pressCount`. */
const MAX_PRESSES = 60;

interface Around {
  regions: Map<string, RegionName[]>;
  people: Person[];
  devices: Map<string, DeviceSubject>;
  presses: Row[];
  told: Row[];
  areas: Row[];
}

async function lookAround(db: Db, cases: readonly Stored[]): Promise<Around> {
  const all = cases.map((stored) => stored.incident);
  const ids = all.map((incident) => incident.id);
  const present = <T>(values: (T | null)[]): T[] => [...new Set(values.filter((value) => value !== null))];
  return {
    regions: await regionNames(db, present(all.map((incident) => incident.regionPath))),
    people: await findPeople(db, {
      householdIds: present(all.map((incident) => incident.householdId)),
      residentIds: present(all.map((incident) => incident.residentId)),
    }),
    devices: await findSubjects(db, present(all.map((incident) => incident.deviceId))),
    presses: await db.query<Row>(q.presses_of, [ids]),
    told: await db.query<Row>(q.told_of, [ids]),
    areas: await db.query<Row>(q.areas_of, [present(all.map((incident) => incident.areaId))]),
  };
}

/**
 * Cases as they go over the wire, all of them in a fixed number of statements. Telephone numbers are masked unless
 * `open` is set, which only the detail of one incident does, after recording the look. `now` in ms.
 */
export async function wireIncidents(
  db: Db,
  cases: readonly Stored[],
  policy: Policy,
  now: number,
  open = false,
): Promise<WireIncident[]> {
  if (cases.length === 0) return [];
  const around = await lookAround(db, cases);
  return cases.map((stored) => wireOne(stored.incident, around, policy, now, open));
}

function wireOne(i: Incident, around: Around, policy: Policy, now: number, open: boolean): WireIncident {
  const names = i.regionPath === null ? [] : (around.regions.get(i.regionPath) ?? []);
  const home = around.people.filter(
    (person) => (i.householdId !== null && person.householdId === i.householdId) || person.id === i.residentId,
  );
  const residents = home.map((person) =>
    wireResident(
      i.regionPath === null || person.regionPath.startsWith(i.regionPath) ? person : movedAway(person),
      names,
      now,
      open,
    ),
  );
  const presses = around.presses.filter((row) => row['incident_id'] === i.id);
  const area = around.areas.find((row) => row['id'] === i.areaId);
  const ladder = ladderFor(policy, i.queue, i.priority);
  const next = i.ladder.nextAt === null ? null : (ladder.steps[i.ladder.step]?.who ?? 'supervisors');
  return {
    id: i.id,
    version: i.version,
    state: i.state,
    class: i.class,
    queue: i.queue,
    kind: i.kind,
    priority: i.priority,
    test: i.test,
    quiet: i.quiet,
    silent: i.silent,
    source: i.source,
    openedAt: new Date(i.openedAt).toISOString(),
    claimedAt: iso(i.claimedAt),
    closedAt: iso(i.closedAt),
    deadlineAt: iso(i.deadlineAt),
    owes: i.owes,
    owner: i.ownerId === null ? null : { id: i.ownerId, name: i.ownerName ?? '' },
    code: i.code,
    reason: i.reason,
    summary: i.summary,
    ladder: {
      step: i.ladder.step,
      of: ladder.steps.length,
      nextAt: iso(i.ladder.nextAt),
      next: next === null ? null : (LADDER_WORDS[next] ?? next),
    },
    region: names.map(({ id, level, name }) => ({ id, level, name })),
    position: i.position,
    resident: residents.find((person) => person.id === i.residentId) ?? (residents.length === 1 ? residents[0]! : null),
    residents,
    device: wireDevice(i.deviceId, around.devices),
    presses: foldPresses(presses),
    pressCount: i.pressCount,
    lastPressAt: iso(i.lastPressAt),
    needs: i.needs,
    assignments: i.assignments.map((a) => ({
      id: a.id,
      state: a.state,
      responder: {
        id: a.staffId,
        name: a.name,
        role: a.role,
        phone: isLiveAssignment(a.state) ? a.phone : maskPhone(a.phone),
      },
      why: a.why,
      offeredAt: new Date(a.offeredAt).toISOString(),
      expiresAt: iso(a.expiresAt),
      etaAt: iso(a.etaAt),
      acceptedAt: iso(a.acceptedAt),
      departedAt: iso(a.departedAt),
      arrivedAt: iso(a.arrivedAt),
      endedAt: iso(a.endedAt),
      declineReason: a.declineReason,
      minutes: a.minutes,
      metres: a.metres,
      unproven: isUnproven(a),
      outside: a.state === 'on_scene' && a.checkAt !== null,
    })),
    handoffs: i.handoffs.map((h) => ({
      id: h.id,
      to: h.target,
      state: h.state,
      offeredAt: new Date(h.offeredAt).toISOString(),
      deadlineAt: iso(h.deadlineAt),
      caseNumber: h.caseNumber,
      seat: h.seat,
      rejectReason: h.rejectReason,
      acceptedAt: iso(h.acceptedAt),
    })),
    calls: i.calls.map(({ id, purpose, party, name, state, outcome, minutes, startedAt, endedAt, mode, wants }) => ({
      id,
      purpose,
      party,
      name,
      state,
      outcome,
      minutes,
      startedAt: iso(startedAt),
      endedAt: iso(endedAt),
      mode: mode ?? null,
      wants: wants ?? null,
    })),
    told: toldTo(i, around.told),
    area: area ? { id: area['id'] as string, name: area['name'] as string, count: area['count'] as number } : null,
    linked: i.linked,
  };
}

/** What the newest device of the case was told; the others heard the same. */
function toldTo(i: Incident, told: Row[]): WireIncident['told'] {
  return told
    .filter((row) => row['incident_id'] === i.id && row['device_id'] === i.deviceId)
    .map((row) => ({
      stage: row['stage'] as string,
      at: (row['at'] as Date).toISOString(),
      say: (row['body'] as { say: string }).say,
    }));
}

function wireResident(person: Person, region: RegionName[], now: number, open: boolean): WireResidentBrief {
  return {
    id: person.id,
    name: person.name,
    sex: person.sex,
    age: ageAt(person.born, now),
    phone: open ? person.phone : maskPhone(person.phone),
    address: person.address,
    region: region.map(({ id, level, name }) => ({ id, level, name })),
    status: person.status,
    marks: person.marks,
  };
}

/** Who has moved out of the region of the case since: where she lives and is reached now is not for those who see the case. */
function movedAway(person: Person): Person {
  return { ...person, address: '', phone: null };
}

function wireDevice(id: string | null, devices: Map<string, DeviceSubject>): WireIncident['device'] {
  if (id === null) return null;
  const device = devices.get(id);
  return {
    id,
    kind: device?.kind ?? 'unknown',
    placedIn: device?.placedIn ?? null,
    online: device?.online ?? false,
    seenAt: iso(device?.seenAt ?? null),
    battery: device?.battery ?? null,
    power: device?.power ?? 'mains',
    can: device?.can ?? [],
  };
}

/** Presses in order of receipt, oldest first; a stuck key is one line with a count. */
export function foldPresses(rows: Row[]): WirePress[] {
  const lines: (WirePress & { device: string; last: number })[] = [];
  for (const row of rows) {
    const receivedAt = (row['received_at'] as Date).getTime();
    const previous = lines.at(-1);
    if (
      previous &&
      previous.device === row['device'] &&
      previous.type === row['type'] &&
      row['raw'] === null &&
      receivedAt - previous.last <= FOLD_MS
    ) {
      previous.count += 1;
      previous.last = receivedAt;
      continue;
    }
    lines.push({
      device: row['device'] as string,
      last: receivedAt,
      eventId: row['event_id'] as string,
      type: row['type'] as string,
      at: row['at'] === null ? null : (row['at'] as Date).toISOString(),
      receivedAt: (row['received_at'] as Date).toISOString(),
      key: row['key'] as string | null,
      battery: row['battery'] as number | null,
      test: row['test'] as boolean,
      late: row['late'] as boolean,
      flagged: row['flagged'] as boolean,
      count: 1,
      raw: row['raw'] as string | null,
    });
  }
  return lines.slice(-MAX_PRESSES).map(({ device: _device, last: _last, ...line }) => line);
}
