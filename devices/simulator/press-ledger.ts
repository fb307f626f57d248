/** The sender's own list of what it pressed and what was confirmed to it: the witness in fault tests. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const entrySchema = z.object({
  device: z.string(),
  event: z.string(),
  type: z.string().optional(),
  sentAt: z.number().optional(),
  ackedAt: z.number().optional(),
  incident: z.string().nullable().optional(),
});

/** One press: Unix ms of pressing and of `received`, null while it has not come. */
export interface LedgerEntry {
  device: string;
  event: string;
  type: string;
  sentAt: number;
  ackedAt: number | null;
  incident: string | null;
}

export interface PressLedger {
  sent(device: string, event: string, type: string, at: number): void;
  acked(device: string, event: string, incident: string | null, at: number): void;
  /** Everything pressed, in the order of pressing. */
  entries(): LedgerEntry[];
  /** Pressed, and not confirmed yet. */
  open(): LedgerEntry[];
}

/** A ledger in memory that is appended to `path` line by line, and goes on with what stands there; without a path only in memory. */
export function createPressLedger(path?: string): PressLedger {
  const entries = new Map<string, LedgerEntry>();
  if (path !== undefined) {
    mkdirSync(dirname(path), { recursive: true });
    for (const entry of existsSync(path) ? readLedger(path) : []) entries.set(`${entry.device}/${entry.event}`, entry);
  }
  const append = (line: z.infer<typeof entrySchema>): void => {
    if (path !== undefined) appendFileSync(path, `${JSON.stringify(line)}\n`);
  };
  return {
    sent(device, event, type, sentAt) {
      append({ device, event, type, sentAt });
      entries.set(`${device}/${event}`, { device, event, type, sentAt, ackedAt: null, incident: null });
    },
    acked(device, event, incident, ackedAt) {
      const entry = entries.get(`${device}/${event}`);
      if (!entry || entry.ackedAt !== null) return;
      append({ device, event, incident, ackedAt });
      entry.ackedAt = ackedAt;
      entry.incident = incident;
    },
    entries: () => [...entries.values()],
    open: () => [...entries.values()].filter((entry) => entry.ackedAt === null),
  };
}

/** Reads a ledger file of this or another process; a torn last line is left out. */
export function readLedger(path: string): LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const parsed = entrySchema.safeParse(safeJson(line));
    if (!parsed.success) continue;
    const { device, event, type, sentAt, ackedAt, incident } = parsed.data;
    const entry = entries.get(`${device}/${event}`);
    if (sentAt !== undefined)
      entries.set(`${device}/${event}`, { device, event, type: type ?? '', sentAt, ackedAt: null, incident: null });
    else if (entry && ackedAt !== undefined) Object.assign(entry, { ackedAt, incident: incident ?? null });
  }
  return [...entries.values()];
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
