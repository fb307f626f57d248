import type pg from 'pg';
import type { Actor } from '#dispatch/domain/incident.ts';
import type { IncomingPress } from '#dispatch/press.ts';
import type { Clock } from '#kernel/clock.ts';
import { newId } from '#kernel/ids.ts';
import { ROLES, type Role } from '#contracts/session.ts';
import { maskPhone } from '#registry/scope.ts';
import { signInTestPerson, type TestPerson } from '#test/harness/identity.ts';
import type { RunningPlatform } from '#test/harness/running.ts';
import { wordsOf, type Words } from './leaks.ts';

/** Somebody of a street who is signed in. */
export interface Person extends TestPerson {
  role: Role;
  name: string;
  staffId: string | null;
  actor: Actor;
}

/** A home of one resident, with a box, and somebody to call. */
export interface Home {
  householdId: string;
  buildingId: string;
  gridId: string;
  regionPath: string;
  address: string;
  lat: number;
  lon: number;
  residentId: string;
  name: string;
  phone: string;
  contactId: string;
  contactPhone: string;
  deviceId: string;
}

/** One of the two streets, with somebody of each role in it. */
export interface Street {
  id: string;
  name: string;
  path: string;
  people: Record<Role, Person>;
  staff: { id: string; name: string; phone: string | null }[];
  /** A home that no other test has had. */
  home(): Home;
  /** Everything by which a person, a home or a case of this street is known, and nothing that the other one says too. */
  words: Words;
}

export interface Streets {
  own: Street;
  other: Street;
  /** A third one; the other lies between it and one's own in every order of paths. */
  beyond: Region;
}

type Region = Pick<Street, 'id' | 'path' | 'name'>;

const STREETS = { own: '清河口街道', other: '屏襄门街道', beyond: '紫贞街道' };

/** Takes two streets of the demo city and signs in somebody of each role in both. */
export async function settleStreets(running: RunningPlatform, clock: Clock): Promise<Streets> {
  const { pool } = running.db;
  const [own, other, beyond] = await Promise.all(
    [STREETS.own, STREETS.other, STREETS.beyond].map((name) => findStreet(pool, name)),
  );
  for (const [mark, street] of [own!, other!].entries())
    await pool.query(MORE_HOMES, [street.path, ['甲', '乙'][mark], mark]);
  const said = await Promise.all([own!, other!, beyond!].map(({ name }) => wordsSaidIn(pool, name)));
  const elsewhere = (mine: number): string =>
    said
      .filter((_, place) => place !== mine)
      .flat()
      .join('\n');
  return {
    own: await settle(running, clock, own!, '甲', wordsOf(said[0]!, elsewhere(0))),
    other: await settle(running, clock, other!, '乙', wordsOf(said[1]!, elsewhere(1))),
    beyond: beyond!,
  };
}

async function findStreet(pool: pg.Pool, name: string): Promise<Region> {
  return (await pool.query<Region>(`select id, path, name from region where name = $1 and level = 'street'`, [name]))
    .rows[0]!;
}

async function settle(
  running: RunningPlatform,
  clock: Clock,
  region: Region,
  mark: string,
  words: Words,
): Promise<Street> {
  const { pool } = running.db;
  const { name } = region;
  const homes = (await pool.query<Home>(HOMES, [region.path])).rows;
  const staff = (await pool.query<Street['staff'][number]>(STAFF, [region.path])).rows;
  const people = {} as Street['people'];
  for (const role of ROLES) {
    const comes = ['grid_worker', 'volunteer', 'medic', 'vendor'].includes(role);
    const person = await signInPerson(
      running,
      clock,
      role,
      { ...region, name },
      { name: `${mark}街${role}`, staffId: comes ? staff.shift()!.id : null },
    );
    words.add(person.name, person.username, person.accountId);
    people[role] = person;
  }
  return {
    ...region,
    people,
    staff,
    words,
    home() {
      const home = homes.shift();
      if (!home) throw new Error(`${name} has no more homes`);
      return home;
    },
  };
}

/** An account of one street, or of several, signed in. */
export async function signInPerson(
  running: RunningPlatform,
  clock: Clock,
  role: Role,
  streets: Region | Region[],
  who: { name?: string; staffId?: string | null } = {},
): Promise<Person> {
  const regions = [streets].flat();
  const name = who.name ?? `${regions[0]!.name}的人`;
  const staffId = who.staffId ?? null;
  const person = await signInTestPerson(running.db, clock, role, { regions, name, staffId });
  return { ...person, role, name, staffId, actor: { kind: 'person', id: person.accountId, name, role } };
}

/** SQL for an id that is always the same, and that the schemas take for one (RFC 9562: version 4, variant 10). */
const uuidOf = (what: string, n: string): string =>
  `overlay(overlay(md5($2 || '${what}' || ${n}) placing '4' from 13) placing 'a' from 17)::uuid`;

/** Every call that goes well uses a home up: so many more of one resident with a box and somebody to call. */
const MORE_HOMES = `
  with
    place as (
      select b.id, b.grid_id, b.lat, b.lon, g.path from building b join region g on g.id = b.grid_id
      where starts_with(g.path, $1) order by b.id limit 1
    ),
    n as (select i, lpad(i::text, 4, '0') as no from generate_series(1, 1500) i),
    home as (
      insert into household (id, building_id, region_id, region_path, unit, floor, room, address, lat, lon)
      select ${uuidOf('home', 'n.i')}, place.id, place.grid_id, place.path, '1单元', 2, n.no, $2 || '新村' || n.no || '号', place.lat, place.lon
      from n, place
    ),
    person as (
      insert into resident (id, household_id, name, sex, born, phone)
      select ${uuidOf('person', 'i')}, ${uuidOf('home', 'i')}, $2 || no, 'f', '1944-03-08', '1548' || $3 || '00' || no from n
    ),
    care as (insert into care_profile (resident_id) select ${uuidOf('person', 'i')} from n),
    near as (
      insert into contact (id, resident_id, ord, name, relation, phone)
      select ${uuidOf('contact', 'i')}, ${uuidOf('person', 'i')}, 1, $2 || '女' || no, '女儿', '1549' || $3 || '00' || no from n
    )
  insert into device (id, kind, household_id, lane)
  select 'spare-' || $3 || '-' || no, 'home_unit', ${uuidOf('home', 'i')}, '0' from n`;

