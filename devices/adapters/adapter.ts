/** What every adapter promises: bytes of somebody else's format in, canonical events out. Pure: no clock, no memory, no I/O. */
import type { EventType } from '#contracts/device.ts';

/** Settings of the gateway or of the device (registry): they, not guesses, decide where the format leaves a choice. */
export interface AdapterContext {
  /** Topic prefix of the gateway, without a slash at its end; each adapter knows its own default. */
  baseTopic?: string;
  /** Model as the gateway names it; tells an emergency button from a wall switch. */
  model?: string;
  /** What each key or gesture of this device means, by its name in the format: `{"single":"sos","hold":"cancel"}`. It rules. */
  actionMap?: Record<string, string>;
}

export interface AdapterMessage {
  topic: string;
  payload: Uint8Array;
  /** Unix time in ms at which the bytes arrived. */
  receivedAt: number;
  context?: AdapterContext;
}

export interface AdapterEvent {
  /** The gravest thing the message says. */
  type: EventType;
  /** Everything else it says that is worth an event (never `heartbeat`). */
  alsoTypes?: EventType[];
  /** The name by which the gateway knows the device; the registry maps it. `bridge` is the gateway itself. */
  deviceName: string;
  /** Source time, Unix ms; null when the message carries none. */
  at: number | null;
  /** Percent, 0–100; null when it is not told. */
  battery: number | null;
  /** WGS-84 degrees. */
  location: { lat: number; lon: number } | null;
  /** A drill or a self-test: travels the whole way, counts in no figure. */
  test: boolean;
  /** Somebody is there (type `presence`). */
  occupied?: boolean;
  /** The gateway publishes this very press a second time on another topic: an equal event of the last 5 s is the same press. */
  duplicateHint?: boolean;
  /**
   * Lasting conditions that this message reports, by the type they raise: `{smoke: true, low_battery: false}`. A gateway
   * repeats them in every message, so a condition that was true in the device's last report and still is, is no new
   * press; one that was false and is true again is. What is pressed (an action) is never in here: each one is a press.
   */
  states?: Partial<Record<EventType, boolean>>;
  /** The message as it was read, for the history: parsed JSON, or `{text}` when it is not JSON. */
  detail: unknown;
}

export interface Adapter {
  /** Never throws, whatever the bytes. Empty only for a topic that is not the adapter's at all. */
  decode(message: AdapterMessage): AdapterEvent[];
}
