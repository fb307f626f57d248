import { createHash, randomUUID } from 'node:crypto';
import type { Faults } from '#devices/telephone/faults.ts';
import { createTelephoneNetwork, type TelephoneNetwork } from '#devices/telephone/network.ts';
import { movableClock, type Clock } from '#kernel/clock.ts';
import { readConfig } from '#platform/config.ts';
import { createHttpServer, type App } from '#platform/http.ts';
import { createLog } from '#platform/log.ts';
import type { CallOrder, OnInbound, Report } from '#telephony/port.ts';
import { createTelephony, type RunningTelephony } from '#telephony/telephony.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** Account of the simulated network. */
export const TEST_ACCOUNT = { accountSid: `AC${'0123456789abcdef'.repeat(2)}`, authToken: 'token-of-the-test' };
const OUR_NUMBER = '+8671012349';
const OUR_LINE = '12349';

/** Telephony on a database of its own, with a simulated network; both speak over HTTP, time moves by hand. */
export interface TelephoneWorld extends TestDatabase {
  clock: Clock & { advance(ms: number): void };
  network: TelephoneNetwork;
  networkUrl: string;
  publicUrl: string;
  app: App;
  telephony: RunningTelephony;
  /** Everything that was reported, in the order in which it was committed. */
  reports: Report[];
  /** Of recordings that had to stop, whether they did. */
  stops: { incidentId: string; stopped: boolean }[];
  /** Throws in a report as long as it answers true: then nothing of that may be kept. */
  trouble: { when: (report: Report) => boolean };
  /** What a choice is answered with; null: it counts. */
  answerToChoice: { say: string | null };
  order(more?: Partial<CallOrder>): CallOrder;
  place(more?: Partial<CallOrder>): Promise<string>;
  /** Lets so much time pass, a step at a time, with all that happens in it. */
  pass(seconds: number, stepMs?: number): Promise<void>;
  of(id: string): string[];
  stop(): Promise<void>;
}

/** Stop it in `afterAll`. */
export async function startTelephoneWorld(
  options: { seed?: number; onInbound?: OnInbound; max?: number } = {},
): Promise<TelephoneWorld> {
  const database = await createTestDatabase({ max: options.max ?? 10 });
  const { db } = database;
  const clock = movableClock();
  const log = createLog('silent');
  let publicUrl = '';
  const lines = (): { number: string; voiceUrl: string; statusCallback: string }[] =>
    [OUR_LINE, '12350'].map((number) => ({
      number,
      voiceUrl: `${publicUrl}/webhooks/twilio/inbound`,
      statusCallback: `${publicUrl}/webhooks/twilio/status`,
    }));
  const network = createTelephoneNetwork({
    clock,
    ...TEST_ACCOUNT,
    lines,
    others: { pickUp: 'never' },
    seed: options.seed ?? 1,
  });
  const { url: networkUrl } = await network.start();
  const reports: Report[] = [];
  const stops: TelephoneWorld['stops'] = [];
  const trouble: TelephoneWorld['trouble'] = { when: () => false };
  const answerToChoice: TelephoneWorld['answerToChoice'] = { say: null };
  const telephony = createTelephony({
    db,
    clock,
    log,
    network: { ...TEST_ACCOUNT, from: OUR_NUMBER, apiBase: networkUrl },
    publicUrl: () => publicUrl,
    async onReport(tx, report) {
      if (trouble.when(report)) throw new Error('trouble of the test');
      tx.afterCommit(() => reports.push(report));
      return report.event === 'chosen' && answerToChoice.say !== null ? { say: answerToChoice.say } : null;
    },
    onStopped: async (tx, stop) => tx.afterCommit(() => stops.push(stop)),
    onInbound:
      options.onInbound ?? (async () => ({ incidentId: randomUUID(), say: ['您好,这里是12349。'], record: false })),
  });
  const read = readConfig({ HTTP_PORT: '0' });
  if ('errors' in read) throw new Error(read.errors.join());
  const app = await createHttpServer({ config: read.config, log, clock, db });
  telephony.registerRoutes(app);
  publicUrl = await app.listen({ host: '127.0.0.1', port: 0 });

  const order = (more: Partial<CallOrder> = {}): CallOrder => ({
    id: randomUUID(),
    incidentId: randomUUID(),
    to: `154${Math.floor(1e8 * Math.random())
      .toString()
      .padStart(8, '0')}`,
    say: ['这里是12349一键通。', '王桂兰按了红键呼救。'],
    ask: CHOICES,
    join: false,
    record: false,
    ringS: 30,
    ...more,
  });
  return {
    ...database,
    clock,
    network,
    networkUrl,
    publicUrl,
    app,
    telephony,
    reports,
    stops,
    trouble,
    answerToChoice,
    order,
    async place(more) {
      const made = order(more);
      await db.tx((tx) => telephony.place(tx, made));
      return made.id;
    },
    async pass(seconds, stepMs = 1_000) {
      for (let passed = 0; passed < seconds * 1000; passed += stepMs) {
        clock.advance(stepMs);
        await network.settle();
        await telephony.runOnce();
        await network.settle();
      }
    },
    of: (id) =>
      reports
        .filter((report) => report.id === id)
        .map(({ event, means, outcome }) => [event, means ?? outcome].filter(Boolean).join(':')),
    async stop() {
      await telephony.stop();
      await network.stop();
      await app.close();
      await database.drop();
    },
  };
}

/** A network on which each thing goes wrong now and then. */
export const EVERYTHING_WRONG: Faults = {
  busy: 0.03,
  noAnswer: 0.03,
  voicemail: 0.05,
  rejected: 0.02,
  tooMany: 0.08,
  serverError: 0.05,
  errorAfter: 0.06,
  timeoutAfter: 0.06,
  late: 0.1,
  twice: 0.1,
  wrongOrder: 0.15,
  lost: 0.08,
};

/** 1: I go, how many minutes; 2: I can't, connect me. */
export const CHOICES: CallOrder['ask'] = [
  {
    key: '1',
    means: 'accepted',
    offered: '按1,我去',
    numbers: [{ name: 'minutes', say: '大约几分钟到?请按数字,再按井号。', most: 3 }],
    thanks: '谢谢您,我们等您。',
    join: false,
  },
  { key: '2', means: 'connect', offered: '按2,去不了,接通坐席', numbers: [], thanks: '这就给您接通。', join: true },
];

/** A number for tests that is always the same for the same name: 154 and eight digits. */
export function numberOf(name: string): string {
  return `154${(createHash('md5').update(name).digest().readUInt32BE(0) % 1e8).toString().padStart(8, '0')}`;
}
