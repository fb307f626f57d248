/** Routing and ladders as data: what decides who is asked for what, and who is called when nobody answers. */
import { z } from 'zod';
import { QUEUES } from './incident.ts';

/**
 * Routing as data: the first rule whose conditions all hold decides. `hours` are local (Asia/Shanghai), from ≤ h < to,
 * and may pass midnight; `days` are those of the signal itself, Monday 1 to Sunday 7. `region` is the path of one. `reason`
 * is shown to the operator.
 */
const routingRuleSchema = z.object({
  types: z.array(z.string()).optional(),
  effects: z.array(z.string()).optional(),
  powerDependent: z.boolean().optional(),
  livesAlone: z.boolean().optional(),
  condition: z.string().optional(),
  hours: z.object({ from: z.number().int().min(0).max(23), to: z.number().int().min(0).max(24) }).optional(),
  days: z.array(z.number().int().min(1).max(7)).min(1).max(7).optional(),
  region: z.string().optional(),
  unknownDevice: z.boolean().optional(),
  unreadable: z.boolean().optional(),
  queue: z.enum(QUEUES),
  priority: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
  quiet: z.boolean().optional(),
  reason: z.string(),
});
export type RoutingRule = z.infer<typeof routingRuleSchema>;

export const LADDER_TARGETS = ['operators', 'supervisors', 'neighbour', 'family', 'grid_worker', '120'] as const;
export type LadderTarget = (typeof LADDER_TARGETS)[number];

const ladderSchema = z.object({
  queue: z.enum(QUEUES),
  /** Holds for this priority and more urgent ones; the first that fits is taken. */
  priority: z.number().int().min(1).max(4),
  steps: z.array(z.object({ afterS: z.number().int().min(0), who: z.enum(LADDER_TARGETS) })).min(1),
  /** After the last step, supervisors are called again every so many seconds. */
  repeatS: z.number().int().min(10),
});
export type Ladder = z.infer<typeof ladderSchema>;

/** Seconds. `ackS` until an owner who does nothing is reminded, `graceS` until he then loses it, per state. */
const clocksSchema = z.object({
  claimed: z.object({ ackS: z.number(), graceS: z.number() }),
  responding: z.object({ ackS: z.number(), graceS: z.number() }),
  on_scene: z.object({ ackS: z.number(), graceS: z.number() }),
});

export const routingPolicySchema = z.object({ rules: z.array(routingRuleSchema).min(1) });
export const ladderPolicySchema = z.object({
  ladders: z.array(ladderSchema).min(1),
  clocks: z.record(z.enum(QUEUES), clocksSchema),
  offerS: z.number(),
  departS: z.number(),
  handoffS: z.number(),
  silenceS: z.number(),
  updateS: z.number(),
  followUpS: z.number(),
  /** Without a word from the resident the family is rung after so many seconds. */
  familyS: z.number().default(90),
});
export type RoutingPolicy = z.infer<typeof routingPolicySchema>;
export type LadderPolicy = z.infer<typeof ladderPolicySchema>;

/** Both policies in force, with the version of each. */
export const policySchema = z.object({
  routingVersion: z.number(),
  routing: routingPolicySchema,
  ladderVersion: z.number(),
  ladder: ladderPolicySchema,
});
/** Who wrote a version, and when. */
export const policyVersionSchema = z.object({
  kind: z.enum(['routing', 'ladder']),
  version: z.number().int(),
  at: z.string(),
  by: z.string(),
});
