import { EVENT_TYPES, type EventType } from '#contracts/device.ts';
import type { AdapterEvent } from '#devices/adapters/adapter.ts';

/** Without a source time, the same type from the same device within so many ms is the same press (protocol: 5 s). */
const BUCKET = 5_000;

/** What types do that call for help. */
const CALLS: ReadonlySet<string> = new Set(['emergency', 'medical', 'household']);

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

interface Condition {
  /** As it was last told. */
  on: boolean | undefined;
  /** It was heard to end. */
  takenBack: boolean;
  /** When it last was a press, ms. */
  pressedAt: number;
}

/**
 * Which of a gateway's reports are new presses: a condition that was true in the last report is not, nor is a press that
 * the gateway tells a second time on another topic within 5 s. What is new is forgotten again when it was not stored:
 * the broker delivers it once more.
 *
 * A call for help that the device was never heard to take back (`sos: true` at each press, never `sos: false`) is a
 * press each time it is told, several within 5 s being one: its second press would else be lost for as long as this
 * process lives. The price: what a gateway repeats of such a device from its memory, with a battery reading, joins the
 * open incident as a further press, or opens one (ADR 0019). Once taken back, a repeat is no press again.
 */
export function createFolding(): Folding {
  const conditions = new Map<string, Condition>();
  const recent = new Map<string, Recent>();

  function conditionOf(key: string): Condition {
    const known = conditions.get(key) ?? { on: undefined, takenBack: false, pressedAt: -Infinity };
    conditions.set(key, known);
    return known;
  }

  return {
    fold(device, event, types, topic, receivedAt) {
      if (recent.size > 10_000) for (const [key, { at }] of recent) if (receivedAt - at > BUCKET) recent.delete(key);
      return types.flatMap((type) => {
        const key = `${device}\n${type}`;
        const lasting = type === 'presence' ? event.occupied : event.states?.[type];
        if (lasting !== undefined) {
          const condition = conditionOf(key);
          if (condition.on === lasting && !isPressedAgain(condition, type, receivedAt)) return [];
          condition.pressedAt = receivedAt;
          const failed = (): void => void Object.assign(condition, { on: undefined, pressedAt: -Infinity });
          return [{ type, bucket: Math.floor(receivedAt / BUCKET), failed }];
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
      for (const [type, on] of Object.entries(event.states ?? {})) {
        const condition = conditionOf(`${device}\n${type}`);
        condition.on = on;
        condition.takenBack ||= !on;
      }
      if (event.occupied !== undefined) conditionOf(`${device}\npresence`).on = event.occupied;
    },
  };
}

/** A condition that was true already is told once more: is it a press all the same? */
function isPressedAgain({ on, takenBack, pressedAt }: Condition, type: EventType, receivedAt: number): boolean {
  return on === true && !takenBack && CALLS.has(EVENT_TYPES[type]) && Math.abs(receivedAt - pressedAt) >= BUCKET;
}
