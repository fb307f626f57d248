/** What `/field` knows: the server's word over the socket, and what was tapped and waits for its yes. */
import { fieldAssignmentSchema, fieldGoneSchema, type FieldAssignment, type FieldGone } from '#contracts/socket.ts';
import type { Me } from '#contracts/session.ts';
import { actKey, ApiError, call, nothing, sentenceOf } from '../api/http.ts';
import { createLink, type LinkState } from '../console/live/link.ts';
import { createServerClock, type ServerClock } from '../console/live/server-clock.ts';
import { readList } from '../console/live/reading.ts';
import { createStore, type Store } from '../ui/store.ts';
import { dropKept, keepJobs, readKept } from './kept.ts';
import { createQueue, type Act, type Queued, type Queue, type Sent } from './queue.ts';

/** An offer that is no longer his, until he has read it. */
export interface GoneOffer extends FieldGone {
  name: string | null;
}

export interface FieldState {
  link: LinkState;
  assignments: readonly FieldAssignment[];
  queue: readonly Queued[];
  gone: readonly GoneOffer[];
}

export interface FieldLive {
  store: Store<FieldState>;
  clock: ServerClock;
  queue: Queue;
  /** Tapped: kept, and sent as soon as there is a line. False: the phone can't keep it. */
  act(assignment: string, act: Act, body?: Record<string, unknown>): boolean;
  readGone(id: string): void;
  /** He signs out: nothing of his stays on the phone. */
  forget(): void;
  start(): void;
  stop(): void;
}

/** What waits is tried again so often while the line seems to be up, ms. */
const RETRY_MS = 3_000;
/** A photo over a street's network takes its time, ms. */
const PHOTO_MS = 60_000;

const pathOf = (step: Queued): string => `/api/assignments/${step.assignment}/${step.act}`;

async function send(step: Queued, onRefused: () => void): Promise<Sent> {
  try {
    await call(nothing, pathOf(step), {
      method: 'POST',
      body: step.body,
      key: step.key,
      ...(step.act === 'photo' && { timeoutMs: PHOTO_MS }),
    });
    return { done: true };
  } catch (error) {
    const status = error instanceof ApiError ? error.status : 0;
    if (status === 401) onRefused();
    // No answer, too often, or a server in trouble: it may still be done. Anything else is a no.
    const again = status === 0 || status === 401 || status === 429 || status >= 500;
    return { done: false, refused: again ? null : sentenceOf(error) };
  }
}

/** The state of one who is signed in as `account`. Nothing happens until `start()`. */
export function createFieldLive(me: Me, onRefused: () => void): FieldLive {
  const account = me.id;
  const clock = createServerClock();
  const kept = readKept(localStorage, Date.now());
  const store = createStore<FieldState>({
    link: 'connecting',
    // Until the server says otherwise.
    assignments: kept?.me.id === account ? kept.jobs : [],
    queue: [],
    gone: [],
  });
  const queue = createQueue({
    storage: localStorage,
    account,
    send: (step) => send(step, onRefused),
    newKey: actKey,
    now: () => Date.now(),
    changed: (steps) => store.set({ queue: [...steps] }),
    settled: () => link.renew(),
  });
  let retry: ReturnType<typeof setInterval> | undefined;
  // What is his, and what he has tapped on, is there after a reload without a network too.
  const keep = (): void => {
    const { assignments, queue: steps } = store.get();
    const jobs = assignments.filter(
      (one) => one.state !== 'offered' || steps.some((step) => step.assignment === one.id),
    );
    keepJobs(localStorage, me, jobs);
  };
  let stopKeeping: (() => void) | undefined;

  const put = (next: FieldAssignment): void => {
    const others = store.get().assignments.filter((one) => one.id !== next.id);
    store.set({ assignments: [...others, next].toSorted((a, b) => a.offeredAt.localeCompare(b.offeredAt)) });
  };

  const take = (gone: FieldGone): void => {
    const known = store.get().assignments.find((one) => one.id === gone.id);
    if (!known) return;
    const shown: GoneOffer = { ...gone, name: known.incident.resident?.name ?? null };
    const told = known.state === 'offered' || gone.why !== 'ended';
    store.set({
      assignments: store.get().assignments.filter((one) => one.id !== gone.id),
      gone: told && !hasActed(gone.id) ? [...store.get().gone, shown] : store.get().gone,
    });
  };

  // Who has just tapped on it himself (no, or done) needs no word that it is gone.
  const hasActed = (id: string): boolean =>
    queue.list().some((one) => one.assignment === id && (one.act === 'decline' || one.act === 'complete'));

  const link = createLink('/field', {
    onState(state) {
      store.set({ link: state });
      if (state === 'live') void queue.flush();
    },
    onEvent(name, payload) {
      const at = typeof payload === 'object' && payload !== null && 'at' in payload ? payload.at : null;
      if ((name === 'beat' || name === 'snapshot') && typeof at === 'string') clock.observe(Date.parse(at));
      if (name === 'snapshot') {
        const list = (payload as { assignments?: unknown }).assignments;
        store.set({ assignments: readList(fieldAssignmentSchema, list).items });
      } else if (name === 'assignment') {
        const read = fieldAssignmentSchema.safeParse(payload);
        if (read.success) put(read.data);
      } else if (name === 'gone') {
        const read = fieldGoneSchema.safeParse(payload);
        if (read.success) take(read.data);
      }
    },
    onRefused,
  });

  const awake = (): void => {
    if (document.visibilityState === 'visible') link.renew();
  };
  const online = (): void => void queue.flush();

  return {
    store,
    clock,
    queue,
    act: (assignment, act, body) => queue.add(assignment, act, body),
    readGone: (id) => store.set({ gone: store.get().gone.filter((one) => one.id !== id) }),
    forget() {
      stopKeeping?.();
      stopKeeping = undefined;
      queue.forget();
      dropKept(localStorage);
    },
    start() {
      stopKeeping = store.subscribe(keep);
      store.set({ queue: [...queue.list()] });
      link.start();
      retry = setInterval(() => void queue.flush(), RETRY_MS);
      document.addEventListener('visibilitychange', awake);
      window.addEventListener('online', online);
    },
    stop() {
      stopKeeping?.();
      clearInterval(retry);
      link.stop();
      clock.stop();
      document.removeEventListener('visibilitychange', awake);
      window.removeEventListener('online', online);
    },
  };
}
