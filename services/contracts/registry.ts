/** The registry on the wire: regions, residents, households, contacts, devices, staff and their duty. */
import { z } from 'zod';
import { deviceIdSchema } from './device.ts';
import {
  phoneSchema,
  wireCareSchema,
  wireContactSchema,
  wireHouseholdSchema,
  wireRegionSchema,
  wireResidentBriefSchema,
} from './incident.ts';

const CONTROL = /\p{Cc}/u;

/** What a person types: trimmed, without control characters; everything else, also `'; drop table`, is just text. */
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, '不能为空 | not empty')
    .max(max, `最多 ${max} 个字 | at most ${max} characters`)
    .refine(
      (value) => !CONTROL.test(value) && value.isWellFormed(),
      '不含控制字符的文字 | text without control characters',
    );

/** What is searched for: as typed, what no text can hold taken out. */
export const searchTextSchema = z
  .string()
  .max(100)
  .transform((value) =>
    value
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, '')
      .trim(),
  );

const day = z.iso.date();
/** A date of birth that a living person can have. */
const born = day.refine((value) => value >= '1880-01-01', '1880 年以后的日期 | a date from 1880 on');
const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);
const list = z.array(text(100)).max(50);
const version = z.number().int().min(1);

export const RESIDENT_STATUSES = ['home', 'away', 'hospital', 'moved', 'died'] as const;
export type ResidentStatus = (typeof RESIDENT_STATUSES)[number];

/** `GET /api/regions`: `polygon` only where asked for, the outer ring as [lon, lat], WGS-84. */
export const regionSchema = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  level: z.string(),
  code: z.string(),
  name: z.string(),
  path: z.string(),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  households: z.number().int(),
  polygon: z
    .array(z.tuple([z.number(), z.number()]))
    .nullable()
    .optional(),
});
export type WireRegion = z.infer<typeof regionSchema>;

/** A resident in lists. `unreadable`: fields of his row that are damaged and show a stand-in. */
export const residentSchema = wireResidentBriefSchema.extend({
  householdId: z.string(),
  version: z.number().int(),
  unreadable: z.array(z.string()),
});
export type WireResident = z.infer<typeof residentSchema>;

/** `GET /api/residents/:id`: opened, unmasked; the look is recorded. */
export const residentDetailSchema = residentSchema.extend({
  born: z.string(),
  registeredAddress: z.string().nullable(),
  formOfAddress: z.string().nullable(),
  statusSince: z.string().nullable(),
  /** Whether calls about her may be recorded. */
  recordingConsent: z.boolean(),
  care: wireCareSchema.extend({ powerDependent: z.boolean() }).nullable(),
  contacts: z.array(wireContactSchema),
  household: wireHouseholdSchema,
});
export type WireResidentDetail = z.infer<typeof residentDetailSchema>;

/** `GET` and `PUT /api/residents/:id/recording-consent`: whether calls about her may be recorded; who changed it last and when, null: nobody since the agreement. */
export const recordingConsentSchema = z.object({
  allowed: z.boolean(),
  at: z.string().nullable(),
  by: z.string().nullable(),
});
export type RecordingConsent = z.infer<typeof recordingConsentSchema>;

const careFields = z.object({
  livesAlone: z.boolean(),
  mobility: text(100).nullable(),
  hearing: text(100).nullable(),
  dialect: text(100).nullable(),
  conditions: list,
  medication: list,
  allergies: list,
  bloodType: text(20).nullable(),
  hospital: text(100).nullable(),
  powerDependent: z.boolean(),
});
const residentFields = z.object({
  name: text(64),
  sex: z.enum(['f', 'm']),
  born,
  phone: phoneSchema.nullable(),
  registeredAddress: text(200).nullable(),
  formOfAddress: text(32).nullable(),
  status: z.enum(RESIDENT_STATUSES),
  recordingConsent: z.boolean(),
});

/** `POST /api/residents`. */
export const newResidentSchema = residentFields
  .partial({ phone: true, registeredAddress: true, formOfAddress: true, status: true, recordingConsent: true })
  .extend({ householdId: z.uuid(), care: careFields.partial().optional() });
