/** Giving a case to 110, 119, 120, a hospital or a clinic: the packet in all its forms, partners, their API and webhooks. */
import { z } from 'zod';
import {
  FIRST_ANSWERS,
  FIRST_QUESTIONS,
  HANDOFF_STATES,
  phoneSchema,
  wireCareSchema,
  wireContactSchema,
  wireHandoffSchema,
} from './incident.ts';
import { listOf } from './list.ts';

/** Said and written with every form of the packet, so that one event never becomes two cars. */
export const ONE_EVENT = '同一事件,请勿重复派车';

export const PARTNER_TARGETS = ['110', '119', '120', 'hospital', 'clinic'] as const;
export type PartnerTarget = (typeof PARTNER_TARGETS)[number];

const time = z.string();
const person = z.object({ name: z.string(), role: z.string(), phone: z.string().nullable() });
const pointSchema = z.object({ lat: z.number(), lon: z.number() });
const namedPhone = z.object({ name: z.string(), kind: z.string(), phone: z.string().nullable() });

/** What is read aloud: `first` takes at most 10 s; `rest` follows, one sentence each; `seconds` of `first`. */
export const scriptSchema = z.object({
  first: z.string(),
  seconds: z.number(),
  rest: z.array(z.string()),
});
export type Script = z.infer<typeof scriptSchema>;

/** A value that a device measured: pulse, oxygen, blood pressure … as the device named it. */
export const vitalSchema = z.object({ at: time, device: z.string(), name: z.string(), value: z.string() });
export type Vital = z.infer<typeof vitalSchema>;

/** Everything that a centre needs to know of a case, as our pages show it. */
export const packetSchema = z.object({
  /** The number by which both sides speak of it. */
  reference: z.string(),
  oneEvent: z.string(),
  incident: z.string(),
  handoff: wireHandoffSchema.nullable(),
  target: z.enum(['110', '119', '120', 'hospital']),
  /** A drill: nobody sends a car. */
  test: z.boolean(),
  madeAt: time,
  script: scriptSchema,
  who: z
    .object({
      name: z.string(),
      sex: z.enum(['f', 'm']),
      age: z.number().int(),
      /** yyyy-mm-dd; null where the registry's is damaged. */
      born: z.string().nullable(),
      phone: z.string().nullable(),
      /** How to speak to her: form of address, hearing, dialect. */
      speaking: z.array(z.string()),
      marks: z.array(z.string()),
    })
    .nullable(),
  /** Everybody who lives there, where it is not known who it is. */
  others: z.array(z.string()),
  where: z.object({
    address: z.string().nullable(),
    /** From the district down to the grid. */
    region: z.string(),
    landmark: z.string().nullable(),
    floor: z.number().int().nullable(),
    lift: z.boolean().nullable(),
    entry: z.string().nullable(),
    keys: z.array(namedPhone),
    wgs84: pointSchema.nullable(),
    gcj02: pointSchema.nullable(),
    source: z.enum(['home', 'device']).nullable(),
  }),
  what: z.object({
    complaint: z.string(),
    openedAt: time,
    reason: z.string(),
    summary: z.string().nullable(),
    silent: z.boolean(),
    presses: z.array(z.object({ at: time, words: z.string(), count: z.number().int() })),
    answers: z.partialRecord(z.enum(FIRST_QUESTIONS), z.enum(FIRST_ANSWERS)),
  }),
  /** What has been done so far, newest last. */
  done: z.array(z.object({ at: time, by: z.string(), text: z.string() })),
  /** Of the one it is about; null also while it is not known which of several that is. */
  care: wireCareSchema.nullable(),
  contacts: z.array(wireContactSchema),
  vitals: z.array(vitalSchema),
  /** Our own number, answered day and night. */
  callBack: z.string(),
  atScene: z.array(person),
  coming: z.array(person.extend({ etaAt: time.nullable() })),
  /** Who meets the car; null: nobody yet. */
  meets: person.nullable(),
});
export type Packet = z.infer<typeof packetSchema>;

/** `GET /api/incidents/:id/packet`: what the operator reads aloud, and to whom. */
export const callSheetSchema = z.object({
  packet: packetSchema,
  partner: z.object({ name: z.string(), phone: z.string(), besides: z.array(z.enum(['webhook', 'sms'])) }),
});
export type CallSheet = z.infer<typeof callSheetSchema>;

/** A handoff as the partner's queue shows it: what and roughly where, nobody's name before it is opened. */
export const partnerHandoffSchema = z.object({
  id: z.string(),
  incident: z.string(),
  reference: z.string(),
  target: z.enum(['110', '119', '120', 'hospital']),
  state: z.enum(HANDOFF_STATES),
  test: z.boolean(),
  /** Grows with everything that happens to the case: a newer packet is worth opening. */
  version: z.number().int(),
  priority: z.number().int(),
  complaint: z.string(),
  place: z.string(),
  offeredAt: time,
  deadlineAt: time.nullable(),
  caseNumber: z.string().nullable(),
  seat: z.string().nullable(),
  /** Ours is over: nothing more is expected of the partner. */
  ended: z.boolean(),
});
export type PartnerHandoff = z.infer<typeof partnerHandoffSchema>;

