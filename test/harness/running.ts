import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngines, type Engines } from '#app/engines.ts';
import { createPlatform, type Platform } from '#app/platform.ts';
import { createPolicies } from '#dispatch/policies.ts';
import { createReceiver } from '#dispatch/receive.ts';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import type { Clock } from '#kernel/clock.ts';
import { readConfig, type Config } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { createLog, type Log } from '#platform/log.ts';
import type { NetworkSettings } from '#telephony/network.ts';
import { createTestDatabase } from './database.ts';

/** A clock that stands until it is moved: nothing becomes due behind a test's back. */
export function standingClock(start: number): Clock & { advance(ms: number): void } {
  let at = start;
  return {
    now: () => at,
    advance(ms) {
      at += ms;
    },
  };
}

/** The platform in the test's own process, on a database of its own that holds the demo city. */
export interface RunningPlatform {
  readonly platform: Platform;
  readonly app: App;
  readonly db: Database;
  readonly config: Config;
  readonly url: string;
  /** Of the embedded broker, without credentials; leads nowhere with the role `api`. */
  readonly mqttUrl: string;
  /** Hands presses to dispatch, as the bridge does after reading them. */
  receive(presses: readonly IncomingPress[]): Promise<PressReceipt[]>;
  stop(): Promise<void>;
}

/**
 * Starts it: with `role` `all` also the embedded broker, bridge, worker and sweep; with `api` only what answers, so that
 * nothing changes but by what a test does. Postgres is the run's own.
 */
export async function startPlatformHere(options: {
  clock: Clock;
  role?: 'all' | 'api';
  log?: Log;
  /** Further variables, such as `REDIS_URL`. */
  env?: Record<string, string>;
  addRoutes?: (app: App, db: Database) => void;
  /** A telephone network; without one nobody can be called. */
  network?: NetworkSettings;
}): Promise<RunningPlatform> {
  const { clock } = options;
  const role = options.role ?? 'all';
  const log = options.log ?? createLog('silent');
  const database = await createTestDatabase({ seeded: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'yijiantong-test-here-'));
  const config = configOf({ ROLE: role, DATABASE_URL: database.url, DATA_DIR: dataDir, ...options.env });
  const engines =
    role === 'all'
      ? await startEngines({ config, log, clock, onRefused: () => undefined }, () => undefined)
      : withoutBroker(database.url);
  const platform = createPlatform({
    config,
    log,
    clock,
    engines,
    ...(options.addRoutes && { addRoutes: options.addRoutes }),
    network: options.network,
  });
  await platform.start();
  const policies = createPolicies({ db: database.db, log });
  await policies.refresh();
  const receiver = createReceiver({
    db: database.db,
    clock,
    log,
    policies,
    busyOwners: async () => new Set(),
    poke: () => undefined,
  });
  return {
    platform,
    app: platform.app!,
    db: database.db,
    config,
    url: platform.url!,
    mqttUrl: `mqtt://${new URL(engines.mqttUrl).host}`,
    receive: (presses) => receiver.receive(presses),
    async stop() {
      await platform.stop();
      await engines.stop();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function configOf(variables: Record<string, string>): Config {
  const here = {
    HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_PORT: '0',
    MQTT_WS_PORT: '0',
    DEMO: '0',
    SIM_DEVICES: '0',
    LOG_LEVEL: 'warn',
  };
  const needed = variables['ROLE'] === 'all' ? {} : { MQTT_URL: 'mqtt://127.0.0.1:1' };
  const read = readConfig({ ...here, ...needed, ...variables });
  if ('errors' in read) throw new Error(read.errors.join('\n'));
  return read.config;
}

function withoutBroker(databaseUrl: string): Engines {
  return { databaseUrl, mqttUrl: 'mqtt://127.0.0.1:1', mqttWsPort: null, stop: async () => undefined };
}
