/**
 * The line to the server and the watch over it. Any event of the server proves that it lives; silence of 4 s, whether the
 * socket says "connected" or not, means cut off: a frozen server keeps its sockets open.
 * Every attempt is a fresh connection, so that nothing of a dead one is waited for.
 */
import { io, type Socket } from 'socket.io-client';

export type LinkState = 'connecting' | 'live' | 'cut';

/** Heard nothing for this long: cut off. */
export const SILENCE_MS = 4_000;
const ATTEMPT_MS = 1_500;
/** A connection that was made may take this long to bring its snapshot. */
const SNAPSHOT_MS = 5_000;
const RETRY_MS = 200;
const WATCH_MS = 250;

export interface LinkHandlers {
  /** A new state of the line. */
  onState(state: LinkState): void;
  /** Any event; after a connection `snapshot` always comes first, but for beats. */
  onEvent(name: string, payload: unknown): void;
  /** The server refused us or threw us out: is the session still good? */
  onRefused(): void;
}

export interface Link {
  start(): void;
  stop(): void;
  /** Forget the present connection and make a new one, which brings a fresh snapshot. */
  renew(): void;
}

/** Whether the server answers at all, within the time of one attempt. */
async function isThere(): Promise<boolean> {
  try {
    await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(ATTEMPT_MS) });
    return true;
  } catch {
    return false;
  }
}

/** Makes the line to `namespace`; nothing happens until `start()`. */
export function createLink(namespace: string, handlers: LinkHandlers): Link {
  let socket: Socket | null = null;
  let state: LinkState = 'connecting';
  let heardMono = 0;
  let heardWall = 0;
  let giveUpAt = 0;
  let attempt = 0;
  let watch: ReturnType<typeof setInterval> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const become = (next: LinkState) => {
    if (next === state) return;
    state = next;
    handlers.onState(next);
  };

  const heard = () => {
    heardMono = performance.now();
    heardWall = Date.now();
  };

  // The computer's clock also counts while it sleeps, the page's own need not: the larger silence is believed.
  const silence = () => Math.max(performance.now() - heardMono, Date.now() - heardWall);

  const drop = () => {
    attempt += 1;
    clearTimeout(retry);
    retry = undefined;
    const old = socket;
    socket = null;
    if (old) {
      old.removeAllListeners();
      old.offAny();
      old.disconnect();
    }
  };

  // A browser makes WebSockets that failed often wait (Chromium up to 5 s), plain requests not: so it is asked by one of
  // these whether anybody is there before the next attempt.
  const reach = () => {
    drop();
    const mine = attempt;
    void isThere().then((there) => {
      if (mine !== attempt) return;
      if (there) connect();
      else retry = setTimeout(reach, RETRY_MS);
    });
  };

  const again = () => {
    drop();
    retry = setTimeout(reach, RETRY_MS);
  };

  const connect = () => {
    drop();
    giveUpAt = performance.now() + ATTEMPT_MS + 500;
    const mine = io(namespace, {
      forceNew: true,
      reconnection: false,
      timeout: ATTEMPT_MS,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
    });
    socket = mine;
    // An event may overtake the snapshot that was read before it: what comes first is told after it.
    let early: [string, unknown][] | null = [];
    mine.onAny((name: string, payload: unknown) => {
      if (mine !== socket) return;
      heard();
      if (name !== 'snapshot' && name !== 'beat' && early !== null) {
        early.push([name, payload]);
        return;
      }
      handlers.onEvent(name, payload);
      if (name !== 'snapshot') return;
      const waiting = early ?? [];
      early = null;
      for (const [earlier, what] of waiting) handlers.onEvent(earlier, what);
      become('live');
    });
    mine.on('connect', () => {
      giveUpAt = performance.now() + SNAPSHOT_MS;
    });
    mine.on('connect_error', (error) => {
      if (mine !== socket) return;
      // An error the server itself worded, as against a line that is not there.
      if ('data' in error || error.message === 'unauthenticated') handlers.onRefused();
      again();
    });
    mine.on('disconnect', (reason) => {
      if (mine !== socket) return;
      if (reason === 'io server disconnect') handlers.onRefused();
      become('cut');
      again();
    });
  };

  const look = () => {
    if (state === 'live' && silence() > SILENCE_MS) {
      become('cut');
      reach();
      return;
    }
    if (state === 'connecting' && silence() > SILENCE_MS) become('cut');
    if (state !== 'live' && socket && performance.now() > giveUpAt) reach();
  };

  return {
    start() {
      heard();
      connect();
      watch = setInterval(look, WATCH_MS);
    },
    stop() {
      clearInterval(watch);
      drop();
    },
    renew() {
      connect();
    },
  };
}
