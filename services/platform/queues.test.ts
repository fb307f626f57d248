import net, { type AddressInfo, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createLog } from './log.ts';
import { createQueues, type IntentJob } from './queues.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase();
});
afterAll(() => base.drop());

/** The way to Postgres: lets so many connections through, then cuts every new one, until it is told to let all through. */
async function createWay(letThrough: number) {
  const { hostname, port } = new URL(base.url);
  const sockets = new Set<Socket>();
  let left = letThrough;
  const server = net.createServer((client) => {
    if (left-- <= 0) {
      client.destroy();
      return;
    }
    const real = net.connect(Number(port), hostname);
    for (const [one, other] of [
      [client, real],
      [real, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(base.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    openAll: () => (left = Infinity),
    asked: () => letThrough - left,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it('workers whose first connection is cut do not ask without a pause, and work once there is a way', async () => {
  const way = await createWay(3);
  const done: IntentJob[] = [];
  const queues = createQueues({
    log: createLog('silent'),
    databaseUrl: way.url,
    redisUrl: undefined,
    handle: async (job) => void done.push(job),
  });
  try {
    await queues.start();
    const before = way.asked();
    await wait(1_000);
    expect(way.asked() - before).toBeLessThan(50);
    way.openAll();
    let intent = 0;
    await expect
      .poll(
        async () => {
          await queues.add('emergency', { intent: `i${++intent}`, attempt: 1 }).catch(() => undefined);
          return done.length;
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBeGreaterThan(0);
  } finally {
    await queues.stop();
    way.close();
  }
});
