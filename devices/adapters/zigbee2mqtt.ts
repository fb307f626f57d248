/**
 * Zigbee2MQTT 1.x and 2.x: `{base}/{friendly name}` with JSON, `…/{name}/availability`, `…/{name}/{attribute}` (output
 * mode `attribute`, and `action`, which Home Assistant's integration repeats), `{base}/bridge/…`.
 * Source: zigbee2mqtt 2.x lib/ (bridge, availability, controller, homeassistant) and its "MQTT topics and messages" page.
 */
import type { EventType } from '#contracts/device.ts';
import type { Adapter, AdapterContext, AdapterEvent, AdapterMessage } from './adapter.ts';
import { decodeAction, isCallButton, readAction } from './zigbee2mqtt-actions.ts';
import { readConditions } from './zigbee2mqtt-attributes.ts';

const DEFAULT_BASE = 'zigbee2mqtt';
const GATEWAY = 'bridge';

/** The gravest first: the first of these that a message holds is its type. */
const GRAVITY: readonly EventType[] = [
  'sos',
  'fall',
  'smoke',
  'gas',
  'medical',
  'alarm_unspecified',
  'fall_suspected',
  'alarm_other',
  'inactivity',
  'family',
  'service',
  'water_leak',
  'power_fail',
  'cancel',
  'arrived',
  'done',
  'check_in',
  'tamper',
  'device_removed',
  'trouble',
  'low_battery',
  'button',
  'vitals',
  'presence',
];

export const zigbee2mqtt: Adapter = {
  decode({ topic, payload, context = {} }: AdapterMessage): AdapterEvent[] {
    const base = (context.baseTopic ?? DEFAULT_BASE).replace(/^\/+|\/+$/g, '');
    if (!topic.startsWith(`${base}/`)) return [];
    const path = topic.slice(base.length + 1);
    const text = new TextDecoder()
      .decode(payload)
      .replace(/^\uFEFF/, '')
      .trim();
    if (path === GATEWAY || path.startsWith(`${GATEWAY}/`)) return [decodeBridge(path.slice(GATEWAY.length + 1), text)];
    return [decodeDeviceTopic(path, text, context)];
  },
};

