/**
 * What the shop's page knows and what it has said: the shop is asked for every three seconds, a step that got no answer
 * is kept (also over a reload) and said again under the same key until the server has said yes or no.
 */
import { myShopSchema, type MyShop, type OrderCommandName } from '#contracts/vendors.ts';
import { actKey, ApiError, call, nothing, sentenceOf } from '../api/http.ts';
import { createServerClock, type ServerClock } from '../console/live/server-clock.ts';
import { createStore, type Store } from '../ui/store.ts';

const EVERY_MS = 3_000;
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

/** Starts asking; `stop` ends it. */
export function openShopDesk(): ShopDesk {
  const store = createStore<ShopState>({ mine: null, link: 'asking', pending: readKept(), refused: null });
  const clock = createServerClock();
  let tag: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let looking: Promise<void> | undefined;

  const keep = (pending: readonly Pending[]): void => {
    localStorage.setItem(KEPT, JSON.stringify(pending));
    store.set({ pending });
  };

  async function ask(): Promise<void> {
    try {
      const response = await fetch('/api/me/shop', {
        headers: { accept: 'application/json', ...(tag !== null && { 'if-none-match': tag }) },
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const at = Number(response.headers.get('server-time'));
      if (at > 0) clock.observe(at);
      if (response.status === 401) return store.set({ link: 'signed_out' });
      if (response.status === 403) return store.set({ link: 'no_shop' });
      if (response.status === 200) {
        const mine = myShopSchema.parse(await response.json());
        tag = response.headers.get('etag');
        store.set({ mine, link: 'live' });
      } else if (response.status === 304) store.set({ link: 'live' });
      else store.set({ link: 'cut' });
    } catch {
      store.set({ link: 'cut' });
    }
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
        store.set({ link: 'cut' });
        return false;
      }
      done();
      store.set({ refused: wordsOf(error) });
      return false;
    }
  }

  function look(): Promise<void> {
    looking ??= ask().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function round(): Promise<void> {
    for (const step of store.get().pending) {
      await say(step);
      if (store.get().link === 'cut') break;
    }
    await look();
    if (!stopped) timer = setTimeout(() => void round(), EVERY_MS);
  }

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
      clock.stop();
    },
  };
}

/** The server's sentence, with the fields it names. */
export function wordsOf(error: unknown): string {
  const fields = error instanceof ApiError ? (error.body?.errors ?? []).map((one) => one.expected) : [];
  return fields.length > 0 ? fields.join(';') : sentenceOf(error);
}
