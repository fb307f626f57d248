import { Counter } from 'prom-client';
import type { Clock } from '#kernel/clock.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import { createLoop } from '#platform/loop.ts';
import { createMover } from './mover.ts';
import { createNetwork, type NetworkSettings } from './network.ts';
import { normaliseNumber } from './numbers.ts';
import type { OnInbound, OnReport, Telephony } from './port.ts';
import { askStop, stopRecordings, type OnStopped } from './recordings.ts';
import { askSeat } from './seats.ts';
import { addJob, askHangUp } from './store.ts';
import { callUrls } from './urls.ts';
import { registerWebhooks } from './webhooks.ts';

export interface TelephonyDeps {
  db: Database;
  clock: Clock;
  log: Log;
  network: NetworkSettings;
  /** Where the network reaches us, without a slash at the end; asked when something is placed or checked. */
  publicUrl: () => string;
  onReport: OnReport;
  onInbound: OnInbound;
  /** None: nobody is told. */
  onStopped?: OnStopped;
}

/** How often recordings that have to stop are looked for, ms. */
const STOPS_MS = 1_000;

/** The port, with what moves it. */
export interface RunningTelephony extends Telephony {
  /** The webhooks; before the server listens. */
  registerRoutes(app: App): void;
  /** Fetches a recording by the network's id. Rejects when it can't be had. */
  recording(sid: string): Promise<{ type: string; bytes: Buffer }>;
  /** Moves everything that is due now, to the end of each request. */
  runOnce(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

/** Telephony through Twilio, or through whatever speaks its language at `network.apiBase`. Construction does nothing. */
export function createTelephony(deps: TelephonyDeps): RunningTelephony {
  const { db, clock, log, onReport } = deps;
  const network = createNetwork(deps.network);
  const mover = createMover({
    db,
    clock,
    log,
    network,
    onReport,
    urlsOf: (job) => callUrls(deps.publicUrl(), job.id),
  });
  const onStopped = deps.onStopped ?? (async () => undefined);
  const stopDue = (): Promise<number> => stopRecordings({ db, clock, log, network, onStopped });
  const stops = createLoop({ log, name: 'recordings could not be stopped', every: STOPS_MS, work: stopDue });
  return {
    async place(tx, order) {
      const { id, incidentId, to, ...detail } = order;
      const now = clock.now();
      // A number that reaches nobody is an order all the same: its outcome is told like any other's.
      const number = normaliseNumber(to) ?? to.slice(0, 32);
      await addJob(tx, {
        id,
        kind: 'call',
        direction: 'out',
        incidentId,
        number,
        detail,
        state: 'ordered',
        sid: null,
        nextAt: now,
        now,
      });
      tx.afterCommit(mover.poke);
    },
    async hangUp(tx, callId) {
      if (await askHangUp(tx, callId, clock.now())) tx.afterCommit(mover.poke);
    },
    async send(tx, { id, incidentId, to, text }) {
      const now = clock.now();
      const number = normaliseNumber(to) ?? to.slice(0, 32);
      await addJob(tx, {
        id,
        kind: 'message',
        direction: 'out',
        incidentId,
        number,
        detail: { text },
        state: 'ordered',
        sid: null,
        nextAt: now,
        now,
      });
      tx.afterCommit(mover.poke);
    },
    async seat(tx, callId, seat) {
      if (await askSeat(tx, callId, seat, clock.now())) tx.afterCommit(mover.poke);
    },
    stopRecording: (tx, stop) => askStop(tx, stop, clock.now()),
    registerRoutes(app) {
      const refused = new Counter({
        name: 'telephone_webhooks_refused_total',
        help: 'Webhooks of the telephone network that were refused, by reason',
        labelNames: ['why'],
        registers: [app.metrics],
      });
      registerWebhooks(app, {
        db,
        clock,
        log,
        network,
        accountSid: deps.network.accountSid,
        authToken: deps.network.authToken,
        publicUrl: deps.publicUrl,
        onReport,
        onInbound: deps.onInbound,
        refused: (why) => refused.inc({ why }),
        poke: mover.poke,
      });
    },
    recording: (sid) => network.recording(sid),
    runOnce: async () => (await mover.runOnce()) + (await stopDue()),
    start() {
      mover.start();
      stops.start();
    },
    async stop() {
      await Promise.all([mover.stop(), stops.stop()]);
    },
  };
}
