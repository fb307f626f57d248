import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { createLog } from '#platform/log.ts';
import { isPostmasterOf } from '#platform/postmaster.ts';
import { startMosquitto } from '#test/harness/mosquitto.ts';
import { createPlatformHome, type PlatformHome } from '#test/harness/platform.ts';
import { processesWith, runProgram, type RunningProcess } from '#test/harness/process.ts';
import { startRedis } from '#test/harness/redis.ts';

/** What is killed, and how it comes back. */
export interface Victim {
  /** `kill -9`, then started again at once, without waiting until it is ready. */
  strike(): Promise<void>;
  /** Whether it had said that it is ready when it was struck last. */
  wasReady(): boolean;
}

/** A platform with its engines, seeded and ready. */
export interface World {
  devices: { id: string; secret: string; lane: string }[];
  /** Where boxes connect. */
  mqttUrl: string;
  databaseUrl(): string;
  victim: Victim;
  /** What the platform wrote since it was last started. */
  output(): string;
  /** Resolves when the platform is ready. */
  ready(): Promise<void>;
  /** SIGTERM to the platform; what is wrong with how it ended. Then the engines are stopped and everything deleted. */
  stop(): Promise<string[]>;
}

const silent = createLog('silent');

/** `npm start` as it comes: embedded PostgreSQL and broker, which go down with the platform. */
export async function embeddedWorld(): Promise<World> {
  const home = await createPlatformHome();
  const platform = keepRunning(home, {});
  try {
    await platform.ready();
  } catch (error) {
    await platform.end();
    home.remove();
    throw error;
  }
  return {
    devices: home.demo().devices,
    mqttUrl: home.mqttUrl,
    databaseUrl: home.databaseUrl,
    victim: platform.victim,
    output: platform.output,
    ready: platform.ready,
    async stop() {
      const wrong = await platform.end();
      home.remove();
      return wrong;
    },
  };
}

/**
 * PostgreSQL on its own, Debian's Mosquitto with what `npm run broker` wrote, Debian's Redis; all of them outlive the
 * platform. `kill` says who is struck.
 */
export async function ownWorld(kill: 'platform' | 'broker' | 'database'): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'yijiantong-test-engines-'));
  chmodSync(folder, 0o711);
  const home = await createPlatformHome();
  const undo: (() => Promise<unknown> | void)[] = [
    () => home.remove(),
    () => rmSync(folder, { recursive: true, force: true }),
  ];
  const tearDown = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const postgres = createEmbeddedPostgres({ dataDir: join(folder, 'database'), host: '127.0.0.1', log: silent });
    const { url: databaseUrl } = await postgres.start();
    undo.push(() => postgres.stop());
    await seed(home, databaseUrl);
    const { mqttUrl, broker } = await startOwnBroker(home, databaseUrl, join(folder, 'mosquitto'));
    undo.push(() => broker.remove());
    const redis = await startRedis();
    undo.push(() => redis.remove());
    const platform = keepRunning(home, {
      DATABASE_URL: databaseUrl,
      MQTT_URL: mqttUrl,
      REDIS_URL: redis.url,
      DEMO: '1',
    });
    undo.push(() => platform.end());
    await platform.ready();
    const victims: Record<typeof kill, Victim> = {
      platform: platform.victim,
      broker: {
        async strike() {
          await broker.kill();
          await broker.start();
        },
        wasReady: () => true,
      },
      database: {
        // Whoever started it starts it again.
        strike: () => killPostgres(join(folder, 'database')),
        wasReady: () => true,
      },
    };
    return {
      devices: home.demo().devices,
      mqttUrl: home.mqttUrl,
      databaseUrl: () => databaseUrl,
      victim: victims[kill],
      output: platform.output,
      ready: platform.ready,
      async stop() {
        const wrong = await platform.end();
        await tearDown();
        return wrong;
      },
    };
  } catch (error) {
    await tearDown();
    throw error;
  }
}

/** Waits for the server on `dataDir` where it is between two lives, and kills it; never a stranger who has its old number. */
async function killPostgres(dataDir: string): Promise<void> {
  const cluster = join(dataDir, 'postgres');
  const file = join(cluster, 'postmaster.pid');
  for (const until = performance.now() + 60_000; performance.now() < until;) {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
    if (isPostmasterOf(pid, cluster)) {
      process.kill(pid, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('PostgreSQL did not come back within 60 s');
}

/** The demo city in a database of one's own: a platform that is started once, with an embedded broker. */
async function seed(home: PlatformHome, databaseUrl: string): Promise<void> {
  const once = await home.start({ DATABASE_URL: databaseUrl, DEMO: '1' });
  await once.stop();
}

/** Mosquitto as `npm run broker` configures it, on the ports of `home`. */
export async function startOwnBroker(
  home: PlatformHome,
  databaseUrl: string,
  out: string,
): Promise<{ mqttUrl: string; broker: Awaited<ReturnType<typeof startMosquitto>> }> {
  const { code, output } = await runProgram('services/app/broker-config.ts', {
    args: ['--out', out],
    env: { ...home.env, DATABASE_URL: databaseUrl },
  });
  const mqttUrl = /^MQTT_URL=(.*)$/m.exec(output)?.[1];
  if (code !== 0 || mqttUrl === undefined) throw new Error(`npm run broker failed:\n${output}`);
  const broker = await startMosquitto({
    configFile: join(out, 'mosquitto.conf'),
    port: home.mqttPort,
    wsPort: home.mqttWsPort,
  });
  return { mqttUrl, broker };
}

/** A platform that is started again whenever it was struck. A start that fails by itself is remembered and reported. */
function keepRunning(
  home: PlatformHome,
  env: Record<string, string>,
): {
  victim: Victim;
  ready(): Promise<void>;
  output(): string;
  end(): Promise<string[]>;
} {
  const isReady = (process: RunningProcess | undefined): boolean => /^ready /m.test(process?.output() ?? '');
  const wrong: string[] = [];
  let running: RunningProcess | undefined;
  let wasReady = false;
  let launching = launch();

  async function launch(): Promise<void> {
    const started = await home.launch(env);
    running = started;
    void started.exited.then(({ code, signal }) => {
      // Whoever ends it has put another, or none, in its place before.
      if (running === started)
        wrong.push(`the platform ended by itself (${code ?? signal}):\n${tail(started.output())}`);
    });
  }

  return {
    victim: {
      async strike() {
        await launching;
        const victim = running!;
        running = undefined;
        wasReady = isReady(victim);
        await victim.kill();
        launching = launch();
      },
      wasReady: () => wasReady,
    },
    async ready() {
      await launching;
      const until = performance.now() + 90_000;
      while (!isReady(running)) {
        if (wrong.length > 0) throw new Error(wrong.join('\n'));
        if (performance.now() > until)
          throw new Error(`the platform was not ready within 90 s:\n${tail(running!.output())}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    output: () => running?.output() ?? '',
    async end() {
      await launching;
      const last = running;
      running = undefined;
      if (!last) return wrong;
      const { code, signal } = await last.stop(30_000);
      if (code !== 0) wrong.push(`on SIGTERM the platform ended with ${code ?? signal}:\n${tail(last.output())}`);
      const left = processesWith(home.dataDir).map(({ pid, command }) => `still running: ${pid} ${command}`);
      return [...wrong, ...left];
    },
  };
}

/** The last of what it wrote, and before it whatever ended it (pino's level 60: fatal). */
function tail(output: string): string {
  const fatal = output.split('\n').filter((line) => line.startsWith('{"level":60,'));
  return [...fatal, output.slice(-2_000)].join('\n');
}
