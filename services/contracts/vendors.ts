/** Services, shops, work orders, statements, points. Money in fen (whole numbers), times ISO 8601 UTC, positions WGS-84. */
import { z } from 'zod';

export const CATEGORIES = [
  'housekeeping',
  'repair',
  'delivery',
  'daily_living',
  'accompaniment',
  'comfort',
  'emergency_rescue',
] as const;
export type Category = (typeof CATEGORIES)[number];

export const ORDER_STATES = [
  'draft',
  'offered',
  'unfilled',
  'accepted',
  'quoted',
  'approved',
  'under_way',
  'on_scene',
  'nobody_home',
  'done',
  'disputed',
  'confirmed',
  'settled',
  'cancelled',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export const OFFER_STATES = ['offered', 'accepted', 'declined', 'expired', 'withdrawn', 'lost'] as const;
export type OfferState = (typeof OFFER_STATES)[number];

/** `now`: a burst pipe, an offer runs 60 s · `today`: 10 min · `booked`: 2 h. */
export const URGENCIES = ['now', 'today', 'booked'] as const;
export type Urgency = (typeof URGENCIES)[number];

export const PAYER_KINDS = ['subsidy', 'partner', 'points', 'resident'] as const;
export type PayerKind = (typeof PAYER_KINDS)[number];

/** Why a shop does not take an offer: the three of the page. */
export const DECLINE_REASONS = ['no_staff', 'too_far', 'not_our_work'] as const;

export const OWES_ORDER = ['desk', 'shop', 'shops', 'resident', 'payer', 'settlement', 'nobody'] as const;

const fen = z
  .number({ error: '整数,单位分 | a whole number of fen' })
  .int('整数,单位分 | a whole number of fen')
  .min(0, '不小于 0 的金额,单位分 | an amount in fen, not below 0')
  .max(10_000_000, '不超过十万元 | at most 100,000 yuan');

export const wireServiceSchema = z.object({
  code: z.string(),
  category: z.enum(CATEGORIES),
  name: z.string(),
  english: z.string(),
  /** First letters of the name's pinyin, lower case: what an operator types. */
  pinyin: z.string(),
  unit: z.string(),
  /** Labour in the asker's city, for one unit; goods and parts apart. */
  priceFen: z.number().int(),
  minutes: z.number().int(),
  people: z.number().int(),
  skills: z.array(z.string()),
  /** What the resident must know beforehand. */
  note: z.string(),
});
export type WireService = z.infer<typeof wireServiceSchema>;

export const wireShopSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['shop', 'association']),
  address: z.string(),
  phone: z.string(),
  regionPath: z.string(),
  lat: z.number(),
  lon: z.number(),
  /** 1 = Monday; minutes of the local day, `closeMin` ≤ `openMin` passes midnight. */
  days: z.array(z.number().int()),
  openMin: z.number().int(),
  closeMin: z.number().int(),
  capacity: z.number().int(),
  /** 1–5, one decimal; null before the first rating. */
  rating: z.number().nullable(),
  ratings: z.number().int(),
  services: z.array(z.string()),
  areas: z.array(z.string()),
  staff: z.array(z.object({ id: z.string(), name: z.string(), phone: z.string().nullable() })),
  busy: z.number().int(),
});
export type WireShop = z.infer<typeof wireShopSchema>;

export const wireOfferSchema = z.object({
  id: z.string(),
  shop: z.object({ id: z.string(), name: z.string() }),
  state: z.enum(OFFER_STATES),
  round: z.number().int(),
  why: z.string(),
  minutes: z.number().int(),
  offeredAt: z.string(),
  expiresAt: z.string(),
  endedAt: z.string().nullable(),
  reason: z.string().nullable(),
});
export type WireOffer = z.infer<typeof wireOfferSchema>;

export const partSchema = z.object({
  name: z.string().trim().min(1, '必填 | required').max(60),
  count: z.number().int().min(1, '至少 1 | at least 1').max(99),
  fen,
});

