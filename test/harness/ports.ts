import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below where systems take the ports of outgoing connections from (Linux 32768, macOS 49152): none of those gets in between. */
const FROM = 14_000;
const TO = 32_000;

/** `count` different TCP ports that were free on 127.0.0.1 a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const free = new Set<number>();
  while (free.size < count) {
    const port = randomInt(FROM, TO);
    if (!free.has(port) && (await isFree(port))) free.add(port);
  }
  return [...free];
}

/** One TCP port that was free on 127.0.0.1 a moment ago. */
export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
