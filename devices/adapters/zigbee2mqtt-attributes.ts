/**
 * What the attributes of a zigbee2mqtt message say, by name. The names are those that zigbee-herdsman-converters 26.112
 * exposes in 4,516 device definitions; a name that is not in the table is a reading (temperature, link quality, settings).
 */
import type { EventType } from '#contracts/device.ts';
import type { AdapterContext } from './adapter.ts';

export interface Conditions {
  /** Lasting conditions told by the message, true or false, by the type they raise. */
  states: Partial<Record<EventType, boolean>>;
  occupied: boolean | undefined;
  vitals: boolean;
  pushed: boolean;
  test: boolean;
}

type Read = (
  value: unknown,
  payload: Record<string, unknown>,
  context: AdapterContext,
) => EventType | boolean | undefined;

interface Rule {
  name: RegExp;
  type: EventType;
  read: Read;
}

const OFF =
  /^(|0|false|off|no|none|null|normal|clear(ed)?|cleared|ok|dry|idle|inactive|safe|silenced|stop(ped)?|not_detected|no_\w+|\w+_no|canceled|cancel|never|disabled)$/;
const ON =
  /^(1|true|on|yes|alarm(ed|ing)?|active|detected|leak|triggered|open|opened|present|\w+_yes|\w+_(alarm|detected|active))$/;

/** true/"ON"/1 → true, false/"OFF"/0/"none" → false, null or absent → undefined; anything else → `otherwise`. */
export function readFlag(value: unknown, otherwise: boolean | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value === 0 ? false : value === 1 ? true : otherwise;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  if (word === '' || word === 'null') return undefined;
  if (OFF.test(word)) return false;
  return ON.test(word) ? true : otherwise;
}

/** Where a life may hang on it: a value that nobody knows counts as the alarm. */
const grave: Read = (value) =>
  typeof value === 'string' && /^(unknown|detecting|preheat\w*|mute\w*|off_line)$/i.test(value)
    ? undefined
    : readFlag(value, true);
/** Also the name of a meter (`co` ppm, `gas` %LEL beside its `gas_sensor_state`, `heat` °C, `water` l): only a plain yes counts. */
const plain: Read = (value) => readFlag(value, undefined);
const meter: Read = (value, payload) =>
  typeof value === 'number' && Object.keys(payload).some((key) => /^(co|co_state|gas(_sensor)?_state)$/.test(key))
    ? undefined
    : plain(value, payload, {});
const mild: Read = (value) => readFlag(value, false);
const inverted: Read = (value) =>
  typeof value === 'string' && !/^(true|false|on|off|0|1)$/i.test(value)
    ? undefined
    : negate(readFlag(value, undefined));

/** HS2FD `fall_alarm`/`fall_warning`/`unknown` (a bit pattern without a meaning), MIR-HE200 `fall`/`maybe_fall`. */
const fall: Read = (value) => {
  if (typeof value === 'string' && /maybe|warn|suspect|possib|pre|unknown/i.test(value)) return 'fall_suspected';
  return readFlag(value, true);
};

/** OWON FDS315. */
const posture: Read = (value) => {
  if (value === 'falling' || value === 'fall') return true;
  if (value === 'low_posture') return 'fall_suspected';
  return value === 'unoccupied' || value === 'occupied' || value === 'sitting' || value === 'on_the_bed'
    ? false
    : undefined;
};

