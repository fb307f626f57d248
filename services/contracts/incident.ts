/** The incident as programs outside see it: lists, sockets and the detail page. Times are ISO 8601 UTC, ids UUID v7. */
import { z } from 'zod';

export const QUEUES = ['household', 'medical', 'emergency'] as const;
export type Queue = (typeof QUEUES)[number];

export const INCIDENT_STATES = [
  'waiting',
  'claimed',
  'responding',
  'on_scene',
  'resolved',
  'closed',
  'cancelled',
] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

export const ASSIGNMENT_STATES = [
  'offered',
  'accepted',
  'under_way',
  'on_scene',
  'done',
  'declined',
  'expired',
  'withdrawn',
] as const;
export type AssignmentState = (typeof ASSIGNMENT_STATES)[number];

export const HANDOFF_STATES = [
  'offered',
  'accepted',
  'rejected',
  'dispatched',
  'on_scene',
  'closed',
  'withdrawn',
] as const;
export type HandoffState = (typeof HANDOFF_STATES)[number];

/** The eight closing codes: 误按 测试 聊天 找家人 咨询 家政 急救 无声. */
export const CLOSING_CODES = [
  'mistaken',
  'test',
  'company',
  'family',
  'enquiry',
  'household',
  'rescue',
  'silent',
] as const;
export type ClosingCode = (typeof CLOSING_CODES)[number];

/** What an operator asks first; the answers advise and are part of what a centre is told. */
export const FIRST_QUESTIONS = ['conscious', 'breathing', 'bleeding', 'chest_pain', 'fall'] as const;
export type FirstQuestion = (typeof FIRST_QUESTIONS)[number];
export const FIRST_ANSWERS = ['yes', 'no', 'unknown'] as const;
export type FirstAnswer = (typeof FIRST_ANSWERS)[number];

/** 1 life at risk now, 2 urgent, 3 soon, 4 can wait. */
export const PRIORITIES = [1, 2, 3, 4] as const;
export type Priority = (typeof PRIORITIES)[number];

/** 3–24 digits and the marks between them: 15400000302, 0710-3511234, +86 710 351 1234, 12349. */
export const phoneSchema = z
  .string()
  .trim()
  .regex(/^\+?\d[\d\s()-]{1,22}\d$/, '电话号码,3–24 位数字 | a telephone number, 3–24 digits');

/** Who the next step is owed by: a person by name, a duty group, or a partner centre. */
export const owesSchema = z.object({
  kind: z.enum(['operators', 'operator', 'supervisors', 'responder', 'partner', 'follow_up', 'nobody']),
  name: z.string(),
  id: z.string().nullable(),
});
export type Owes = z.infer<typeof owesSchema>;

export const wirePressSchema = z.object({
  eventId: z.string(),
  type: z.string(),
  at: z.string().nullable(),
  receivedAt: z.string(),
  key: z.string().nullable(),
  battery: z.number().nullable(),
  test: z.boolean(),
  /** Older than 10 min or from the future by the platform's clock. */
  late: z.boolean(),
  /** The device reused an id with another content. */
  flagged: z.boolean(),
  /** How many equal presses a stuck key folded into this line. */
  count: z.number().int(),
  /** Present when the payload could not be read, or the device is unknown: base64 of the first 4 KiB. */
  raw: z.string().nullable(),
});
export type WirePress = z.infer<typeof wirePressSchema>;

export const wireAssignmentSchema = z.object({
  id: z.string(),
  state: z.enum(ASSIGNMENT_STATES),
  responder: z.object({ id: z.string(), name: z.string(), role: z.string(), phone: z.string().nullable() }),
  why: z.string(),
  offeredAt: z.string(),
  expiresAt: z.string().nullable(),
  /** When he is expected; null until accepted. */
  etaAt: z.string().nullable(),
  acceptedAt: z.string().nullable(),
  departedAt: z.string().nullable(),
  arrivedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  declineReason: z.string().nullable(),
  /** Minutes he is expected to need, and how far he was when asked, in a straight line. */
  minutes: z.number().int(),
  metres: z.number().int().nullable(),
  /** He says that he is there, and nothing shows it yet: no key of the box, no position, nobody who was asked. */
  unproven: z.boolean(),
  /** He stands before a door that nobody opens. */
  outside: z.boolean(),
});
export type WireAssignment = z.infer<typeof wireAssignmentSchema>;

