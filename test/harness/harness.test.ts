import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as RedisClient } from 'ioredis';
import mqtt from 'mqtt';
import { afterAll, expect, test } from 'vitest';
import { launchChromium, watchPage } from './chromium.ts';
import { findProgram } from './engine.ts';
import { startMosquitto } from './mosquitto.ts';
import { processesWith, runProgram, startProgram } from './process.ts';
import { startRedis } from './redis.ts';

const folder = mkdtempSync(join(tmpdir(), 'yijiantong-test-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a missing engine is named with the command that installs it', () => {
  expect(() => findProgram(['no-such-broker'], 'no-such-broker')).toThrow(
    /no-such-broker is missing.*apt-get install -y no-such-broker/s,
  );
});

test('a persistent Mosquitto that is killed keeps what it acknowledged for a durable session', async () => {
  const broker = await startMosquitto({ persistent: true });
  const reader = { clientId: 'reader', clean: false };
  const first = await mqtt.connectAsync(broker.url, reader);
  await first.subscribeAsync('a', { qos: 1 });
  await first.endAsync(true);
  const writer = await mqtt.connectAsync(broker.url);
  await writer.publishAsync('a', 'kept', { qos: 1 });
  await writer.endAsync(true);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await broker.kill();
  await broker.start();
  const again = mqtt.connect(broker.url, reader);
  const body = await new Promise((resolve) => again.once('message', (_topic, payload) => resolve(payload.toString())));
  expect(body).toBe('kept');
  await again.endAsync(true);
  await broker.remove();
});

test('Redis starts on a free port and is empty again after it was killed', async () => {
  const redis = await startRedis();
  const before = new RedisClient(redis.url, { retryStrategy: () => null });
  before.on('error', () => undefined);
  await before.set('a', '1');
  await redis.kill();
  before.disconnect();
  await redis.start();
  const after = new RedisClient(redis.url);
  expect(await after.get('a')).toBeNull();
  after.disconnect();
  await redis.remove();
});

test('a program is awaited until its ready line, frozen, thawed and killed with its children', async () => {
  const file = join(folder, 'program.mjs');
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
     spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
     console.log('ready http://x');
     setInterval(() => console.log('tick'), 20);`,
  );
  const program = await startProgram(file, { env: { MARK: folder } });
  expect(program.readyLine).toBe('ready http://x');
  expect(processesWith(folder)).toHaveLength(2);
  program.freeze();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const frozen = program.output().length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(program.output().length).toBe(frozen);
  program.thaw();
  await expect.poll(() => program.output().length).toBeGreaterThan(frozen);
  expect(await program.kill()).toEqual({ code: null, signal: 'SIGKILL' });
  await expect.poll(() => processesWith(folder)).toEqual([]);
});

test('a program that ends before it is ready is reported with what it wrote', async () => {
  const file = join(folder, 'broken.mjs');
  writeFileSync(file, `console.error('HTTP_PORT: expected a port number'); process.exit(2);`);
  await expect(startProgram(file)).rejects.toThrow(
    /ended with 2 before it was ready.*HTTP_PORT: expected a port number/s,
  );
  expect(await runProgram(file)).toMatchObject({ code: 2, output: 'HTTP_PORT: expected a port number\n' });
});

test('Chromium opens a page, has WebGL2 for the map, and its errors are seen', async () => {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      request.url === '/' ? '<h1>一键通</h1><script>setTimeout(() => { throw new Error("seen") })</script>' : '',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium();
  const page = await browser.newPage();
  const watch = watchPage(page);
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  expect(await page.textContent('h1')).toBe('一键通');
  expect(await page.evaluate(() => document.createElement('canvas').getContext('webgl2') !== null)).toBe(true);
  await expect.poll(() => watch.problems.join()).toContain('seen');
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});
