import { z } from 'zod';
import type { WireCare, WireContact, WireHousehold } from '#contracts/incident.ts';
import { RESIDENT_STATUSES } from '#contracts/registry.ts';
import type { ResidentStatus } from '#contracts/registry.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { readRow } from './readable.ts';
import { bornSchema } from './subjects.ts';

const q = loadQueries(import.meta.url, 'registry', ['find_people', 'open_household']);

/** Age in whole years on the local day (Asia/Shanghai, UTC+8) of `at` (ms); `born` is `yyyy-mm-dd`. */
export function ageAt(born: string, at: number): number {
  const today = new Date(at + 8 * 3_600_000).toISOString();
  return Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (today.slice(5, 10) < born.slice(5, 10) ? 1 : 0);
}

const careSchema = z.object({
  livesAlone: z.boolean(),
  mobility: z.string().nullable(),
  hearing: z.string().nullable(),
  dialect: z.string().nullable(),
  conditions: z.array(z.string()),
  powerDependent: z.boolean(),
});
type BriefCare = z.output<typeof careSchema>;

const personSchema = careSchema.extend({
  id: z.string(),
  householdId: z.string(),
  name: z.string(),
  sex: z.enum(['f', 'm']),
  born: bornSchema,
  phone: z.string().nullable(),
  address: z.string(),
  regionPath: z.string(),
  status: z.enum(RESIDENT_STATUSES),
  statusSince: z.number().nullable(),
  formOfAddress: z.string().nullable(),
  version: z.number().int(),
});

/** What stands in where a resident's row is damaged. A status that can't be read pauses nothing. */
const PERSON_FALLBACK: z.output<typeof personSchema> = {
  id: '',
  householdId: '',
  name: '',
  sex: 'f',
  born: '1940-01-01',
  phone: null,
  address: '',
  regionPath: '',
  status: 'home',
  statusSince: null,
  formOfAddress: null,
  livesAlone: false,
  mobility: null,
  hearing: null,
  dialect: null,
  conditions: [],
  powerDependent: false,
  version: 1,
};

/** A resident as cards need him. `born` is `yyyy-mm-dd`, `statusSince` ms, `phone` unmasked: mask it before it leaves. */
export type Person = z.output<typeof personSchema> & {
  /** Short words for the card, most important first: 独居, 重听, 讲襄阳话, 心脏病. */
  marks: string[];
  /** Fields that were damaged and hold a stand-in. */
  unreadable: string[];
};

const STATUS_MARKS: Record<ResidentStatus, string | null> = {
  home: null,
  away: '外出',
  hospital: '住院',
  moved: '已搬离',
  died: '已去世',
};

/** Conditions by the plain word for them, in the order in which a rescuer wants them. */
const CONDITION_MARKS: readonly (readonly [RegExp, string])[] = [
  [/阿尔茨海默|失智|痴呆|认知/, '失智'],
  [/冠心|心脏|心梗|心衰|房颤|搭桥|支架|起搏/, '心脏病'],
  [/脑梗|脑出血|中风|卒中|偏瘫/, '中风'],
  [/慢阻肺|哮喘|肺气肿|呼吸/, '肺病'],
  [/癫痫/, '癫痫'],
  [/糖尿病/, '糖尿病'],
  [/帕金森/, '帕金森'],
  [/失明|白内障|青光眼|视力/, '视力差'],
  [/骨折|骨质疏松/, '易骨折'],
  [/高血压/, '高血压'],
];

/** Short words for a card, most important first: where she is, alone, how to speak to her, how she moves, what ails her. */
export function marksOf(care: BriefCare, status: ResidentStatus, damaged: boolean): string[] {
  const marks: (string | null)[] = [
    STATUS_MARKS[status],
    care.livesAlone ? '独居' : null,
    care.hearing === null || care.hearing === '正常' ? null : care.hearing,
    care.dialect === null || care.dialect === '普通话' ? null : `讲${care.dialect}`,
    care.mobility === null || care.mobility === '自如' ? null : care.mobility,
    care.powerDependent ? '靠电维生' : null,
  ];
  for (const [pattern, mark] of CONDITION_MARKS)
    if (care.conditions.some((condition) => pattern.test(condition))) marks.push(mark);
  if (damaged) marks.push('资料有误');
  return marks.filter((mark) => mark !== null);
}

