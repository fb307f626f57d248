import type {
  NewResident,
  ResidentChange,
  ResidentStatus,
  WireResident,
  WireResidentDetail,
} from '#contracts/registry.ts';
import { Problem } from '#kernel/errors.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { ageAt, openHousehold, toPerson } from '../people.ts';
import type { Person } from '../people.ts';
import { regionNames } from '../regions.ts';
import type { RegionName } from '../regions.ts';
import { cursorId, decodeCursor, encodeCursor, isoTime, maskPhone, scopeOf } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { changeConsent, type OnRefusal } from './consent.ts';

const q = loadQueries(import.meta.url, 'registry.residents', [
  'list_residents',
  'search_residents',
  'open_resident',
  'add_resident',
  'change_resident',
  'change_care',
  'remove_resident',
  'resident_power',
]);

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** A list answer; `unreadable` names rows that are shown with stand-ins because they are damaged. */
export type ResidentPage = Page<WireResident> & { unreadable: { id: string; fields: string[] }[] };

/**
 * Residents of a scope by region and home, or, with `text`, those whose name, telephone number (theirs or a
 * contact's), address or device matches, by name. Masked. `now` in ms counts the ages.
 */
export async function listResidents(
  db: Db,
  wanted: {
    scope: Scope;
    text: string;
    status: ResidentStatus | null;
    limit: number;
    cursor: string | undefined;
    now: number;
  },
): Promise<ResidentPage> {
  const people = (wanted.text === '' ? await pageByHome(db, wanted) : await pageByText(db, wanted)).map(toPerson);
  const names = await regionNames(db, [...new Set(people.map((person) => person.regionPath))]);
  const last = people.length === wanted.limit ? people.at(-1) : undefined;
  return {
    items: people.map((person) => toWire(person, names, wanted.now)),
    unreadable: people.flatMap(({ id, unreadable }) => (unreadable.length > 0 ? [{ id, fields: unreadable }] : [])),
    nextCursor:
      last === undefined
        ? null
        : encodeCursor(wanted.text === '' ? [last.regionPath, last.householdId, last.id] : [last.name, last.id]),
  };
}

type Wanted = Parameters<typeof listResidents>[1];

function pageByHome(db: Db, { scope, status, limit, cursor }: Wanted): Promise<unknown[]> {
  const after = decodeCursor(cursor, 3);
  const home = cursorId(after?.[1]);
  const id = cursorId(after?.[2]);
  return db.query(q.list_residents, [
    after?.[0] ?? scope.from,
    scope.to,
    scope.prefixes,
    after?.[0] ?? null,
    home,
    id,
    status,
    limit,
  ]);
}

function pageByText(db: Db, { scope, text, status, limit, cursor }: Wanted): Promise<unknown[]> {
  const after = decodeCursor(cursor, 2);
  const id = cursorId(after?.[1]);
  const beyond = `${text}\u{10FFFF}`;
  return db.query(q.search_residents, [
    scope.from,
    scope.to,
    scope.prefixes,
    text,
    beyond,
    after?.[0] ?? null,
    id,
    status,
    limit,
  ]);
}

/** A person as lists show him, masked. */
export function toWire(person: Person, names: ReadonlyMap<string, RegionName[]>, now: number): WireResident {
  return {
    id: person.id,
    householdId: person.householdId,
    name: person.name,
    sex: person.sex,
    age: ageAt(person.born, now),
    phone: maskPhone(person.phone),
    address: person.address,
    region: names.get(person.regionPath) ?? [],
    status: person.status,
    marks: person.marks,
    version: person.version,
    unreadable: person.unreadable,
  };
}

/** One resident with everything, unmasked; null when there is none in the viewer's regions. The caller records the look. */
export async function openResident(
  db: Db,
  viewer: Viewer,
  id: string,
  now: number,
): Promise<WireResidentDetail | null> {
  const row = (
    await db.query<{ registeredAddress: string | null; recordingConsent: boolean }>(q.open_resident, [
      id,
      viewer.regions,
    ])
  )[0];
  if (row === undefined) return null;
  const person = toPerson(row);
  const [names, home, power] = await Promise.all([
    regionNames(db, [person.regionPath]),
    openHousehold(db, person.householdId),
    db.query<{ powerDependent: boolean }>(q.resident_power, [id]),
  ]);
  if (home === null) return null;
  const own = home.residents.find((resident) => resident.id === id);
  return {
    ...toWire(person, names, now),
    phone: person.phone,
    born: person.born,
    registeredAddress: row.registeredAddress,
    recordingConsent: row.recordingConsent,
    formOfAddress: person.formOfAddress,
    statusSince: isoTime(person.statusSince),
    care: own?.care == null ? null : { ...own.care, powerDependent: power[0]?.powerDependent ?? false },
    contacts: own?.contacts ?? [],
    household: home.household,
  };
}

