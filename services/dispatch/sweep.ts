import { newId } from '#kernel/ids.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { createLoop } from '#platform/loop.ts';
import { loadQueries } from '#platform/sql.ts';
import { regionNames } from '#registry/regions.ts';
import { joinArea } from './domain/link.ts';
import { isOpen } from './domain/states.ts';
import { tick } from './domain/tick.ts';
import type { Intents } from './intents.ts';
import type { Policies } from './policies.ts';
import type { Row, Stored } from './rows.ts';
import { addDecision, loadIncidents, newBatch, saveBatch } from './store.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'find_due_for_update',
  'find_incidents_for_update',
  'find_area_candidates',
  'find_area',
  'put_area',
  'history_heads',
  'add_checkpoint',
]);

const EVERY_MS = 1_000;
/** A hint that took the way over the queue is done long before; what is left after this was lost. */
const FORGOTTEN_MS = 3_000;
const AREA_WITHIN_MS = 10 * 60_000;
const AREA_HOMES = 3;
const CHECKPOINT_MS = 60_000;
const AT_ONCE = 50;
const PUT_OFF_MS = 60_000;

export interface SweepDeps {
  db: Database;
  clock: Clock;
  log: Log;
  policies: Policies;
  intents: Intents;
  poke: () => void;
}

/**
 * Looks every second, with nothing but the database: clocks that have struck, intents without an outcome, homes of one
 * grid that call together. Any number of processes may run it at once (SKIP LOCKED). `runOnce` is what a test calls.
 */
export function createSweep(deps: SweepDeps): { start(): void; stop(): Promise<void>; runOnce(): Promise<void> } {
  /** Cases whose clocks could not be struck, and until when (ms) they are put off. */
  const putOff = new Map<string, number>();
  let checkpointAt = 0;

  async function clocks(): Promise<void> {
    await deps.policies.refresh();
    await strikeAll(deps, putOff);
  }

  async function chores(): Promise<void> {
    await deps.intents.runForgotten(FORGOTTEN_MS);
    await findAreas(deps);
    const now = deps.clock.now();
    if (now - checkpointAt >= CHECKPOINT_MS) {
      checkpointAt = now;
      await checkpoint(deps, now);
    }
  }

  // Apart, since an intent may have to wait for a row that a frozen worker holds, and no ladder may wait with it.
  const loops = [clocks, chores].map((work) => createLoop({ log: deps.log, name: 'sweep', every: EVERY_MS, work }));
  return {
    async runOnce() {
      await clocks();
      await chores();
    },
    start() {
      for (const loop of loops) loop.start();
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

/** Every case that is due, many in one transaction; after a failure one at a time, so that one bad row holds up no other. */
async function strikeAll(deps: SweepDeps, putOff: Map<string, number>): Promise<void> {
  const now = deps.clock.now();
  for (const [id, until] of putOff) if (until <= now) putOff.delete(id);
  const fail = (id: string, error: Error): void => {
    putOff.set(id, now + PUT_OFF_MS);
    deps.log.error({ incident: id, err: error.message }, 'a case could not be ticked, put off');
  };
  for (let size = AT_ONCE; ;) {
    let due: string[] = [];
    try {
      due = await deps.db.tx((tx) => strikeDue(deps, tx, size, putOff, (ids) => (due = ids), fail));
      if (due.length < size) return;
    } catch (error) {
      // Nothing was read: it is the database that is away.
      if (due.length === 0) throw error;
      if (size === 1) fail(due[0]!, error as Error);
      size = 1;
    }
  }
}

/** Due cases, locked, each climbing as many clocks as have struck. `found` hears which before anything is written. */
async function strikeDue(
  deps: SweepDeps,
  tx: Tx,
  size: number,
  putOff: ReadonlyMap<string, number>,
  found: (ids: string[]) => void,
  fail: (id: string, error: Error) => void,
): Promise<string[]> {
  const now = deps.clock.now();
  const due = await loadIncidents(tx, q.find_due_for_update, [new Date(now), size, [...putOff.keys()]]);
  const ids = due.map((stored) => stored.incident.id);
  found(ids);
  const batch = newBatch(now);
  for (const stored of due) {
    try {
      climb(deps, batch, stored, now);
    } catch (error) {
      fail(stored.incident.id, error as Error);
    }
  }
  await saveBatch(tx, batch);
  if (batch.cases.size > 0) tx.afterCommit(deps.poke);
  return ids;
}

/** At most 20 steps in one go: more than any ladder has, and an end to a clock that would strike for ever. */
function climb(deps: SweepDeps, batch: ReturnType<typeof newBatch>, stored: Stored, now: number): void {
  let current = stored;
  for (let step = 0; step < 20; step++) {
    const decision = tick(current.incident, deps.policies.current(), now);
    if (decision === null) return;
    current = addDecision(batch, current, decision);
  }
}

/** Three homes or more of one grid with open rescue cases within ten minutes are one area event; each stays its own case. */
async function findAreas(deps: SweepDeps): Promise<void> {
  const now = deps.clock.now();
  const since = new Date(now - AREA_WITHIN_MS);
  const found = await deps.db.query<{ region_path: string; ids: string[]; homes: number }>(q.find_area_candidates, [
    since,
    AREA_HOMES,
  ]);
  for (const area of found) {
    const names = (await regionNames(deps.db, [area.region_path])).get(area.region_path) ?? [];
    const name = names
      .slice(-2)
      .map((region) => region.name)
      .join('');
    await deps.db.tx(async (tx) => {
      // Locked first: of two sweeps that saw the same homes, the second finds nothing left to do.
      const cases = await loadIncidents(tx, q.find_incidents_for_update, [area.ids]);
      const news = cases.filter(({ incident }) => incident.areaId === null && isOpen(incident.state));
      if (news.length === 0) return;
      const scope = `grid:${area.region_path}`;
      const known = (await tx.query<{ id: string }>(q.find_area, [scope, since]))[0];
      const id = known?.id ?? newId(now);
      await tx.query<Row>(q.put_area, [id, scope, name, area.region_path, new Date(now), area.homes]);
      const batch = newBatch(now);
      for (const stored of news) {
        addDecision(
          batch,
          stored,
          joinArea(stored.incident, { id, name, count: area.homes }, deps.policies.current(), now),
        );
      }
      await saveBatch(tx, batch);
      tx.afterCommit(deps.poke);
    });
  }
}

/** All heads of all histories in one hash, so that a chain rewritten as a whole is seen too. */
async function checkpoint(deps: SweepDeps, now: number): Promise<void> {
  const row = (await deps.db.query<{ heads: number; hash: string }>(q.history_heads))[0]!;
  await deps.db.query(q.add_checkpoint, [
    new Date(Math.floor(now / CHECKPOINT_MS) * CHECKPOINT_MS),
    row.heads,
    row.hash,
  ]);
}
