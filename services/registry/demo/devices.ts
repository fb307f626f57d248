import { createHmac } from 'node:crypto';
import { hashDeviceSecret, laneOf } from '../device-secret.ts';
import type { Random } from './random.ts';
import type { DeviceRow } from './rows.ts';

/** The secret that belongs to a device or gateway of the demo city, the same whenever it is asked for. */
export function demoSecret(secretSeed: string, name: string): string {
  return createHmac('sha256', secretSeed).update(`secret:${name}`).digest('hex').slice(0, 32);
}

/** The stored form of that secret, with a salt that is the same each time. */
export function demoSecretHash(secretSeed: string, name: string): string {
  const salt = createHmac('sha256', secretSeed).update(`salt:${name}`).digest().subarray(0, 12);
  return hashDeviceSecret(demoSecret(secretSeed, name), salt);
}

/** The account of the demo city's zigbee2mqtt gateways, and what it may publish (one gateway has its own base topic). */
export const ZIGBEE_GATEWAY = { username: 'zigbee-gw', topics: ['zigbee2mqtt/#', 'zigbee/#'] } as const;

/** Zigbee devices of the demo city by their friendly name; those of `shared/vectors/devices.json` among them. */
export const ZIGBEE_DEVICES: readonly {
  name: string;
  kind: string;
  placedIn: string;
  settings: Record<string, unknown>;
}[] = [
  { name: 'sos_ts0218', kind: 'button', placedIn: '卧室', settings: { model: 'TS0218' } },
  {
    name: 'hs1eb_2',
    kind: 'button',
    placedIn: '床头',
    settings: { model: 'HS1EB', actionMap: { single: 'sos', double: 'sos' } },
  },
  { name: 'pullcord_bath', kind: 'pullcord', placedIn: '卫生间', settings: { model: 'OWON PB206' } },
  { name: 'zg101z', kind: 'button', placedIn: '床头', settings: { model: 'ZG-101Z' } },
  { name: '0x847127fffe0542eb', kind: 'button', placedIn: '客厅', settings: {} },
  { name: 'fall_hs2fd', kind: 'fall_sensor', placedIn: '卧室', settings: { model: 'HS2FD' } },
  { name: 'radar_mir', kind: 'fall_sensor', placedIn: '卫生间', settings: { model: 'MIR-HE200-TY' } },
  { name: 'smoke_hs1sa', kind: 'smoke_detector', placedIn: '厨房', settings: { model: 'HS1SA-E' } },
  { name: 'gas_hs1cg', kind: 'gas_detector', placedIn: '厨房', settings: { model: 'HS1CG-E' } },
  { name: 'leak_kitchen', kind: 'leak_detector', placedIn: '厨房', settings: { model: 'SJCGQ11LM' } },
];

/** A home unit or a worn button that speaks the platform's own protocol. */
export function drawDevice(
  random: Random,
  secretSeed: string,
  device: { id: string; worn: boolean; householdId: string; residentId: string },
): DeviceRow {
  return {
    id: device.id,
    kind: device.worn ? 'pendant' : 'home',
    can: device.worn ? ['lamp', 'vibration'] : ['voice', 'lamp', 'talk'],
    power: device.worn ? 'battery' : 'mains',
    household_id: device.worn ? null : device.householdId,
    resident_id: device.worn ? device.residentId : null,
    placed_in: device.worn
      ? null
      : random.weighted([
          ['客厅', 6],
          ['卧室', 3],
          ['床头', 1],
        ] as const),
    lane: laneOf(device.id),
    secret_hash: demoSecretHash(secretSeed, device.id),
    heartbeat_s: device.worn ? 43_200 : 60,
    adapter: null,
    adapter_name: null,
    settings: {},
    battery: random.int(35, 100),
    firmware: random.pick(['1.4.2', '1.4.2', '1.3.9']),
  };
}

/** The n-th Zigbee device (see `ZIGBEE_DEVICES`) in a household; it speaks through the gateway and has no secret. */
export function zigbeeDevice(n: number, householdId: string): DeviceRow {
  const plan = ZIGBEE_DEVICES[n]!;
  const id = `zigbee-${String(n + 1).padStart(2, '0')}`;
  return {
    id,
    kind: plan.kind,
    can: [],
    power: 'battery',
    household_id: householdId,
    resident_id: null,
    placed_in: plan.placedIn,
    lane: laneOf(id),
    secret_hash: null,
    heartbeat_s: 43_200,
    adapter: 'zigbee2mqtt',
    adapter_name: plan.name,
    settings: plan.settings,
    battery: 100,
    firmware: null,
  };
}
