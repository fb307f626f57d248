import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDatabase } from './database.ts';
import { createLog } from './log.ts';

/** ReadyForQuery, no transaction (PostgreSQL manual, 54.7). */
const READY = Buffer.from('5a0000000549', 'hex');

/** What a server that is going down says to every client: ErrorResponse with severity, SQLSTATE and words. */
function farewell(): Buffer {
  const fields = 'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0';
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, Buffer.from(fields)]);
}

let real: TestDatabase;
let url: string;
let isDying = true;
const sockets = new Set<Socket>();
/** The way to a PostgreSQL that goes down in the moment in which it has let somebody in: both in one packet. */
const server = createServer((near) => {
  const far = connect(Number(new URL(real.url).port), '127.0.0.1');
  for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined));
  near.pipe(far);
  far.on('data', (chunk) => {
    const says = isDying && chunk.subarray(-READY.length).equals(READY);
    near.write(says ? Buffer.concat([chunk, farewell()]) : chunk);
    if (says) near.end();
  });
});

beforeAll(async () => {
  real = await createTestDatabase();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = real.url.replace(/:\d+\//, `:${(server.address() as AddressInfo).port}/`);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await real.drop();
});

test('a database that goes down while it lets us in ends no process: what was asked fails, and works when it is back', async () => {
  const ends: Error[] = [];
  const end = (error: Error): void => void ends.push(error);
  process.on('uncaughtException', end);
  const db = createDatabase({ url, log: createLog('silent'), max: 2 });
  isDying = true;
  const asked = await Promise.allSettled([db.tx(async () => 'done'), db.ping(), db.tx(async () => 'done')]);
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  isDying = false;
  await expect(db.tx(async () => 'done')).resolves.toBe('done');
  await db.stop();
  process.off('uncaughtException', end);
  expect(ends).toEqual([]);
});