/** Reads a resident's row for a card; a damaged one is kept, marked 资料有误 and with the fields named. */
export function toPerson(row: unknown): Person {
  const { value, unreadable } = readRow(personSchema, PERSON_FALLBACK, row);
  return { ...value, marks: marksOf(value, value.status, unreadable.length > 0), unreadable };
}

/**
 * Residents for cards: everyone of the households, and the residents named by id; by household, those who live there
 * first (moved and died last), eldest first. Damaged rows are listed, with `unreadable`.
 */
export async function findPeople(
  db: Db,
  wanted: { householdIds?: readonly string[]; residentIds?: readonly string[] },
): Promise<Person[]> {
  const households = wanted.householdIds ?? [];
  const residents = wanted.residentIds ?? [];
  if (households.length === 0 && residents.length === 0) return [];
  return (await db.query(q.find_people, [households, residents])).map(toPerson);
}

const text = z.string().nullable();
const openSchema = z.object({
  id: z.string(),
  address: z.string(),
  regionPath: z.string(),
  floor: z.number().int().nullable(),
  floors: z.number().int().nullable(),
  lift: z.boolean(),
  entry: text,
  keyHolders: z.array(z.object({ name: z.string(), phone: text, kind: z.string(), staffId: text })),
  responsible: z.array(
    z.object({ id: z.string(), name: z.string(), phone: text, scope: z.string(), part: z.string() }),
  ),
  residents: z.array(z.unknown()),
});

const wholeCareSchema = z.object({
  livesAlone: z.boolean(),
  mobility: text,
  hearing: text,
  dialect: text,
  conditions: z.array(z.string()),
  medication: z.array(z.string()),
  allergies: z.array(z.string()),
  bloodType: text,
  hospital: text,
  formOfAddress: text,
});
export const NO_CARE: WireCare = {
  livesAlone: false,
  mobility: null,
  hearing: null,
  dialect: null,
  conditions: [],
  medication: [],
  allergies: [],
  bloodType: null,
  hospital: null,
  formOfAddress: null,
};
const contactSchema = z.object({
  id: z.string(),
  name: z.string(),
  relation: z.string(),
  phone: z.string(),
  order: z.number().int(),
  hasKey: z.boolean(),
  local: z.boolean(),
  minutes: z.number().int().nullable(),
  mayWake: z.enum(['always', 'emergency', 'never']),
});
const CONTACT_FALLBACK: WireContact = {
  id: '',
  name: '',
  relation: '',
  phone: '',
  order: 99,
  hasKey: false,
  local: false,
  minutes: null,
  mayWake: 'emergency',
};

/** A household opened for an incident: how to get in, who answers for it, and of each resident the care profile and contacts in order. */
export interface OpenHousehold {
  household: WireHousehold;
  residents: { id: string; care: WireCare | null; contacts: WireContact[] }[];
}

const SCOPES: Record<string, string> = { community: '社区', grid: '网格', building: '楼栋', household: '住户' };

/** Everything about a household that the detail of an incident shows; null when there is none. The caller records the look. */
export async function openHousehold(db: Db, householdId: string): Promise<OpenHousehold | null> {
  const row = (await db.query<{ id: string }>(q.open_household, [householdId]))[0];
  if (row === undefined) return null;
  const { value } = readRow(
    openSchema,
    {
      id: row.id,
      address: '',
      regionPath: '',
      floor: null,
      floors: null,
      lift: false,
      entry: null,
      keyHolders: [],
      responsible: [],
      residents: [],
    },
    row,
  );
  return {
    household: {
      id: value.id,
      address: value.address,
      floor: value.floor,
      lift: value.lift,
      entry: value.entry,
      keyHolders: value.keyHolders.map(({ name, phone, kind }) => ({ name, phone, kind })),
      responsible: value.responsible.map(({ name, phone, scope, part }) => ({
        name,
        phone,
        for: `${SCOPES[scope] ?? scope}${part === 'backup' ? '(后备)' : ''}`,
      })),
    },
    residents: value.residents.map(toOpenResident),
  };
}

function toOpenResident(raw: unknown): OpenHousehold['residents'][number] {
  const row = raw as { id: string; care: unknown; contacts: unknown[] };
  return {
    id: row.id,
    care: row.care === null ? null : readRow(wholeCareSchema, NO_CARE, row.care).value,
    contacts: row.contacts.map((contact) => readRow(contactSchema, CONTACT_FALLBACK, contact).value),
  };
}