/** `alarm`, `alarm_1`, `alarm_state`: of what, says another attribute of the message, the model, or nobody. */
const someAlarm: Read = (value, payload, context) => {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (/fire|smoke/.test(word)) return 'smoke';
  if (
    /temperat|humi?d|calibrat|co2|pm25|sound|light|timer|battery|tamper|voltage|current|power|ring|beep|error|unknown/.test(
      word,
    )
  )
    return undefined;
  const on = readFlag(value, true);
  if (on !== true) return on;
  if (isNotAnAlarm(context.model)) return undefined;
  const keys = Object.keys(payload).join(' ');
  for (const [pattern, type] of KINDS) if (pattern.test(context.model ?? '') || pattern.test(keys)) return type;
  return true;
};
const KINDS: ReadonlyArray<readonly [RegExp, EventType]> = [
  [/\b(smoke|heat)\b|^(MIR-SM|HM-5HA|FFZB1|TS0601_smoke|SA12IZL|R7049|S1-TL|S2-E)/i, 'smoke'],
  [/\b(gas|carbon_monoxide)\b|^(ZBCO|HM-722|HS1CA)/i, 'gas'],
  [/\bwater_leak\b|^(3RWK|ZG-226Z)/i, 'water_leak'],
];
/** Doors, windows, motion and vibration sensors, sirens: their `alarm` is an open door or their own noise. */
function isNotAnAlarm(model: string | undefined): boolean {
  return /^(FB56-DOS|S901D|1811680|ROB_200-070|ZD1-EN|Senoro|ZigUSB|81868|SA100|SRAC|PSE03|NAS-AB0|07504L|ZR1-EN|TS0216|YXZBSL|ZA03|MG-BJQ|ZG-22[89]|R7051|S8$)/i.test(
    model ?? '',
  );
}

const trouble: Read = (value) => {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string' && /fire|smoke/i.test(value)) return 'smoke';
  if (
    typeof value === 'string' &&
    /^(no[_ ].*|checking|check[_ ]success|success|others|other|normal.*|light_contamination|medium_contamination|unknown|\[\])$/i.test(
      value.trim(),
    )
  )
    return false;
  return readFlag(value, true);
};

const halo: Read = (value) => {
  const word = String(value).toLowerCase();
  if (/test/.test(word)) return undefined;
  if (/smoke/.test(word)) return 'smoke';
  if (/carbon_monoxide/.test(word)) return 'gas';
  if (/battery/.test(word)) return /failed/.test(word) ? 'trouble' : 'low_battery';
  return /end_of_life/.test(word) ? 'trouble' : undefined;
};

/** HEIMAN: what the linked detectors of the home cry. */
const linked: Read = (value) =>
  /smoke_active|heat_active/.test(String(value)) ? 'smoke' : /(co|gas)_active/.test(String(value)) ? 'gas' : undefined;

const NUMBERED = '(_\\d+)?$';
const named = (pattern: string): RegExp => new RegExp(`^${pattern}${NUMBERED}`);
const RULES: readonly Rule[] = [
  {
    name: named('(sos|panic|emergency|emergency_call|help)(_alarm|_state|_status|_button)?'),
    type: 'sos',
    read: grave,
  },
  { name: named('(fall|fall_down|falling|tumble|fall_detected)(_alarm|_status|_state)?'), type: 'fall', read: fall },
  { name: /^status$/, type: 'fall', read: posture },
  { name: named('(smoke|fire)(_alarm|_state|_status|_detected)?'), type: 'smoke', read: grave },
  { name: named('heat(_alarm)?'), type: 'smoke', read: plain },
  { name: named('(gas|co|carbon_monoxide)'), type: 'gas', read: meter },
  { name: named('(gas|gas_sensor|co|carbon_monoxide)(_alarm|_state|_status|_detected)'), type: 'gas', read: grave },
  { name: /^halo_alert_state$/, type: 'smoke', read: halo },
  { name: /^link_available$/, type: 'smoke', read: linked },
  { name: named('alarm(_alarm)?'), type: 'alarm_unspecified', read: someAlarm },
  { name: /^alarm_(state|status)$/, type: 'alarm_unspecified', read: someAlarm },
  { name: named('(static_dwell|inactivity|no_activity|motionless)(_alarm)?'), type: 'inactivity', read: mild },
  {
    name: named(
      '(active_)?(water_?leak(age)?|leak(age)?|flood|water|water_sensor)(_alarm|_state|_status|_detected|_wire|_zone|_both_zones)?',
    ),
    type: 'water_leak',
    read: plain,
  },
  { name: /_leak_detect_\d+$/, type: 'water_leak', read: mild },
  {
    name: /^(current_device_status|valve_abnormal_state)$/,
    type: 'water_leak',
    read: (value) => /water_leak/.test(String(value)),
  },
  { name: named('tamper(ed|_alarm|_status)?'), type: 'tamper', read: mild },
  {
    name: /^(battery_low|low_battery|battery_alarm)(_\d+)?$|_battery_low_\d+$/,
    type: 'low_battery',
    read: (value) => (/^low$/i.test(String(value)) ? true : mild(value, {}, {})),
  },
  {
    name: /^(battery_state|battery_level|power_type)$/,
    type: 'low_battery',
    read: (value) => (typeof value === 'string' ? /^(battery_)?(low|missing)$/i.test(value) : undefined),
  },
  {
    name: named(
      '(trouble|fault|device_fault|motor_fault|sensor_fault|battery_defect|malfunction|end_of_life|device_overheated)(_alarm|_state|_status)?',
    ),
    type: 'trouble',
    read: trouble,
  },
  {
    name: /^(sensor_error|self_test|self_test_result|test_alarm_result|chamber_contamination|reliability)$/,
    type: 'trouble',
    read: (value, payload, context) =>
      typeof value === 'string' && !/^(test|clear|true|false)$/.test(value)
        ? trouble(value, payload, context)
        : undefined,
  },
  { name: /^emergency_(overcurrent|overheat|overvoltage|undervoltage|no_load)$/, type: 'trouble', read: mild },
  { name: /^ac_status$/, type: 'power_fail', read: mild },
  { name: /^(ac_connected|mains_power_connected)$/, type: 'power_fail', read: inverted },
  { name: /^power_outage$/, type: 'power_fail', read: (value) => (value === 'power_ok' ? false : mild(value, {}, {})) },
];

