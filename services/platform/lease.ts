import type { Clock } from '#kernel/clock.ts';
import type { Db } from './database.ts';
import type { Log } from './log.ts';
import { loadQueries } from './sql.ts';

const q = loadQueries(import.meta.url, 'platform', [
  'take_lease',
  'renew_leases',
  'list_leases',
  'drop_lease',
  'drop_leases',
]);

/** A lease lasts this long without renewal, ms. */
const TTL = 6_000;
/** It is renewed this often, ms, so that two renewals may fail. */
const RENEW_EVERY = 2_000;
/** The holder gives up this long before others may take over, ms: enough to let go of what the lease stands for. */
const MARGIN = 1_000;
const GUARD_EVERY = 200;
const RETRY_AFTER = 500;

export interface LeaseKeeper {
  /** Resolves after the first attempt, whether or not it took anything. */
  start(): Promise<void>;
  /** Lets go of everything (`onLost` for each), so that others can take it at once. */
  stop(): Promise<void>;
  held(): string[];
}

export interface LeaseDeps {
  db: Db;
  log: Log;
  /** The machine's clock, also in tests of other things: processes compare these times with each other's. */
  clock: Clock;
  /** Who holds: unique per process; the same again after a restart only where two processes can't run at a time. */
  holder: string;
  /** Processes of one group share its names. */
  group: string;
  names: readonly string[];
  /** Never more than this many here. */
  max?: number;
  /** `fence` is higher than that of every earlier holder. */
  onGained(name: string, fence: number): void;
  /** Another process takes over as soon as this resolves; where the lease has run out or was taken, without waiting for it. */
  onLost(name: string): Promise<void> | void;
}

interface Held {
  fence: number;
  /** Both must be ahead: the wall clock may be set back, the other stands still while the machine sleeps. */
  until: number;
  monotonicUntil: number;
}

interface LeaseRow {
  name: string;
  holder: string;
  expiresAt: Date;
}

/**
 * Shares `names` among the processes of a group, each taking at most its fair part (⌈names ÷ processes⌉). What a dead
 * process held is taken over within TTL + RENEW_EVERY = 8 s. A process that can't renew (database away, frozen) counts
 * its leases as lost 1 s before anybody else may take them.
 */
export function createLeaseKeeper(deps: LeaseDeps): LeaseKeeper {
  const { db, log, clock, holder, names } = deps;
  const member = `${deps.group}/member/${holder}`;
  const rowName = (name: string): string => `${deps.group}/${name}`;
  const held = new Map<string, Held>();
  let stopped = true;
  let round = 0;
  let renewTimer: NodeJS.Timeout | undefined;
  let guardTimer: NodeJS.Timeout | undefined;
  let away = false;
  let ticking = Promise.resolve();

  const fresh = (since: number, monotonicSince: number, fence: number): Held => ({
    fence,
    until: since + TTL - MARGIN,
    monotonicUntil: monotonicSince + TTL - MARGIN,
  });
  const expired = (lease: Held): boolean => clock.now() >= lease.until || performance.now() >= lease.monotonicUntil;

  /** Never rejects; resolves when `onLost` is through. Rounds do not wait for it, or the other leases would run out. */
  async function lose(name: string, why: string): Promise<void> {
    if (!held.delete(name)) return;
    log.info({ lease: name, why }, 'lease let go');
    try {
      await deps.onLost(name);
    } catch (error) {
      log.error({ lease: name, err: (error as Error).message }, 'letting go failed');
    }
  }

  async function handOver(name: string): Promise<void> {
    await lose(name, 'others share the work');
    if (held.has(name)) return;
    await db.query(q.drop_lease, [rowName(name), holder]).catch(() => undefined);
  }

  function guard(): void {
    for (const [name, lease] of held) if (expired(lease)) void lose(name, 'could not renew in time');
  }

  async function renew(mine: number): Promise<LeaseRow[]> {
    const now = clock.now();
    const monotonic = performance.now();
    const expiry = new Date(now + TTL);
    await db.query(q.take_lease, [member, holder, expiry, new Date(now)]);
    const renewed = new Set(
      (await db.query<{ name: string }>(q.renew_leases, [[...held.keys()].map(rowName), holder, expiry])).map(
        (row) => row.name,
      ),
    );
    if (mine !== round) return [];
    for (const [name, lease] of held) {
      if (renewed.has(rowName(name))) held.set(name, fresh(now, monotonic, lease.fence));
      else void lose(name, 'taken by another process');
    }
    return db.query<LeaseRow>(q.list_leases, [deps.group, new Date(now)]);
  }

  async function share(mine: number, rows: LeaseRow[]): Promise<void> {
    const now = clock.now();
    const alive = rows.filter(
      (row) => row.name.startsWith(`${deps.group}/member/`) && row.expiresAt.getTime() > now,
    ).length;
    const part = Math.min(deps.max ?? names.length, Math.ceil(names.length / Math.max(1, alive)));
    for (const name of [...held.keys()].slice(part)) void handOver(name);
    const taken = new Set(
      rows.filter((row) => row.holder !== holder && row.expiresAt.getTime() >= now).map((row) => row.name),
    );
    for (const name of names) {
      if (mine !== round || held.size >= part) return;
      if (held.has(name) || taken.has(rowName(name))) continue;
      const since = clock.now();
      const monotonic = performance.now();
      const [got] = await db.query<{ fence: number }>(q.take_lease, [
        rowName(name),
        holder,
        new Date(since + TTL),
        new Date(since),
      ]);
      if (got === undefined) continue;
      const lease = fresh(since, monotonic, got.fence);
      if (mine !== round || expired(lease)) return;
      held.set(name, lease);
      deps.onGained(name, got.fence);
    }
  }

  /** One round, abandoned when the database answers too late: what it says then is old. */
  async function tick(): Promise<void> {
    const mine = ++round;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the database does not answer')), TTL - MARGIN);
    });
    try {
      await Promise.race([renew(mine).then((rows) => (mine === round ? share(mine, rows) : undefined)), tooLate]);
      if (away) log.info({ group: deps.group }, 'leases can be renewed again');
      away = false;
    } catch (error) {
      if (!away) log.warn({ group: deps.group, err: (error as Error).message }, 'leases could not be renewed');
      away = true;
    } finally {
      clearTimeout(timer);
    }
    if (!stopped && mine === round) renewTimer = setTimeout(run, away ? RETRY_AFTER : RENEW_EVERY);
  }

  function run(): void {
    ticking = tick();
  }

  return {
    async start() {
      if (!stopped) return;
      stopped = false;
      guardTimer = setInterval(guard, GUARD_EVERY);
      run();
      await ticking;
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      round++;
      clearTimeout(renewTimer);
      clearInterval(guardTimer);
      await Promise.all([...held.keys()].map((name) => lose(name, 'stopping')));
      // Whatever a round under way has just taken goes too.
      await ticking;
      await db
        .query(q.drop_leases, [deps.group, holder])
        .catch((error: Error) =>
          log.warn({ group: deps.group, err: error.message }, 'leases not dropped, they will run out'),
        );
    },
    held: () => [...held].filter(([, lease]) => !expired(lease)).map(([name]) => name),
  };
}