const HOMES = `
  select h.id as "householdId", h.building_id as "buildingId", h.region_id as "gridId", h.region_path as "regionPath", h.address,
    coalesce(h.lat, b.lat) as lat, coalesce(h.lon, b.lon) as lon, r.id as "residentId", r.name, r.phone, t.id as "contactId", t.phone as "contactPhone", d.id as "deviceId"
  from household h
  join building b on b.id = h.building_id
  join resident r on r.household_id = h.id and r.phone is not null and r.status = 'home'
  join contact t on t.resident_id = r.id and t.ord = 1
  join device d on d.household_id = h.id and d.adapter is null
  where starts_with(h.region_path, $1)
    and (select count(*) from resident o where o.household_id = h.id) = 1
    and (select count(*) from device o where o.household_id = h.id) = 1
  order by starts_with(d.id, 'spare-'), h.id`;

const STAFF = `
  select id, name, phone from staff
  where starts_with(region_path, $1) and kind in ('grid_worker', 'volunteer', 'medic') and disabled_at is null
  order by id`;

/** Names, numbers, addresses and ids of the registry below a street. */
async function wordsSaidIn(pool: pg.Pool, street: string): Promise<string[]> {
  const { rows } = await pool.query<{ word: string | null; phone: boolean }>(
    `
    with street as (select path from region where name = $1 and level = 'street'),
      home as (select h.* from household h, street where starts_with(h.region_path, street.path)),
      person as (select r.* from resident r join home on home.id = r.household_id)
    select unnest(array[id::text, address]) as word, false as phone from home
    union all select unnest(array[id::text, name, registered_address]), false from person
    union all select phone, true from person
    union all select unnest(array[t.id::text, t.name]), false from contact t join person on person.id = t.resident_id
    union all select t.phone, true from contact t join person on person.id = t.resident_id
    union all select unnest(array[d.id, d.adapter_name]), false from device d
      where d.household_id in (select id from home) or d.resident_id in (select id from person)
    union all select unnest(array[s.id::text, s.name]), false from staff s, street where starts_with(s.region_path, street.path)
    union all select s.phone, true from staff s, street where starts_with(s.region_path, street.path)
    union all select k.name, false from key_holder k join home on home.id = k.household_id
    union all select k.phone, true from key_holder k join home on home.id = k.household_id
    union all select unnest(array[b.id::text, b.address]), false from building b join region g on g.id = b.grid_id, street where starts_with(g.path, street.path)
    union all select unnest(array[g.id::text, g.path, g.name]), false from region g, street where starts_with(g.path, street.path)`,
    [street],
  );
  // 赵师傅 is also what the box calls any helper whose name is 赵.
  const names = rows.filter(({ word }) => word !== null && !/^.师傅$/.test(word));
  return names.flatMap(({ word, phone }) => (phone ? [word!, maskPhone(word)!] : [word!]));
}

/** A digest of every row of a street that somebody may change, by table: the same as long as nobody did. */
export async function digestOf(pool: pg.Pool, path: string): Promise<Record<string, string>> {
  const home = `select id from household where starts_with(region_path, $1)`;
  const person = `select id from resident where household_id in (${home})`;
  const worker = `select id from staff where starts_with(region_path, $1)`;
  const account = `select account_id from account_region where region_path = $1`;
  const tables: Record<string, string> = {
    region: `starts_with(t.path, $1)`,
    household: `t.id in (${home})`,
    resident: `t.id in (${person})`,
    care_profile: `t.resident_id in (${person})`,
    contact: `t.resident_id in (${person})`,
    device: `t.household_id in (${home}) or t.resident_id in (${person})`,
    key_holder: `t.household_id in (${home})`,
    staff: `t.id in (${worker})`,
    responsibility: `t.staff_id in (${worker})`,
    duty_rule: `t.staff_id in (${worker}) or starts_with(t.region_path, $1)`,
    duty_exception: `t.staff_id in (${worker})`,
    account: `t.id in (${account})`,
    account_region: `starts_with(t.region_path, $1)`,
    shift_handover: `t.from_id in (${account})`,
    desk: `t.account_id in (${account})`,
  };
  const digests: Record<string, string> = {};
  for (const [table, where] of Object.entries(tables)) {
    const { rows } = await pool.query<{ digest: string }>(
      `select md5(string_agg(t::text, '|' order by t::text)) as digest from ${table} t where ${where}`,
      [path],
    );
    digests[table] = rows[0]!.digest;
  }
  return digests;
}

let pressed = 0;

/** What a box sends when its red key is pressed. */
export function pressOf(deviceId: string, clock: Clock, more: Partial<IncomingPress> = {}): IncomingPress {
  const at = clock.now();
  return {
    device: deviceId,
    adapter: null,
    eventId: newId(at + ++pressed),
    type: 'sos',
    at,
    receivedAt: at,
    key: 'red',
    battery: 80,
    test: false,
    location: null,
    detail: {},
    topic: `12349/v1/0/${deviceId}/up/event`,
    raw: Buffer.from('{}'),
    readable: true,
    ...more,
  };
}
