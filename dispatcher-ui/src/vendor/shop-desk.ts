/**
 * What the shop's page knows and what it has said: the server says when there is something to look at, and the page asks
 * for it; a step that got no answer is kept (also over a reload) and said again under the same key until the server has
 * said yes or no.
 */
import { myShopSchema, type MyShop, type OrderCommandName } from '#contracts/vendors.ts';
import { actKey, ApiError, call, nothing, sentenceOf } from '../api/http.ts';
import { createLink, type LinkState } from '../console/live/link.ts';
import { createServerClock, type ServerClock } from '../console/live/server-clock.ts';
import { createStore, type Store } from '../ui/store.ts';

/** In case a word of the server went astray: asked again at least so often, ms. */
const EVERY_MS = 10_000;
/** What got no answer is tried again so often, ms. */
const AGAIN_MS = 2_000;
const TIMEOUT_MS = 8_000;
const KEPT = 'vendor-pending';

/** A step that was taken here and not yet answered. */
export interface Pending {
  order: string;
  command: OrderCommandName;
  body: object;
  key: string;
}

export interface ShopState {
  mine: MyShop | null;
  link: 'asking' | 'live' | 'cut' | 'signed_out' | 'no_shop';
  pending: readonly Pending[];
  /** How often the server said that something has changed. */
  told: number;
  /** What the server refused, in its own words. */
  refused: string | null;
}

export interface ShopDesk {
  store: Store<ShopState>;
  clock: ServerClock;
  /** Takes a step on an order; `pending` until it is answered. True when the server said yes at once. */
  act(order: string, command: OrderCommandName, body?: object): Promise<boolean>;
  /** Asks now. */
  look(): Promise<void>;
  dismiss(): void;
  stop(): void;
}

function readKept(): Pending[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Pending[];
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** Opens the line and asks; `stop` ends both. */
export function openShopDesk(): ShopDesk {
  const store = createStore<ShopState>({ mine: null, link: 'asking', pending: readKept(), told: 0, refused: null });
  const clock = createServerClock();
  let tag: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let looking: Promise<void> | undefined;
  let again = false;
  let line: LinkState = 'connecting';
  let asked: 'not yet' | 'answered' | 'failed' | 'signed_out' | 'no_shop' = 'not yet';

  const keep = (pending: readonly Pending[]): void => {
    localStorage.setItem(KEPT, JSON.stringify(pending));
    store.set({ pending });
  };

  /** A line that lives and a shop that can't be had is no less cut off. */
  function show(): void {
    if (asked === 'signed_out' || asked === 'no_shop') return store.set({ link: asked });
    if (line === 'cut' || asked === 'failed') return store.set({ link: 'cut' });
    store.set({ link: line === 'live' && asked === 'answered' ? 'live' : 'asking' });
  }

  async function ask(): Promise<void> {
    try {
      const response = await fetch('/api/me/shop', {
        headers: { accept: 'application/json', ...(tag !== null && { 'if-none-match': tag }) },
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const at = Number(response.headers.get('server-time'));
      if (at > 0) clock.observe(at);
      if (response.status === 200) {
        const mine = myShopSchema.parse(await response.json());
        tag = response.headers.get('etag');
        store.set({ mine });
      }
      if (response.status === 401) asked = 'signed_out';
      else if (response.status === 403) asked = 'no_shop';
      else asked = response.status === 200 || response.status === 304 ? 'answered' : 'failed';
    } catch {
      asked = 'failed';
    }
    show();
  }

  /** Says a step; true when it was answered with yes. What was refused is gone, in words; what got no answer stays. */
  async function say(step: Pending): Promise<boolean> {
    const done = (): void => keep(store.get().pending.filter((one) => one.key !== step.key));
    try {
      await call(nothing, `/api/work-orders/${step.order}/${step.command}`, {
        method: 'POST',
        body: step.body,
        key: step.key,
      });
      done();
      return true;
    } catch (error) {
      if (error instanceof ApiError && (error.code === 'offline' || error.status >= 500 || error.status === 429)) {
        asked = 'failed';
        show();
        return false;
      }
      done();
      store.set({ refused: wordsOf(error) });
      return false;
    }
  }

  /** Asks; a word that comes while it is being asked is answered by asking once more. */
  function look(): Promise<void> {
    again = looking !== undefined;
    looking ??= (async () => {
      do {
        again = false;
        await ask();
      } while (again && !stopped);
    })().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  /** Says what waits, then looks; and again after a while. */
  async function round(): Promise<void> {
    clearTimeout(timer);
    for (const step of store.get().pending) {
      await say(step);
      if (asked === 'failed') break;
    }
    await look();
    const soon = asked === 'failed' || store.get().pending.length > 0;
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void round(), soon ? AGAIN_MS : EVERY_MS);
  }

  const link = createLink('/field', {
    onState(state) {
      line = state;
      show();
    },
    onEvent(name, payload) {
      const at = (payload as { at?: unknown } | null)?.at;
      if ((name === 'beat' || name === 'look') && typeof at === 'string') clock.observe(Date.parse(at));
      if (name === 'snapshot') void round();
      else if (name === 'look') {
        store.set({ told: store.get().told + 1 });
        void look();
      }
    },
    onRefused: () => void look(),
  });
  link.start();
  timer = setTimeout(() => void round(), 0);
  return {
    store,
    clock,
    async act(order, command, body = {}) {
      const step: Pending = { order, command, body, key: actKey() };
      keep([...store.get().pending, step]);
      store.set({ refused: null });
      const yes = await say(step);
      await look();
      return yes;
    },
    look,
    dismiss: () => store.set({ refused: null }),
    stop() {
      stopped = true;
      clearTimeout(timer);
      link.stop();
      clock.stop();
    },
  };
}

/** The server's sentence, with the fields it names. */
export function wordsOf(error: unknown): string {
  const fields = error instanceof ApiError ? (error.body?.errors ?? []).map((one) => one.expected) : [];
  return fields.length > 0 ? fields.join(';') : sentenceOf(error);
}
