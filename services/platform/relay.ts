import type { Clock } from '#kernel/clock.ts';
import type { Database, Db } from './database.ts';
import type { Log } from './log.ts';
import type { OutboxTopic } from './outbox.ts';
import { loadQueries } from './sql.ts';

const q = loadQueries(import.meta.url, 'platform', ['take_outbox', 'mark_outbox_sent', 'drop_old_outbox']);

/** How often the outbox is looked at when nobody pokes, ms. */
const POLL_EVERY = 100;
/** A transaction may not idle longer than 5 s (database.ts): a carrier that takes longer has failed. */
const HANDLE_LIMIT = 4_000;
/** So many failures in a row, and it is the carrier that is away, not a row that is bad. */
const STREAK = 3;
const LONGEST_PAUSE = 2_000;
/** After so many failures of its own a row is tried once a minute only. */
const POISONED = 10;

/** A row as the relay hands it out. `payload` is what `addOutbox` was given. */
export interface TakenRow {
  id: number;
  topic: OutboxTopic;
  key: string;
  payload: unknown;
}

export interface RelayDeps {
  db: Database;
  clock: Clock;
  log: Log;
  topics: readonly OutboxTopic[];
  /** Only rows with one of these keys, asked anew each time; without it every row. */
  keys?: () => string[];
  /** Rows carried together at most. */
  batch: number;
  /** Carries rows, in order; may be called again with rows it has carried before. Within 4 s, or it has failed. */
  handle(rows: TakenRow[]): Promise<void>;
}

export interface Relay {
  start(): void;
  /** Ends after the rows under way. */
  stop(): Promise<void>;
  /** Something was written: look now. */
  poke(): void;
}

interface Failure {
  count: number;
  until: number;
}

/**
 * Carries what commits have written: rows whose `sent_at` is null, locked with SKIP LOCKED, handed to `handle` and
 * marked in the same transaction. At least once, in order of writing as far as nothing fails. After a failure rows go
 * one at a time, and a row that fails waits on its own, so that it holds up no other; several failures in a row pause
 * everything for a moment (2 s at most).
 */
export function createRelay(deps: RelayDeps): Relay {
  const { db, clock, log } = deps;
  const failures = new Map<number, Failure>();
  let size = deps.batch;
  let streak = 0;
  let preferNew = false;
  let running: Promise<void> | undefined;
  let stopping = false;
  let poked = false;
  let wake: (() => void) | undefined;

  /** `all`: what there was, or nothing. */
  async function carry(): Promise<'more' | 'all' | 'failed'> {
    const keys = deps.keys?.() ?? null;
    if (keys?.length === 0) return 'all';
    const limit = size;
    let rows: TakenRow[] = [];
    try {
      await db.tx(async (tx) => {
        const now = clock.now();
        const resting = [...failures].filter(([, failure]) => failure.until > now).map(([id]) => id);
        // By turns rows that failed before may come first or not at all: neither kind can starve the other.
        preferNew = !preferNew;
        if (preferNew && failures.size > 0)
          rows = await tx.query<TakenRow>(q.take_outbox, [deps.topics, keys, limit, [...failures.keys()]]);
        if (rows.length === 0) rows = await tx.query<TakenRow>(q.take_outbox, [deps.topics, keys, limit, resting]);
        if (rows.length === 0) return;
        await within(HANDLE_LIMIT, deps.handle(rows));
        await tx.query(q.mark_outbox_sent, [rows.map((row) => row.id), new Date(clock.now())]);
      });
    } catch (error) {
      failed(rows, error as Error);
      return 'failed';
    }
    if (rows.length > 0) succeeded(rows);
    return rows.length === limit ? 'more' : 'all';
  }

  function failed(rows: TakenRow[], error: Error): void {
    streak++;
    const [row] = rows;
    if (row !== undefined && rows.length === 1) {
      // Rows that another process has carried meanwhile never come again.
      if (failures.size > 1_000)
        for (const [id, failure] of failures) if (failure.until < clock.now() - 60_000) failures.delete(id);
      const count = (failures.get(row.id)?.count ?? 0) + 1;
      failures.set(row.id, {
        count,
        until: clock.now() + (count >= POISONED ? 60_000 : Math.min(5_000, 250 * 2 ** count)),
      });
      if (count === POISONED)
        log.error({ row: row.id, topic: row.topic, err: error.message }, 'an outbox row can not be carried');
    }
    if (streak === 1)
      log.warn(
        { topics: deps.topics, rows: rows.length, err: error.message },
        'the outbox could not be carried, trying again',
      );
    size = 1;
  }

  function succeeded(rows: TakenRow[]): void {
    for (const row of rows) failures.delete(row.id);
    if (streak >= STREAK) {
      // The carrier is back: what failed with it need not wait. What never once got through still does.
      for (const failure of failures.values()) if (failure.count < POISONED) failure.until = 0;
    }
    streak = 0;
    size = Math.min(deps.batch, size * 2);
  }

  async function loop(): Promise<void> {
    while (!stopping) {
      poked = false;
      const outcome = await carry();
      if (streak >= STREAK) await rest(Math.min(LONGEST_PAUSE, 125 * 2 ** (streak - STREAK + 1)), false);
      // Also in the middle of a streak: without keys nothing else in here waits, and the process would stand still.
      else if (outcome === 'all' && !poked) await rest(POLL_EVERY, true);
    }
  }

  function rest(ms: number, pokeable: boolean): Promise<void> {
    if (stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      }
      wake = () => (pokeable || stopping ? done() : undefined);
    });
  }

  return {
    start() {
      if (running !== undefined) return;
      stopping = false;
      running = loop();
    },
    async stop() {
      stopping = true;
      wake?.();
      await running;
      running = undefined;
    },
    poke() {
      poked = true;
      wake?.();
    },
  };
}

/** Housekeeping: deletes rows carried before `before` (ms), 5,000 at a time. Returns how many went. */
export async function dropOldOutbox(db: Db, before: number): Promise<number> {
  let total = 0;
  for (;;) {
    const [gone] = await db.query<{ count: number }>(q.drop_old_outbox, [new Date(before)]);
    total += gone?.count ?? 0;
    if ((gone?.count ?? 0) < 5_000) return total;
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not carried within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