function decodeDeviceTopic(path: string, text: string, context: AdapterContext): AdapterEvent {
  const command = /^(.+)\/(?:set|get)(?:\/.*)?$/.exec(path);
  if (command) return event('ignore', command[1]!, { text });
  const availability = /^(.+)\/availability$/.exec(path);
  if (availability) return event(readOnline(text) ?? 'ignore', availability[1]!, { text });
  if (text === '') return event('ignore', path, { text });
  const json = parse(text);
  if (isRecord(json)) return decodeAttributes(path, json, context);
  // Not an object: one attribute on a topic of its own. A name may hold slashes, so only the last part can be the attribute.
  const slash = path.lastIndexOf('/');
  if (slash > 0 && !/^[{[]/.test(text)) {
    const attribute = path.slice(slash + 1);
    const decoded = decodeAttributes(
      path.slice(0, slash),
      { [attribute]: json === undefined || typeof json === 'object' ? text : json },
      context,
    );
    return attribute === 'action' ? { ...decoded, duplicateHint: true } : decoded;
  }
  return decodeUnreadable(path, text, context);
}

function decodeAttributes(deviceName: string, payload: Record<string, unknown>, context: AdapterContext): AdapterEvent {
  const told = readConditions(payload, context);
  const action = readAction(payload['action'] ?? payload['click']);
  const types = new Set<EventType>();
  for (const [type, on] of Object.entries(told.states)) if (on) types.add(type as EventType);
  if (action !== null) types.add(decodeAction(action, context, payload));
  if (told.pushed) types.add('button');
  if (told.vitals) types.add('vitals');
  if (told.occupied !== undefined) types.add('presence');
  const [type = 'heartbeat', ...others] = [...types].sort((a, b) => rank(a) - rank(b));
  return {
    ...event(type, deviceName, payload),
    ...(others.length > 0 && { alsoTypes: others }),
    ...(told.occupied !== undefined && { occupied: told.occupied }),
    ...(Object.keys(told.states).length > 0 && { states: told.states }),
    at: readTime(payload['last_seen']),
    battery: readPercent(payload['battery']),
    test: told.test || (action !== null && /(^|[_\s-])test([_\s-]|$)/.test(action)),
  };
}

/**
 * Bytes that are not what they should be. From a device that exists to call, or with a word of help still to be read in
 * them, they are a call that can't be told apart; a torn temperature reading is only kept as an error.
 */
function decodeUnreadable(path: string, text: string, context: AdapterContext): AdapterEvent {
  const help =
    /\b(emergency|sos|panic|fall|fall_alarm|falling)\b|"(sos|smoke|gas|carbon_monoxide|fall\w*|alarm\w*)"\s*:\s*(true|1|"?on)|"action"\s*:\s*"?\w/i;
  const calls =
    isCallButton(context) ||
    help.test(text.replace(/"(sos|panic|emergency|fall\w*|smoke|gas)"\s*:\s*("?(false|off|none|normal)|0|null)/gi, ''));
  return event(calls ? 'alarm_unspecified' : 'error', path, { reason: 'unreadable', text: text.slice(0, 4096) });
}

/** `{base}/bridge/…`: the gateway itself, and what it knows of its devices. */
function decodeBridge(path: string, text: string): AdapterEvent {
  const json = parse(text);
  if (path === 'state') return event(readOnline(text) ?? 'ignore', GATEWAY, isRecord(json) ? json : { text });
  if ((path === 'event' || path === 'log') && isRecord(json)) return decodeBridgeEvent(json);
  if (path === 'event') return event('error', GATEWAY, { reason: 'unreadable', text: text.slice(0, 4096) });
  return event('ignore', GATEWAY, { topic: path });
}

/** `bridge/event` of 1.17 and later; `bridge/log` (`{type, message, meta}`) of the legacy API. */
function decodeBridgeEvent(json: Record<string, unknown>): AdapterEvent {
  const data = [json['data'], json['message'], json['meta']].filter(isRecord);
  const names = data.flatMap((part) => [part['friendly_name'], part['ieee_address'], part['ieeeAddr']]);
  const name = names.find((value): value is string => typeof value === 'string' && value !== '') ?? GATEWAY;
  const status = data.map((part) => part['status']).find((value) => typeof value === 'string');
  switch (json['type']) {
    case 'device_announce':
    case 'device_announced':
      return event('online', name, json);
    case 'device_joined':
    case 'device_connected':
      return event('register', name, json);
    case 'device_interview':
      return event(status === 'successful' ? 'register' : status === 'failed' ? 'trouble' : 'ignore', name, json);
    case 'device_leave':
    case 'device_removed':
    case 'device_force_removed':
      // It left the network: from now on nobody hears it.
      return { ...event('offline', name, json), alsoTypes: ['device_removed'] };
    default:
      return event('ignore', name, json);
  }
}

/** `{"state":"online"}` (2.x) or bare `online` (legacy). */
function readOnline(text: string): 'online' | 'offline' | undefined {
  const json = parse(text);
  const word = isRecord(json) ? json['state'] : typeof json === 'string' ? json : text;
  const state = typeof word === 'string' ? word.trim().toLowerCase() : '';
  return state === 'online' || state === 'offline' ? state : undefined;
}

/**
 * `last_seen`: ISO 8601 in UTC or with an offset, epoch ms (or seconds), as number or text. Without an offset it is the
 * gateway's local time, which here is UTC+8 (Asia/Shanghai has no summer time).
 */
function readTime(value: unknown): number | null {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,14}(\.\d+)?$/.test(value.trim()))) {
    const number = Number(value);
    const ms = number < 1e11 ? number * 1000 : number;
    return number > 0 && ms <= 8.64e15 ? Math.round(ms) : null;
  }
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value.trim())) return null;
  const iso = value.trim().replace(' ', 'T').replace(/\s+/g, '');
  const ms = Date.parse(/(z|[+-]\d\d:?\d\d)$/i.test(iso) ? iso : `${iso}+08:00`);
  return Number.isNaN(ms) ? null : ms;
}

/** Percent as a number or as text ("100.00", "87 %"); null for anything that is no percentage. */
function readPercent(value: unknown): number | null {
  const text = typeof value === 'string' ? value.trim().replace(/\s*%$/, '') : value;
  if (text === '' || (typeof text !== 'string' && typeof text !== 'number')) return null;
  const percent = Number(text);
  return percent >= 0 && percent <= 100 ? percent : null;
}

function event(type: EventType, deviceName: string, detail: unknown): AdapterEvent {
  return { type, deviceName, at: null, battery: null, location: null, test: false, detail };
}

function rank(type: EventType): number {
  const place = GRAVITY.indexOf(type);
  return place < 0 ? GRAVITY.length : place;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
