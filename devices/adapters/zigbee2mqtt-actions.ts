/** What `action` says: the gestures of keys, remotes and keypads. */
import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import type { AdapterContext } from './adapter.ts';

/** Words that call for help wherever they stand: `emergency`, `panic_1`, `sos_hold`, also by their IAS ACE keys. */
const CALLS: ReadonlyArray<readonly [RegExp, EventType]> = [
  [/^(emergency|sos|panic|help|rescue)$/, 'sos'],
  [/^(fire|smoke)$/, 'smoke'],
  [/^(medical|nurse)$/, 'medical'],
  [/^(police|duress|holdup|intrusion|burglar|hijack)$/, 'alarm_other'],
];

/**
 * Words of which the other 1,900 actions of zigbee-herdsman-converters 26.112 are made: light switches, cubes, locks,
 * arming. An action made of these and of numbers is known not to be a call; anything else can't be told apart.
 */
const EVERYDAY = new Set(
  `access add all and anti arm arrival arrow at auto away b back backward bar bell blue boost both bottom bright brightenss brightness button cancel
  center centre change cinema circle click clockwise close closed closing color colored colortemp config continued cover curtain cw day daytime dec
  default delay delete departure dial dim dimtomax dimtomin disarm door dot dots double down drop energy enhanced enter entry event exit ext failure
  fast finger fingerprint flip forward g go green half held hexagon high hold home hue id identify inactivity inc initial input inside invalid key
  key1 key2 key3 key4 keypad knock language leave left level light lock locked long longpress loop low manual many match min minus mode motion move
  movement moving music next night non none not occupied of off on once one open opened opening operational or orientation out outside partial
  password pause pin play plus pmtsd position power press pressed previous quadruple quintuple r recal recall red refresh region release released
  remove repast request reverse rfid rgb right ring rotate rotating rotation row saturation scene schedule screen select set shake short side single
  sleep slide slider slow square start started static stay step stop stopped store strike sw switch tap temperature throw tilt timeout to toggle top
  touch track triangle triple tripple twice unlock unoccupied up user vibration voice volume w100 wake wakeup wireless ww yellow zigbee zones`
    .split(/\s+/)
    .filter(Boolean),
);

/** Words of a finger on a key. On a device that exists to call, each of them calls. */
const PRESSES = new Set(
  'button click double held hold key long longpress many on once press pressed quadruple quintuple short single tap toggle triple tripple twice unknown'.split(
    ' ',
  ),
);

/** What a key says when the finger leaves it: part of the press before it (HS1EB says `off`), never a press of its own. */
const RELEASES = /(^off$|^stop|release)/;

/** Emergency buttons that say only how they were pressed; every way of pressing them is a call. Models as zigbee2mqtt names them. */
const CALL_BUTTONS =
  /^(HS1EB|HS3EB|SE20|SE21|MIR-SO|SEB01|TS0215A_sos|TS0601_sos|TS0218|ZG-101Z|PBTZB|SOS)|\bPB206\b|sos|panic|emergency/i;

/** Toys and knock sensors whose `fall` is their own. */
const THINGS_THAT_FALL = /^(MFKZQ|CTP-R01|DJT1|DWZT|TI0001|ZNXNKG|cube)/i;

/** `action` as text, lower case; null when nothing was pressed (null, empty, `none`). */
export function readAction(value: unknown): string | null {
  if (value === null || value === undefined || value === false) return null;
  if (typeof value !== 'string' && typeof value !== 'number' && value !== true) return 'unreadable';
  const action = String(value).trim().toLowerCase();
  return action === '' || action === 'none' || action === 'null' || action === 'idle' ? null : action;
}

/**
 * The event of one action. The device's action map rules; then words that call for help; then the model; then what is
 * known of everyday remotes (`button`). What can't be told apart is `alarm_unspecified`.
 */
export function decodeAction(
  action: string,
  context: AdapterContext,
  payload: Record<string, unknown> = {},
): EventType {
  const mapped = lookUp(action, context.actionMap);
  if (mapped !== undefined) return isEventType(mapped) ? mapped : 'alarm_unspecified';
  const words = action.split(/[_\s-]+/);
  for (const [pattern, type] of CALLS)
    if (words.some((word) => pattern.test(word)) && !words.includes('disarm')) return type;
  if (words.includes('fall') || words.includes('falling'))
    return THINGS_THAT_FALL.test(context.model ?? '') ? 'button' : 'fall_suspected';
  const everyday = words.every(isEveryday);
  if (
    isCallButton(context) &&
    !RELEASES.test(action) &&
    (!everyday || words.some((word) => PRESSES.has(word) || /^\d+$/.test(word)))
  ) {
    return everyday && context.actionMap === undefined ? 'sos' : 'alarm_unspecified';
  }
  if (everyday) return 'button';
  // A lock says "unknown" of how it was opened; a button that says it was pressed in a way nobody knows.
  if (
    action === 'unknown' &&
    Object.keys(payload).some((key) => /^(lock_state|action_source|state_lock|action_user)/.test(key))
  )
    return 'button';
  return 'alarm_unspecified';
}

/** True for a device that exists to call: by its model, or because its map makes some gesture a call. */
export function isCallButton(context: AdapterContext): boolean {
  if (context.model !== undefined && CALL_BUTTONS.test(context.model)) return true;
  return Object.values(context.actionMap ?? {}).some(
    (type) => !isEventType(type) || ['emergency', 'medical', 'household'].includes(EVENT_TYPES[type]),
  );
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_TYPES, type);
}

function lookUp(action: string, map: Record<string, string> | undefined): string | undefined {
  if (map === undefined) return undefined;
  if (Object.hasOwn(map, action)) return map[action];
  const key =
    Object.keys(map).find((name) => name.toLowerCase() === action) ?? Object.keys(map).find((name) => name === '*');
  return key === undefined ? undefined : map[key];
}

function isEveryday(word: string): boolean {
  return word === '' || word === '*' || EVERYDAY.has(word) || /^(l|s|k|ch|b|e|in|flip|side|bell)?\d+$/.test(word);
}
