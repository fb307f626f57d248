import type { Clock } from '#kernel/clock.ts';
import type { WireIncident } from '#contracts/incident.ts';
import type { OrderState } from '#contracts/vendors.ts';
import type { Ack } from '#contracts/device.ts';
import type { Cases } from '#dispatch/cases.ts';
import type { HomePress } from '#dispatch/store.ts';
import type { Database, Tx } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import { createLoop } from '#platform/loop.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Report, Telephony } from '#telephony/port.ts';
import type { VendorRoutesDeps } from './access.ts';
import { bookingsOf, toldAgain } from './box.ts';
import { createCaseLink } from './case-link.ts';
import type { OrderCommand } from './domain/decide.ts';
import { SYSTEM_NAME } from './domain/system.ts';
import { createOrders, type Orders } from './orders.ts';
import { onVendorCall } from './offer-reports.ts';
import { workersOf } from './people.ts';
import { registerVendorRoutes } from './routes.ts';
import { getOrders } from './store.ts';

const q = loadQueries(import.meta.url, 'vendors', ['orders_of_case']);

const EVERY_MS = 1_000;

export interface VendorsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  cases: Pick<Cases, 'street' | 'answer' | 'open'>;
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  placeOf: (id: string) => Promise<{ regionPath: string | null; householdId: string | null }>;
  recordLook: VendorRoutesDeps['recordLook'];
  recordAudit: VendorRoutesDeps['recordAudit'];
  telephony: Telephony | null;
  poke: () => void;
}

export interface Vendors {
  orders: Orders;
  registerRoutes(app: App): void;
  /** A case of dispatch has moved. At least once, in any order: what it means is read from the database. */
  onCase(event: { incident: string; kind: string; type?: string | undefined }): Promise<void>;
  /** A key was pressed in a home without an open case. At least once. */
  onHome(press: HomePress): Promise<void>;
  /** What a box that comes back may have missed of orders without a case. */
  toldAgain(device: string): Promise<Ack[]>;
  /** What became of a call that offered work or asked whether it is done, and what is said to who answered it. */
  onReport(tx: Tx, report: Report): Promise<{ say: string } | null | 'not ours'>;
  /** Deadlines that have passed, and cases that have not been told. */
  runOnce(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Shops and their work orders. Construction does nothing. */
export function createVendors(deps: VendorsDeps): Vendors {
  const { db, clock, log, poke, telephony } = deps;
  const link = createCaseLink({
    ...deps,
    moveTo: (orderId, incident) => orders.command(orderId, { type: 'move_case', incident }, SYSTEM_NAME),
  });
  // At once, so that the box hears it at once; what fails is found again by the mover.
  const onChange = (orderId: string): void =>
    void link
      .tell(orderId)
      .catch((error: Error) => log.warn({ order: orderId, err: error.message }, 'the case is told later'));
  const orders = createOrders({ db, clock, log, poke, telephony, onChange });

  async function runOnce(): Promise<void> {
    await orders.runOnce();
    await link.tellAll();
  }

  const loop = createLoop({ log, name: 'work orders', every: EVERY_MS, after: EVERY_MS, work: runOnce });

  return {
    orders,
    registerRoutes: (app) => registerVendorRoutes(app, { ...deps, orders }),
    onCase: (event) => followCase(deps, orders, event),
    onHome: (press) => followHome(deps, orders, press),
    toldAgain: (device) => toldAgain(db, device, clock.now()),
    onReport: (tx, report) => onVendorCall({ orders, workersOf: (shopId) => workersOf(tx, shopId) }, tx, report),
    runOnce,
    start: loop.start,
    async stop() {
      await loop.stop();
      await link.stop().catch(() => undefined);
    },
  };
}

/**
 * The keys of the box: "done" confirms, "arrived" proves that somebody stands there; a cancelled case ends its orders.
 * Where the case has no work that waits for "done", work without a case is meant that the shop has said is done.
 */
async function followCase(
  deps: VendorsDeps,
  orders: Orders,
  event: { incident: string; kind: string; type?: string | undefined },
): Promise<void> {
  const key = event.kind === 'press_joined' && (event.type === 'done' || event.type === 'arrived') ? event.type : null;
  if (key === null && event.kind !== 'cancelled') return;
  const ids = (await deps.db.query<{ id: string }>(q.orders_of_case, [event.incident])).map((row) => row.id);
  if (key !== null) {
    if ((await takeKey(deps.db, orders, ids, WAITING[key])) || key === 'arrived') return;
    const { householdId } = await deps.placeOf(event.incident);
    const bookings = householdId === null ? [] : await bookingsOf(deps.db, householdId);
    await takeKey(deps.db, orders, bookings, { ...WAITING.done, states: ['done'] });
    return;
  }
  for (const { order } of await getOrders(deps.db, ids)) {
    const may = ['draft', 'offered', 'unfilled', 'accepted', 'quoted', 'approved', 'under_way'].includes(order.state);
    if (may && order.arrivedAt === null)
      await orders.command(order.id, { type: 'cancel', reason: '呼叫取消了' }, SYSTEM_NAME);
  }
}

/** A key that was pressed in a home without an open case: for its orders without one. */
async function followHome(deps: VendorsDeps, orders: Orders, press: HomePress): Promise<void> {
  await takeKey(deps.db, orders, await bookingsOf(deps.db, press.home), WAITING[press.type]);
}

const BOX = { kind: 'device', id: null, name: '家里的按键' } as const;
/** What each key says, and to which orders. */
const WAITING = {
  arrived: { states: ['under_way'], command: { type: 'arrived', by: 'box' } },
  done: {
    states: ['done', 'on_scene', 'approved'],
    command: { type: 'confirm', satisfied: true, note: '', how: 'box' },
  },
} as const;

/** Answers whether one of the orders has been waiting for that key. */
async function takeKey(
  db: Database,
  orders: Orders,
  ids: readonly string[],
  key: { states: readonly OrderState[]; command: OrderCommand },
): Promise<boolean> {
  const waiting = (await getOrders(db, ids)).filter(
    ({ order }) => key.states.includes(order.state) && (order.state !== 'approved' || order.arrivedAt !== null),
  );
  for (const { order } of waiting) await orders.command(order.id, key.command, BOX);
  return waiting.length > 0;
}
