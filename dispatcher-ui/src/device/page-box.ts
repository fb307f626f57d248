/** The box that the page is: keys in, sentences out, by the same rules as every other unit. No React in here. */
import type { Ack, DeviceCommand, DeviceEvent } from '#contracts/device.ts';
import { createUnsent } from '#contracts/device-side.ts';
import type { Credentials } from './credentials.ts';
import { openPageLine, type PageLine } from './page-line.ts';
import { createTimers, newEventId } from './page-parts.ts';
import { createPageState, PHONE_AFTER_MS, type BoxView, type PageState } from './page-state.ts';
import { keepPress, readKept } from './page-storage.ts';
import { hush, ringTone, speakAloud, vibrate } from './voice.ts';

export interface PageBox {
  subscribe(tell: () => void): () => void;
  view(): BoxView;
  press(type: string, key: string): void;
  /** The person answers into the open line. */
  answer(): void;
  sayAgain(): void;
  close(): void;
}

/** Opens the box; it works until `close()`. */
export function openPageBox(credentials: Credentials): PageBox {
  const { id } = credentials;
  const kept = readKept(id);
  const timers = createTimers();
  const madeAt = new Map<string, number>(kept.unsent.map((event) => [event.id, Date.now()]));
  const unsent = createUnsent({ send: (event) => line.sendEvent(event), later: timers.later }, kept.unsent);
  const waitingSince = (eventId: string): number => madeAt.get(eventId) ?? Date.now();
  const state = createPageState({ id, kept, timers, unsent: unsent.list, waitingSince });

  function send(type: string, more: Partial<DeviceEvent>): void {
    const now = Date.now();
    const event: DeviceEvent = { id: newEventId(now), type, at: new Date(now).toISOString(), ...more };
    madeAt.set(event.id, now);
    // Kept before it is sent: what the page does next may be its last.
    keepPress(id, event);
    unsent.add(event);
    timers.later(PHONE_AFTER_MS + 50, () => state.show({}));
    state.show({});
  }
  const onAck = (ack: Ack): void => {
    const mine = ack.stage === 'received' && ack.event !== null && unsent.received(ack.event);
    state.hear(ack, mine);
  };
  const { obey, answer } = createObedience(state, send);
  const line: PageLine = openPageLine({
    credentials,
    onState: (now) => state.show({ line: now }),
    onUp: unsent.lineUp,
    onAck,
    onCommand: obey,
  });

  const sayAgain = (): void => {
    const { dark, said } = state.view();
    if (!dark && said) speakAloud(said.say, true);
  };
  return {
    subscribe: state.subscribe,
    view: state.view,
    press(type, key) {
      if (!state.view().dark) vibrate(200);
      // Any key plays the last sentence again.
      sayAgain();
      send(type, { key });
    },
    answer,
    sayAgain,
    close() {
      unsent.stop();
      timers.clear();
      hush();
      line.close();
    },
  };
}

type Send = (type: string, more: Partial<DeviceEvent>) => void;

/** Obeys each command once; what it reports are events of type `button`, which are only kept (see devices/simulator/box.ts). */
function createObedience(state: PageState, send: Send): { obey: (command: DeviceCommand) => void; answer: () => void } {
  const obeyed = new Set<string>();
  let about: Record<string, unknown> | null = null;
  return {
    obey(command) {
      if (obeyed.has(command.id)) return;
      obeyed.add(command.id);
      const told = { command: command.id, incident: command.incident };
      if (command.command === 'quiet') state.quiet(command.on ?? true);
      else if (command.command === 'talk' && command.on !== false) {
        about = told;
        send('button', { detail: { talk: 'opened', ...told } });
        if (!state.isQuiet()) state.show({ talk: 'open', talkIsNews: true });
      } else if (command.command === 'hang_up' || command.command === 'talk') state.show({ talk: null });
      else if (command.command === 'self_test') send('button', { test: true, detail: { selfTest: 'ok', ...told } });
      else if (command.command === 'say') state.say(command.say ?? '');
      else if (command.command === 'ring' && !state.isQuiet()) {
        ringTone();
        vibrate([300, 150, 300, 150, 300]);
        state.notice('ring');
      }
    },
    answer() {
      if (about) send('button', { detail: { talk: 'speech', ...about } });
      state.show({ talk: 'answered' });
    },
  };
}
