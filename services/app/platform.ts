import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '#kernel/clock.ts';
import { createGateway, type ConsolePayload, type Gateway } from '#console/gateway.ts';
import { seeDesks } from '#console/desks.ts';
import type { Cases } from '#dispatch/cases.ts';
import { goalOf, liveAssignments, openCasesOfDevices } from '#dispatch/people.ts';
import type { CaseEvent, HomePress } from '#dispatch/store.ts';
import { createAuthenticate } from '#identity/authenticate.ts';
import type { Authenticate } from '#platform/http/guard.ts';
import { findEndedSessions } from '#identity/sessions.ts';
import { tidyIdentity } from '#identity/housekeeping.ts';
import { sealSecondFactors } from '#identity/second-factor.ts';
import type { HandoffModule } from '#handoff/handoff.ts';
import { createBridge, type Bridge } from '#intake/bridge.ts';
import type { Config } from '#platform/config.ts';
import { createDatabase, type Database } from '#platform/database.ts';
import { createHttpServer, dropOldAnswers, type App } from '#platform/http.ts';
import { listenError } from '#platform/listen-error.ts';
import type { Log } from '#platform/log.ts';
import { addOutbox } from '#platform/outbox.ts';
import { ensurePartitions } from '#platform/partitions.ts';
import { createQueues, type IntentJob, type QueueName, type Queues } from '#platform/queues.ts';
import { createRelay, dropOldOutbox, type Relay } from '#platform/relay.ts';
import { findSubjects } from '#registry/subjects.ts';
import type { NetworkSettings } from '#telephony/network.ts';
import { assignmentsOf } from '#responders/field.ts';
import { reportPosition } from '#responders/me-routes.ts';
import { liveResponders } from '#responders/positions.ts';
import { shopIdOf } from '#vendors/people.ts';
import type { Vendors } from '#vendors/vendors.ts';
import type { Engines } from './engines.ts';
import { createModules, type Modules } from './modules.ts';
import { registerRoutes } from './routes.ts';
import { stopInOrder, type Part } from './stopping.ts';

