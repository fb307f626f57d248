import { isDeepStrictEqual } from 'node:util';
import { findBrokenLink } from '#kernel/hash-chain.ts';
import { Problem, type ErrorCode } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import { createLog } from '#platform/log.ts';
import type { Statement } from '#platform/sql.ts';
import { createCases } from '#dispatch/cases.ts';
import type { Incident } from '#dispatch/domain/incident.ts';
import { rebuild, type Patch } from '#dispatch/domain/rebuild.ts';
import { createIntents } from '#dispatch/intents.ts';
import { createReceiver } from '#dispatch/receive.ts';
import type { Stored } from '#dispatch/rows.ts';
import { loadIncidents } from '#dispatch/store.ts';
import { createSweep } from '#dispatch/sweep.ts';
import type { TestDatabase } from '#test/harness/database.ts';
import { ACTORS, deviceId, DEVICES } from '#test/harness/homes.ts';
import { expectLegalStep, expectOneOpenEach, expectSound } from './invariants.ts';
import { chooseActor, chooseCase, pressOf, START, streetOf } from './meaning.ts';
import { TEST_POLICIES } from './policies.ts';
import type { Step } from './steps.ts';

const statement = (text: string): Statement => ({
  name: `property_${text.length}_${text.slice(0, 30).replaceAll(/\W/g, '_')}`,
  text,
});
const ALL = statement('select * from incident where id = any ($1::uuid[]) order by id');
const MINE = statement(
  `select distinct i.id from incident i where i.device_id = any ($1::text[]) or i.id = any ($2::uuid[])`,
);
const COUNTS = statement(
  'select (select count(*) from history) as history, (select count(*) from outbox) as outbox, (select count(*) from intent) as intent, (select count(*) from told) as told, (select sum(version) from incident) as versions',
);

