import type { Candidate } from '#contracts/incident.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { findCandidates, minutesFor, type DutyCandidate } from '#registry/duty.ts';
import { metresBetween } from '#registry/geometry.ts';
import { findPeople } from '#registry/people.ts';
import type { Reach } from './domain/asking.ts';
import type { Incident } from './domain/incident.ts';
import type { Helper } from './domain/street.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['load_of_staff']);

/** Where a responder was last seen, WGS-84, `at` ms. */
export interface LastSeen {
  lat: number;
  lon: number;
  at: number;
}

/** Where these people are now; a module that comes after dispatch knows it, so it is passed in. */
export type WhereAre = (db: Db, staffIds: readonly string[]) => Promise<ReadonlyMap<string, LastSeen>>;

/** Older than this a position says nothing about where somebody is, ms; then his base counts. */
const FRESH_MS = 5 * 60_000;
/** How far back a no counts, ms. */
const DECLINES_MS = 30 * 24 * 3_600_000;
/** Beyond the own street only those who can be there in so many minutes. */
const NEXT_WITHIN_MIN = 40;

/** What the ranking goes by, of the case. */
export interface Need {
  /** A medical case, or a person on the floor: a medic is worth a longer way. */
  medical: boolean;
  dialects: readonly string[];
}

/** What the ranking goes by, of one who could come. */
export interface Able extends DutyCandidate {
  /** The time is from where he was seen just now, not from his base. */
  live: boolean;
  busy: number;
  /** Offers of other cases that he has not answered yet: his telephone is ringing for them. */
  asked: number;
  declines: number;
}

/** One who could come, with the reasons in words and what they sum up to, in minutes. */
export interface Ranked extends Able {
  why: string;
  worth: number;
}

const RINGS = ['本网格值班', '本社区值班', '本街道值班', '邻近街道值班'] as const;

/**
 * Best first. All is weighed in minutes of the way: a key saves 5, answering for the place 3 (backup 1), a medic 6 where
 * one is needed (another with first aid 2), her dialect 1; another case in hand costs 8, one he
 * is being asked for 4, each no of the last 30 days 1 (5
 * at most), another's place 2 for each ring, being woken 10. Equal ones in the order of their ids.
 */
export function rankCandidates(people: readonly Able[], need: Need): Ranked[] {
  return people
    .map((one) => ({ ...one, worth: worthOf(one, need), why: whyOf(one, need) }))
    .toSorted((a, b) => a.worth - b.worth || a.id.localeCompare(b.id));
}

function worthOf(one: Able, need: Need): number {
  const answers = one.part === 'responsible' ? 3 : one.part === 'backup' ? 1 : 0;
  const skill = !need.medical ? 0 : one.kind === 'medic' ? 6 : one.skills.includes('急救') ? 2 : 0;
  const saved = (one.hasKey ? 5 : 0) + answers + skill + (speaks(one, need) ? 1 : 0);
  const costs = one.busy * 8 + one.asked * 4 + Math.min(5, one.declines) + one.ring * 2 + (one.onDuty ? 0 : 10);
  return one.minutes - saved + costs;
}

const speaks = (one: Able, need: Need): boolean => one.dialect !== null && need.dialects.includes(one.dialect);

function whyOf(one: Able, need: Need): string {
  const far = one.metres < 1000 ? `${Math.round(one.metres / 10) * 10}米` : `${(one.metres / 1000).toFixed(1)}公里`;
  const reasons: (string | null)[] = [
    one.onDuty ? RINGS[one.ring] : '不在班、同意被叫醒',
    one.part === 'responsible' ? '责任人' : one.part === 'backup' ? '后备责任人' : null,
    one.hasKey ? '有钥匙' : null,
    !need.medical ? null : one.kind === 'medic' ? '医护' : one.skills.includes('急救') ? '会急救' : null,
    speaks(one, need) ? `会讲${one.dialect}` : null,
    `${far}、电动车约 ${one.minutes} 分钟${one.live ? '(现在的位置)' : ''}`,
    one.busy > 0 ? `手上有 ${one.busy} 件` : null,
    one.asked > 0 ? `正被问另外 ${one.asked} 件` : null,
    one.declines > 0 ? `30 天里推了 ${one.declines} 次` : null,
  ];
  return reasons.filter((reason) => reason !== null).join('、');
}

/** The case, as far as who could come depends on it. */
export type AskedFor = Pick<
  Incident,
  'id' | 'regionPath' | 'position' | 'householdId' | 'residentId' | 'class' | 'queue' | 'kind'
>;

/**
 * Everybody who could come at `now` (ms), best first, with the reasons: on duty in the own street or woken by consent, or
 * on duty beyond it. Nobody for a case of which the place is not known.
 */
export async function whoCouldCome(
  db: Db,
  whereAre: WhereAre | undefined,
  incident: AskedFor,
  reach: Reach,
  now: number,
): Promise<Ranked[]> {
  if (incident.regionPath === null) return [];
  const home = incident.position;
  const found = await findCandidates(db, {
    regionPath: incident.regionPath,
    at: now,
    lat: home?.lat ?? null,
    lon: home?.lon ?? null,
    householdId: incident.householdId,
    limit: 500,
    radius: reach === 'own' ? 'street' : 'city',
    wake: incident.class === 'rescue' ? 'emergency' : 'nothing',
  });
  const ids = found.map((one) => one.id);
  const seen = whereAre === undefined ? new Map<string, LastSeen>() : await whereAre(db, ids);
  const loads = await db.query<{ staff_id: string; busy: number; asked: number; declines: number }>(q.load_of_staff, [
    ids,
    incident.id,
    new Date(now - DECLINES_MS),
  ]);
  const able = found.map((one): Able => {
    const load = loads.find((row) => row.staff_id === one.id);
    const fix = seen.get(one.id);
    const live = fix !== undefined && home !== null && now - fix.at <= FRESH_MS;
    const metres = live ? Math.round(metresBetween(home, fix)) : one.metres;
    return {
      ...one,
      metres,
      minutes: minutesFor(metres),
      live,
      busy: load?.busy ?? 0,
      asked: load?.asked ?? 0,
      declines: load?.declines ?? 0,
    };
  });
  const ranked = rankCandidates(able, await needOf(db, incident));
  return reach === 'own' ? ranked : ranked.filter((one) => one.ring < 3 || one.minutes <= NEXT_WITHIN_MIN);
}

async function needOf(db: Db, incident: AskedFor): Promise<Need> {
  const people = await findPeople(db, {
    householdIds: incident.householdId === null ? [] : [incident.householdId],
    residentIds: incident.residentId === null ? [] : [incident.residentId],
  });
  return {
    medical: incident.queue === 'medical' || incident.kind === 'fall',
    dialects: people.flatMap((person) => (person.dialect === null ? [] : [person.dialect])),
  };
}

/** The one to be asked, as the core takes him; `wave` null: an operator chose him. */
export function candidateHelper(one: Ranked, wave: number | null): Helper {
  return {
    staffId: one.id,
    name: one.name,
    role: one.kind,
    phone: one.phone,
    minutes: one.minutes,
    metres: one.metres,
    why: one.why,
    wave,
  };
}

/** As shown to the operator; `busy`: how many other cases he has in hand. */
export function wireCandidate(one: Ranked): Candidate {
  return {
    id: one.id,
    name: one.name,
    role: one.kind,
    minutes: one.minutes,
    metres: one.metres,
    hasKey: one.hasKey,
    onDuty: one.onDuty,
    busy: one.busy,
    why: one.why,
  };
}
