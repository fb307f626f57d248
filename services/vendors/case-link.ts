import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { idFromName } from '#kernel/ids.ts';
import type { WireAssignment, WireIncident } from '#contracts/incident.ts';
import type { Cases } from '#dispatch/cases.ts';
import { SYSTEM } from '#dispatch/domain/incident.ts';
import type { Database } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { loadQueries } from '#platform/sql.ts';
import { laneOf } from '#registry/device-secret.ts';
import { codeSentence, doneSentence, SAY_CODE_FIRST } from './box-words.ts';
import type { Order, Worker } from './domain/order.ts';
import { wishOf, type Wish } from './domain/wishes.ts';
import { getOrders } from './store.ts';

const q = loadQueries(import.meta.url, 'vendors', ['pending_cases', 'case_told', 'case_put_off']);

const AGAIN_MS = 5_000;
const STEPS = ['accepted', 'under_way', 'on_scene', 'done'] as const;
const LIVE = new Set(['offered', 'accepted', 'under_way', 'on_scene']);

export interface CaseLinkDeps {
  db: Database;
  clock: Clock;
  log: Log;
  cases: Pick<Cases, 'street' | 'answer' | 'open'>;
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident }[]>;
  /** The order goes on in another case. */
  moveTo: (orderId: string, incidentId: string) => Promise<unknown>;
}

