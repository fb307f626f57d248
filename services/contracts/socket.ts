/** Socket.IO: server → client events of `/console`, `/field` and `/board`. Client → server there is nothing but the desk's presence. */
import { z } from 'zod';
import { wireAssignmentSchema, wireIncidentSchema } from './incident.ts';

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
export const wireDeskSchema = z.object({ id: z.string(), name: z.string(), state: z.enum(DESK_STATES), since: z.string(), open: z.number().int() });
export type WireDesk = z.infer<typeof wireDeskSchema>;

export const noticeSchema = z.object({ level: z.enum(['info', 'warn', 'alarm']), code: z.string(), text: z.string(), incident: z.string().nullable().optional() });
export type Notice = z.infer<typeof noticeSchema>;

export const socketEvents = {
  snapshot: z.object({ incidents: z.array(wireIncidentSchema), responders: z.array(wireResponderSchema), at: z.string() }),
  incident: wireIncidentSchema,
  gone: z.object({ id: z.string() }),
  responder: wireResponderSchema,
  notice: noticeSchema,
  beat: z.object({ at: z.string() }),
  desk: wireDeskSchema,
  /** `/field` only: an assignment of mine, with what I need to get there. */
  assignment: wireAssignmentSchema.extend({ incident: wireIncidentSchema }),
} as const;

/** `beat` comes every 2 s; a client that has heard nothing for 4 s shows itself cut off. */
export const BEAT_MS = 2_000;
