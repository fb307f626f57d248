import type { Adapter } from './adapter.ts';
import { zigbee2mqtt } from './zigbee2mqtt.ts';

/** Every adapter there is, by the name used in the registry and in the vectors. */
export const adapters: Readonly<Record<string, Adapter>> = { zigbee2mqtt };