export const wireHandoffSchema = z.object({
  id: z.string(),
  to: z.enum(['110', '119', '120', 'hospital']),
  state: z.enum(HANDOFF_STATES),
  offeredAt: z.string(),
  deadlineAt: z.string().nullable(),
  /** The centre's own case number, read back and typed in. */
  caseNumber: z.string().nullable(),
  seat: z.string().nullable(),
  rejectReason: z.string().nullable(),
  acceptedAt: z.string().nullable(),
});
export type WireHandoff = z.infer<typeof wireHandoffSchema>;

/** How a supervisor sits in on a case's line: heard by nobody, by the desk alone, by all. */
export const SUPERVISION_MODES = ['listen', 'whisper', 'join'] as const;
export type SupervisionMode = (typeof SUPERVISION_MODES)[number];

/** A telephone call of the case; `party` is the contact, resident, responder, desk or supervisor that is called. */
export const wireCallSchema = z.object({
  id: z.string(),
  purpose: z.enum(['family', 'offer', 'talk', 'desk', 'supervise']),
  party: z.string(),
  name: z.string(),
  state: z.enum([
    'waiting',
    'calling',
    'ringing',
    'answered',
    'connected',
    'accepted',
    'declined',
    'missed',
    'done',
    'cancelled',
  ]),
  /** `no_answer`, `busy`, `told`, … once it ended. */
  outcome: z.string().nullable(),
  minutes: z.number().int().nullable(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Of a supervisor's: how she sits in now, and how she is to as soon as the network has done it. */
  mode: z.enum(SUPERVISION_MODES).nullable(),
  wants: z.enum(SUPERVISION_MODES).nullable(),
});
export type WireCall = z.infer<typeof wireCallSchema>;

export const wireRegionSchema = z.object({ id: z.string(), level: z.string(), name: z.string() });

export const wireResidentBriefSchema = z.object({
  id: z.string(),
  name: z.string(),
  sex: z.enum(['f', 'm']),
  age: z.number().int(),
  /** Masked (`138****1234`) except in the detail of an incident that one may open. */
  phone: z.string().nullable(),
  address: z.string(),
  region: z.array(wireRegionSchema),
  status: z.enum(['home', 'away', 'hospital', 'moved', 'died']),
  /** What an operator needs on the card: 独居, 重听, 讲襄阳话, 心脏病 … short words, most important first. */
  marks: z.array(z.string()),
});
export type WireResidentBrief = z.infer<typeof wireResidentBriefSchema>;

export const wireDeviceSchema = z.object({
  id: z.string(),
  kind: z.string(),
  placedIn: z.string().nullable(),
  online: z.boolean(),
  /** When the platform last heard anything from it. */
  seenAt: z.string().nullable(),
  battery: z.number().nullable(),
  power: z.enum(['mains', 'battery']),
  can: z.array(z.string()),
});

/** What the box was told, newest last. */
export const wireToldSchema = z.object({ stage: z.string(), at: z.string(), say: z.string() });

export const wireIncidentSchema = z.object({
  id: z.string(),
  version: z.number().int(),
  state: z.enum(INCIDENT_STATES),
  class: z.enum(['rescue', 'household']),
  queue: z.enum(QUEUES),
  /** The most serious event type so far. */
  kind: z.string(),
  priority: z.number().int(),
  test: z.boolean(),
  quiet: z.boolean(),
  /** The open line was silent for 20 s, or nobody spoke. */
  silent: z.boolean(),
  source: z.enum(['press', 'phone', 'visit', 'system']),
  openedAt: z.string(),
  claimedAt: z.string().nullable(),
  closedAt: z.string().nullable(),
  deadlineAt: z.string().nullable(),
  owes: owesSchema,
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  code: z.enum(CLOSING_CODES).nullable(),
  /** Why it is in this queue with this priority, in words. */
  reason: z.string(),
  summary: z.string().nullable(),
  ladder: z.object({
    step: z.number().int(),
    of: z.number().int(),
    nextAt: z.string().nullable(),
    next: z.string().nullable(),
  }),
  region: z.array(wireRegionSchema),
  /** WGS-84 of the home, or of the wearer's last fix; null while unknown. */
  position: z.object({ lat: z.number(), lon: z.number(), source: z.enum(['home', 'device']) }).nullable(),
  resident: wireResidentBriefSchema.nullable(),
  /** Everyone who lives there; the operator picks who it is. */
  residents: z.array(wireResidentBriefSchema),
  device: wireDeviceSchema.nullable(),
  presses: z.array(wirePressSchema),
  pressCount: z.number().int(),
  lastPressAt: z.string().nullable(),
  /** How many people must come. */
  needs: z.number().int(),
  assignments: z.array(wireAssignmentSchema),
  handoffs: z.array(wireHandoffSchema),
  calls: z.array(wireCallSchema),
  told: z.array(wireToldSchema),
  area: z.object({ id: z.string(), name: z.string(), count: z.number().int() }).nullable(),
  linked: z.array(z.string()),
});
export type WireIncident = z.infer<typeof wireIncidentSchema>;

/** One line of the append-only history. `text` is ready to read, in the language of the request. */
export const wireHistorySchema = z.object({
  seq: z.number().int(),
  at: z.string(),
  kind: z.string(),
  by: z.object({ kind: z.enum(['person', 'device', 'system', 'partner']), name: z.string() }),
  text: z.string(),
  /** `GET /api/photos/:id`, where the line tells of one. */
  photo: z.string().nullable(),
});
export type WireHistory = z.infer<typeof wireHistorySchema>;

export const wireContactSchema = z.object({
  id: z.string(),
  name: z.string(),
  relation: z.string(),
  phone: z.string(),
  order: z.number().int(),
  hasKey: z.boolean(),
  local: z.boolean(),
  /** Minutes away when local; null when not known. */
  minutes: z.number().int().nullable(),
  mayWake: z.enum(['always', 'emergency', 'never']),
});
export type WireContact = z.infer<typeof wireContactSchema>;

export const wireCareSchema = z.object({
  livesAlone: z.boolean(),
  mobility: z.string().nullable(),
  hearing: z.string().nullable(),
  dialect: z.string().nullable(),
  conditions: z.array(z.string()),
  medication: z.array(z.string()),
  allergies: z.array(z.string()),
  bloodType: z.string().nullable(),
  hospital: z.string().nullable(),
  formOfAddress: z.string().nullable(),
});
export type WireCare = z.infer<typeof wireCareSchema>;

export const wireHouseholdSchema = z.object({
  id: z.string(),
  address: z.string(),
  floor: z.number().int().nullable(),
  lift: z.boolean(),
  /** How to get in: door code, chain, dog. */
  entry: z.string().nullable(),
  keyHolders: z.array(z.object({ name: z.string(), phone: z.string().nullable(), kind: z.string() })),
  responsible: z.array(z.object({ name: z.string(), phone: z.string().nullable(), for: z.string() })),
});
export type WireHousehold = z.infer<typeof wireHouseholdSchema>;

/** Who could be sent, best first, with the reasons shown to the operator. */
export const candidateSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  minutes: z.number().int(),
  metres: z.number().int(),
  hasKey: z.boolean(),
  onDuty: z.boolean(),
  busy: z.number().int(),
  why: z.string(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/** `GET /api/incidents/:id`: the incident opened, unmasked; the look is recorded. */
export const wireIncidentDetailSchema = wireIncidentSchema.extend({
  timeline: z.array(wireHistorySchema),
  contacts: z.array(wireContactSchema),
  care: wireCareSchema.nullable(),
  household: wireHouseholdSchema.nullable(),
  candidates: z.array(candidateSchema),
  /** The first questions that were asked, with the newest answer to each. */
  answers: z.partialRecord(z.enum(FIRST_QUESTIONS), z.enum(FIRST_ANSWERS)),
});
export type WireIncidentDetail = z.infer<typeof wireIncidentDetailSchema>;

const version = z.number().int().min(0);

/** Bodies of `POST /api/incidents/:id/{command}`. */
export const commandBodies = {
  claim: z.object({ takeOver: z.string().min(1).max(200).optional() }).prefault({}),
  release: z.object({ version, why: z.string().max(200).optional() }),
  route: z.object({
    version,
    queue: z.enum(QUEUES),
    priority: z.number().int().min(1).max(4).optional(),
    why: z.string().max(200).optional(),
  }),
  assign: z.object({ version, responder: z.string().min(1).max(64) }),
  withdraw: z.object({ version, assignment: z.string().min(1).max(64) }),
  /** The operator was told by telephone that the one who was sent is there. */
  arrived: z.object({ version, assignment: z.string().min(1).max(64) }),
  handoff: z.object({ version, to: z.enum(['110', '119', '120', 'hospital']), note: z.string().max(500).optional() }),
  handoff_update: z.object({
    version,
    handoff: z.string().min(1).max(64),
    state: z.enum(['accepted', 'rejected', 'dispatched', 'on_scene', 'closed', 'withdrawn']),
    caseNumber: z.string().max(64).optional(),
    seat: z.string().max(64).optional(),
    reason: z.string().max(200).optional(),
  }),
  note: z.object({ version, text: z.string().min(1).max(2000) }),
  /** Without a version: whatever else happens meanwhile, an answer stays an answer. */
  answers: z.object({ question: z.enum(FIRST_QUESTIONS), answer: z.enum(FIRST_ANSWERS) }),
  identify: z.object({ version, resident: z.string().min(1).max(64) }),
  attend: z.object({ version }),
  /** Calls somebody of the case (resident, contact or who is sent) and the operator's own telephone into its conference. */
  dial: z.object({ version, to: z.string().min(1).max(64) }),
  hang_up: z.object({ version, call: z.string().min(1).max(64) }),
  /** Without a version: a supervisor's ear changes nothing of the case. */
  supervise: z.object({ mode: z.enum([...SUPERVISION_MODES, 'leave']) }),
  /** How many people must come: two, to lift somebody from the floor. */
  needs: z.object({ version, people: z.number().int().min(1).max(4) }),
  quiet: z.object({ version, on: z.boolean() }),
  talk: z.object({ version, on: z.boolean() }),
  resolve: z.object({ version, code: z.enum(CLOSING_CODES).optional(), note: z.string().max(2000).optional() }),
  reopen: z.object({ version, why: z.string().max(200).optional() }),
  cancel: z.object({ version, note: z.string().max(2000).optional() }),
  close: z.object({
    version,
    code: z.enum(CLOSING_CODES).optional(),
    satisfied: z.enum(['yes', 'no', 'not_reached']).optional(),
    note: z.string().max(2000).optional(),
  }),
} as const;
export type CommandName = keyof typeof commandBodies;

/** `POST /api/incidents`: opened by hand, for a telephone call or a visitor. */
export const openByHandSchema = z.object({
  source: z.enum(['phone', 'visit']).default('phone'),
  queue: z.enum(QUEUES).default('household'),
  kind: z.string().min(1).max(64).optional(),
  resident: z.string().max(64).optional(),
  phone: phoneSchema.optional(),
  summary: z.string().min(1).max(2000),
  priority: z.number().int().min(1).max(4).optional(),
});
