/**
 * One box that follows the device protocol to the letter. On `talk` it opens its hands-free line and says so with an event
 * of type `button` and `detail.talk` = `"opened"`; when a person speaks into it, a second one says `"speech"`. A silent
 * person leaves the line silent: nothing more is published, and the platform measures the silence.
 */
import type { Ack, DeviceCommand, DeviceEvent } from '#contracts/device.ts';
import { createUnsent } from '#contracts/device-side.ts';
import { systemClock, type Clock } from '#kernel/clock.ts';
import { newId } from '#kernel/ids.ts';
import { createLine } from './box-line.ts';
import { createReceipts, createTimers, createVoice, type Timers, type Voice } from './box-parts.ts';
import { memoryStore, type BoxStore } from './box-store.ts';
import type { PressLedger } from './press-ledger.ts';

export interface BoxOptions {
  id: string;
  secret: string;
  /** First hex digit of SHA-256 of the id, handed out when the device was provisioned. */
  lane: string;
  mqttUrl: string;
  store?: BoxStore;
  clock?: Clock;
  /** Multiplies every wait of the protocol (resends, heartbeats, reconnects, the answer on the line): 0.01 for tests. */
  pace?: number;
  power?: 'mains' | 'battery';
  kind?: string;
  /** Percent. */
  battery?: number;
  /** The person speaks when the line is opened; otherwise she is silent. */
  voiceOn?: boolean;
  /** What the box says aloud. */
  speak?: (say: string, ack: Ack | null) => void;
  /** Every ack, also those that are not spoken. */
  heard?: (ack: Ack) => void;
  /** Every command, once. */
  told?: (command: DeviceCommand) => void;
  /** `refused`: the broker does not accept the id or the secret. */
  line?: (state: 'up' | 'down' | 'refused', reason: string) => void;
  ledger?: PressLedger;
}

/** What a press carries beside its type. */
export type PressDetails = Partial<Pick<DeviceEvent, 'key' | 'battery' | 'test' | 'location' | 'detail'>>;

export interface Box {
  readonly id: string;
  start(): void;
  /** Keeps the event, sends it, and resends it until `received`. Works without a line; returns the event with its id. */
  press(type: string, details?: PressDetails): DeviceEvent;
  /** The ack `received` of this event; rejects after `timeoutMs` (real time) with an `Error` that says so. */
  received(eventId: string, timeoutMs: number): Promise<Ack>;
  /** Presses without `received`. */
  unsent(): DeviceEvent[];
  /** Any key while it is silent: says the last sentence again. */
  sayAgain(): void;
  connected(): boolean;
  /** Off by the switch: says `{"online":false}` and leaves. */
  stop(): Promise<void>;
  /** The plug is pulled: no goodbye, nothing but the store remains. */
  cutPower(): void;
}

/** Makes a box; it does nothing until `start()`. */
export function createBox(options: BoxOptions): Box {
  const {
    id,
    clock = systemClock,
    pace = 1,
    power = 'mains',
    kind = 'home',
    battery,
    store = memoryStore(),
    ledger,
  } = options;
  const timers = createTimers(pace);
  const receipts = createReceipts();
  const kept = store.load();
  const voice = createVoice((say, ack) => options.speak?.(say, ack), store, kept.said);
  const unsent = createUnsent({ send: (event) => line.sendEvent(event), later: timers.later }, kept.unsent);
  const obey = createObedience(options, voice, (detail, more) => press('button', { detail, ...more }), timers);

  const hear = (ack: Ack): void => {
    options.heard?.(ack);
    if (ack.stage === 'received' && ack.event !== null) {
      if (unsent.received(ack.event)) store.received(ack.event);
      ledger?.acked(id, ack.event, ack.incident, clock.now());
      receipts.add(ack.event, ack);
    }
    voice.hear(ack);
  };
  const onState = (state: 'up' | 'down' | 'refused', reason: string): void => options.line?.(state, reason);
  const line = createLine({
    ...options,
    pace,
    power,
    kind,
    battery,
    clock,
    timers,
    onAck: hear,
    onCommand: obey,
    onUp: unsent.lineUp,
    onState,
  });

  function press(type: string, details: PressDetails = {}): DeviceEvent {
    const now = clock.now();
    const event: DeviceEvent = {
      id: newId(now),
      type,
      at: new Date(now).toISOString(),
      ...(battery !== undefined && { battery }),
      ...details,
    };
    store.keep(event);
    ledger?.sent(id, event.id, type, now);
    unsent.add(event);
    return event;
  }
  const silence = (): void => {
    unsent.stop();
    timers.clear();
  };

  return {
    id,
    start: line.open,
    press,
    received: receipts.wait,
    unsent: unsent.list,
    sayAgain: voice.again,
    connected: line.connected,
    async stop() {
      silence();
      await line.close();
    },
    cutPower() {
      silence();
      line.drop();
    },
  };
}

/** After how long a person answers the opened line, ms. */
const ANSWER_MS = 2000;

type TellLine = (detail: Record<string, unknown>, more?: PressDetails) => void;

/** Obeys each command once. `tell` publishes an event of type `button`, which is only kept. */
function createObedience(
  options: BoxOptions,
  voice: Voice,
  tell: TellLine,
  timers: Timers,
): (command: DeviceCommand) => void {
  const obeyed = new Set<string>();
  return (command) => {
    if (obeyed.has(command.id)) return;
    obeyed.add(command.id);
    options.told?.(command);
    const about = { command: command.id, incident: command.incident };
    if (command.command === 'say') voice.say(command.say ?? '', null);
    else if (command.command === 'quiet') voice.quiet(command.on ?? true);
    else if (command.command === 'self_test') tell({ selfTest: 'ok', ...about }, { test: true });
    else if (command.command === 'talk' && command.on !== false) {
      tell({ talk: 'opened', ...about });
      if (options.voiceOn) timers.later(ANSWER_MS, () => tell({ talk: 'speech', ...about }));
    }
  };
}
