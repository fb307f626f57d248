import { z } from 'zod';
import { RESIDENT_STATUSES } from '#contracts/registry.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { readRow } from './readable.ts';

const q = loadQueries(import.meta.url, 'registry', ['find_subjects']);

/** `1900-01-01`-like, and an age that a living person can have; anything else is a typing error. */
export const bornSchema = z.string().regex(/^(18[89]\d|19\d\d|20\d\d)-\d\d-\d\d$/, 'a date of birth, 1880 or later');

const residentSchema = z.object({
  id: z.string(),
  name: z.string(),
  sex: z.enum(['f', 'm']),
  /** Date of birth, `yyyy-mm-dd`. */
  born: bornSchema,
  status: z.enum(RESIDENT_STATUSES),
  formOfAddress: z.string().nullable(),
  livesAlone: z.boolean(),
  hearing: z.string().nullable(),
  dialect: z.string().nullable(),
  conditions: z.array(z.string()),
  mobility: z.string().nullable(),
  powerDependent: z.boolean(),
});

const RESIDENT_FALLBACK: z.output<typeof residentSchema> = {
  id: '',
  name: '',
  sex: 'f',
  born: '1940-01-01',
  // A status that can't be read pauses nothing.
  status: 'home',
  formOfAddress: null,
  livesAlone: false,
  hearing: null,
  dialect: null,
  conditions: [],
  mobility: null,
  powerDependent: false,
};

/** One who lives where the device stands. `unreadable` names the fields that were damaged and hold a stand-in. */
export type SubjectResident = z.output<typeof residentSchema> & { unreadable: string[] };

const deviceSchema = z.object({
  deviceId: z.string(),
  kind: z.string(),
  can: z.array(z.string()),
  power: z.enum(['mains', 'battery']),
  lane: z.string(),
  adapter: z.string().nullable(),
  disabled: z.boolean(),
  placedIn: z.string().nullable(),
  online: z.boolean(),
  /** When it was last heard, ms. */
  seenAt: z.number().nullable(),
  battery: z.number().min(0).max(100).nullable(),
  heartbeatS: z.number().int().positive(),
  /** The resident who wears it; null for a unit of the household. */
  wearer: z.string().nullable(),
});

const householdSchema = z.object({
  id: z.string(),
  address: z.string(),
  /** WGS-84: of the home, else of its building. */
  lat: z.number().min(-90).max(90).nullable(),
  lon: z.number().min(-180).max(180).nullable(),
  regionId: z.string(),
  regionPath: z.string(),
});
const HOUSEHOLD_FALLBACK: z.output<typeof householdSchema> = {
  id: '',
  address: '',
  lat: null,
  lon: null,
  regionId: '',
  regionPath: '',
};

/** Whose press it is: the device, the home it stands in (or the wearer lives in) and everyone who lives there. */
export type DeviceSubject = z.output<typeof deviceSchema> & {
  household: z.output<typeof householdSchema> | null;
  residents: SubjectResident[];
  /** Somebody there needs a machine that needs the mains. */
  powerDependent: boolean;
  /** Fields of the device or household row that were damaged and hold a stand-in. */
  unreadable: string[];
};

interface SubjectRow {
  deviceId: string;
  household: unknown;
  residents: unknown[] | null;
}

/**
 * Devices by id, in one statement; what is not in the registry is absent from the map. Residents who still live there
 * come first, eldest first; those who moved or died are last. A damaged row degrades (see `unreadable`), it never throws.
 */
export async function findSubjects(db: Db, deviceIds: readonly string[]): Promise<Map<string, DeviceSubject>> {
  // Postgres text can't hold NUL; such an id is in no registry.
  const asked = deviceIds.filter((id) => !id.includes('\0'));
  if (asked.length === 0) return new Map();
  const rows = await db.query<SubjectRow>(q.find_subjects, [asked]);
  return new Map(rows.map((row) => [row.deviceId, toSubject(row)]));
}

function toSubject(row: SubjectRow): DeviceSubject {
  const device = readRow(
    deviceSchema,
    {
      deviceId: row.deviceId,
      kind: 'home',
      can: [],
      power: 'mains',
      lane: '0',
      adapter: null,
      disabled: false,
      placedIn: null,
      online: false,
      seenAt: null,
      battery: null,
      heartbeatS: 60,
      wearer: null,
    },
    row,
  );
  const household = row.household === null ? null : readRow(householdSchema, HOUSEHOLD_FALLBACK, row.household);
  const residents = (row.residents ?? []).map((resident) => {
    const { value, unreadable } = readRow(residentSchema, RESIDENT_FALLBACK, resident);
    return { ...value, unreadable };
  });
  return {
    ...device.value,
    household: household?.value ?? null,
    residents,
    powerDependent: residents.some((resident) => resident.powerDependent),
    unreadable: [...device.unreadable, ...(household?.unreadable ?? [])],
  };
}