export interface Platform {
  db: Database;
  cases: Cases;
  handoff: HandoffModule;
  vendors: Vendors;
  app: App | undefined;
  /** Where the console is, once started with the role `api` or `all`. */
  url: string | undefined;
  /** The address that it listens on itself. */
  local: string | undefined;
  reportPosition(fix: {
    staffId: string;
    lat: number;
    lon: number;
    accuracy: number | null;
    at: number;
  }): Promise<void>;
  /** Where a case is and how many minutes its responder needs. */
  goal(incidentId: string, assignmentId: string): Promise<{ lat: number; lon: number; minutes: number } | null>;
  /** Members of staff who have a page of their own open. */
  inTheStreet(): Set<string>;
  /** Tells the consoles that a device was not let in: those of its home's region, or all where nobody registered it. */
  deviceRefused(refusal: { clientId: string; reason: string }): Promise<void>;
  /** One look of the sweep, now. */
  sweepOnce(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How soon a new version of routing and ladders holds in every process. */
const POLICIES_MS = 5_000;
const HOUSEKEEPING_MS = 10 * 60_000;
const KEEP_OUTBOX_MS = 24 * 3_600_000;

/** What every part of the platform is given. */
interface Base {
  config: Config;
  log: Log;
  clock: Clock;
  db: Database;
  modules: Modules;
}

/**
 * The whole platform, or the part that `config.role` names, on the given engines. Construction does nothing; `start`
 * rejects when something can't be had, and then nothing is left open.
 */
export function createPlatform(deps: {
  config: Config;
  log: Log;
  clock: Clock;
  engines: Engines;
  addRoutes?: (app: App, db: Database) => void;
  /** A telephone network in this process, instead of the one that the configuration names. */
  network?: NetworkSettings | undefined;
}): Platform {
  const { config, log, clock, engines } = deps;
  const has = (part: 'api' | 'bridge' | 'worker'): boolean => config.role === 'all' || config.role === part;
  const db = createDatabase({ url: engines.databaseUrl, log, max: 20 });
  let app: App | undefined;
  let url: string | undefined;
  let local: string | undefined;
  const relays: Relay[] = [];
  const poke = (): void => {
    bridge?.poke();
    for (const relay of relays) relay.poke();
  };
  const modules = createModules({
    config,
    log,
    clock,
    db,
    network: deps.network,
    poke,
    baseUrl: () => config.publicUrl ?? url ?? '',
    local: () => local ?? '',
  });
  const base: Base = { config, log, clock, db, modules };
  const authenticate = createAuthenticate({ db, clock });
  const gateway = createScreens(base, authenticate);
  const queues = createQueues({
    log,
    databaseUrl: engines.databaseUrl,
    redisUrl: config.redisUrl,
    handle: has('worker') ? (job: IntentJob) => modules.intents.run(job.intent) : undefined,
  });
  const bridge = has('bridge') ? createIntake(base, engines.mqttUrl, poke) : undefined;
  if (has('api')) relays.push(toScreens(base, gateway));
  if (has('worker')) relays.push(toQueues(base, queues), toFollowers(base));
  const upkeep = createUpkeep(base);

  async function listen(): Promise<void> {
    app = await createHttpServer({ config, log, clock, db, authenticate, checks: checksOf(db, queues, bridge) });
    registerRoutes(app, { config, db, clock, modules, gateway });
    deps.addRoutes?.(app, db);
    const { host, httpPort: port } = config;
    const address = await app.listen({ host, port }).catch((error: Error) => {
      throw listenError(error, host, port, 'HTTP_PORT');
    });
    await gateway.start(app.server);
    local = address;
    url = config.publicUrl ?? address;
  }

  const { cases, views } = modules;
  const street = { db, clock, cases, byIds: views.byIds, moved: gateway.responder };
  return {
    db,
    cases,
    handoff: modules.handoff,
    vendors: modules.vendors,
    get app() {
      return app;
    },
    get url() {
      return url;
    },
    get local() {
      return local;
    },
    reportPosition: async (fix) => void (await reportPosition(street, fix)),
    goal: (incidentId, assignmentId) => goalOf(db, incidentId, assignmentId),
    inTheStreet: gateway.inTheStreet,
    async deviceRefused(refusal) {
      await noteRefused(base, refusal);
      poke();
    },
    sweepOnce: modules.sweep.runOnce,
    async start() {
      await upkeep.start();
      if (has('worker') || has('api')) await queues.start();
      if (has('api')) {
        await sealSecondFactors({ db, sealing: modules.sealing, log });
        await listen();
      }
      await bridge?.start();
      for (const relay of relays) relay.start();
      if (has('worker')) modules.start();
    },
    async stop() {
      upkeep.stop();
      const parts: Part[] = [
        ['bridge', () => bridge?.stop()],
        ['modules', modules.stop],
        ...relays.map((relay, place): Part => [`relay ${place}`, relay.stop]),
        // Socket.IO ends with the HTTP server that it sits on, and that with the last of its sockets.
        ['http and sockets', async () => void (await Promise.all([app?.close(), gateway.stop()]))],
        ['queues', queues.stop],
        ['database', db.stop],
      ];
      await stopInOrder(parts, log);
    },
  };
}

/** The live screens: consoles, phones of the street, desks of the centres, boards. */
function createScreens({ config, log, clock, db, modules }: Base, authenticate: Authenticate): Gateway {
  const { views, handoff } = modules;
  return createGateway({
    config,
    log,
    clock,
    authenticate,
    snapshot: views.snapshot,
    summary: views.summary,
    responders: async (viewer) => liveResponders(db, await liveAssignments(db), viewer, clock.now()),
    byIds: views.byIds,
    assignmentsOf: (staffId) => assignmentsOf({ db, byIds: views.byIds }, staffId),
    centresOf: (ids) => handoff.centresOf(db, ids),
    shopOf: (staffId) => shopIdOf(db, staffId),
    async liveSessions(ids) {
      const ended = new Set(await findEndedSessions(db, ids, clock.now()));
      return new Set(ids.filter((id) => !ended.has(id)));
    },
    seen: (ids) => seeDesks(db, ids, clock.now()),
  });
}

/** What stands between the boxes and dispatch. */
function createIntake({ config, log, clock, db, modules }: Base, mqttUrl: string, poke: () => void): Bridge {
  return createBridge({
    db,
    log,
    clock,
    leaseClock: systemClock,
    mqttUrl,
    // On the embedded database only one process can run at a time: it need not wait for its killed predecessor's leases.
    holder: config.databaseUrl === undefined ? 'embedded' : randomUUID(),
    receive: modules.receiver.receive,
    onDeviceBack: async (device) => [
      ...(await modules.receiver.toldAgain(device)),
      ...(await modules.vendors.toldAgain(device)),
    ],
    onPresence: (changes) =>
      void showPresence(
        db,
        changes.map((change) => change.id),
        clock.now(),
      ).then(poke, (error: Error) => log.warn({ err: error.message }, 'presence could not be shown')),
  });
}

const toScreens = ({ db, clock, log }: Base, gateway: Gateway): Relay =>
  createRelay({
    db,
    clock,
    log,
    topics: ['console'],
    batch: 200,
    handle: (rows) => gateway.carry(rows.map((row) => row.payload as ConsolePayload)),
  });

const toQueues = ({ db, clock, log }: Base, queues: Queues): Relay =>
  createRelay({
    db,
    clock,
    log,
    topics: ['job'],
    batch: 100,
    async handle(rows) {
      for (const row of rows) await queues.add(row.key as QueueName, row.payload as IntentJob);
    },
  });

const toFollowers = ({ db, clock, log, modules }: Base): Relay =>
  createRelay({
    db,
    clock,
    log,
    topics: ['case'],
    batch: 50,
    async handle(rows) {
      for (const row of rows) await modules.follow(row.payload as CaseEvent | HomePress);
    },
  });

/** What `/readyz` asks. */
const checksOf = (db: Database, queues: Queues, bridge: Bridge | undefined): Record<string, () => Promise<void>> => ({
  database: () => db.ping(),
  broker: async () => {
    if (bridge && bridge.state().connected.length === 0) throw new Error('no lane is connected');
  },
  queues: () => queues.ping(),
});

/** Policies read again, and what is old dropped; `start` does both once before it returns. */
function createUpkeep({ db, clock, log, modules }: Base): { start(): Promise<void>; stop(): void } {
  const { policies, familyLinks } = modules;
  const timers: NodeJS.Timeout[] = [];
  async function keepHouse(): Promise<void> {
    const now = clock.now();
    await ensurePartitions(db, now);
    await dropOldOutbox(db, now - KEEP_OUTBOX_MS);
    await dropOldAnswers(db, now);
    await tidyIdentity(db, now);
    await familyLinks.tidy();
  }
  return {
    async start() {
      await keepHouse();
      await policies.refresh();
      const again = (what: string, ms: number, work: () => Promise<void>): void => {
        timers.push(
          setInterval(() => void work().catch((error: Error) => log.error({ err: error.message }, what)), ms),
        );
      };
      again('policies', POLICIES_MS, policies.refresh);
      again('housekeeping', HOUSEKEEPING_MS, keepHouse);
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

/** The cards of devices that went on- or offline are sent again. */
async function showPresence(db: Database, devices: string[], now: number): Promise<void> {
  const ids = await openCasesOfDevices(db, devices);
  await addOutbox(
    db,
    ids.map((incident) => ({ topic: 'console' as const, key: '', payload: { incident } })),
    now,
  );
}

async function noteRefused({ db, clock }: Base, refusal: { clientId: string; reason: string }): Promise<void> {
  const { clientId, reason } = refusal;
  const subject = (await findSubjects(db, [clientId])).get(clientId);
  const notice = { level: 'warn', code: 'device_refused', text: `设备 ${clientId} 没能连上:${reason}` } as const;
  const payload: ConsolePayload = { notice, region: subject?.household?.regionPath || null };
  await addOutbox(db, [{ topic: 'console', key: '', payload }], clock.now());
}