export const wireOrderSchema = z.object({
  id: z.string(),
  /** What people say to each other: `1122-0407`. */
  number: z.string(),
  version: z.number().int(),
  state: z.enum(ORDER_STATES),
  incident: z.string().nullable(),
  service: z.object({
    code: z.string(),
    name: z.string(),
    unit: z.string(),
    people: z.number().int(),
    note: z.string(),
  }),
  what: z.string(),
  quantity: z.number().int(),
  urgency: z.enum(URGENCIES),
  wantedAt: z.string().nullable(),
  payer: z.object({ id: z.string(), kind: z.enum(PAYER_KINDS), name: z.string() }),
  /** Grid and community; the whole address only in `home`. */
  area: z.string(),
  /** Only for the desk, and for the shop that has accepted. */
  home: z
    .object({
      name: z.string(),
      formOfAddress: z.string().nullable(),
      phone: z.string().nullable(),
      address: z.string(),
      floor: z.number().int().nullable(),
      lift: z.boolean(),
      entry: z.string().nullable(),
      lat: z.number().nullable(),
      lon: z.number().nullable(),
      marks: z.array(z.string()),
    })
    .nullable(),
  /** The four digits that box and worker both say; null before somebody is named, and for shops that have not accepted. */
  code: z.string().nullable(),
  shop: z.object({ id: z.string(), name: z.string(), phone: z.string() }).nullable(),
  workers: z.array(z.object({ id: z.string(), name: z.string(), phone: z.string().nullable() })),
  priceFen: z.number().int(),
  quote: z.object({ fen: z.number().int(), note: z.string(), at: z.string() }).nullable(),
  parts: z.array(partSchema),
  labourFen: z.number().int().nullable(),
  partsFen: z.number().int().nullable(),
  totalFen: z.number().int().nullable(),
  deadlineAt: z.string().nullable(),
  owes: z.object({ kind: z.enum(OWES_ORDER), name: z.string() }),
  createdAt: z.string(),
  acceptedAt: z.string().nullable(),
  departedAt: z.string().nullable(),
  etaAt: z.string().nullable(),
  arrivedAt: z.string().nullable(),
  /** By the code, by the box's key, or by the operator on the telephone. */
  arrivedBy: z.enum(['code', 'box', 'desk']).nullable(),
  doneAt: z.string().nullable(),
  confirmedAt: z.string().nullable(),
  confirmedBy: z.string().nullable(),
  settledAt: z.string().nullable(),
  warrantyUntil: z.string().nullable(),
  rating: z.number().int().nullable(),
  comment: z.string().nullable(),
  complaint: z.string().nullable(),
  /** Drawn for a call-back by somebody who isn't the vendor; null: not drawn. */
  callback: z
    .object({
      dueAt: z.string(),
      outcome: z.enum(['satisfied', 'unsatisfied', 'not_reached']).nullable(),
      note: z.string().nullable(),
    })
    .nullable(),
  offers: z.array(wireOfferSchema),
  photos: z.array(z.object({ id: z.string(), at: z.string() })),
});
export type WireOrder = z.infer<typeof wireOrderSchema>;

export const wireOrderEventSchema = z.object({
  seq: z.number().int(),
  at: z.string(),
  kind: z.string(),
  by: z.string(),
  text: z.string(),
});
export const wireOrderDetailSchema = wireOrderSchema.extend({ timeline: z.array(wireOrderEventSchema) });
export type WireOrderDetail = z.infer<typeof wireOrderDetailSchema>;

/** `POST /api/work-orders`: for a case (`incident`), or for a resident who booked. */
export const newOrderSchema = z.object({
  incident: z.uuid().optional(),
  resident: z.uuid().optional(),
  service: z.string().min(1).max(40),
  what: z.string().trim().min(1, '写明什么坏了、要做什么 | say what is wrong').max(500),
  quantity: z.number().int().min(1, '至少 1 | at least 1').max(100).default(1),
  urgency: z.enum(URGENCIES).default('today'),
  wantedAt: z.iso.datetime({ offset: true }).optional(),
  payer: z.string().min(1).max(60).default('resident'),
});
export type NewOrder = z.input<typeof newOrderSchema>;

const why = z.string().trim().max(300);
const reasoned = z.object({ reason: why.min(1, '写明原因 | say why') });
/** Bodies of `POST /api/work-orders/:id/{command}`. */
export const orderBodies = {
  accept: z.object({
    staff: z.array(z.uuid()).max(4).optional(),
    minutes: z.number().int().min(1).max(240).optional(),
  }),
  decline: z.object({ reason: z.enum(DECLINE_REASONS), note: why.optional() }),
  give_back: reasoned,
  staff: z.object({ staff: z.array(z.uuid()).min(1).max(4) }),
  quote: z.object({ fen, note: why.min(1, '写明做什么 | say what for') }),
  approve: z.object({ by: z.enum(['resident', 'payer']).default('resident') }),
  refuse_quote: z.object({ reason: why.default('') }),
  depart: z.object({ minutes: z.number().int().min(1).max(240).optional() }),
  arrive: z.object({ code: z.string().regex(/^\d{4}$/, '四位数字 | four digits') }),
  arrived: z.object({}),
  nobody_home: z.object({ note: why.default('') }),
  complete: z.object({
    labourFen: fen.optional(),
    parts: z.array(partSchema).max(20).default([]),
    note: why.default(''),
  }),
  confirm: z.object({ satisfied: z.boolean(), note: why.default('') }),
  rate: z.object({ stars: z.number().int().min(1).max(5), comment: why.default('') }),
  complain: z.object({ text: why.min(1, '写明怎么回事 | say what happened') }),
  callback: z.object({ outcome: z.enum(['satisfied', 'unsatisfied', 'not_reached']), note: why.default('') }),
  again: z.object({ reason: why.default('') }),
  warranty: reasoned,
  cancel: reasoned,
} as const;
export type OrderCommandName = keyof typeof orderBodies;