export type NewResident = z.infer<typeof newResidentSchema>;

/** `PATCH /api/residents/:id`. A supervisor may change `status`, `care` and `recordingConsent`, an administrator everything. */
export const residentChangeSchema = residentFields
  .extend({ householdId: z.uuid() })
  .partial()
  .extend({ version, care: careFields.partial().optional() });
export type ResidentChange = z.infer<typeof residentChangeSchema>;

/** `GET /api/households`. */
export const householdSchema = z.object({
  id: z.string(),
  address: z.string(),
  region: z.array(wireRegionSchema),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  residents: z.number().int(),
  devices: z.number().int(),
  version: z.number().int(),
});
export const householdDetailSchema = householdSchema.extend({
  buildingId: z.string().nullable(),
  opened: wireHouseholdSchema,
  people: z.array(residentSchema),
});

const householdFields = z.object({
  address: text(200),
  buildingId: z.uuid().nullable(),
  unit: text(32).nullable(),
  floor: z.number().int().min(-5).max(150).nullable(),
  room: text(32).nullable(),
  lat: latitude.nullable(),
  lon: longitude.nullable(),
  entry: text(200).nullable(),
});
/** `POST /api/households`: in a grid that is named, or in the one that holds the position. */
export const newHouseholdSchema = householdFields
  .partial()
  .required({ address: true })
  .extend({ regionId: z.uuid().optional() });
export type NewHousehold = z.infer<typeof newHouseholdSchema>;
export const householdChangeSchema = householdFields.extend({ regionId: z.uuid() }).partial().extend({ version });
export type HouseholdChange = z.infer<typeof householdChangeSchema>;

const contactFields = z.object({
  name: text(64),
  relation: text(64),
  phone: phoneSchema,
  order: z.number().int().min(1).max(99),
  hasKey: z.boolean(),
  local: z.boolean(),
  minutes: z.number().int().min(0).max(1440).nullable(),
  mayWake: z.enum(['always', 'emergency', 'never']),
});
/** `POST /api/contacts`. Without `order` it comes last. */
export const newContactSchema = contactFields
  .partial({ order: true, hasKey: true, local: true, minutes: true, mayWake: true })
  .extend({ residentId: z.uuid() });
export type NewContact = z.infer<typeof newContactSchema>;
export const contactChangeSchema = contactFields.partial();
export type ContactChange = z.infer<typeof contactChangeSchema>;

/** `GET /api/devices`; never the secret or its hash. */
export const registeredDeviceSchema = z.object({
  id: z.string(),
  kind: z.string(),
  can: z.array(z.string()),
  power: z.enum(['mains', 'battery']),
  lane: z.string(),
  base: z.string(),
  placedIn: z.string().nullable(),
  online: z.boolean(),
  seenAt: z.string().nullable(),
  battery: z.number().nullable(),
  firmware: z.string().nullable(),
  heartbeatS: z.number().int(),
  adapter: z.string().nullable(),
  adapterName: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  householdId: z.string().nullable(),
  residentId: z.string().nullable(),
  address: z.string().nullable(),
  region: z.array(wireRegionSchema),
  disabled: z.boolean(),
  version: z.number().int(),
  unreadable: z.array(z.string()),
});
export type RegisteredDevice = z.infer<typeof registeredDeviceSchema>;

const deviceFields = z.object({
  kind: text(32),
  can: z.array(text(32)).max(16),
  power: z.enum(['mains', 'battery']),
  householdId: z.uuid().nullable(),
  residentId: z.uuid().nullable(),
  placedIn: text(64).nullable(),
  heartbeatS: z.number().int().min(10).max(604_800),
  adapter: text(64).nullable(),
  adapterName: text(200).nullable(),
  settings: z.record(z.string().max(64), z.unknown()),
});
/** `POST /api/devices`: of a household (`householdId`) or worn by somebody (`residentId`). Without `id` one is made. */
export const newDeviceSchema = deviceFields.partial().extend({ id: deviceIdSchema.optional() });
export type NewDevice = z.infer<typeof newDeviceSchema>;
export const deviceChangeSchema = deviceFields.partial().extend({ version, disabled: z.boolean().optional() });
export type DeviceChange = z.infer<typeof deviceChangeSchema>;
/** What a device needs to sign in. `secret` is shown this once; null for a device that speaks through its gateway. */
export const provisionedSchema = z.object({
  id: z.string(),
  lane: z.string(),
  base: z.string(),
  secret: z.string().nullable(),
});

