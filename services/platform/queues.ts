import { setTimeout as wait } from 'node:timers/promises';
import { createPostgresBackend, Queue, withBackend, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Client } from './database.ts';
import type { Log } from './log.ts';

export const QUEUE_NAMES = ['household', 'medical', 'emergency'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** A hint that an intent wants doing. The database is the truth: a hint that is lost, late or twice does no harm. */
export interface IntentJob {
  intent: string;
  attempt: number;
}

export interface Queues {
  /** Resolves when the queues are there, or after 3 s without their backend: they then come when it does. */
  start(): Promise<void>;
  /** Adds a hint. The job's id is intent and attempt, since BullMQ ignores an id it has seen. Rejects when the backend is away. */
  add(queue: QueueName, job: IntentJob): Promise<void>;
  /** Rejects when the backend is away. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}

const SCHEMA = 'bullmq';
/** Five seconds until the jobs of a dead worker are taken by another; BullMQ's own default is sixty. */
const LOCK_MS = 5_000;
const STALLED_MS = 2_500;
/** Hints may come late; nothing that starts after the queues waits longer for them. */
const START_PATIENCE_MS = 3_000;
const RENEW_PATIENCE_MS = 1_000;
const CLOSE_PATIENCE_MS = 5_000;
const RENEW_AFTER_MS = 3_000;
/**
 * Not by itself: BullMQ remembers that a first connection failed, and a worker that runs on one asks again without a
 * pause for ever (seen: 30,000 times a second, and nothing else got a turn).
 */
const WORKING = {
  autorun: false,
  concurrency: 8,
  lockDuration: LOCK_MS,
  stalledInterval: STALLED_MS,
  maxStalledCount: 10,
};
const FORGET = { defaultJobOptions: { removeOnComplete: true, removeOnFail: true } };

/** What we need of a queue and of a worker, whatever carries them. */
interface Line {
  add(name: string, data: IntentJob, options: { jobId: string }): Promise<unknown>;
  getJobCounts(): Promise<unknown>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
/** What takes from a line. `run` begins once its connection is there, and rejects when it can't be had. */
type Hand = Pick<Line, 'close' | 'on'> & { run(): Promise<void> };
type Handle = (job: IntentJob) => Promise<void>;

interface Carrier {
  queue(name: QueueName): Line;
  worker(name: QueueName, handle: Handle): Hand;
  /** From here on nothing is waited for that is away. */
  giveUp(): void;
  /** After all lines and hands are closed. */
  end(): void;
}

function onPostgres(databaseUrl: string): Carrier {
  const kind = withBackend(createPostgresBackend);
  const connection = {
    Client,
    connectionString: databaseUrl,
    schema: SCHEMA,
    migrate: true,
    max: 4,
    connectionTimeoutMillis: 15_000,
  };
  return {
    queue: (name) => new kind.Queue<IntentJob>(name, { connection, ...FORGET }),
    worker: (name, handle) =>
      handOf(new kind.Worker<IntentJob>(name, (job) => handle(job.data), { connection, ...WORKING })),
    giveUp: () => undefined,
    end: () => undefined,
  };
}

function handOf(
  worker: Pick<Line, 'close' | 'on' | 'waitUntilReady'> & {
    run(): Promise<void>;
    emit(event: 'error', error: Error): boolean;
  },
): Hand {
  return {
    close: () => worker.close(),
    on: (event, listener) => worker.on(event, listener),
    async run() {
      await worker.waitUntilReady();
      worker.run().catch((error: Error) => worker.emit('error', error));
    },
  };
}

function onRedis(url: string, log: Log): Carrier {
  let isGivenUp = false;
  // Otherwise a connection that was closed while Redis was away would go on trying for ever.
  const retryStrategy = (times: number): number | null =>
    isGivenUp ? null : Math.min(2_000, 50 * 2 ** Math.min(times, 6));
  const connection = { maxRetriesPerRequest: null, retryStrategy };
  // With Redis down, adding must fail at once instead of waiting for ever.
  const client = new Redis(url, { ...connection, enableOfflineQueue: false });
  client.on('error', (error) => log.debug({ err: error.message }, 'redis of the queues'));
  return {
    queue: (name) => new Queue<IntentJob>(name, { connection: client, ...FORGET }),
    worker(name, handle) {
      const worker = new Worker<IntentJob>(name, (job) => handle(job.data), {
        connection: { url, ...connection },
        ...WORKING,
      });
      return {
        // Without Redis nothing can be finished properly, and BullMQ would wait for it.
        ...handOf(worker),
        close: () => worker.close(client.status !== 'ready'),
      };
    },
    giveUp() {
      isGivenUp = true;
    },
    end: () => client.disconnect(),
  };
}

/**
 * Three BullMQ queues on Redis or Valkey (`redisUrl`) or on PostgreSQL (`databaseUrl`). `handle` is called for each
 * hint where this process works on jobs; it may be called twice for one. After the backend was emptied (schema dropped,
 * FLUSHALL) the queues are made anew at the next failure.
 */
export function createQueues(deps: {
  log: Log;
  databaseUrl: string;
  redisUrl: string | undefined;
  handle?: Handle | undefined;
}): Queues {
  const connect = (): Carrier =>
    deps.redisUrl === undefined ? onPostgres(deps.databaseUrl) : onRedis(deps.redisUrl, deps.log);
  let carrier: Carrier | undefined;
  let queues = new Map<QueueName, Line>();
  let workers: Hand[] = [];
  let redis: Redis | undefined;
  let renewing: Promise<void> | undefined;
  let running = false;
  let again: NodeJS.Timeout | undefined;

  async function open(): Promise<void> {
    const fresh = new Map<QueueName, Line>();
    const through = connect();
    carrier = through;
    for (const name of QUEUE_NAMES) {
      const queue = through.queue(name);
      queue.on('error', (error) => deps.log.warn({ queue: name, err: error.message }, 'queue'));
      fresh.set(name, queue);
    }
    queues = fresh;
    await Promise.all([...fresh.values()].map((queue) => queue.waitUntilReady()));
    const { handle } = deps;
    if (!handle || !running || carrier !== through) return;
    workers = QUEUE_NAMES.map((name) => {
      const worker = through.worker(name, handle);
      worker.on('error', (error) => deps.log.warn({ queue: name, err: error.message }, 'queue worker'));
      return worker;
    });
    await Promise.all(workers.map((worker) => worker.run())).catch((error: Error) => {
      deps.log.warn({ err: error.message }, 'queue workers have no connection, made anew soon');
      again = setTimeout(() => void renew().catch(() => undefined), RENEW_AFTER_MS);
    });
  }

  async function shut(): Promise<void> {
    clearTimeout(again);
    const old = [...workers, ...queues.values()];
    const through = carrier;
    workers = [];
    queues = new Map();
    through?.giveUp();
    const closed = Promise.all(
      old.map((one) => one.close().catch((error: Error) => deps.log.debug({ err: error.message }, 'queue close'))),
    );
    await Promise.race([closed, wait(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
    through?.end();
  }

  /** One renewal at a time; a failing backend is asked again by the next hint. */
  function renew(): Promise<void> {
    renewing ??= shut()
      .then(() => (running ? open() : undefined))
      .finally(() => {
        renewing = undefined;
      });
    return renewing;
  }

  return {
    async start() {
      running = true;
      if (deps.redisUrl !== undefined) {
        redis = new Redis(deps.redisUrl, { lazyConnect: true, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
        redis.on('error', (error) => deps.log.warn({ err: error.message }, 'redis'));
        await redis.connect().catch(() => undefined);
      }
      const opening = open().then(
        () => true,
        (error: Error) => {
          deps.log.warn({ err: error.message }, 'queues');
          return false;
        },
      );
      if (!(await Promise.race([opening, wait(START_PATIENCE_MS, false, { ref: false })])))
        deps.log.warn('the queues are away; what they hint at is found by the sweep');
    },
    async add(queue, job) {
      const data = { intent: job.intent, attempt: job.attempt };
      const jobId = `${job.intent}-${job.attempt}`;
      try {
        if (!queues.has(queue)) throw new Error('queues are being made anew');
        await queues.get(queue)!.add('intent', data, { jobId });
      } catch (error) {
        deps.log.warn({ queue, err: (error as Error).message }, 'queue lost its backend, making it anew');
        const isRenewed = renew().then(
          () => true,
          () => false,
        );
        // A backend that is away is not waited for: the hint is offered again, and the sweep needs none.
        if (!(await Promise.race([isRenewed, wait(RENEW_PATIENCE_MS, false, { ref: false })]))) throw error;
        await queues.get(queue)?.add('intent', data, { jobId });
      }
    },
    async ping() {
      if (redis) await redis.ping();
      else await queues.get('emergency')!.getJobCounts();
    },
    async stop() {
      running = false;
      // A renewal under way is not waited for: its backend may be away. It sees that it is too late.
      await shut();
      redis?.disconnect();
    },
  };
}
