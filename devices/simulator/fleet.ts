/** Many boxes of one city, whose people press now and then: life for a demo, load for a test. */
import type { DeviceEvent } from '#contracts/device.ts';
import type { Clock } from '#kernel/clock.ts';
import { createBox, type Box } from './box.ts';
import type { PressLedger } from './press-ledger.ts';

export interface FleetDevice {
  id: string;
  secret: string;
  lane: string;
  power?: 'mains' | 'battery';
  kind?: string;
  /** WGS-84; of a worn device, sent with every press. */
  location?: { lat: number; lon: number };
}

export interface FleetOptions {
  devices: readonly FleetDevice[];
  mqttUrl: string;
  clock?: Clock;
  pace?: number;
  /** Mean time between two presses of the whole fleet, ms of real time; presses come as in a Poisson process. */
  meanPressMs?: number;
  random?: () => number;
  speak?: (device: string, say: string) => void;
  pressed?: (device: string, event: DeviceEvent) => void;
  ledger?: PressLedger;
}

export interface Fleet {
  /** Connects the boxes one after another (40 a second) and lets people press. */
  start(): void;
  stop(): Promise<void>;
  boxes(): readonly Box[];
}

/**
 * What people press for, in parts of a hundred: half look for their children or want something done, few are in need
 * (domain, "What comes in": 75 emergencies among 12,985 calls; one in eight here, so that a demo shows some).
 */
const REASONS: ReadonlyArray<readonly [type: string, key: string, parts: number]> = [
  ['service', 'green', 34],
  ['family', 'family', 30],
  ['check_in', 'green', 12],
  ['sos', 'red', 12],
  ['medical', 'red', 4],
  ['low_battery', '', 4],
  ['fall_suspected', '', 2],
  ['water_leak', '', 2],
];
const MEAN_PRESS_MS = 120_000;
const CONNECT_GAP_MS = 25;
/** Of those who press red by mistake: part of all, and when they say so, ms. */
const MISTAKEN = 0.35;
const SPEAKING = 0.7;

/** Makes a fleet of exactly the devices it is given; it does nothing until `start()`. */
export function createFleet(options: FleetOptions): Fleet {
  const { random = Math.random, pace = 1, meanPressMs = MEAN_PRESS_MS } = options;
  const timers = new Set<NodeJS.Timeout>();
  const places = new Map(options.devices.map((device) => [device.id, device.location]));
  const boxes = options.devices.map((device) =>
    createBox({
      ...device,
      mqttUrl: options.mqttUrl,
      pace,
      battery: 60 + Math.floor(random() * 41),
      voiceOn: random() < SPEAKING,
      ...(options.clock && { clock: options.clock }),
      ...(options.ledger && { ledger: options.ledger }),
      speak: (say) => options.speak?.(device.id, say),
    }),
  );

  const later = (ms: number, call: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      call();
    }, ms);
    timers.add(timer);
  };

  function press(box: Box, type: string, key: string): void {
    const location = places.get(box.id);
    const event = box.press(type, {
      ...(key && { key }),
      ...(location && { location: { ...location, accuracy: 20, crs: 'wgs84' as const } }),
    });
    options.pressed?.(box.id, event);
  }

  function somebodyPresses(): void {
    const ready = boxes.filter((box) => box.connected());
    const box = ready[Math.floor(random() * ready.length)];
    if (box) {
      const [type, key] = pick(random());
      press(box, type, key);
      if (type === 'sos' && random() < MISTAKEN)
        later((20_000 + random() * 40_000) * pace, () => press(box, 'cancel', 'fine'));
    }
    pressOn();
  }

  function pressOn(): void {
    later(-Math.log(1 - random()) * meanPressMs, somebodyPresses);
  }

  return {
    start() {
      for (const [index, box] of boxes.entries()) later(index * CONNECT_GAP_MS, () => box.start());
      pressOn();
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await Promise.all(boxes.map((box) => box.stop()));
    },
    boxes: () => boxes,
  };
}

function pick(chance: number): readonly [type: string, key: string] {
  let left = chance * REASONS.reduce((sum, [, , parts]) => sum + parts, 0);
  for (const [type, key, parts] of REASONS) {
    if (left < parts) return [type, key];
    left -= parts;
  }
  return ['service', 'green'];
}