/** `GET /api/me/shop`: everything `/vendor` shows. */
export const myShopSchema = z.object({
  shop: z.object({
    id: z.string(),
    name: z.string(),
    phone: z.string(),
    rating: z.number().nullable(),
    ratings: z.number().int(),
  }),
  staff: z.array(z.object({ id: z.string(), name: z.string(), phone: z.string().nullable(), busy: z.boolean() })),
  offers: z.array(z.object({ offer: wireOfferSchema, order: wireOrderSchema })),
  orders: z.array(wireOrderSchema),
});
export type MyShop = z.infer<typeof myShopSchema>;

export const payerSchema = z.object({
  id: z.string(),
  kind: z.enum(PAYER_KINDS),
  name: z.string(),
  /** What is left for this resident, where it is limited: fen of this month's quota, or what the points are worth. */
  leftFen: z.number().int().nullable(),
});
export type WirePayer = z.infer<typeof payerSchema>;

export const statementLineSchema = z.object({
  order: z.string(),
  number: z.string(),
  at: z.string(),
  shop: z.string(),
  payer: z.string(),
  service: z.string(),
  labourFen: z.number().int(),
  partsFen: z.number().int(),
  totalFen: z.number().int(),
  deductedFen: z.number().int(),
  netFen: z.number().int(),
  rating: z.number().int().nullable(),
});
export const deductionSchema = z.object({
  id: z.string(),
  order: z.string(),
  number: z.string(),
  fen: z.number().int(),
  reason: z.string(),
  madeAt: z.string(),
  appeal: z.string().nullable(),
  decision: z.enum(['upheld', 'lifted']).nullable(),
  answer: z.string().nullable(),
});
export const statementSchema = z.object({
  month: z.string(),
  of: z.object({ kind: z.enum(['shop', 'payer']), id: z.string(), name: z.string() }),
  orders: z.number().int(),
  labourFen: z.number().int(),
  partsFen: z.number().int(),
  totalFen: z.number().int(),
  deductedFen: z.number().int(),
  netFen: z.number().int(),
  lines: z.array(statementLineSchema),
  deductions: z.array(deductionSchema),
});
export type Statement = z.infer<typeof statementSchema>;

/** Who stands in a month's orders, with sums: what a statement of each would say. `appeals`: deductions that wait for a decision. */
export const statementPartySchema = z.object({
  kind: z.enum(['shop', 'payer']),
  id: z.string(),
  name: z.string(),
  orders: z.number().int(),
  totalFen: z.number().int(),
  deductedFen: z.number().int(),
  netFen: z.number().int(),
  appeals: z.number().int(),
});
export type StatementParty = z.infer<typeof statementPartySchema>;

/** `2026-11`, a month of Xiangyang's calendar. */
export const monthSchema = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, '月份,如 2026-11 | a month such as 2026-11');
export const newDeductionSchema = z.object({
  order: z.uuid(),
  fen: fen.min(1, '大于 0 | above 0'),
  reason: why.min(1),
});
export const appealSchema = z.object({ text: why.min(1, '写明理由 | say why') });
export const decideAppealSchema = z.object({ decision: z.enum(['upheld', 'lifted']), answer: why.min(1) });

export const issuePointsSchema = z.object({
  resident: z.uuid(),
  issuer: z.string().min(1).max(60),
  points: z.number().int().min(1, '至少 1 分 | at least 1').max(1_000_000),
  /** Fen that a point is worth. */
  rateFen: z.number().int().min(1).max(1000).default(1),
  expiresAt: z.iso.datetime({ offset: true }),
  note: why.default(''),
});
export const pointsSchema = z.object({
  resident: z.string(),
  points: z.number().int(),
  worthFen: z.number().int(),
  lots: z.array(
    z.object({
      id: z.string(),
      issuer: z.string(),
      left: z.number().int(),
      rateFen: z.number().int(),
      expiresAt: z.string(),
    }),
  ),
});
export const ledgerSchema = z.object({
  /** Of all lines of all accounts: always 0. */
  sum: z.number().int(),
  entries: z.number().int(),
  accounts: z.array(z.object({ kind: z.string(), points: z.number().int() })),
  /** The newest fifty: how many points went where, by kind of account. `number`: of its order, where the asker may see that. */
  latest: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      kind: z.enum(['issue', 'spend', 'refund', 'expire', 'settle']),
      from: z.string(),
      to: z.string(),
      points: z.number().int(),
      number: z.string().nullable(),
    }),
  ),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** A photo is a JPEG, PNG or WebP of at most this many bytes. */
export const PHOTO_BYTES = 5 * 1024 * 1024;