/** How cases hear of their orders. Construction does nothing. */
export interface CaseLink {
  /**
   * Brings a case up to what its order says: its people assigned, on the way, there, done, or taken off. Compares with
   * what the case holds and takes the steps that are missing, so that it can be called any number of times and after
   * any crash. What the box hears follows from the case's own steps.
   */
  tell(orderId: string): Promise<void>;
  /** Every order whose case has not been told yet. */
  tellAll(): Promise<void>;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** One case is told of one order by one call at a time; what comes meanwhile is found by the next `tellAll`. */
export function createCaseLink(deps: CaseLinkDeps): CaseLink {
  const telling = new Map<string, Promise<void>>();
  function tell(orderId: string): Promise<void> {
    const known = telling.get(orderId);
    if (known) return known;
    const work = tellCase(deps, orderId)
      .catch((error: Error) => putOff(deps, orderId, error))
      .finally(() => telling.delete(orderId));
    telling.set(orderId, work);
    return work;
  }
  return {
    tell,
    async tellAll() {
      const before = new Date(deps.clock.now() - AGAIN_MS);
      const rows = await deps.db.query<{ id: string }>(q.pending_cases, [before, 20]);
      for (const { id } of rows) await tell(id);
    },
    async stop() {
      await Promise.all(telling.values());
    },
  };
}

/** It comes again soon. That somebody else has just taken the step is no failure. */
async function putOff(deps: CaseLinkDeps, orderId: string, error: Error): Promise<void> {
  if (!(error instanceof Problem))
    deps.log.warn({ order: orderId, err: error.message }, 'the case of a work order could not be told, again soon');
  await deps.db.query(q.case_put_off, [orderId, new Date(deps.clock.now())]);
}

async function tellCase(deps: CaseLinkDeps, orderId: string): Promise<void> {
  const [stored] = await getOrders(deps.db, [orderId]);
  if (!stored || stored.order.incidentId === null) return;
  const { order } = stored;
  const [found] = await deps.byIds([stored.order.incidentId]);
  if (found && isOpen(found.wire.state)) {
    for (const staffId of order.past) await takeOff(deps, order, found.wire, staffId);
    for (const worker of order.staff) await bringUp(deps, order, found.wire, worker, wishOf(order));
  } else if (found && order.state === 'disputed') await openAgain(deps, order, found.wire);
  await deps.db.query(q.case_told, [order.id, order.version]);
}

/**
 * The work is to be done again and its case is over: it gets another, which somebody must take, and whose steps the box
 * hears as those of the first. Always the same one for the same case, so that it can be asked for again.
 */
async function openAgain(deps: CaseLinkDeps, order: Order, over: WireIncident): Promise<void> {
  const device = over.device?.id ?? null;
  const { id } = await deps.cases.open({
    id: idFromName(`${order.id}/again/${over.id}`, Date.parse(over.openedAt)),
    queue: 'household',
    kind: 'service',
    priority: 3,
    source: 'system',
    summary: `${order.serviceName}要返工(${order.shopName ?? ''})`,
    place: {
      subject: order.householdId === null ? null : `household:${order.householdId}`,
      regionPath: order.regionPath,
      householdId: order.householdId,
      residentId: order.residentId,
      deviceId: device,
      position: over.position,
    },
    devices: device === null ? [] : [{ id: device, lane: laneOf(device), event: null }],
    by: SYSTEM,
  });
  await deps.moveTo(order.id, id);
}

function isOpen(state: WireIncident['state']): boolean {
  return state === 'waiting' || state === 'claimed' || state === 'responding' || state === 'on_scene';
}

function liveOf(wire: Pick<WireIncident, 'assignments'>, staffId: string): WireAssignment | undefined {
  return wire.assignments.findLast((one) => one.responder.id === staffId && LIVE.has(one.state));
}

async function takeOff(deps: CaseLinkDeps, order: Order, wire: WireIncident, staffId: string): Promise<void> {
  const live = liveOf(wire, staffId);
  if (!live) return;
  if (live.state === 'on_scene') {
    const by = { kind: 'person', id: staffId, name: live.responder.name, role: 'vendor_staff' } as const;
    await quietly(deps.cases.answer(live.id, staffId, { to: 'done' }, by));
  } else await quietly(deps.cases.street(order.incidentId!, { type: 'withdraw', assignment: live.id }, SYSTEM, null));
}

async function bringUp(
  deps: CaseLinkDeps,
  order: Order,
  wire: WireIncident,
  worker: Worker,
  wish: Wish,
): Promise<void> {
  if (wish === 'none') return;
  const live = liveOf(wire, worker.id);
  // What is done on the case stays done; a second visit is a second assignment.
  if (!live && wish === 'done') return;
  const assignment = live ?? (await assign(deps, order, worker));
  if (!assignment) return;
  const has = STEPS.indexOf(assignment.state as (typeof STEPS)[number]);
  for (const to of STEPS.slice(has + 1, STEPS.indexOf(wish) + 1)) {
    const by = { kind: 'person', id: worker.id, name: worker.name, role: 'vendor_staff' } as const;
    const first = order.staff[0]?.id === worker.id;
    const say = first ? sentenceOf(order, worker, to) : undefined;
    const departBy = to === 'accepted' ? (order.deadlineAt ?? undefined) : undefined;
    const proof = to === 'on_scene' ? (order.arrivedBy ?? undefined) : undefined;
    await deps.cases.answer(assignment.id, worker.id, { to, minutes: order.minutes, departBy, say, proof }, by);
  }
}

async function assign(deps: CaseLinkDeps, order: Order, worker: Worker): Promise<{ id: string; state: string } | null> {
  const helper = {
    staffId: worker.id,
    name: worker.name,
    role: 'vendor_staff',
    phone: worker.phone,
    minutes: order.minutes,
    why: `${order.shopName ?? ''} · ${order.serviceName}`,
    metres: null,
    wave: null,
  };
  const incident = await deps.cases.street(order.incidentId!, { type: 'assign', helper }, SYSTEM, null);
  return incident.assignments.findLast((one) => one.staffId === worker.id) ?? null;
}

/** A step that somebody else has taken meanwhile is no failure. */
async function quietly(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code === 'unavailable') throw error;
  });
}

/** What the box says after the sentence of the step. Short: one sentence. */
function sentenceOf(order: Order, worker: Worker, to: (typeof STEPS)[number]): string | undefined {
  if (to === 'accepted' || to === 'under_way') return codeSentence(order) || undefined;
  if (to === 'on_scene') return order.arrivedBy === 'box' ? undefined : SAY_CODE_FIRST;
  // A closed door is no work done, and who has said so already need not be asked.
  if (order.state !== 'done' || order.saidDoneAt !== null) return undefined;
  return doneSentence(worker.name);
}
