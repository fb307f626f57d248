import { createHash, randomUUID } from 'node:crypto';
import { createModules, type Modules } from '#app/modules.ts';
import type { Leg, Script } from '#devices/telephone/leg.ts';
import { createTelephoneNetwork, type TelephoneNetwork } from '#devices/telephone/network.ts';
import type { CaseEvent } from '#dispatch/store.ts';
import { seedDemoPartners } from '#handoff/demo.ts';
import { insertAccount } from '#identity/accounts.ts';
import type { Clock } from '#kernel/clock.ts';
import { readConfig } from '#platform/config.ts';
import type { Database } from '#platform/database.ts';
import { createHttpServer } from '#platform/http.ts';
import { createLog } from '#platform/log.ts';
import { KNOWN_GRID } from '#registry/demo/known.ts';
import { regionsOfLevel } from '#registry/directory/directory.ts';
import { createTestDatabase } from '#test/harness/database.ts';
import { testSealing } from '#test/harness/identity.ts';
import { standingClock } from '#test/harness/running.ts';
import { TEST_ACCOUNT } from '#test/harness/telephone.ts';
import { redPress } from '../climbing.ts';

/** A Monday noon, when people are on duty. */
const NOON = Date.parse('2026-11-23T12:00:00+08:00');

/**
 * All that the platform does, on the demo city and a simulated telephone network, both over HTTP; without queues, boxes
 * and screens, so that nothing happens but in `pass`.
 */
export interface CaseWorld {
  db: Database;
  clock: Clock & { advance(ms: number): void };
  network: TelephoneNetwork;
  modules: Modules;
  rows<Row extends object>(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** The red keys of these boxes, pressed together; the ids of their cases. */
  press(devices: readonly string[]): Promise<string[]>;
  /** Lets so much time pass, a step at a time, with everything that the platform and the network make of it. */
  pass(seconds: number, stepS: number): Promise<void>;
  /** The order that a call was placed for. */
  jobOf(leg: Leg): string;
  stop(): Promise<void>;
}

/** Stop it in `afterAll`. `others`: how telephones behave that have no script. The 120 centre has agreed to be called automatically. */
export async function startCaseWorld(options: { seed?: number; others: Script }): Promise<CaseWorld> {
  const clock = standingClock(NOON);
  const base = await createTestDatabase({ seeded: true, max: 20 });
  const { db } = base;
  const network = createTelephoneNetwork({ clock, ...TEST_ACCOUNT, lines: () => [], ...options });
  const { url } = await network.start();
  const read = readConfig({ HTTP_PORT: '0', DEMO: '0' });
  if ('errors' in read) throw new Error(read.errors.join());
  const { config } = read;
  const log = createLog('silent');
  let local = '';
  const modules = createModules({
    config,
    log,
    clock,
    db,
    network: { ...TEST_ACCOUNT, from: '+8671012349', apiBase: url },
    poke: () => undefined,
    baseUrl: () => local,
    local: () => local,
  });
  await modules.policies.refresh();
  const app = await createHttpServer({ config, log, clock, db });
  modules.telephony!.registerRoutes(app);
  local = await app.listen({ host: '127.0.0.1', port: 0 });
  await seedPartners(db, clock.now());

  const rows = <Row extends object>(text: string, params: readonly unknown[] = []): Promise<Row[]> =>
    db.query<Row>({ name: createHash('md5').update(text).digest('hex'), text }, params);
  let followed = 0;
  /** What the outbox tells the modules that follow cases, in its order. */
  async function follow(): Promise<void> {
    const told = await rows<{ id: string; payload: CaseEvent }>(
      `select id, payload from outbox where topic = 'case' and id > $1 order by id`,
      [followed],
    );
    for (const { id, payload } of told) {
      await modules.follow(payload);
      followed = Number(id);
    }
  }
  return {
    db,
    clock,
    network,
    modules,
    rows,
    async press(devices) {
      const receipts = await modules.receiver.receive(devices.map((id) => redPress(id, clock.now())));
      return receipts.map(({ incident }) => incident!);
    },
    async pass(seconds, stepS) {
      for (let passed = 0; passed < seconds; passed += stepS) {
        clock.advance(stepS * 1_000);
        await network.settle();
        await modules.sweep.runOnce();
        // Those of this very moment too.
        while ((await modules.intents.runForgotten(-1)) > 0);
        await follow();
        await modules.handoff.runOnce();
        await modules.telephony!.runOnce();
        await network.settle();
      }
    },
    jobOf: (leg) => new URL(leg.asked.get('Url')!).searchParams.get('job')!,
    async stop() {
      await modules.stop();
      await network.stop();
      await app.close();
      await base.drop();
    },
  };
}

async function seedPartners(db: Database, now: number): Promise<void> {
  const district = (await regionsOfLevel(db, 'district')).find((region) => KNOWN_GRID.startsWith(region.path))!;
  const ids = new Map<string, string>();
  for (const username of ['desk120', 'desk110', 'desk119', 'hospital1', 'hospital2']) {
    const id = randomUUID();
    ids.set(username, id);
    const account = { id, username, role: 'partner' as const, name: username, staffId: null, totpSecret: null };
    const draft = { ...account, passwordHash: 'none', regions: [district] };
    await insertAccount({ db, sealing: testSealing }, draft, now);
  }
  await seedDemoPartners(db, { district, streets: [], account: (username) => ids.get(username)! });
}
