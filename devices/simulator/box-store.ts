/** What a box keeps over a power cut: the events nobody has received yet, and what it has said. */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { deviceEventSchema, type DeviceEvent } from '#contracts/device.ts';

export interface BoxStore {
  load(): { unsent: DeviceEvent[]; said: string[] };
  /** Returns when the event is on disk: only then may the key light up. */
  keep(event: DeviceEvent): void;
  received(id: string): void;
  said(key: string): void;
}

const lineSchema = z.union([
  z.object({ keep: deviceEventSchema }),
  z.object({ received: z.string() }),
  z.object({ said: z.string() }),
]);

/** Forgets everything with the process: for fleets, where no power cut is played. */
export function memoryStore(): BoxStore {
  return { load: () => ({ unsent: [], said: [] }), keep() {}, received() {}, said() {} };
}

/**
 * A file of JSON lines that is only appended to while the box runs and rewritten when it starts. A line torn by the power
 * cut itself is left out: its press was not confirmed to the finger either.
 */
export function fileStore(path: string): BoxStore {
  return {
    load() {
      mkdirSync(dirname(path), { recursive: true });
      const { unsent, said } = readLines(existsSync(path) ? readFileSync(path, 'utf8') : '');
      const lines = [...unsent.map((keep) => ({ keep })), ...said.slice(-200).map((key) => ({ said: key }))];
      writeFileSync(`${path}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      renameSync(`${path}.new`, path);
      return { unsent, said };
    },
    keep(event) {
      const file = openSync(path, 'a');
      try {
        writeSync(file, `${JSON.stringify({ keep: event })}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    },
    received: (id) => appendFileSync(path, `${JSON.stringify({ received: id })}\n`),
    said: (key) => appendFileSync(path, `${JSON.stringify({ said: key })}\n`),
  };
}

function readLines(text: string): { unsent: DeviceEvent[]; said: string[] } {
  const unsent = new Map<string, DeviceEvent>();
  const said: string[] = [];
  for (const line of text.split('\n')) {
    const parsed = lineSchema.safeParse(parse(line));
    if (!parsed.success) continue;
    if ('keep' in parsed.data) unsent.set(parsed.data.keep.id, parsed.data.keep);
    else if ('received' in parsed.data) unsent.delete(parsed.data.received);
    else said.push(parsed.data.said);
  }
  return { unsent: [...unsent.values()], said };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
