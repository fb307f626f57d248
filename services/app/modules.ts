import type { Clock } from '#kernel/clock.ts';
import { busyDesks } from '#console/desks.ts';
import { createFamilyLinks, type FamilyLinks } from '#care/family-links.ts';
import { createCases, type Cases } from '#dispatch/cases.ts';
import { createIntents, type Intents } from '#dispatch/intents.ts';
import { busyWithAnother } from '#dispatch/people.ts';
import { createMoving } from '#dispatch/moving.ts';
import { createPhoneReports } from '#dispatch/phone.ts';
import { createPolicies, type Policies } from '#dispatch/policies.ts';
import { createReceiver } from '#dispatch/receive.ts';
import { noteRefusal } from '#dispatch/recording.ts';
import type { CaseEvent, HomePress } from '#dispatch/store.ts';
import { createSweep } from '#dispatch/sweep.ts';
import { createViews, type Views } from '#dispatch/views.ts';
import { createHandoff, type HandoffModule } from '#handoff/handoff.ts';
import { recordAudit } from '#identity/audit.ts';
import { maySee } from '#identity/colleagues.ts';
import { recordLook } from '#identity/looks.ts';
import type { Config } from '#platform/config.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { createSealing, type Sealing } from '#platform/sealing.ts';
import { whereAre } from '#responders/positions.ts';
import { createQuality, type Quality } from '#reporting/quality/quality.ts';
import type { NetworkSettings } from '#telephony/network.ts';
import type { RunningTelephony } from '#telephony/telephony.ts';
import { createVendors, type Vendors } from '#vendors/vendors.ts';
import { networkOf, wireTelephony } from './phone.ts';
import { stopInOrder, type Part } from './stopping.ts';

export interface ModulesDeps {
  config: Config;
  log: Log;
  clock: Clock;
  db: Database;
  /** A telephone network in this process, instead of the one that the configuration names. */
  network: NetworkSettings | undefined;
  /** Something was written that others wait for. */
  poke(): void;
  /** Where people reach the platform; empty before it listens. */
  baseUrl(): string;
  /** Where it listens itself; empty before. */
  local(): string;
}

/** What the platform does, wired to each other, without what carries it: sockets, HTTP, MQTT, relays. */
export interface Modules {
  sealing: Sealing;
  policies: Policies;
  cases: Cases;
  views: Views;
  intents: Intents;
  sweep: ReturnType<typeof createSweep>;
  receiver: ReturnType<typeof createReceiver>;
  telephony: RunningTelephony | undefined;
  familyLinks: FamilyLinks;
  handoff: HandoffModule;
  vendors: Vendors;
  quality: Quality;
  /** A resident refuses from now on that calls about her are recorded. */
  noteRefusal(tx: Tx, refusal: Parameters<typeof noteRefusal>[2]): Promise<void>;
  /** The place of a home was changed: its open cases go with it. */
  homeMoved: ReturnType<typeof createMoving>;
  /** Tells the modules that follow cases: each hears every event at least once, and looks at the database for what to do. */
  follow(event: CaseEvent | HomePress): Promise<void>;
  /** Begins what moves by itself. */
  start(): void;
  stop(): Promise<void>;
}

/** Construction does nothing but tie one to the other. */
export function createModules(deps: ModulesDeps): Modules {
  const { config, log, clock, db, poke, baseUrl } = deps;
  const policies = createPolicies({ db, log });
  const shared = { db, clock, log, policies, poke };
  const cases = createCases(shared);
  const views = createViews({ db, clock, policies, recordLook, whereAre });
  const telephony = wireTelephony({
    ...shared,
    network: deps.network ?? networkOf(config),
    // A network in this process reaches us directly; a real one by the public address.
    publicUrl: () => (deps.network ? deps.local() : baseUrl()),
    // What the telephone reports changes the case in telephony's own transaction.
    onReport: createPhoneReports({
      ...shared,
      async elsewhere(tx, report) {
        const shop = await vendors.onReport(tx, report);
        return shop === 'not ours' ? handoff.onReport(tx, report) : shop;
      },
    }),
  });
  const callBack = config.twilio.from ?? '12349';
  const familyLinks = createFamilyLinks({ db, clock, byIds: views.byIds, baseUrl, callBack });
  const sealing = createSealing(config);
  const outer = { db, clock, log, cases, poke, recordLook, recordAudit };
  const handoff = createHandoff({ ...outer, sealing, policies, views, telephony, callBack, baseUrl });
  const { byIds, placeOf } = views;
  const vendors = createVendors({ ...outer, byIds, placeOf, telephony: telephony ?? null });
  const intents = createIntents({
    ...shared,
    telephony,
    whereAre,
    centrePhone: handoff.centrePhone,
    familyLink: familyLinks.make,
    beginHandoff: handoff.begin,
  });
  const sweep = createSweep({ ...shared, intents });
  const receiver = createReceiver({ ...shared, busyOwners });
  const quality = createQuality({ db, clock, log, views, recordAudit });
  const moving = { sweep, telephony, handoff, vendors, quality };
  return {
    sealing,
    policies,
    cases,
    views,
    intents,
    sweep,
    receiver,
    telephony,
    familyLinks,
    handoff,
    vendors,
    quality,
    noteRefusal: (tx, refusal) => noteRefusal(shared, tx, refusal),
    homeMoved: createMoving({ ...shared, maySee }),
    async follow(event) {
      if ('home' in event) return vendors.onHome(event);
      await handoff.onCase(event);
      await vendors.onCase(event);
    },
    start() {
      for (const one of Object.values(moving)) one?.start();
    },
    stop: () =>
      stopInOrder(
        Object.entries(moving).map(([name, one]): Part => [name, () => one?.stop()]),
        log,
      ),
  };
}

/** Who of those that have cases can't take one more: at no desk, or busy with another. */
async function busyOwners(on: Db, owners: Parameters<typeof busyWithAnother>[1]): Promise<Set<string>> {
  const desks = await busyDesks(
    on,
    owners.map((one) => one.ownerId),
  );
  return new Set([...desks, ...(await busyWithAnother(on, owners))]);
}