export const STAFF_KINDS = ['grid_worker', 'volunteer', 'medic', 'guard', 'informant', 'vendor_staff'] as const;

/** `GET /api/staff`. */
export const staffSchema = z.object({
  id: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  kind: z.enum(STAFF_KINDS),
  region: z.array(wireRegionSchema),
  regionPath: z.string(),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  skills: z.array(z.string()),
  dialect: z.string().nullable(),
  mayWake: z.enum(['always', 'emergency', 'never']),
  disabled: z.boolean(),
  onDuty: z.boolean(),
  responsibleFor: z.array(z.object({ scope: z.string(), name: z.string(), part: z.string() })),
});
export type WireStaff = z.infer<typeof staffSchema>;

const staffFields = z.object({
  name: text(64),
  phone: phoneSchema.nullable(),
  kind: z.enum(STAFF_KINDS),
  regionId: z.uuid(),
  lat: latitude.nullable(),
  lon: longitude.nullable(),
  skills: list,
  dialect: text(32).nullable(),
  mayWake: z.enum(['always', 'emergency', 'never']),
});
export const newStaffSchema = staffFields.partial({
  phone: true,
  lat: true,
  lon: true,
  skills: true,
  dialect: true,
  mayWake: true,
});
export type NewStaff = z.infer<typeof newStaffSchema>;
export const staffChangeSchema = staffFields.partial().extend({ disabled: z.boolean().optional() });
export type StaffChange = z.infer<typeof staffChangeSchema>;

const minute = z.number().int().min(0);
/**
 * One line of a roster: on these weekdays (1 Monday … 7 Sunday), and on public holidays where `holidays` is set, from
 * `fromMin` to `toMin` of the local day; a `toMin` not after `fromMin` is on the next day.
 */
export const dutyRuleSchema = z.object({
  regionId: z.string(),
  days: z.array(z.number().int().min(1).max(7)).max(7),
  holidays: z.boolean(),
  fromMin: minute.max(1439),
  toMin: minute.max(1440),
});
/** A day out of turn: away, or on duty besides the rules. */
export const dutyExceptionSchema = z.object({
  day,
  onDuty: z.boolean(),
  fromMin: minute.max(1439).default(0),
  toMin: minute.max(1440).default(1440),
});
export type DutyException = z.infer<typeof dutyExceptionSchema>;
/** `GET /api/staff/:id/duty`. */
export const rosterSchema = z.object({
  rules: z.array(dutyRuleSchema.extend({ id: z.string(), region: z.string() })),
  exceptions: z.array(dutyExceptionSchema),
});
export type Roster = z.infer<typeof rosterSchema>;
/** `PUT /api/staff/:id/duty`: the rules as they are to be from now on. */
export const rosterChangeSchema = z.object({
  rules: z
    .array(dutyRuleSchema.extend({ regionId: z.uuid() }))
    .max(50)
    .refine(
      (rules) => rules.every((rule) => rule.days.length > 0 || rule.holidays),
      '每条至少选一个星期或节假日 | at least a weekday or holidays in each rule',
    ),
});
export type RosterChange = z.infer<typeof rosterChangeSchema>;

/** `GET /api/calendar`: public holidays, and weekend days that are worked instead. */
export const calendarDaySchema = z.object({ day, kind: z.enum(['holiday', 'workday']), name: text(32) });

/** `GET /api/coverage`: when a grid has nobody on duty who could come. `name` is community and grid. */
export const gapSchema = z.object({
  gridId: z.string(),
  name: z.string(),
  path: z.string(),
  from: z.string(),
  to: z.string(),
});