/** `at` is the server's clock, which countdowns run by. */
export const partnerQueueSchema = listOf(partnerHandoffSchema).extend({ at: time, partner: z.string() });
export type PartnerQueue = z.infer<typeof partnerQueueSchema>;

/** What the partner was asked and what it did: the answer to each of its steps. */
export const partnerStepSchema = z.object({ handoff: partnerHandoffSchema, says: z.string() });

const numbers = z.string().trim().min(1, '不能为空 | not empty').max(64);
/** Bodies of `POST /api/partner/handoffs/:id/{step}`. */
export const partnerSteps = {
  accept: z.object({ caseNumber: numbers, seat: numbers }),
  reject: z.object({ reason: z.string().trim().min(1, '请写明原因 | say why').max(200) }),
  dispatch: z.object({ minutes: z.number().int().min(1).max(240).optional() }),
  arrive: z.object({}),
  close: z.object({ text: z.string().max(500).optional() }),
  update: z.object({ text: z.string().trim().min(1).max(500) }),
} as const;
export type PartnerStep = keyof typeof partnerSteps;

/** `POST /api/handoff-links/open`: `token` is what the message holds behind #, `who` is written down. */
export const openLinkSchema = z.object({
  token: z.string().min(1).max(100),
  who: z.string().trim().min(2, '单位或坐席号、姓名 | your seat and name').max(64),
});

/** A partner as administrators and desks see it; the webhook's secret never. */
export const partnerSchema = z.object({
  id: z.string(),
  target: z.enum(PARTNER_TARGETS),
  name: z.string(),
  region: z.object({ id: z.string(), name: z.string() }),
  phone: z.string(),
  webhookUrl: z.string().nullable(),
  smsNumber: z.string().nullable(),
  automatic: z.boolean(),
  accounts: z.array(z.string()),
  disabled: z.boolean(),
  version: z.number().int(),
});
export type WirePartner = z.infer<typeof partnerSchema>;

const webhookUrl = z
  .url({ protocol: /^https?$/, error: 'http(s) 地址 | an http(s) URL' })
  .max(500)
  .nullable();
const partnerFields = {
  name: z.string().trim().min(1).max(64),
  phone: phoneSchema,
  webhookUrl,
  smsNumber: phoneSchema.nullable(),
  automatic: z.boolean(),
  /** Accounts of role `partner` that speak for it. */
  accounts: z.array(z.uuid()).max(50),
};
export const newPartnerSchema = z.object({
  target: z.enum(PARTNER_TARGETS),
  regionId: z.string().min(1).max(200),
  ...partnerFields,
  webhookUrl: webhookUrl.optional(),
  smsNumber: partnerFields.smsNumber.optional(),
  automatic: partnerFields.automatic.optional(),
  accounts: partnerFields.accounts.optional(),
});
export type NewPartner = z.infer<typeof newPartnerSchema>;
export const partnerChangeSchema = z
  .object({ ...partnerFields, disabled: z.boolean(), newSecret: z.literal(true) })
  .partial()
  .extend({ version: z.number().int().min(1) });
export type PartnerChange = z.infer<typeof partnerChangeSchema>;
/** `webhookSecret` only when it was made just now: it is shown this once. */
export const savedPartnerSchema = partnerSchema.extend({ webhookSecret: z.string().optional() });

/** One line of the medical desk's queue. */
export const medicalCaseSchema = z.object({
  id: z.string(),
  version: z.number().int(),
  priority: z.number().int(),
  state: z.string(),
  test: z.boolean(),
  who: z.string(),
  marks: z.array(z.string()),
  place: z.string(),
  complaint: z.string(),
  openedAt: time,
  owner: z.string().nullable(),
});
export type MedicalCase = z.infer<typeof medicalCaseSchema>;
export const medicalQueueSchema = listOf(medicalCaseSchema).extend({ at: time });
export type MedicalQueue = z.infer<typeof medicalQueueSchema>;

/** A case opened at the medical desk, with the medics who could be sent. */
export const medicalDetailSchema = z.object({
  packet: packetSchema,
  state: z.string(),
  owner: z.string().nullable(),
  medics: z.array(
    z.object({ id: z.string(), name: z.string(), minutes: z.number().int(), busy: z.number().int(), why: z.string() }),
  ),
  sent: z.array(z.object({ name: z.string(), state: z.string() })),
  handoffs: z.array(wireHandoffSchema),
});
export type MedicalDetail = z.infer<typeof medicalDetailSchema>;
export const medicalSteps = {
  advise: z.object({ text: z.string().trim().min(1).max(500) }),
  send: z.object({ medic: z.uuid() }),
  handoff: z.object({ note: z.string().trim().max(500).optional() }),
} as const;
