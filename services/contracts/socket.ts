/** Socket.IO: server → client events of `/console`, `/field`, `/board` and `/desk`. Client → server there is nothing but the desk's presence. */
import { z } from 'zod';
import { ASSIGNMENT_STATES, wireAssignmentSchema, wireIncidentSchema } from './incident.ts';

/** A person who could come or is on the way. Position in WGS-84, `at` when it was measured; speed in m/s where known. */
export const wireResponderSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  state: z.enum(['off', 'free', 'offered', 'under_way', 'on_scene']),
  lat: z.number().nullable(),
  lon: z.number().nullable(),
  at: z.string().nullable(),
  incident: z.string().nullable(),
});
export type WireResponder = z.infer<typeof wireResponderSchema>;

export const DESK_STATES = ['ready', 'talking', 'break', 'wrap_up', 'off'] as const;
export type DeskState = (typeof DESK_STATES)[number];

/** One operator at her desk, for the supervisor and the hand-over. */
export const wireDeskSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(DESK_STATES),
  since: z.string(),
  open: z.number().int(),
});
export type WireDesk = z.infer<typeof wireDeskSchema>;

export const noticeSchema = z.object({
  level: z.enum(['info', 'warn', 'alarm']),
  code: z.string(),
  text: z.string(),
  incident: z.string().nullable().optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** What `/console` is sent: whole cases of one's regions, who is under way there, desks, and calls to look again. */
export const socketEvents = {
  snapshot: z.object({
    incidents: z.array(wireIncidentSchema),
    responders: z.array(wireResponderSchema),
    at: z.string(),
  }),
  incident: wireIncidentSchema,
  gone: z.object({ id: z.string() }),
  responder: wireResponderSchema,
  notice: noticeSchema,
  beat: z.object({ at: z.string() }),
  desk: wireDeskSchema,
  /** The work orders of this case have changed: who shows them asks again. */
  orders: z.object({ incident: z.string() }),
} as const;

/** An assignment of mine, with what I need to get there: nobody else's assignments, no other case, nothing raw. */
export const fieldAssignmentSchema = wireAssignmentSchema.extend({
  /** Who else said yes, once he himself did. */
  others: z.array(z.object({ name: z.string(), role: z.string(), state: z.enum(ASSIGNMENT_STATES) })),
  incident: wireIncidentSchema,
});
export type FieldAssignment = z.infer<typeof fieldAssignmentSchema>;

/** An assignment is no longer mine: others filled the places (`who`), the time ran out, or the desk took it back. */
export const fieldGoneSchema = z.object({
  id: z.string(),
  why: z.enum(['filled', 'expired', 'withdrawn', 'ended']),
  who: z.array(z.string()),
});
export type FieldGone = z.infer<typeof fieldGoneSchema>;

/** The wallboard hangs where anybody sees it: numbers, and nothing that names a person, a home or a case. */
export const boardSchema = z.object({
  waiting: z.number().int(),
  active: z.number().int(),
  today: z.number().int(),
  longestWaitS: z.number().int().nullable(),
  at: z.string(),
});
export type WireBoard = z.infer<typeof boardSchema>;

/**
 * Every event of every namespace. The server can send no other (console/screens.ts refuses it), so this is also what a
 * test goes through. `/field`: `gone` carries the id of an assignment that is no longer mine, `look`
 * tells a shop's page that its orders have changed. `/board`: `snapshot` comes
 * again with every beat. `/desk` is told nothing but that it should look again: what it may see, its routes decide.
 */
export const namespaceEvents = {
  '/console': socketEvents,
  '/field': {
    snapshot: z.object({ assignments: z.array(fieldAssignmentSchema), at: z.string() }),
    assignment: fieldAssignmentSchema,
    gone: fieldGoneSchema,
    look: socketEvents.beat,
    beat: socketEvents.beat,
  },
  '/board': { snapshot: boardSchema, beat: socketEvents.beat },
  '/desk': { snapshot: socketEvents.beat, look: socketEvents.beat, beat: socketEvents.beat },
} as const;
export type NamespaceName = keyof typeof namespaceEvents;
export type NamespaceEvents<Name extends NamespaceName> = (typeof namespaceEvents)[Name];
/** What goes with an event of a namespace. */
export type EventPayload<
  Name extends NamespaceName,
  Event extends keyof NamespaceEvents<Name>,
> = NamespaceEvents<Name>[Event] extends z.ZodType ? z.infer<NamespaceEvents<Name>[Event]> : never;

/** `beat` comes every 2 s; a client that has heard nothing for 4 s shows itself cut off. */
export const BEAT_MS = 2_000;
