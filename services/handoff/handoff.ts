import type { Clock } from '#kernel/clock.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import type { Sealing } from '#platform/sealing.ts';
import { createLoop } from '#platform/loop.ts';
import type { Cases } from '#dispatch/cases.ts';
import type { Policies } from '#dispatch/policies.ts';
import type { Views } from '#dispatch/views.ts';
import type { Recorders } from '#registry/scope.ts';
import type { OnReport, Telephony } from '#telephony/port.ts';
import { registerPartnerAdminRoutes } from './admin-routes.ts';
import { hearReport, orderDueCalls } from './calls.ts';
import { carryDeliveries } from './deliveries.ts';
import { registerMedicalRoutes } from './medical-routes.ts';
import { beginHandoff, centrePhone, centresOf, followCase, type Asked } from './offers.ts';
import { sealSecrets } from './partners.ts';
import { registerPartnerRoutes } from './partner-routes.ts';

export interface HandoffDeps extends Recorders {
  db: Database;
  clock: Clock;
  log: Log;
  cases: Cases;
  policies: Policies;
  views: Views;
  poke: () => void;
  sealing: Sealing;
  /** None: no messages and no automatic calls. */
  telephony?: Telephony | undefined;
  /** Our own number, as a centre calls it back. */
  callBack: string;
  /** Where our pages are, for links in messages; without a slash at the end. */
  baseUrl: () => string;
}

/** Handing cases to 110, 119, 120, hospitals and clinics. */
export interface HandoffModule {
  /** What dispatch calls inside its transaction; answers the outcome for the history. Safe to call again. */
  begin(tx: Tx, asked: Asked): Promise<string>;
  /** Something happened to a case; at least once, in any order. */
  onCase(event: { incident: string; kind: string; ref?: string | undefined }): Promise<void>;
  /** Reports of calls that this module ordered; others are answered with null. */
  onReport: OnReport;
  /** The telephone of the centre that a handoff is offered to; null: no partner answers for it. */
  centrePhone(db: Db, handoffId: string): Promise<string | null>;
  /** Accounts of the centres that were asked for any of these cases. */
  centresOf(db: Db, incidentIds: readonly string[]): Promise<string[]>;
  registerRoutes(app: App): void;
  /** One look at what is due: webhooks and calls, from the database alone. Answers how many were moved. */
  runOnce(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

/** How often what is due is looked at, ms. */
const EVERY_MS = 1_000;

/** Construction does nothing; `start` moves what is due, `stop` waits for what is under way. */
export function createHandoff(deps: HandoffDeps): HandoffModule {
  const runOnce = async (): Promise<number> => (await carryDeliveries(deps)) + (await orderDueCalls(deps));

  const loop = createLoop({ log: deps.log, name: 'handoffs could not be moved', every: EVERY_MS, work: runOnce });

  return {
    begin: (tx, asked) => beginHandoff(deps, tx, asked),
    onCase: (event) => deps.db.tx((tx) => followCase(deps, tx, event)),
    onReport: (tx, report) => hearReport(deps, tx, report),
    centrePhone,
    centresOf,
    registerRoutes(app) {
      registerPartnerRoutes(app, deps);
      registerPartnerAdminRoutes(app, deps);
      registerMedicalRoutes(app, deps);
    },
    runOnce,
    start() {
      sealSecrets(deps).catch((error: Error) => deps.log.error({ err: error.message }, 'secrets could not be sealed'));
      loop.start();
    },
    stop: loop.stop,
  };
}
