/** What the page keeps over a reload or a power cut: unsent presses, what it said, the last sentence. */
import { z } from 'zod';
import { ackSchema, deviceEventSchema, type Ack, type DeviceEvent } from '#contracts/device.ts';

const keptSchema = z.object({
  unsent: z.array(deviceEventSchema).catch([]),
  said: z.array(z.string()).catch([]),
  last: ackSchema.nullable().catch(null),
  quiet: z.boolean().catch(false),
  came: z.string().nullable().catch(null),
});
export interface Kept {
  unsent: DeviceEvent[];
  said: string[];
  last: Ack | null;
  quiet: boolean;
  /** The incident to which somebody has come. */
  came: string | null;
}

/** Reads what this box kept in this browser; nothing when there is nothing or it can't be read. */
export function readKept(id: string): Kept {
  try {
    const parsed = keptSchema.safeParse(JSON.parse(localStorage.getItem(`box/${id}`) ?? '{}'));
    if (parsed.success) return parsed.data;
  } catch {
    // Damaged: the presses in it are lost to this page, a reload must still give a working key.
  }
  return { unsent: [], said: [], last: null, quiet: false, came: null };
}

/** Writes it; where the browser refuses (storage full or forbidden) the box goes on from memory. */
export function writeKept(id: string, kept: Kept): void {
  try {
    localStorage.setItem(`box/${id}`, JSON.stringify(kept));
  } catch {
    // A press must go out even when it can't be kept.
  }
}

/** Adds one press to what is kept. */
export function keepPress(id: string, event: DeviceEvent): void {
  const kept = readKept(id);
  writeKept(id, { ...kept, unsent: [...kept.unsent, event] });
}