/** What a command may be refused with. Anything else is a mistake of ours. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'already_claimed',
  'conflict',
  'not_allowed_in_state',
  'offer_gone',
  'invalid_fields',
  'not_found',
]);

/** Dispatch on a real database, with a clock that stands still between steps. Worlds on one database run one after another. */
export function createDatabaseWorld(base: TestDatabase, edges: Set<string>) {
  const { db } = base;
  const log = createLog('silent');
  let now = START;
  let policy = 0;
  const clock = { now: () => now };
  const policies = { current: () => TEST_POLICIES[policy]!, refresh: async () => undefined };
  const poke = (): void => undefined;
  const receiver = createReceiver({
    db,
    clock,
    log,
    policies,
    poke,
    busyOwners: async (_db, owners) => new Set(owners.slice(0, 1).map((one) => one.ownerId)),
  });
  const cases = createCases({ db, clock, policies, poke });
  const intents = createIntents({ db, clock, log, policies, poke });
  const sweep = createSweep({ db, clock, log, policies, intents, poke });
  let name = '';
  let byHand: string[] = [];
  let seen = new Map<string, Stored>();

  /** A new world; those before it sleep. */
  async function begin(world: string): Promise<void> {
    name = world;
    byHand = [];
    seen = new Map();
    policy = 0;
    await db.pool.query(`update incident set wake_at = null where wake_at is not null`);
    await db.pool.query(`update intent set state = 'done' where state = 'pending'`);
  }

  async function look(): Promise<Map<string, Stored>> {
    const devices = DEVICES.map((_, place) => deviceId(name, place));
    const ids = (await db.query<{ id: string }>(MINE, [devices, byHand])).map((row) => row.id);
    return new Map((await loadIncidents(db, ALL, [ids])).map((stored) => [stored.incident.id, stored]));
  }

  const list = (): Incident[] => [...seen.values()].map((stored) => stored.incident);

  async function run(step: Step): Promise<void> {
    switch (step.do) {
      case 'press':
      case 'talk': {
        const [receipt] = await receiver.receive([pressOf(step, name, now)]);
        if (receipt!.ack.event !== pressOf(step, name, now).eventId) throw new Error('the answer names another event');
        return;
      }
      case 'pass':
        now += step.ms;
        return;
      case 'sweep':
      case 'area':
        return sweep.runOnce();
      // Without a telephone there are no calls: they are in the pure world.
      case 'phone':
      case 'dial':
      case 'supervise':
        return;
      case 'intents':
        await intents.runForgotten(0);
        return;
      case 'policy':
        policy = step.which;
        return;
      case 'open':
        return open(step);
      case 'desk': {
        const i = chooseCase(list(), step.pick);
        if (!i) return;
        const version = step.command.type === 'claim' ? null : step.stale ? i.version - 1 : i.version;
        return command(() => cases.desk(i.id, step.command, chooseActor(i, step.who), version));
      }
      default: {
        const meant = streetOf(step, list());
        if (!meant) return;
        if (meant.command.type !== 'answer')
          return command(() => cases.street(meant.id, meant.command, meant.by, seen.get(meant.id)!.incident.version));
        const { assignment, to, minutes, reason } = meant.command;
        return command(() => cases.answer(assignment, meant.by.id!, { to, minutes, reason }, meant.by));
      }
    }
  }

  async function command(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem) || !REFUSALS.has(error.code)) throw error;
      refused++;
    }
  }
  let refused = 0;

  async function open(step: Extract<Step, { do: 'open' }>): Promise<void> {
    const id = newId(now);
    byHand.push(id);
    const place = {
      subject: null,
      regionPath: null,
      householdId: null,
      residentId: null,
      deviceId: null,
      position: null,
    };
    await cases.open({
      id,
      queue: step.queue,
      kind: 'service',
      priority: step.priority,
      source: 'phone',
      summary: '电话',
      place,
      by: ACTORS[step.who]!,
    });
  }

  /** One step, and a look at everything it may have changed. A refused one changed nothing. */
  async function alone(step: Step): Promise<void> {
    const [refusedBefore, before] = [refused, step.do === 'desk' ? (await db.query(COUNTS))[0] : undefined];
    await run(step);
    const after = await look();
    if (refused > refusedBefore) {
      if (!isDeepStrictEqual([...seen.values()], [...after.values()]))
        throw new Error('a refused command changed a case');
      if (before !== undefined && !isDeepStrictEqual(before, (await db.query(COUNTS))[0]))
        throw new Error('a refused command left a trace');
    }
    for (const stored of after.values())
      if (!isDeepStrictEqual(stored, seen.get(stored.incident.id))) expectSound(stored.incident);
    expectOneOpenEach([...after.values()].map((stored) => stored.incident));
    seen = after;
  }

  /** Several at once, each from what was seen before. */
  async function together(steps: readonly Step[]): Promise<void> {
    await Promise.all(steps.filter((step) => step.do !== 'pass' && step.do !== 'policy').map(run));
    for (const step of steps) if (step.do === 'pass') now += step.ms;
    seen = await look();
    for (const stored of seen.values()) expectSound(stored.incident);
    expectOneOpenEach(list());
  }

  /** The histories of this world from their first line: every version on the way, the rows at its end, the chains, what was told. */
  async function finish(): Promise<void> {
    const ids = [...seen.keys()];
    const lines = (
      await db.pool.query<Line>(
        `select * from history where incident_id = any ($1::uuid[]) order by incident_id, seq`,
        [ids],
      )
    ).rows;
    for (const stored of seen.values())
      verify(
        stored,
        lines.filter((line) => line.incident_id === stored.incident.id),
      );
    await verifyTold(ids);
    await verifyPresses(ids);
  }

  function verify(stored: Stored, lines: Line[]): void {
    const links = lines.map((line) => ({
      body: {
        incident: line.incident_id,
        seq: line.seq,
        at: line.at.getTime(),
        kind: line.kind,
        by: { kind: line.by_kind, id: line.by_id, name: line.by_name },
        data: line.data,
        patch: line.patch,
      },
      prev: line.prev_hash,
      hash: line.hash,
    }));
    const broken = findBrokenLink(links, stored.historyHash);
    if (broken !== null)
      throw new Error(`a chain is broken at link ${broken}\n${JSON.stringify(stored)}\n${JSON.stringify(links)}`);
    if (lines.some((line, place) => line.seq !== place + 1) || stored.historySeq !== lines.length)
      throw new Error('a line is missing');
    let before: Incident | null = null;
    let facts: string[] = [];
    for (const line of lines) {
      facts.push(line.kind);
      if (Object.keys(line.patch).length === 0) continue;
      const after: Incident = rebuild([...(before ? [before as Patch] : []), line.patch]);
      expectSound(after);
      expectLegalStep(before, after, facts, edges);
      before = after;
      facts = [];
    }
    if (!isDeepStrictEqual(sorted(before!), sorted(stored.incident))) {
      throw new Error(
        `the history does not rebuild the case\n${JSON.stringify(before)}\n${JSON.stringify(stored.incident)}`,
      );
    }
  }

  async function verifyTold(ids: string[]): Promise<void> {
    const twice = await db.pool.query(
      `select payload -> 'body' ->> 'incident' as incident, payload ->> 'device' as device, payload -> 'body' ->> 'stage' as stage
       from outbox where topic = 'down' and payload ->> 'topic' = 'ack' and payload -> 'body' ->> 'incident' = any ($1::text[])
         and payload -> 'body' ->> 'stage' <> 'update'
       group by 1, 2, 3 having count(*) > 1`,
      [ids],
    );
    if (twice.rows.length > 0) throw new Error(`told twice: ${JSON.stringify(twice.rows)}`);
    const lost = await db.pool.query(
      `select id from intent where incident_id = any ($1::uuid[]) and not exists (select 1 from outbox where topic = 'job' and payload ->> 'intent' = intent.id::text)`,
      [ids],
    );
    if (lost.rows.length > 0) throw new Error('an intent has no hint on its way');
  }

  /** Every press that was answered is in the table once, and in the case that counts it. */
  async function verifyPresses(ids: string[]): Promise<void> {
    const rows = await db.pool.query<{ id: string; counted: number; lines: number; kept: number }>(
      `select i.id, i.press_count as counted,
         (select count(*) from history h where h.incident_id = i.id and h.kind = 'press')::int as lines,
         (select count(*) from press p where p.incident_id = i.id and not (p.readable and p.type = 'button'))::int as kept
       from incident i where i.id = any ($1::uuid[])`,
      [ids],
    );
    for (const row of rows.rows) {
      if (row.counted !== row.lines || row.counted !== row.kept)
        throw new Error(`presses are miscounted: ${JSON.stringify(row)}`);
    }
  }

  return { begin, alone, together, finish };
}

interface Line {
  incident_id: string;
  seq: number;
  at: Date;
  kind: string;
  by_kind: string;
  by_id: string | null;
  by_name: string;
  data: unknown;
  patch: Patch;
  prev_hash: string;
  hash: string;
}

/** People and centres asked in one millisecond have no order of their own in the database. */
function sorted(i: Incident): Incident {
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  return { ...i, assignments: i.assignments.toSorted(byId), handoffs: i.handoffs.toSorted(byId) };
}
