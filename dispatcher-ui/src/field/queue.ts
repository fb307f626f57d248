/**
 * What a responder tapped and the server has not confirmed yet. It is kept on the phone, over a reload, in the order in
 * which it was tapped, and sent with the same key until the server said yes or no; a no is shown in words.
 */
export const ACTS = [
  'accept',
  'decline',
  'depart',
  'arrive',
  'complete',
  'no_entry',
  'entered',
  'note',
  'photo',
] as const;
export type Act = (typeof ACTS)[number];

/** One step that was tapped. `refused`: the server's sentence, once it said no. */
export interface Queued {
  key: string;
  account: string;
  assignment: string;
  act: Act;
  body: Record<string, unknown>;
  /** When it was tapped, ms. */
  at: number;
  refused: string | null;
}

/** What sending one brought: done, no answer (try again), or refused in words. */
export type Sent = { done: true } | { done: false; refused: string | null };

export interface QueueDeps {
  /** Where it is kept. */
  storage: Pick<Storage, 'getItem' | 'setItem'>;
  account: string;
  send: (step: Queued) => Promise<Sent>;
  newKey: () => string;
  now: () => number;
  /** The queue changed. */
  changed: (steps: readonly Queued[]) => void;
  /** One was confirmed or refused: what the server holds is to be looked at again. */
  settled: () => void;
}

export interface Queue {
  /** Adds a step and begins to send; false when the phone can't keep it. */
  add(assignment: string, act: Act, body?: Record<string, unknown>): boolean;
  /** Sends what waits, oldest first, until one gets no answer. */
  flush(): Promise<void>;
  /** He has read that it was refused. */
  dismiss(key: string): void;
  list(): readonly Queued[];
  /** He signs out: nothing of his stays on the phone, sent or not. */
  forget(): void;
}

const KEEP = 'field-queue';

/** A queue of one account. Construction reads what was kept and sends nothing. */
export function createQueue(deps: QueueDeps): Queue {
  let all: Queued[] = read(deps.storage);
  let running: Promise<void> | null = null;
  const mine = (): Queued[] => all.filter((step) => step.account === deps.account);

  const put = (next: Queued[]): boolean => {
    try {
      deps.storage.setItem(KEEP, JSON.stringify(next));
    } catch {
      return false;
    }
    all = next;
    deps.changed(mine());
    return true;
  };

  async function run(): Promise<void> {
    for (;;) {
      const step = mine().find((one) => one.refused === null);
      if (!step) return;
      const sent = await deps.send(step);
      if (!sent.done && sent.refused === null) return;
      // What was to follow a refused step of the same job can't be done either: one sentence tells of all.
      put(
        all.flatMap((one) => {
          if (one.key === step.key) return sent.done ? [] : [{ ...one, refused: sent.refused }];
          const follows = !sent.done && one.assignment === step.assignment && one.at >= step.at && isStep(one.act);
          return follows && isStep(step.act) && one.refused === null ? [] : [one];
        }),
      );
      deps.settled();
    }
  }

  const flush = (): Promise<void> => {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    add(assignment, act, body = {}) {
      const step = { key: deps.newKey(), account: deps.account, assignment, act, body, at: deps.now(), refused: null };
      if (!put([...all, step])) return false;
      // One that comes while the last answer is awaited is seen by the running round, or by the next.
      void flush().then(() => flush());
      return true;
    },
    flush,
    dismiss: (key) => void put(all.filter((one) => one.key !== key)),
    list: mine,
    forget: () => void put(all.filter((step) => step.account !== deps.account)),
  };
}

const isStep = (act: Act): boolean => act !== 'note' && act !== 'photo';

function read(storage: Pick<Storage, 'getItem'>): Queued[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEEP) ?? '[]');
    return Array.isArray(kept) ? (kept as Queued[]).filter((one) => ACTS.includes(one.act)) : [];
  } catch {
    return [];
  }
}

/** How far a job is for who holds the phone: what the server said, and the steps that wait upon it. */
export function shownState(state: string, waiting: readonly Queued[]): { state: string; pending: boolean } {
  const TO: Partial<Record<Act, string>> = {
    accept: 'accepted',
    decline: 'declined',
    depart: 'under_way',
    arrive: 'on_scene',
    complete: 'done',
  };
  const steps = waiting.filter((one) => one.refused === null && TO[one.act] !== undefined);
  const last = steps.at(-1);
  return last ? { state: TO[last.act]!, pending: true } : { state, pending: false };
}
