import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { createPolicies } from '#dispatch/policies.ts';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import { createReceiver } from '#dispatch/receive.ts';
import { createBridge, type Bridge, type BridgeDeps } from '#intake/bridge.ts';
import { systemClock } from '#kernel/clock.ts';
import type { Database } from '#platform/database.ts';
import { createEmbeddedBroker } from '#platform/embedded-broker.ts';
import { createLog } from '#platform/log.ts';
import { openBox, type Box } from './box.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { startMosquitto } from './mosquitto.ts';

const log = createLog('silent');

const brokers = {
  async mosquitto() {
    const broker = await startMosquitto({ persistent: true });
    return { url: broker.url, stop: () => broker.remove() };
  },
  async embedded() {
    const broker = createEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      wsPort: 0,
      log,
      clock: systemClock,
      authenticate: async () => ({ publish: () => true, subscribe: () => true }),
      onRefused: () => undefined,
    });
    const { port } = await broker.start();
    return { url: `mqtt://127.0.0.1:${port}`, stop: () => broker.stop() };
  },
};
type BrokerKind = keyof typeof brokers;

/** The brokers that a bridge is tested with; both let everybody in. */
export const BROKERS: readonly BrokerKind[] = ['mosquitto', 'embedded'];

/** Bridges and boxes on one broker and one database; what a test has opened is closed after it. */
export interface BridgeRig {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  /** Those not yet stopped by `stopBridges`. */
  readonly bridges: Bridge[];
  /** A bridge on the real dispatch, started, all its lanes connected. */
  bridge(more?: Partial<BridgeDeps>): Promise<Bridge>;
  stopBridges(): Promise<void>;
  box(id?: string): Promise<Box>;
  closeLater(db: Database): void;
}

/** To be called in a `describe`: sets the hooks that open and close everything. */
export function useBridges(kind: BrokerKind): BridgeRig {
  let database: TestDatabase;
  let broker: { url: string; stop(): Promise<void> };
  let boxes: Box[] = [];
  let databases: Database[] = [];
  const rig: BridgeRig = {
    get db() {
      return database.db;
    },
    get databaseUrl() {
      return database.url;
    },
    get brokerUrl() {
      return broker.url;
    },
    bridges: [],
    async bridge(more = {}) {
      const bridge = createBridge({
        db: database.db,
        log,
        clock: systemClock,
        leaseClock: systemClock,
        mqttUrl: broker.url.replace('//', '//any:secret@'),
        holder: randomUUID(),
        receive: realReceive(database.db),
        onDeviceBack: async () => [],
        ...more,
      });
      rig.bridges.push(bridge);
      await bridge.start();
      await expect.poll(() => bridge.state().connected.length, { timeout: 10_000 }).toBe(bridge.state().held.length);
      return bridge;
    },
    async stopBridges() {
      await Promise.all(rig.bridges.splice(0).map((bridge) => bridge.stop()));
    },
    async box(id = `box-${randomUUID().slice(0, 8)}`) {
      const box = await openBox(broker.url, id);
      boxes.push(box);
      return box;
    },
    closeLater: (db) => void databases.push(db),
  };
  beforeAll(async () => {
    database = await createTestDatabase({ max: 20 });
    broker = await brokers[kind]();
  });
  afterAll(async () => {
    await broker.stop();
    await database.drop();
  });
  afterEach(async () => {
    await Promise.all(boxes.map((box) => box.client.endAsync(true)));
    await rig.stopBridges();
    await Promise.all(databases.map((db) => db.stop()));
    boxes = [];
    databases = [];
    await database.db.pool.query('truncate lease, outbox');
  });
  return rig;
}

/** Dispatch's own `receive` on that database. */
export function realReceive(db: Database): BridgeDeps['receive'] {
  const policies = createPolicies({ db, log });
  return createReceiver({
    db,
    clock: systemClock,
    log,
    policies,
    poke: () => undefined,
    busyOwners: async () => new Set(),
  }).receive;
}

/** Dispatch's own `receive`, and the presses that were handed to it, committed or not. */
export function watchReceive(db: Database): {
  presses: IncomingPress[];
  receive(batch: IncomingPress[]): Promise<PressReceipt[]>;
} {
  const receive = realReceive(db);
  const presses: IncomingPress[] = [];
  return {
    presses,
    async receive(batch) {
      presses.push(...batch);
      return receive(batch);
    },
  };
}

/** A row of `press`. */
export interface StoredPress {
  event_id: string;
  type: string;
  at: Date | null;
  readable: boolean;
  raw: Buffer;
  incident_id: string;
}

/** What is in the database of a device, in order of receipt. */
export async function storedPresses(db: Database, device: string): Promise<StoredPress[]> {
  const { rows } = await db.pool.query<StoredPress>(
    'select event_id, type, at, readable, raw, incident_id from press where device = $1 order by received_at',
    [device],
  );
  return rows;
}

/** Another transaction holds the table that every commit of a press writes: none can end until the result is called. */
export async function holdCommits(databaseUrl: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('begin');
  await client.query('lock table press_key in share mode');
  return async () => {
    await client.query('rollback');
    await client.end();
  };
}
