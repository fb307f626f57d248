/** The box that the page is: keys in, sentences out, by the same rules as every other unit. No React in here. */
import type { Ack, AckStage, DeviceCommand, DeviceEvent } from '#contracts/device.ts';
import { createSpoken, createUnsent, isCallForHelp } from '#contracts/device-side.ts';
import type { Credentials } from './credentials.ts';
import { openPageLine, type LineState, type PageLine } from './page-line.ts';
import { createTimers, newEventId } from './page-parts.ts';
import { readKept, writeKept } from './page-storage.ts';
import { hush, ringTone, speakAloud, vibrate } from './voice.ts';

export interface BoxView {
  line: LineState;
  /** What waits for `received`: a call for help, something else, or nothing. */
  waiting: 'call' | 'other' | null;
  /** A call for help has waited 20 s: a box with a telephone would dial now. */
  phone: boolean;
  /** The last sentence of an incident that goes on. */
  said: { say: string; stage: AckStage } | null;
  /** The page's own short word, gone after some seconds. */
  notice: 'noted' | 'ring' | null;
  /** The hands-free line is open, and whether somebody has answered into it. */
  talk: 'open' | 'answered' | null;
  /** Quiet mode: no lamp, no sentence, no sound. */
  dark: boolean;
}

export interface PageBox {
  subscribe(tell: () => void): () => void;
  view(): BoxView;
  press(type: string, key: string): void;
  /** The person answers into the open line. */
  answer(): void;
  sayAgain(): void;
  close(): void;
}

/** After this long without `received` a unit falls back to a telephone call (protocol, "What a device does"). */
const PHONE_AFTER_MS = 20_000;
const NOTICE_MS = 6_000;
/** How long the last sentence of a finished incident stays to be read. */
const FINISHED_MS = 60_000;
/** A sentence kept over a reload is shown again when it is not older than this. */
const STALE_MS = 6 * 3_600_000;

/** Opens the box; it works until `close()`. */
export function openPageBox(credentials: Credentials): PageBox {
  const { id } = credentials;
  const kept = readKept(id);
  const spoken = createSpoken(kept.said);
  const listeners = new Set<() => void>();
  const timers = createTimers();
  const madeAt = new Map<string, number>(kept.unsent.map((event) => [event.id, Date.now()]));
  const obeyed = new Set<string>();
  let last: Ack | null =
    kept.last && !isOver(kept.last) && Date.now() - Date.parse(kept.last.at) < STALE_MS ? kept.last : null;
  let quiet = kept.quiet;
  let talkAbout: Record<string, unknown> | null = null;
  const unsent = createUnsent({ send: (event) => line.sendEvent(event), later: timers.later }, kept.unsent);
  let current: BoxView = {
    line: 'connecting',
    ...waitingOf(unsent.list(), madeAt),
    said: last && { say: last.say, stage: last.stage },
    notice: null,
    talk: null,
    dark: quiet,
  };

  function show(change: Partial<BoxView>): void {
    current = { ...current, ...change, ...waitingOf(unsent.list(), madeAt) };
    writeKept(id, { unsent: unsent.list(), said: spoken.keys(), last, quiet });
    for (const tell of listeners) tell();
  }

  function notice(word: BoxView['notice']): void {
    show({ notice: word });
    timers.named('notice', NOTICE_MS, () => show({ notice: null }));
  }

  function send(type: string, more: Partial<DeviceEvent>): void {
    const now = Date.now();
    const event: DeviceEvent = { id: newEventId(now), type, at: new Date(now).toISOString(), ...more };
    madeAt.set(event.id, now);
    // Kept before it is sent: what the page does next may be its last.
    writeKept(id, { unsent: [...unsent.list(), event], said: spoken.keys(), last, quiet });
    unsent.add(event);
    timers.later(PHONE_AFTER_MS + 50, () => show({}));
    show({});
  }

  function onAck(ack: Ack): void {
    const mine = ack.stage === 'received' && ack.event !== null && unsent.received(ack.event);
    if (ack.incident !== null && ack.say === '') return goDark(ack);
    if (ack.incident !== null && !quiet) {
      const isNew = spoken.hear(ack);
      if (isNew) {
        last = ack;
        speakAloud(ack.say, false);
        vibrate([120, 80, 120]);
        show({ said: { say: ack.say, stage: ack.stage }, dark: false, notice: null });
        if (isOver(ack)) timers.named('finished', FINISHED_MS, () => show({ said: null }));
        else timers.named('finished', 0, () => {});
        return;
      }
    }
    if (mine) notice(quiet ? null : 'noted');
    else show({});
  }

  /** An empty sentence is quiet mode: whoever stands beside her must not see or hear that help is on its way. */
  function goDark(ack: Ack): void {
    hush();
    last = null;
    show({ said: null, notice: null, talk: null, dark: !isOver(ack) || quiet });
  }

  function onCommand(command: DeviceCommand): void {
    if (obeyed.has(command.id)) return;
    obeyed.add(command.id);
    const about = { command: command.id, incident: command.incident };
    if (command.command === 'quiet') {
      quiet = command.on ?? true;
      if (quiet) hush();
      show({ dark: quiet, ...(quiet && { said: null, notice: null }) });
    } else if (command.command === 'talk' && command.on !== false) {
      talkAbout = about;
      send('button', { detail: { talk: 'opened', ...about } });
      show({ talk: 'open' });
    } else if (command.command === 'hang_up' || command.command === 'talk') show({ talk: null });
    else if (command.command === 'self_test') send('button', { test: true, detail: { selfTest: 'ok', ...about } });
    else if (!quiet && command.command === 'say') sayText(command.say ?? '');
    else if (!quiet && command.command === 'ring') {
      ringTone();
      vibrate([300, 150, 300, 150, 300]);
      notice('ring');
    }
  }

  function sayText(say: string): void {
    if (say === '') return;
    speakAloud(say, false);
    vibrate([120, 80, 120]);
    show({ said: { say, stage: 'update' } });
  }

  const line: PageLine = openPageLine({
    credentials,
    onState: (state) => show({ line: state }),
    onUp: unsent.lineUp,
    onAck,
    onCommand,
  });

  return {
    subscribe(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    view: () => current,
    press(type, key) {
      if (!current.dark) vibrate(200);
      // Any key plays the last sentence again.
      if (!current.dark && current.said) speakAloud(current.said.say, true);
      send(type, { key });
    },
    answer() {
      if (talkAbout) send('button', { detail: { talk: 'speech', ...talkAbout } });
      show({ talk: 'answered' });
    },
    sayAgain() {
      if (!current.dark && current.said) speakAloud(current.said.say, true);
    },
    close() {
      unsent.stop();
      timers.clear();
      hush();
      line.close();
    },
  };
}

function isOver(ack: Ack): boolean {
  return ack.stage === 'resolved' || ack.stage === 'cancelled';
}

/** Events of type `button` are the line's own and nobody waits for them. */
function waitingOf(
  events: readonly DeviceEvent[],
  madeAt: ReadonlyMap<string, number>,
): Pick<BoxView, 'waiting' | 'phone'> {
  const pressed = events.filter((event) => event.type !== 'button');
  const calls = pressed.filter((event) => isCallForHelp(event.type));
  return {
    waiting: calls.length > 0 ? 'call' : pressed.length > 0 ? 'other' : null,
    phone: calls.some((event) => Date.now() - (madeAt.get(event.id) ?? 0) >= PHONE_AFTER_MS),
  };
}
