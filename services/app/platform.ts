import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { createGateway, type ConsolePayload, type Gateway } from '#console/gateway.ts';
import { busyDesks, registerDeskRoutes, seeDesks } from '#console/desks.ts';
import { createCases, type Cases } from '#dispatch/cases.ts';
import { createIntents } from '#dispatch/intents.ts';
import { busyWithAnother, goalOf, liveAssignments, openCasesOf, openCasesOfDevices } from '#dispatch/people.ts';
import { createPhoneReports } from '#dispatch/phone.ts';
import { registerPhoneRoutes } from '#dispatch/phone-routes.ts';
import { createPolicies } from '#dispatch/policies.ts';
import type { CaseEvent } from '#dispatch/store.ts';
import { registerPolicyRoutes } from '#dispatch/policy-routes.ts';
import { createReceiver } from '#dispatch/receive.ts';
import { registerCommandRoutes } from '#dispatch/command-routes.ts';
import { actorOf, registerDispatchRoutes, type DispatchRoutesDeps } from '#dispatch/routes.ts';
import { createSweep } from '#dispatch/sweep.ts';
import { createViews } from '#dispatch/views.ts';
import { createAuthenticate } from '#identity/authenticate.ts';
import { recordAudit } from '#identity/audit.ts';
import { recordLook } from '#identity/looks.ts';
import { registerIdentityRoutes } from '#identity/routes.ts';
import { findEndedSessions } from '#identity/sessions.ts';
import { tidyIdentity } from '#identity/housekeeping.ts';
import { createHandoff, type HandoffModule } from '#handoff/handoff.ts';
import { createFamilyLinks } from '#care/family-links.ts';
import { createBridge, type Bridge } from '#intake/bridge.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import { createDatabase, type Database } from '#platform/database.ts';
import { createHttpServer, dropOldAnswers, type App } from '#platform/http.ts';
import { listenError } from '#platform/listen-error.ts';
import type { Log } from '#platform/log.ts';
import { addOutbox } from '#platform/outbox.ts';
import { createQueues, type IntentJob, type QueueName } from '#platform/queues.ts';
import { createRelay, dropOldOutbox, type Relay } from '#platform/relay.ts';
import { directory, searchHomes } from '#registry/directory/directory.ts';
import { registerRegistryRoutes } from '#registry/routes.ts';
import { findSubjects } from '#registry/subjects.ts';
import type { NetworkSettings } from '#telephony/network.ts';
import { liveResponders, whereAre } from '#responders/positions.ts';
import { assignmentsOf } from '#responders/field.ts';
import { registerMeRoutes, reportPosition } from '#responders/me-routes.ts';
import { registerResponderRoutes } from '#responders/routes.ts';
import { createVendors, type Vendors } from '#vendors/vendors.ts';
import type { Engines } from './engines.ts';
import { networkOf, registerTelephone, wireTelephony } from './phone.ts';
import { accountsSharing } from '#identity/colleagues.ts';
import { ensurePartitions } from '#platform/partitions.ts';

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
  const policies = createPolicies({ db, log });
  const relays: Relay[] = [];
  const poke = (): void => {
    bridge?.poke();
    for (const relay of relays) relay.poke();
  };
  const cases = createCases({ db, clock, policies, poke });
  // Modules that follow cases: each hears every event at least once, and looks at the database for what to do.
  const followers: ((event: CaseEvent) => Promise<void>)[] = [];
  // What the telephone reports changes the case in telephony's own transaction.
  const phoneReports = createPhoneReports({
    clock,
    policies,
    poke,
    async elsewhere(tx, report) {
      const shop = await vendors.onReport(tx, report);
      return shop === 'not ours' ? handoff.onReport(tx, report) : shop;
    },
  });
  const shared = { db, clock, log, policies, poke };
  const telephony = wireTelephony({
    ...shared,
    network: deps.network ?? networkOf(config),
    // A network in this process reaches us directly; a real one by the public address.
    publicUrl: () => (deps.network ? (local ?? '') : baseUrl()),
    onReport: phoneReports,
  });
  const intents = createIntents({
    ...shared,
    telephony,
    whereAre,
    centrePhone: (on, id) => handoff.centrePhone(on, id),
    familyLink: (tx, of) => familyLinks.make(tx, of),
    beginHandoff: (tx, asked) => handoff.begin(tx, asked),
  });
  const sweep = createSweep({ db, clock, log, policies, intents, poke });
  const views = createViews({ db, clock, policies, recordLook, whereAre });
  const baseUrl = (): string => config.publicUrl ?? url ?? '';
  const callBack = config.twilio.from ?? '12349';
  const familyLinks = createFamilyLinks({ db, clock, byIds: views.byIds, baseUrl, callBack });
  const handoff: HandoffModule = createHandoff({
    db,
    clock,
    log,
    cases,
    policies,
    views,
    poke,
    telephony,
    recordLook,
    recordAudit,
    callBack,
    baseUrl,
  });
  followers.push((event) => handoff.onCase(event));
  const vendors: Vendors = createVendors({
    db,
    clock,
    log,
    cases,
    byIds: views.byIds,
    placeOf: views.placeOf,
    recordLook,
    recordAudit,
    telephony: telephony ?? null,
    poke,
  });
  followers.push((event) => vendors.onCase(event));
  const receiver = createReceiver({
    db,
    clock,
    log,
    policies,
    poke,
    busyOwners: async (on, owners) =>
      new Set([
        ...(await busyDesks(
          on,
          owners.map((one) => one.ownerId),
        )),
        ...(await busyWithAnother(on, owners)),
      ]),
  });
  const authenticate = createAuthenticate({ db, clock });
  const gateway: Gateway = createGateway({
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
    async liveSessions(ids) {
      const ended = new Set(await findEndedSessions(db, ids, clock.now()));
      return new Set(ids.filter((id) => !ended.has(id)));
    },
    seen: (ids) => seeDesks(db, ids, clock.now()),
  });
  const queues = createQueues({
    log,
    databaseUrl: engines.databaseUrl,
    redisUrl: config.redisUrl,
    handle: has('worker') ? (job: IntentJob) => intents.run(job.intent) : undefined,
  });
  const bridge: Bridge | undefined = has('bridge')
    ? createBridge({
        db,
        log,
        clock,
        leaseClock: systemClock,
        mqttUrl: engines.mqttUrl,
        // On the embedded database only one process can run at a time: it need not wait for its killed predecessor's leases.
        holder: config.databaseUrl === undefined ? 'embedded' : randomUUID(),
        receive: receiver.receive,
        onDeviceBack: receiver.toldAgain,
        onPresence: (changes) => void showPresence(changes.map((change) => change.id)),
      })
    : undefined;
  if (has('api')) {
    relays.push(
      createRelay({
        db,
        clock,
        log,
        topics: ['console'],
        batch: 200,
        handle: (rows) => gateway.carry(rows.map((row) => row.payload as ConsolePayload)),
      }),
    );
  }
  if (has('worker')) {
    const handle = async (rows: { key: string; payload: unknown }[]): Promise<void> => {
      for (const row of rows) await queues.add(row.key as QueueName, row.payload as IntentJob);
    };
    relays.push(createRelay({ db, clock, log, topics: ['job'], batch: 100, handle }));
    const follow = async (rows: { payload: unknown }[]): Promise<void> => {
      for (const row of rows) for (const follower of followers) await follower(row.payload as CaseEvent);
    };
    relays.push(createRelay({ db, clock, log, topics: ['case'], batch: 50, handle: follow }));
  }
  let app: App | undefined;
  let url: string | undefined;
  let local: string | undefined;
  let housekeeping: NodeJS.Timeout | undefined;
  let refreshing: NodeJS.Timeout | undefined;
  const moved = gateway.responder;

  /** The cards of devices that went on- or offline are sent again. */
  async function showPresence(devices: string[]): Promise<void> {
    try {
      const ids = await openCasesOfDevices(db, devices);
      await addOutbox(
        db,
        ids.map((incident) => ({ topic: 'console' as const, key: '', payload: { incident } })),
        clock.now(),
      );
      poke();
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'presence could not be shown');
    }
  }

  async function listen(): Promise<void> {
    app = await createHttpServer({
      config,
      log,
      clock,
      db,
      authenticate,
      checks: {
        database: () => db.ping(),
        broker: async () => {
          if (bridge && bridge.state().connected.length === 0) throw new Error('no lane is connected');
        },
        queues: () => queues.ping(),
      },
    });
    registerIdentityRoutes(app, { db, clock, config, directory, onRevoked: gateway.revoke });
    registerRegistryRoutes(app, { db, clock, recordLook, recordAudit });
    const dispatchDeps = {
      db,
      clock,
      cases,
      views,
      search: (viewer, text) => searchHomes(db, text, viewer.regions),
    } satisfies DispatchRoutesDeps;
    registerDispatchRoutes(app, dispatchDeps);
    registerCommandRoutes(app, dispatchDeps);
    registerPhoneRoutes(app, { ...dispatchDeps, centrePhone: handoff.centrePhone });
    registerPolicyRoutes(app, { db, clock, policies });
    const street = { db, clock, cases, byIds: views.byIds, moved };
    registerResponderRoutes(app, { ...street, placeOf: views.placeOf, visible: views.visible, recordLook });
    registerMeRoutes(app, street);
    registerDeskRoutes(app, {
      db,
      clock,
      colleagues: (viewer) => accountsSharing(db, viewer.regions, ['operator', 'supervisor']),
      openCases: async (on, accountId) =>
        (await openCasesOf(on, accountId)).map(({ reason, ...one }) => ({ ...one, who: reason })),
      visible: views.visible,
      handTo: (id, to, why) => handOver(cases, id, to, why),
      changed: gateway.desk,
    });
    handoff.registerRoutes(app);
    familyLinks.registerRoutes(app);
    vendors.registerRoutes(app);
    if (telephony) registerTelephone(app, telephony, { db, clock, views });
    deps.addRoutes?.(app, db);
    const { host, httpPort: port } = config;
    const address = await app.listen({ host, port }).catch((error: Error) => {
      throw listenError(error, host, port, 'HTTP_PORT');
    });
    await gateway.start(app.server);
    local = address;
    url = config.publicUrl ?? address;
  }

  async function keepHouse(): Promise<void> {
    const now = clock.now();
    await ensurePartitions(db, now);
    await dropOldOutbox(db, now - KEEP_OUTBOX_MS);
    await dropOldAnswers(db, now);
    await tidyIdentity(db, now);
    await familyLinks.tidy();
  }

  return {
    db,
    cases,
    handoff,
    vendors,
    get app() {
      return app;
    },
    get url() {
      return url;
    },
    get local() {
      return local;
    },
    reportPosition: async (fix) => void (await reportPosition({ db, clock, cases, byIds: views.byIds, moved }, fix)),
    goal: (incidentId, assignmentId) => goalOf(db, incidentId, assignmentId),
    inTheStreet: gateway.inTheStreet,
    async deviceRefused({ clientId, reason }) {
      const subject = (await findSubjects(db, [clientId])).get(clientId);
      const notice = { level: 'warn', code: 'device_refused', text: `设备 ${clientId} 没能连上:${reason}` } as const;
      const payload: ConsolePayload = { notice, region: subject?.household?.regionPath || null };
      await addOutbox(db, [{ topic: 'console', key: '', payload }], clock.now());
      poke();
    },
    sweepOnce: sweep.runOnce,
    async start() {
      await keepHouse();
      await policies.refresh();
      refreshing = setInterval(
        () => void policies.refresh().catch((error: Error) => log.warn({ err: error.message }, 'policies')),
        POLICIES_MS,
      );
      if (has('worker') || has('api')) await queues.start();
      if (has('api')) await listen();
      await bridge?.start();
      for (const relay of relays) relay.start();
      if (has('worker')) sweep.start();
      if (has('worker')) telephony?.start();
      if (has('worker')) handoff.start();
      if (has('worker')) vendors.start();
      housekeeping = setInterval(
        () => void keepHouse().catch((error: Error) => log.error({ err: error.message }, 'housekeeping')),
        HOUSEKEEPING_MS,
      );
    },
    async stop() {
      clearInterval(housekeeping);
      clearInterval(refreshing);
      await bridge?.stop();
      await sweep.stop();
      await telephony?.stop();
      await handoff.stop();
      await vendors.stop();
      for (const relay of relays) await relay.stop();
      await gateway.stop();
      await app?.close();
      await queues.stop();
      await db.stop();
    },
  };
}

/** A signed hand-over gives what is still open to the one who signed; what ended meanwhile stays as it is. */
async function handOver(cases: Cases, id: string, to: Viewer, why: string): Promise<void> {
  const sees = (regionPath: string | null): boolean => regionPath === null || liesInRegions(to, regionPath);
  try {
    await cases.desk(id, { type: 'claim', takeOver: why }, actorOf(to), null, sees);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
}
