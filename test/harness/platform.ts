import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ROLES } from '#contracts/session.ts';
import { readEngines } from '#platform/engines-file.ts';
import { freePorts } from './ports.ts';
import { type RunningProcess, startProcess } from './process.ts';

const demoSchema = z.object({
  accounts: z.array(
    z.object({
      username: z.string(),
      password: z.string(),
      role: z.enum(ROLES),
      name: z.string(),
      region: z.string(),
      totpSecret: z.string().optional(),
    }),
  ),
  devices: z.array(z.object({ id: z.string(), secret: z.string(), lane: z.string(), resident: z.string() })),
  gateways: z.array(z.object({ username: z.string(), password: z.string(), topics: z.array(z.string()) })),
});
/** `DATA_DIR/demo.json`, as the contract promises it. */
export type DemoFile = z.infer<typeof demoSchema>;

/** Where one platform lives: a data folder and ports of its own, which it keeps when it is started again. */
export interface PlatformHome {
  /** Also the mark by which everything that it left running is found (`processesWith`). */
  readonly dataDir: string;
  /** http://127.0.0.1:port, without a slash at the end. */
  readonly url: string;
  readonly mqttPort: number;
  readonly mqttWsPort: number;
  /** Of the embedded broker, without credentials. */
  readonly mqttUrl: string;
  /** The environment of every start: no simulated boxes, warnings only in the log. */
  readonly env: Record<string, string | undefined>;
  /** Starts `node services/app/start.ts` and waits for its `ready ` line. */
  start(more?: Record<string, string | undefined>): Promise<RunningProcess>;
  /** Starts it and waits for nothing. */
  launch(more?: Record<string, string | undefined>): Promise<RunningProcess>;
  demo(): DemoFile;
  /** Of the embedded database that runs now. */
  databaseUrl(): string;
  /** Deletes the folder; the platform must have ended. */
  remove(): void;
}

/** Makes a home below the system's temporary folder, or in `dataDir`; nothing is started. */
export async function createPlatformHome(
  options: { dataDir?: string; env?: Record<string, string | undefined> } = {},
): Promise<PlatformHome> {
  const folder = options.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'yijiantong-test-platform-')) : undefined;
  // Where the account may enter that PostgreSQL runs as when the tests run as root.
  if (folder !== undefined) chmodSync(folder, 0o711);
  const dataDir = options.dataDir ?? join(folder!, 'data');
  const [httpPort, mqttPort, mqttWsPort] = (await freePorts(3)) as [number, number, number];
  const env = {
    DATABASE_URL: undefined,
    MQTT_URL: undefined,
    REDIS_URL: undefined,
    ROLE: undefined,
    DEMO: undefined,
    PUBLIC_URL: undefined,
    HOST: '127.0.0.1',
    HTTP_PORT: String(httpPort),
    MQTT_PORT: String(mqttPort),
    MQTT_WS_PORT: String(mqttWsPort),
    DATA_DIR: dataDir,
    SIM_DEVICES: '0',
    LOG_LEVEL: 'warn',
    ...options.env,
  };
  const launch = (more: Record<string, string | undefined> = {}, ready?: string): Promise<RunningProcess> =>
    startProcess({
      command: [process.execPath, 'services/app/start.ts'],
      env: { ...env, ...more },
      ...(ready !== undefined && { ready }),
    });
  return {
    dataDir,
    url: `http://127.0.0.1:${httpPort}`,
    mqttPort,
    mqttWsPort,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    env,
    start: (more) => launch(more, 'ready '),
    launch: (more) => launch(more),
    demo: () => demoSchema.parse(JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8'))),
    databaseUrl() {
      const url = readEngines(dataDir)?.databaseUrl;
      if (url === undefined) throw new Error(`no embedded database is recorded in ${dataDir}`);
      return url;
    },
    remove() {
      rmSync(folder ?? dataDir, { recursive: true, force: true });
    },
  };
}
