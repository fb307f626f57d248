import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBox } from '#devices/simulator/box.ts';
import { startOwnBroker } from '#test/faults/worlds.ts';
import { openApi, signInDemo } from '#test/harness/api.ts';
import { type TestDatabase, createTestDatabase } from '#test/harness/database.ts';
import type { Mosquitto } from '#test/harness/mosquitto.ts';
import { type PlatformHome, createPlatformHome } from '#test/harness/platform.ts';
import { type RunningProcess, processesWith, runProgram, startProcess } from '#test/harness/process.ts';
import { type Redis, startRedis } from '#test/harness/redis.ts';

/** `npm start`, in a process group of its own, until its `ready ` line; building the page may come first. */
function npmStart(home: PlatformHome, env: Record<string, string | undefined> = {}): Promise<RunningProcess> {
  return startProcess({ command: ['npm', 'start'], env: { ...home.env, ...env }, ready: 'ready ', timeoutMs: 110_000 });
}

/** A red press of the n-th box of demo.json; the incident that its `received` names. */
async function press(home: PlatformHome, n: number, mqttUrl = home.mqttUrl): Promise<string> {
  const box = createBox({ ...home.demo().devices[n]!, mqttUrl, pace: 0.2 });
  box.start();
  try {
    return (await box.received(box.press('sos', { key: 'red' }).id, 15_000)).incident!;
  } finally {
    await box.stop();
  }
}

/** The open incidents as the first operator sees them. */
async function listed(home: PlatformHome): Promise<string[]> {
  const api = await signInDemo(home.url, home.demo(), 'op1');
  const { body } = await api.get('/api/incidents?state=open');
  return (body as { items: { id: string }[] }).items.map((incident) => incident.id);
}

/** What lies in the database as the second factor of the first supervisor; `secret`, if given, is put there first. */
async function keptFactor(home: PlatformHome, secret: string | null = null): Promise<string> {
  const database = new pg.Client({ connectionString: home.databaseUrl() });
  await database.connect();
  const { rows } = await database.query<{ kept: string }>(
    `update account set totp_secret = coalesce($1, totp_secret) where username = 'sup1' returning totp_secret as kept`,
    [secret],
  );
  await database.end();
  return rows[0]!.kept;
}

const nothingLeft = (home: PlatformHome): Promise<void> => expect.poll(() => processesWith(home.dataDir)).toEqual([]);

describe('npm start', () => {
  let home: PlatformHome;
  let running: RunningProcess;
  let incident: string;
  beforeAll(async () => {
    home = await createPlatformHome();
  });
  afterAll(async () => {
    await running?.kill();
    home.remove();
  });

  test('reaches ready with the console’s address, and a press comes through', async () => {
    running = await npmStart(home);
    expect(running.readyLine).toMatch(new RegExp(`^ready ${home.url}/?$`));
    expect(statSync(join(home.dataDir, 'demo.json')).mode & 0o777).toBe(0o600);
    const roles = home.demo().accounts.map((account) => account.role);
    expect(new Set(roles).size).toBe(9);
    expect(home.demo().devices).toHaveLength(200);
    expect(home.demo().gateways).toHaveLength(1);
    expect((await openApi(home.url).get('/readyz')).status).toBe(200);
    expect((await openApi(home.url).get('/')).text).toContain('<div id="root">');
    incident = await press(home, 0);
    expect(await listed(home)).toContain(incident);
    // As one lay there before there was a seal.
    expect(await keptFactor(home)).toMatch(/^sealed1\./);
    const { totpSecret } = home.demo().accounts.find(({ username }) => username === 'sup1')!;
    expect(await keptFactor(home, totpSecret)).toBe(totpSecret);
  });

  test('ends with exit code 0 on SIGTERM to npm’s process group, and nothing is left running', async () => {
    expect(await running.stop()).toEqual({ code: 0, signal: null });
    await nothingLeft(home);
  });

  test('starts again with its data and accounts kept, within 10 s', async () => {
    const before = JSON.stringify(home.demo());
    const from = performance.now();
    running = await npmStart(home);
    const took = (performance.now() - from) / 1000;
    process.stdout.write(`second start: ready after ${took.toFixed(1)} s (promised: 10 s)\n`);
    // The promise is for a machine that does nothing else; half a minute is told from a hang on any.
    expect(took).toBeLessThan(30);
    expect(JSON.stringify(home.demo())).toBe(before);
    expect(await keptFactor(home)).toMatch(/^sealed1\./);
    expect((await (await signInDemo(home.url, home.demo(), 'sup1')).get('/api/session')).body.role).toBe('supervisor');
    expect(await listed(home)).toContain(incident);
  });

  test('starts again with its data kept after kill -9 of everything: npm, the platform and its database', async () => {
    const second = await press(home, 1);
    const everything = processesWith(home.dataDir);
    expect(everything.some(({ command }) => command.includes('bin/postgres'))).toBe(true);
    for (const { pid } of everything) process.kill(pid, 'SIGKILL');
    await running.exited;
    running = await npmStart(home);
    expect(await listed(home)).toEqual(expect.arrayContaining([incident, second]));
    expect(await press(home, 1)).toBe(second);
  });

  test('ends with exit code 0 on SIGINT, as of Ctrl-C, also under a browser’s spare connection, and nothing is left running', async () => {
    const spare = connect(Number(new URL(home.url).port), '127.0.0.1').on('error', () => undefined);
    await once(spare, 'connect');
    process.kill(-running.pid, 'SIGINT');
    expect(await running.exited).toEqual({ code: 0, signal: null });
    await nothingLeft(home);
  });
});

