import { randomBytes } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import type { Config } from '#platform/config.ts';
import { createDatabase } from '#platform/database.ts';
import { createEmbeddedBroker } from '#platform/embedded-broker.ts';
import { createEmbeddedPostgres } from '#platform/embedded-postgres.ts';
import { recordEngines } from '#platform/engines-file.ts';
import type { Log } from '#platform/log.ts';
import { migrate } from '#platform/migrate.ts';
import { createMqttAuthenticator } from '#platform/mqtt-authenticate.ts';
import { untilBridgeListens } from '#platform/mqtt-gate.ts';
import { findDeviceCredential, findGatewayCredential } from '#registry/credentials.ts';
import { verifyDeviceSecret } from '#registry/device-secret.ts';

/** Where the engines are, embedded or one's own. */
export interface Engines {
  databaseUrl: string;
  /** With the bridge's password; user names are set by each client. */
  mqttUrl: string;
  /** The broker's port for pages; null where the broker is not ours. */
  mqttWsPort: number | null;
  stop(): Promise<void>;
}

/**
 * Brings up what the configuration does not name: PostgreSQL, then its schema, then the broker. `say` gets a line for each
 * step. `onRefused` hears of devices that the embedded broker did not let in.
 */
export async function startEngines(
  deps: { config: Config; log: Log; clock: Clock; onRefused: (refusal: { clientId: string; reason: string }) => void },
  say: (line: string) => void,
): Promise<Engines> {
  const { config, log } = deps;
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.toReversed()) await one();
  };
  try {
    let { databaseUrl } = config;
    if (databaseUrl === undefined) {
      say('数据库 PostgreSQL …');
      const postgres = createEmbeddedPostgres({ dataDir: config.dataDir, host: config.host, log });
      databaseUrl = (await postgres.start()).url;
      stops.push(() => postgres.stop());
    }
    await migrate({ url: databaseUrl, log }).catch((error: Error) => {
      throw config.databaseUrl === undefined ? error : new Error(`DATABASE_URL: ${error.message}`, { cause: error });
    });
    let { mqttUrl } = config;
    let mqttWsPort: number | null = config.mqttWsPort;
    if (mqttUrl === undefined) {
      say('消息服务 MQTT …');
      const broker = await startBroker(deps, databaseUrl);
      stops.push(broker.stop);
      ({ mqttUrl, mqttWsPort } = broker);
      recordEngines(config.dataDir, { mqttUrl });
    }
    return { databaseUrl, mqttUrl, mqttWsPort, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startBroker(
  deps: Parameters<typeof startEngines>[0],
  databaseUrl: string,
): Promise<{ mqttUrl: string; mqttWsPort: number; stop: () => Promise<void> }> {
  const { config, log, clock } = deps;
  const bridgeSecret = randomBytes(16).toString('hex');
  const db = createDatabase({ url: databaseUrl, log, max: 4 });
  const broker = createEmbeddedBroker({
    host: config.host,
    port: config.mqttPort,
    wsPort: config.mqttWsPort,
    log,
    clock,
    onRefused: deps.onRefused,
    authenticate: untilBridgeListens(
      createMqttAuthenticator({
        bridgeSecret,
        findDevice: (id) => findDeviceCredential(db, id),
        findGateway: (username) => findGatewayCredential(db, username),
        verifySecret: verifyDeviceSecret,
      }),
    ),
  });
  const { port, wsPort } = await broker.start().catch(async (error: Error) => {
    await db.stop();
    throw error;
  });
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    mqttUrl: `mqtt://bridge:${bridgeSecret}@${host}:${port}`,
    mqttWsPort: wsPort,
    async stop() {
      await broker.stop();
      await db.stop();
    },
  };
}
