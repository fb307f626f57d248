import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLog } from '#platform/log.ts';
import type { Database } from '#platform/database.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { ACTORS, homesOf, insertHomes } from '#test/harness/homes.ts';
import { createIntents } from './intents.ts';
import { createPolicies } from './policies.ts';

let base: TestDatabase;
let d: ReturnType<typeof createDispatch>;
const names = Array.from({ length: 10 }, (_, place) => `i${place}`);
beforeAll(async () => {
  base = await createTestDatabase();
  await insertHomes(base, names);
  d = createDispatch(base);
});
afterAll(() => base.drop());

let used = 0;
const [operator] = ACTORS as [(typeof ACTORS)[number]];

/** A red press whose first page is intended and not yet carried out. */
async function paged(): Promise<{ incident: string; intent: string }> {
  const incident = await d.pressed(`${names[used++]!}-hall`, 'sos');
  await base.db.pool.query(`update intent set state = 'done' where state = 'pending'`);
  await d.sweep.runOnce();
  const rows = await intentsOf(incident);
  expect(rows).toMatchObject([{ kind: 'page', state: 'pending' }]);
  return { incident, intent: rows[0]!.id };
}
/** Without the message to the family, which each red press sends as well. */
const intentsOf = (incident: string) =>
  d.db.query<{ id: string; kind: string; state: string; outcome: string | null; attempt: number }>(
    {
      name: 'intents',
      text: `select id, kind, state, outcome, attempt from intent where incident_id = $1 and kind <> 'message' order by created_at, id`,
    },
    [incident],
  );
const outcomes = async (incident: string): Promise<unknown[]> =>
  (await d.history(incident))
    .filter((line) => line.kind === 'outcome' && line.data['kind'] !== 'message')
    .map((line) => line.data['outcome']);
const pages = (incident: string) =>
  d.db.query(
    {
      name: 'pages',
      text: `select id from outbox where topic = 'console' and payload ->> 'incident' = $1 and payload ? 'page'`,
    },
    [incident],
  );

/** The worker of another process: the same database, but each of its transactions waits for `gate`. */
function pausedWorker(gate: Promise<void>) {
  const db: Database = {
    ...base.db,
    async tx(work) {
      await gate;
      return base.db.tx(work);
    },
  };
  const log = createLog('silent');
  return createIntents({ db, clock: d.clock, log, policies: createPolicies({ db, log }), poke: () => undefined });
}

it('many hints of one intent do it once', async () => {
  const { incident, intent } = await paged();
  await Promise.all(Array.from({ length: 8 }, () => d.intents.run(intent)));
  await d.intents.run(intent);
  expect(await outcomes(incident)).toEqual(['shown']);
  expect(await pages(incident)).toHaveLength(1);
});

it('a worker that was paused after it took an intent, and lost it meanwhile, writes nothing and sends nothing', async () => {
  const { incident, intent } = await paged();
  let wake!: () => void;
  const gate = new Promise<void>((resolve) => (wake = resolve));
  const sleeper = pausedWorker(gate).run(intent);
  await expect.poll(async () => (await intentsOf(incident))[0]!.attempt).toBe(1);
  await d.intents.run(intent);
  expect(await outcomes(incident)).toEqual([]);
  d.clock.advance(6_000);
  await d.intents.run(intent);
  expect(await outcomes(incident)).toEqual(['shown']);
  const before = await d.load(incident);
  wake();
  await sleeper;
  expect(await d.load(incident)).toEqual(before);
  expect(await outcomes(incident)).toEqual(['shown']);
  expect(await pages(incident)).toHaveLength(1);
  expect(await intentsOf(incident)).toMatchObject([{ state: 'done', outcome: 'shown', attempt: 2 }]);
});

it('nobody is paged to a case that was taken while the hint was on its way', async () => {
  const { incident, intent } = await paged();
  await d.cases.desk(incident, { type: 'claim' }, operator, null);
  await d.intents.run(intent);
  expect(await outcomes(incident)).toEqual(['taken']);
  expect(await pages(incident)).toHaveLength(0);
});

it('the family of a quiet home is not called', async () => {
  const incident = await d.pressed(`${names[used++]!}-hall`, 'sos');
  await d.cases.desk(incident, { type: 'quiet', on: true }, operator, (await d.load(incident)).version);
  d.clock.advance(31_000);
  await d.sweep.runOnce();
  await d.intents.runForgotten(0);
  const calls = (await d.history(incident)).filter((line) => line.data['kind'] === 'call');
  expect(calls.map((line) => line.data['outcome'])).toEqual(['quiet']);
});

it('one that can not be carried out holds up none that come after it, and the row of one that somebody holds is not waited for', async () => {
  const first = await paged();
  const held = await d.pressed(`${names[used++]!}-hall`, 'sos');
  const last = await d.pressed(`${names[used++]!}-hall`, 'sos');
  await d.sweep.runOnce();
  await base.db.pool.query(`update intent set detail = 'null' where id = $1`, [first.intent]);
  const client = await base.db.pool.connect();
  try {
    await client.query('begin');
    await client.query('select 1 from intent where incident_id = $1 for update', [held]);
    await d.intents.runForgotten(0);
    expect(await outcomes(held)).toEqual([]);
    expect(await outcomes(last)).toEqual(['shown']);
  } finally {
    await client.query('rollback');
    client.release();
  }
  d.clock.advance(6_000);
  await d.intents.runForgotten(0);
  expect(await outcomes(held)).toEqual(['shown']);
});

it('somebody is found also for a case without a position', async () => {
  const name = names[used++]!;
  const { homes, grid } = homesOf(name);
  await base.db.pool.query('update household set lat = null, lon = null where id = $1', [homes[0]]);
  const incident = await d.pressed(`${name}-hall`, 'sos');
  expect(await d.load(incident)).toMatchObject({ position: null, regionPath: grid });
  d.clock.advance(46_000);
  await d.sweep.runOnce();
  await d.intents.runForgotten(0);
  expect((await d.load(incident)).assignments).toMatchObject([{ state: 'offered' }]);
});