const isRoot = process.getuid?.() === 0;
const whose = isRoot ? 'only root can enter' : 'only its owner can enter (this is not root, whose home was not tried)';

test(`starts from a home that ${whose}`, async () => {
  const closed = mkdtempSync(join(isRoot ? homedir() : tmpdir(), '.yijiantong-test-home-'));
  expect(statSync(closed).mode & 0o777).toBe(0o700);
  const home = await createPlatformHome({ dataDir: join(closed, 'data') });
  let running: RunningProcess | undefined;
  try {
    running = await home.start();
    const incident = await press(home, 0);
    expect(await listed(home)).toContain(incident);
    expect(await running.stop()).toEqual({ code: 0, signal: null });
    await nothingLeft(home);
  } finally {
    await running?.kill();
    rmSync(closed, { recursive: true, force: true });
  }
});

describe('on engines of one’s own: a PostgreSQL, Mosquitto with what npm run broker wrote, Redis', () => {
  let home: PlatformHome;
  let database: TestDatabase;
  let broker: Mosquitto;
  let redis: Redis;
  let engines: Record<string, string>;
  const running: RunningProcess[] = [];
  beforeAll(async () => {
    home = await createPlatformHome();
    database = await createTestDatabase();
    // The demo city is seeded by a platform that brings its own broker: Mosquitto's passwords come from the registry.
    await (await home.start({ DATABASE_URL: database.url, DEMO: '1' })).stop();
    const own = await startOwnBroker(home, database.url, join(home.dataDir, '../mosquitto'));
    ({ broker } = own);
    redis = await startRedis();
    engines = { DATABASE_URL: database.url, MQTT_URL: own.mqttUrl, REDIS_URL: redis.url };
  });
  afterAll(async () => {
    for (const one of running) await one.kill();
    await broker?.remove();
    await redis?.remove();
    await database?.drop();
    home.remove();
  });

  test('npm start serves a press and ends with nothing left', async () => {
    const all = await npmStart(home, engines);
    running.push(all);
    expect(processesWith(home.dataDir).some(({ command }) => command.includes('postgres'))).toBe(false);
    const incident = await press(home, 0);
    expect(await listed(home)).toContain(incident);
    await expect.poll(async () => (await openApi(home.url).get('/readyz')).status, { timeout: 10_000 }).toBe(200);
    expect(await all.stop()).toEqual({ code: 0, signal: null });
    await expect.poll(() => processesWith(`DATA_DIR=${home.dataDir}`)).toEqual([]);
  });

  test('api, bridge and worker as three processes serve a press end to end', async () => {
    const parts = await Promise.all(['api', 'bridge', 'worker'].map((ROLE) => home.start({ ...engines, ROLE })));
    running.push(...parts);
    const [, bridge, worker] = parts;
    expect([bridge!.readyLine, worker!.readyLine]).toEqual(['ready role=bridge', 'ready role=worker']);
    const told: string[] = [];
    const box = createBox({
      ...home.demo().devices[5]!,
      mqttUrl: home.mqttUrl,
      pace: 0.2,
      heard: (ack) => told.push(ack.stage),
    });
    box.start();
    try {
      const { incident } = await box.received(box.press('sos', { key: 'red' }).id, 20_000);
      const operator = await signInDemo(home.url, home.demo(), 'op1');
      const opened = (): Promise<{ version: number; timeline: { kind: string }[] }> =>
        operator.get(`/api/incidents/${incident}`).then(({ body }) => body);
      // Found by the sweep of the worker, carried by its queue.
      await expect
        .poll(async () => (await opened()).timeline.map((line) => line.kind), { timeout: 15_000 })
        .toContain('outcome');
      const claimed = await operator.send('POST', `/api/incidents/${incident}/claim`, {});
      expect(claimed).toMatchObject({ status: 200, body: { state: 'claimed' } });
      await expect.poll(() => told).toContain('claimed');
    } finally {
      await box.stop();
    }
    for (const part of parts) expect(await part.stop()).toEqual({ code: 0, signal: null });
  });

  test('a Redis that is away keeps neither the start nor a press waiting', async () => {
    await redis.kill();
    const all = await home.start({ ...engines, LOG_LEVEL: 'error' });
    running.push(all);
    const incident = await press(home, 6);
    expect(await listed(home)).toContain(incident);
    expect((await openApi(home.url).get('/readyz')).status).toBe(503);
    await redis.start();
    await expect.poll(async () => (await openApi(home.url).get('/readyz')).status, { timeout: 20_000 }).toBe(200);
    expect(await all.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('what is wrong is said', () => {
  test('npm start names every wrong variable at once, ends with 2 and starts nothing', async () => {
    const home = await createPlatformHome();
    const wrong = {
      HOST: '999.1.1.1',
      HTTP_PORT: 'abc',
      MQTT_PORT: '99999',
      DATABASE_URL: 'nowhere',
      REDIS_URL: 'x',
      ROLE: 'boss',
      DEMO: 'yes',
      SIM_DEVICES: '-1',
      PUBLIC_URL: 'ftp://x',
    };
    const ended = await startProcess({ command: ['npm', 'start'], env: { ...home.env, ...wrong } });
    const { code } = await ended.exited;
    expect(code, ended.output()).toBe(2);
    for (const variable of Object.keys(wrong)) expect(ended.output()).toMatch(new RegExp(`^ *${variable}: `, 'm'));
    expect(ended.output()).not.toMatch(/\n\s+at /);
    expect(existsSync(home.dataDir)).toBe(false);
    home.remove();
  });

  test('a role without the engines that it must share is told so, together with the rest', async () => {
    const { code, output } = await runProgram('services/app/start.ts', {
      env: { ROLE: 'worker', HTTP_PORT: '-1', DATABASE_URL: undefined, MQTT_URL: undefined },
    });
    expect(code).toBe(2);
    expect(output).toMatch(/HTTP_PORT: [^]*DATABASE_URL: needed for ROLE=worker[^]*MQTT_URL: needed for ROLE=worker/);
  });

  test.each(['HTTP_PORT', 'MQTT_PORT', 'MQTT_WS_PORT'])(
    'a %s that is taken is named; nothing is left running',
    async (variable) => {
      const home = await createPlatformHome();
      const other = await startRedis({ port: Number(home.env[variable]) });
      const ended = await home.launch({ DEMO: '0' });
      const { code } = await ended.exited;
      await other.remove();
      expect(code).toBe(1);
      expect(ended.output()).toContain(variable);
      expect(ended.output()).toContain(String(home.env[variable]));
      await nothingLeft(home);
      home.remove();
    },
  );

  test('a database that is away is named by its variable', async () => {
    const home = await createPlatformHome();
    const away = await runProgram('services/app/start.ts', {
      env: { ...home.env, DATABASE_URL: 'postgres://u:geheim@127.0.0.1:1/d' },
    });
    expect(away.code).toBe(1);
    expect(away.output).toContain('DATABASE_URL');
    expect(away.output).not.toContain('geheim');
    home.remove();
  });

  test.each([
    ['below a file', join(process.execPath, 'data')],
    // Linux: the file system says "no such file" below a folder that exists, to root too; macOS has no /proc to make.
    ['of the kernel', '/proc/yijiantong/data'],
  ])('a folder %s is a wrong configuration: DATA_DIR is named with what to do, beside the rest', async (_, dataDir) => {
    const home = await createPlatformHome();
    const ended = await startProcess({ command: ['npm', 'start'], env: { ...home.env, DATA_DIR: dataDir } });
    expect((await ended.exited).code, ended.output()).toBe(2);
    expect(ended.output()).toMatch(/^ *DATA_DIR: expected .*\bGive another, such as DATA_DIR=/m);
    expect(ended.output()).not.toMatch(/\n\s+at /);
    const both = await runProgram('services/app/start.ts', { env: { ...home.env, DATA_DIR: dataDir, ROLE: 'boss' } });
    expect(both.code).toBe(2);
    expect(both.output).toMatch(/ROLE: [^]*DATA_DIR: /);
    home.remove();
  });
});