/** Whether a household lies within the viewer's regions. */
export type SeesHousehold = (db: Db, viewer: Viewer, householdId: string) => Promise<boolean>;

/** Enters a resident under `id`; the same `id` again changes nothing. A household that he may not see is `invalid_fields`. */
export async function addResident(
  db: Database,
  wanted: {
    id: string;
    viewer: Viewer;
    resident: NewResident;
    now: number;
    sees: SeesHousehold;
    audit: (tx: Db) => Promise<void>;
  },
): Promise<void> {
  const { id, viewer, resident, now } = wanted;
  await db.tx(async (tx) => {
    if (!(await wanted.sees(tx, viewer, resident.householdId))) throw noHousehold();
    await tx.query(q.add_resident, [
      id,
      resident.householdId,
      resident.name,
      resident.sex,
      resident.born,
      resident.phone ?? null,
      resident.registeredAddress ?? null,
      resident.formOfAddress ?? null,
      resident.status ?? 'home',
      new Date(now),
      resident.recordingConsent ?? true,
    ]);
    await tx.query(q.change_care, [id, JSON.stringify(resident.care ?? {})]);
    await wanted.audit(tx);
  });
}

/** What a supervisor may change; the rest is an administrator's. */
const CARERS_FIELDS = new Set(['version', 'status', 'care', 'recordingConsent']);

/**
 * Changes what the patch holds, when it is still at the version that was seen: else `conflict` with the present one.
 * Outside the viewer's regions there is nobody: `not_found`.
 */
export async function changeResident(
  db: Database,
  wanted: {
    id: string;
    viewer: Viewer;
    change: ResidentChange;
    now: number;
    sees: SeesHousehold;
    onRefusal: OnRefusal;
    audit: (tx: Db) => Promise<void>;
    /** She lives in another home now; called in the same transaction. */
    moved: (tx: Tx, householdId: string) => Promise<void>;
  },
): Promise<void> {
  const { id, viewer, change } = wanted;
  const { version, care, recordingConsent: allowed, ...fields } = change;
  if (viewer.role !== 'admin' && Object.keys(change).some((field) => !CARERS_FIELDS.has(field))) {
    throw new Problem('forbidden', {
      detail:
        '主管只能改状态、照护档案和录音意愿 | A supervisor may change status, care profile and consent to recording',
    });
  }
  await db.tx(async (tx) => {
    const [before] = await tx.query<{ version: number }>(q.open_resident, [id, viewer.regions]);
    if (before === undefined) throw new Problem('not_found');
    if (fields.householdId !== undefined && !(await wanted.sees(tx, viewer, fields.householdId))) throw noHousehold();
    const changed = await tx.query(q.change_resident, [
      id,
      version,
      viewer.regions,
      JSON.stringify(fields),
      new Date(wanted.now),
    ]);
    if (changed.length === 0) throw new Problem('conflict', { data: { version: before.version } });
    if (care !== undefined) await tx.query(q.change_care, [id, JSON.stringify(care)]);
    if (fields.householdId !== undefined) await wanted.moved(tx, fields.householdId);
    if (allowed !== undefined) await changeConsent(tx, { ...wanted, allowed });
    await wanted.audit(tx);
  });
}

/** Takes out one who was entered by mistake: incidents that name him still do, nothing else shows him. */
export async function removeResident(
  db: Database,
  wanted: { id: string; viewer: Viewer; now: number; audit: (tx: Db) => Promise<void> },
): Promise<void> {
  await db.tx(async (tx) => {
    const removed = await tx.query(q.remove_resident, [wanted.id, wanted.viewer.regions, new Date(wanted.now)]);
    if (removed.length === 0) throw new Problem('not_found');
    await wanted.audit(tx);
  });
}

/** Whether the viewer may see a resident at all. */
export async function seesResident(db: Db, viewer: Viewer, id: string): Promise<boolean> {
  return (await db.query(q.open_resident, [id, scopeOf(viewer).prefixes])).length > 0;
}

function noHousehold(): Problem {
  return new Problem('invalid_fields', {
    fields: [{ field: 'householdId', expected: '登记过的住户 | a registered household' }],
  });
}
