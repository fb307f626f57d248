/** What the page shows and says, and what of it outlives a reload. */
import type { Ack, AckStage, DeviceEvent } from '#contracts/device.ts';
import { createSpoken, isCallForHelp } from '#contracts/device-side.ts';
import type { LineState } from './page-line.ts';
import type { Timers } from './page-parts.ts';
import { writeKept, type Kept } from './page-storage.ts';
import { hush, speakAloud, vibrate } from './voice.ts';

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
  /** Nothing was said since the line was opened: a sentence that comes later is not hidden by it. */
  talkIsNews: boolean;
  /** Somebody has come: what he was asked for can be said to be done. */
  came: boolean;
  /** Quiet mode: no lamp, no sentence, no sound. */
  dark: boolean;
}

export interface PageState {
  subscribe(tell: () => void): () => void;
  view(): BoxView;
  /** Changes what is shown, keeps what must be kept, tells React. */
  show(change: Partial<BoxView>): void;
  /** A short word of the page itself. */
  notice(word: BoxView['notice']): void;
  /** An ack came; `mine` when it is the `received` of a press that waited. */
  hear(ack: Ack, mine: boolean): void;
  /** A sentence outside of any incident. */
  say(text: string): void;
  quiet(on: boolean): void;
  isQuiet(): boolean;
}

/** After this long without `received` a unit falls back to a telephone call (protocol, "What a device does"). */
export const PHONE_AFTER_MS = 20_000;
const NOTICE_MS = 6_000;
/** How long the last sentence of a finished incident stays to be read. */
const FINISHED_MS = 60_000;
/** A sentence kept over a reload is shown again when it is not older than this. */
const STALE_MS = 6 * 3_600_000;
const SENTENCE_SHAKE = [120, 80, 120];

/** The state of one box; `unsent` lists what waits for `received`, `waitingSince` tells since when (Unix ms). */
export function createPageState(deps: {
  id: string;
  kept: Kept;
  timers: Timers;
  unsent: () => DeviceEvent[];
  waitingSince: (eventId: string) => number;
}): PageState {
  const { id, kept, timers } = deps;
  const spoken = createSpoken(kept.said);
  const listeners = new Set<() => void>();
  let last = kept.last && !isOver(kept.last) && Date.now() - Date.parse(kept.last.at) < STALE_MS ? kept.last : null;
  let quiet = kept.quiet;
  let came = kept.came;
  const waiting = (): Pick<BoxView, 'waiting' | 'phone'> => waitingOf(deps.unsent(), deps.waitingSince);
  const said = last && { say: last.say, stage: last.stage };
  const isHere = (): boolean => last !== null && came === last.incident && !isOver(last);
  let view: BoxView = {
    line: 'connecting',
    ...waiting(),
    said,
    notice: null,
    talk: null,
    talkIsNews: false,
    came: isHere(),
    dark: quiet,
  };

  function show(change: Partial<BoxView>): void {
    view = { ...view, ...change, ...waiting(), came: isHere() };
    writeKept(id, { unsent: deps.unsent(), said: spoken.keys(), last, quiet, came });
    for (const tell of listeners) tell();
  }
  function notice(word: BoxView['notice']): void {
    show({ notice: word });
    timers.named('notice', NOTICE_MS, () => show({ notice: null }));
  }
  function speak(say: string, stage: AckStage): void {
    speakAloud(say, false);
    vibrate(SENTENCE_SHAKE);
    show({ said: { say, stage }, dark: false, notice: null, talkIsNews: false });
  }

  return {
    subscribe(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    view: () => view,
    show,
    notice,
    hear(ack, mine) {
      if (ack.incident !== null && ack.say === '') {
        // An empty sentence is quiet mode: whoever stands beside her must not see or hear that help is on its way.
        hush();
        last = null;
        show({ said: null, notice: null, talk: null, dark: !isOver(ack) || quiet });
      } else if (!quiet && spoken.hear(ack)) {
        last = ack.incident === null ? last : ack;
        if (ack.stage === 'arrived') came = ack.incident;
        speak(ack.say, ack.stage);
        timers.named('finished', FINISHED_MS, () => (last && !isOver(last) ? undefined : show({ said: null })));
      } else if (mine && !quiet) notice('noted');
      else show({});
    },
    say(text) {
      if (!quiet && text !== '') speak(text, 'update');
    },
    quiet(on) {
      quiet = on;
      if (on) hush();
      show({ dark: on, ...(on && { said: null, notice: null }) });
    },
    isQuiet: () => quiet,
  };
}

function isOver(ack: Ack): boolean {
  return ack.stage === 'resolved' || ack.stage === 'cancelled';
}

/** Events of type `button` are the line's own and nobody waits for them. */
function waitingOf(
  events: readonly DeviceEvent[],
  since: (eventId: string) => number,
): Pick<BoxView, 'waiting' | 'phone'> {
  const pressed = events.filter((event) => event.type !== 'button');
  const calls = pressed.filter((event) => isCallForHelp(event.type));
  return {
    waiting: calls.length > 0 ? 'call' : pressed.length > 0 ? 'other' : null,
    phone: calls.some((event) => Date.now() - since(event.id) >= PHONE_AFTER_MS),
  };
}
