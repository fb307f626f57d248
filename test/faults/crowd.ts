import { type Box, createBox } from '#devices/simulator/box.ts';
import { createPressLedger, type LedgerEntry } from '#devices/simulator/press-ledger.ts';

/** Boxes that follow the protocol, and what they themselves know of what they pressed. */
export interface Crowd {
  start(): Promise<void>;
  press(box: number, type: string): void;
  /** Pressed and not yet answered with `received`. */
  open(): LedgerEntry[];
  entries(): LedgerEntry[];
  /** Events whose `received` named two different incidents. */
  contradicted(): string[];
  stop(): Promise<void>;
}

/** Makes boxes for these devices (of demo.json) with one ledger. */
export function createCrowd(options: {
  devices: readonly { id: string; secret: string; lane: string }[];
  mqttUrl: string;
  pace: number;
}): Crowd {
  const ledger = createPressLedger();
  const said = new Map<string, string | null>();
  const contradicted = new Set<string>();
  const boxes: Box[] = options.devices.map((device) =>
    createBox({
      ...device,
      mqttUrl: options.mqttUrl,
      pace: options.pace,
      ledger,
      heard(ack) {
        if (ack.stage !== 'received' || ack.event === null) return;
        const key = `${device.id}/${ack.event}`;
        if (said.has(key) && said.get(key) !== ack.incident) contradicted.add(key);
        said.set(key, ack.incident);
      },
    }),
  );
  return {
    async start() {
      for (const box of boxes) box.start();
      const until = performance.now() + 30_000;
      while (!boxes.every((box) => box.connected())) {
        if (performance.now() > until) throw new Error('not all boxes could connect within 30 s');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    press: (box, type) => void boxes[box % boxes.length]!.press(type, { key: 'red' }),
    open: ledger.open,
    entries: ledger.entries,
    contradicted: () => [...contradicted],
    async stop() {
      await Promise.all(boxes.map((box) => box.stop()));
    },
  };
}
