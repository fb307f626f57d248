/** What is shown of the telephone: the calls of a case, and the telephones of the demo's network (`/phones`). */
import { z } from 'zod';
import { listOf } from './list.ts';

/** A number that units call which can only dial, and the key (an event type) that it stands for. */
export const phoneLineSchema = z.object({ number: z.string(), key: z.string() });
export type PhoneLine = z.infer<typeof phoneLineSchema>;

/** Whose telephone it is; `of` and `relation` of a contact: whose, and what to her. `centre`: 110, 119 or 120. */
const ownerSchema = z.object({
  number: z.string(),
  /** The number as one reads it. */
  shown: z.string(),
  kind: z.enum([
    'resident',
    'contact',
    'grid_worker',
    'volunteer',
    'medic',
    'guard',
    'informant',
    'vendor_staff',
    'centre',
    'desk',
    'partner',
    'shop',
    'unknown',
  ]),
  name: z.string(),
  of: z.string().nullable(),
  relation: z.string().nullable(),
});
export type PhoneOwner = z.infer<typeof ownerSchema>;

export const phoneSchema = ownerSchema.extend({
  state: z.enum(['ringing', 'calling', 'talking', 'ended']),
  since: z.number(),
  /** Whether 12349 called it, or it calls 12349. */
  calledBy: z.enum(['us', 'it']),
  heard: z.array(z.object({ at: z.number(), text: z.string() })),
  /** Whether a key is waited for. */
  asks: z.boolean(),
  /** Who else is in the conversation. */
  company: z.array(ownerSchema),
  /** How it ended, as the network names it; null while it lasts. */
  ended: z.string().nullable(),
});
export type Phone = z.infer<typeof phoneSchema>;

/** Times in ms, of the server's clock. */
export const phonesSchema = z.object({
  now: z.number(),
  phones: z.array(phoneSchema),
  messages: z.array(ownerSchema.extend({ id: z.string(), text: z.string(), at: z.number() })),
  /** Telephones that one can call 12349 from. */
  handy: z.array(ownerSchema),
});
export type Phones = z.infer<typeof phonesSchema>;

/** `POST /api/demo/phones/:number/{pick-up,press,hang-up,call}`. `keys`: of `press`. */
export const phoneActSchema = z.object({
  keys: z
    .string()
    .regex(/^[0-9#*]{1,20}$/, '0–9、# 或 * | 0–9, # or *')
    .optional(),
});

/** `GET /api/incidents/:id/calls`: a call of a case. Numbers are masked, times ISO 8601. */
const caseCallSchema = z.object({
  id: z.string(),
  direction: z.enum(['out', 'in']),
  number: z.string(),
  orderedAt: z.string(),
  answeredAt: z.string().nullable(),
  joinedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  /** Null while it is under way; else what became of it (`Outcome` of the telephone's port). */
  outcome: z.string().nullable(),
  /** What the chosen key meant. */
  means: z.string().nullable(),
});

/** The same route. `recordings`: of the case's conference, one for each time that its lines were open; `id` for `GET /api/recordings/:id`. */
export const caseCallsSchema = listOf(caseCallSchema).extend({
  recordings: z.array(z.object({ id: z.string(), seconds: z.number().int(), startedAt: z.string() })),
  /** False: a resident has refused, and what is said is not recorded. */
  mayRecord: z.boolean(),
});
export type CaseCalls = z.infer<typeof caseCallsSchema>;