const OCCUPANCY =
  /^(occupancy|presence|pir_detection|motion|motion_status|mmwave_area\d_occupancy|pir_presence)(_(in|out|or|and|status|alarm))?(_\d+)?$/;
const OCCUPANCY_WORDS = /^(presence_state|human_motion_state|motion_state|presence_event|pressure_state|status)$/;
const VITALS =
  /^(breathing_rate|breath_rate|respirat(ory|ion)_rate|heart_rate|pulse|pulse_rate|spo2|blood_oxygen|blood_pressure(_\w+)?|body_temperature|ecg)$/;

/** Reads every attribute of one message. Nested objects (`update`, `color`, `device`) hold settings and are not looked into. */
export function readConditions(payload: Record<string, unknown>, context: AdapterContext): Conditions {
  const found: Conditions = { states: {}, occupied: undefined, vitals: false, pushed: false, test: false };
  for (const [name, value] of Object.entries(payload)) {
    if (value === null || value === undefined || typeof value === 'object') continue;
    const key = name.toLowerCase();
    for (const rule of RULES) {
      if (!rule.name.test(key)) continue;
      const told = rule.read(value, payload, context);
      if (typeof told === 'boolean') found.states[rule.type] = found.states[rule.type] === true || told;
      else if (told !== undefined) found.states[told] = true;
    }
    const occupied = readOccupied(key, value);
    if (occupied !== undefined) found.occupied = found.occupied === true || occupied;
    if (VITALS.test(key) && Number(value) > 0) found.vitals = true;
    if (key === 'button_pushed' && readFlag(value, false) === true) found.pushed = true;
    if (isTest(key, value)) found.test = true;
  }
  return found;
}

function readOccupied(key: string, value: unknown): boolean | undefined {
  if (OCCUPANCY.test(key)) return readFlag(value, typeof value === 'string' ? true : undefined);
  if (!OCCUPANCY_WORDS.test(key) || typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  if (key === 'status')
    return word === 'unoccupied'
      ? false
      : /^(occupied|sitting|on_the_bed|low_posture|falling)$/.test(word)
        ? true
        : undefined;
  return !/^(none|false|off|leave|away|(left|right)_leave|absence|unknown|)$/.test(word);
}

function isTest(key: string, value: unknown): boolean {
  if (key === 'halo_alert_state') return String(value).endsWith('_test');
  return (
    /^(test|testing|test_in_progress|self_test)$/.test(key) &&
    (value === 'test' || value === 'checking' || readFlag(value, false) === true)
  );
}

function negate(flag: boolean | undefined): boolean | undefined {
  return flag === undefined ? undefined : !flag;
}
