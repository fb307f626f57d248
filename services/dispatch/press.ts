import type { Ack, EventType } from '#contracts/device.ts';

/** One event as intake hands it over: parsed, in WGS-84, times in ms. What could not be read has `readable: false` and its raw bytes. */
export interface IncomingPress {
  device: string;
  adapter: string | null;
  eventId: string;
  type: EventType;
  /** The device's own clock; null when it gave none. */
  at: number | null;
  receivedAt: number;
  key: string | null;
  battery: number | null;
  test: boolean;
  location: { lat: number; lon: number; accuracy?: number } | null;
  detail: unknown;
  topic: string;
  raw: Buffer;
  readable: boolean;
}

/** What became of one event. `more`: later stages the device may have missed, to send again after `ack`. */
export interface PressReceipt {
  pressId: string;
  incident: string | null;
  duplicate: boolean;
  ack: Ack;
  more: Ack[];
}
