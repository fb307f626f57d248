import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresBackend, withBackend } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { startProgram, type RunningProcess } from '#test/harness/process.ts';

let base: TestDatabase;
let dataDir: string;
const workers: RunningProcess[] = [];
beforeAll(async () => {
  base = await createTestDatabase({ seeded: true });
  dataDir = mkdtempSync(join(tmpdir(), 'yijiantong-test-worker-'));
});
afterAll(async () => {
  for (const worker of workers) {
    worker.thaw();
    await worker.stop();
  }
  await base.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function startWorker(): Promise<RunningProcess> {
  const env = {
    ROLE: 'worker',
    DATABASE_URL: base.url,
    MQTT_URL: 'mqtt://127.0.0.1:1',
    REDIS_URL: undefined,
    DEMO: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
  };
  const worker = await startProgram('services/app/start.ts', { env });
  workers.push(worker);
  return worker;
}

const one = async <Row extends object>(text: string, params: unknown[] = []): Promise<Row> =>
  (await base.db.pool.query<Row>(text, params)).rows[0]!;

test('a worker that was stopped in the middle of its work and woken after another had taken over writes nothing and sends nothing', async () => {
  const first = await startWorker();
  const { Queue } = withBackend(createPostgresBackend);
  const queue = new Queue('emergency', { connection: { connectionString: base.url, schema: 'bullmq' } });
  // The hint is held back until the case is locked; the queue itself is the real one.
  await queue.pause();
  const d = createDispatch(base, { ...systemClock, advance: () => undefined });
  const incident = await d.pressed('demo-0001', 'sos');
  await expect
    .poll(() => one(`select count(*)::int as n from intent where incident_id = $1 and kind = 'page'`, [incident]), {
      timeout: 10_000,
      interval: 20,
    })
    .toEqual({ n: 1 });
  // The message to the family would wait for the case as well: here only the page is looked at.
  await base.db.pool.query(`update intent set state = 'done' where incident_id = $1 and kind = 'message'`, [incident]);
  const { id: intent } = await one<{ id: string }>(`select id from intent where incident_id = $1 and kind = 'page'`, [
    incident,
  ]);

  const client = await base.db.pool.connect();
  try {
    await client.query('begin');
    await client.query('select 1 from incident where id = $1 for update', [incident]);
    const { pid } = (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]!;
    await queue.resume();
    // It holds the intent and waits for the case: stopped here, it knows nothing of what comes after.
    await expect
      .poll(
        () =>
          one<{ n: number }>('select count(*)::int as n from pg_stat_activity where $1 = any (pg_blocking_pids(pid))', [
            pid,
          ]),
        { timeout: 15_000, interval: 20 },
      )
      .toEqual({ n: 1 });
    expect(await one('select state, attempt from intent where id = $1', [intent])).toEqual({
      state: 'pending',
      attempt: 1,
    });
    first.freeze();
  } finally {
    await client.query('rollback');
    client.release();
  }

  await startWorker();
  await expect
    .poll(() => one('select state, outcome, attempt from intent where id = $1', [intent]), {
      timeout: 30_000,
      interval: 100,
    })
    .toEqual({ state: 'done', outcome: 'shown', attempt: 2 });
  first.thaw();

  // Awake, and at work again: with the other stopped it alone is left to take the next case.
  await workers[1]!.stop();
  const next = await d.pressed('demo-0002', 'sos');
  await expect
    .poll(() => one(`select count(*)::int as n from intent where incident_id = $1 and outcome = 'shown'`, [next]), {
      timeout: 20_000,
    })
    .not.toEqual({ n: 0 });
  await queue.close();

  expect(await one('select state, outcome, attempt from intent where id = $1', [intent])).toEqual({
    state: 'done',
    outcome: 'shown',
    attempt: 2,
  });
  expect(
    await one(
      `select count(*)::int as n from history where incident_id = $1 and kind = 'outcome' and data ->> 'intent' = $2`,
      [incident, intent],
    ),
  ).toEqual({ n: 1 });
  // Each page of the ladder was sent once, and no more pages than steps.
  const pages = await one<{ pages: number; steps: number }>(
    `select (select count(*)::int from outbox where topic = 'console' and payload ->> 'incident' = $1 and payload ? 'page') as pages,
       (select count(*)::int from intent where incident_id = $2 and kind = 'page' and outcome = 'shown') as steps`,
    [incident, incident],
  );
  expect(pages.pages).toBe(pages.steps);
});
