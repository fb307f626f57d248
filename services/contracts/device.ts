/** Device protocol v1: everything that travels over MQTT between a box and the platform. Meaning: docs in README, "Devices". */
import { z } from 'zod';

/** Root of every topic: `12349/v1/{lane}/{device}/…`. */
export const TOPIC_ROOT = '12349/v1';

/** 1–64 of letters, digits, `_` and `-`; ids that begin with `bridge` belong to the platform. */
export const deviceIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, '1–64 of A-Z a-z 0-9 _ -')
  .refine((id) => !/^bridge/i.test(id), 'ids that begin with "bridge" are refused to devices');

/** What a press does, by its type (protocol, table "Event"). Unknown types are read as `alarm_unspecified`. */
export const EVENT_TYPES = {
  sos: 'emergency',
  fall: 'emergency',
  fall_suspected: 'emergency',
  smoke: 'emergency',
  gas: 'emergency',
  alarm_unspecified: 'emergency',
  alarm_other: 'emergency',
  inactivity: 'emergency',
  medical: 'medical',
  service: 'household',
  family: 'household',
  water_leak: 'household',
  power_fail: 'household',
  cancel: 'joins',
  arrived: 'joins',
  done: 'joins',
  low_battery: 'maintenance',
  tamper: 'maintenance',
  device_removed: 'maintenance',
  trouble: 'maintenance',
  restore: 'maintenance',
  power_restored: 'maintenance',
  check_in: 'kept',
  presence: 'kept',
  vitals: 'kept',
  location: 'kept',
  button: 'kept',
  heartbeat: 'kept',
  online: 'kept',
  offline: 'kept',
  register: 'kept',
  login: 'kept',
  downlink_ack: 'kept',
  ignore: 'kept',
  error: 'kept',
} as const satisfies Record<string, 'emergency' | 'medical' | 'household' | 'joins' | 'maintenance' | 'kept'>;

export type EventType = keyof typeof EVENT_TYPES;

/** WGS-84, GCJ-02 or BD-09 degrees; accuracy in metres. */
export const deviceLocationSchema = z.object({
  lat: z.number().min(-90).max(90),
  lon: z.number().min(-180).max(180),
  accuracy: z.number().min(0).optional(),
  crs: z.enum(['wgs84', 'gcj02', 'bd09']).default('wgs84'),
});

/**
 * `…/up/event`. Deliberately forgiving beside `id` and `type`: a field that is wrong is dropped, because a call for
 * help with a broken battery reading is still a call for help.
 */
export const deviceEventSchema = z.object({
  id: z.string().min(1).max(128),
  type: z.string().min(1).max(64),
  at: z.iso.datetime({ offset: true }).optional().catch(undefined),
  key: z.string().max(32).optional().catch(undefined),
  battery: z.number().min(0).max(100).optional().catch(undefined),
  test: z.boolean().optional().catch(undefined),
  location: deviceLocationSchema.optional().catch(undefined),
  detail: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
export type DeviceEvent = z.infer<typeof deviceEventSchema>;

/** `…/up/heartbeat`: battery percent, rssi dBm, uptime seconds. */
export const heartbeatSchema = z.object({
  at: z.string().optional().catch(undefined),
  battery: z.number().min(0).max(100).optional().catch(undefined),
  rssi: z.number().optional().catch(undefined),
  uptime: z.number().optional().catch(undefined),
  fw: z.string().max(64).optional().catch(undefined),
});

export const DEVICE_ABILITIES = ['voice', 'lamp', 'screen', 'vibration', 'talk'] as const;

/** `…/up/status`, retained; the last will is `{"online":false}`. */
export const statusSchema = z.object({
  online: z.boolean(),
  can: z.array(z.string().max(32)).max(16).optional().catch(undefined),
  kind: z.string().max(32).optional().catch(undefined),
  power: z.enum(['mains', 'battery']).optional().catch(undefined),
});
export type DeviceStatus = z.infer<typeof statusSchema>;

export const ACK_STAGES = ['received', 'claimed', 'dispatched', 'arrived', 'resolved', 'cancelled', 'update'] as const;
export type AckStage = (typeof ACK_STAGES)[number];

/** `…/down/ack`. `say` is what the unit speaks, empty in quiet mode; `eta_s` seconds; `incident` null for events that are only kept. */
export const ackSchema = z.object({
  event: z.string().nullable(),
  incident: z.string().nullable(),
  stage: z.enum(ACK_STAGES),
  at: z.string(),
  say: z.string(),
  eta_s: z.number().int().nullable(),
  who: z.string().nullable(),
});
export type Ack = z.infer<typeof ackSchema>;

export const DEVICE_COMMANDS = ['talk', 'hang_up', 'ring', 'say', 'quiet', 'config', 'self_test'] as const;

/** `…/down/command`. `id` lets a unit ignore a command it has already obeyed. */
export const commandSchema = z.object({
  id: z.string(),
  command: z.enum(DEVICE_COMMANDS),
  at: z.string(),
  incident: z.string().nullable(),
  say: z.string().optional(),
  on: z.boolean().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
});
export type DeviceCommand = z.infer<typeof commandSchema>;
