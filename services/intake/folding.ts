import type { EventType } from '#contracts/device.ts';
import type { AdapterEvent } from '#devices/adapters/adapter.ts';

/** Without a source time, the same type from the same device within so many ms is the same press (protocol: 5 s). */
const BUCKET = 5_000;

/** A press that is left after folding. `failed`: it was not stored after all, so what repeats it is news again. */
export interface Folded {
  type: EventType;
  /** Stands for the source time of an event that carries none. */
  bucket: number;
  failed(): void;
}

export interface Folding {
  /** Of the types a message reports, those that are news. */
  fold(device: string, event: AdapterEvent, types: readonly EventType[], topic: string, receivedAt: number): Folded[];
  /** What the message says of lasting conditions. */
  remember(device: string, event: AdapterEvent): void;
}

interface Recent {
  at: number;
  bucket: number;
  topic: string;
  hinted: boolean;
}

/**
 * Which of a gateway's reports are new presses: a condition that was true in the last report is not, nor is a press that
 * the gateway tells a second time on another topic within 5 s. What is new is forgotten again when it was not stored:
 * the broker delivers it once more.
 */
export function createFolding(): Folding {
  const conditions = new Map<string, boolean | undefined>();
  const recent = new Map<string, Recent>();

  return {
    fold(device, event, types, topic, receivedAt) {
      if (recent.size > 10_000) for (const [key, { at }] of recent) if (receivedAt - at > BUCKET) recent.delete(key);
      return types.flatMap((type) => {
        const key = `${device}\n${type}`;
        const lasting = type === 'presence' ? event.occupied : event.states?.[type];
        if (lasting !== undefined) {
          if (conditions.get(key) === lasting) return [];
          return [{ type, bucket: Math.floor(receivedAt / BUCKET), failed: () => conditions.delete(key) }];
        }
        const last = recent.get(key);
        const isRecent = last !== undefined && Math.abs(receivedAt - last.at) < BUCKET;
        if (isRecent && last.topic !== topic && (last.hinted || event.duplicateHint === true)) return [];
        const bucket = isRecent ? last.bucket : Math.floor(receivedAt / BUCKET);
        recent.set(key, { at: isRecent ? last.at : receivedAt, bucket, topic, hinted: event.duplicateHint === true });
        return [{ type, bucket, failed: () => recent.delete(key) }];
      });
    },
    remember(device, event) {
      for (const [type, on] of Object.entries(event.states ?? {})) conditions.set(`${device}\n${type}`, on);
      if (event.occupied !== undefined) conditions.set(`${device}\npresence`, event.occupied);
    },
  };
}
