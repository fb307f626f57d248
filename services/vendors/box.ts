import type { Ack } from '#contracts/device.ts';
import { isSilentHome } from '#dispatch/people.ts';
import { idFromName } from '#kernel/ids.ts';
import type { Db } from '#platform/database.ts';
import type { OutboxRow } from '#platform/outbox.ts';
import { loadQueries } from '#platform/sql.ts';
import { boxesOf, homeOfBox } from '#registry/directory/directory.ts';
import { newWords, wordsOf, type BoxWord } from './box-words.ts';
import type { Order } from './domain/order.ts';
import { getOrders } from './store.ts';

const q = loadQueries(import.meta.url, 'vendors', ['bookings_of_box', 'bookings_of_home']);

/** A box that comes back is told of what ended within so many ms. */
const STILL_NEWS_MS = 3_600_000;

/** What the boxes of the home are told of a change, to be written with it. None in a home that is to be silent. */
export async function boxRows(db: Db, before: Order | null, next: Order, now: number): Promise<OutboxRow[]> {
  const words = newWords(before, next, now);
  if (words.length === 0 || next.householdId === null) return [];
  const boxes = await boxesOf(db, next.householdId);
  if (boxes.length === 0 || (await isSilentHome(db, next.householdId))) return [];
  return boxes.flatMap(({ id, lane }) =>
    words.map((word) => ({
      topic: 'down' as const,
      key: lane,
      payload: { device: id, topic: 'ack', body: toAck(next.id, word) },
    })),
  );
}

/**
 * What a box that comes back may have missed of its home's orders without a case, word for word as it was told: it
 * says each sentence once. `now` in ms.
 */
export async function toldAgain(db: Db, device: string, now: number): Promise<Ack[]> {
  const home = await homeOfBox(db, device);
  if (home === null) return [];
  const ids = await db.query<{ id: string }>(q.bookings_of_box, [home.regionPath, home.householdId]);
  if (ids.length === 0 || (await isSilentHome(db, home.householdId))) return [];
  const found = await getOrders(
    db,
    ids.map(({ id }) => id),
  );
  return found
    .filter(({ order }) => order.confirmedAt === null || order.confirmedAt > now - STILL_NEWS_MS)
    .flatMap(({ order }) => wordsOf(order).map((word) => toAck(order.id, word)))
    .toSorted((a, b) => a.at.localeCompare(b.at));
}

/** The orders without a case of a home that are not over, oldest first. */
export async function bookingsOf(db: Db, householdId: string): Promise<string[]> {
  return (await db.query<{ id: string }>(q.bookings_of_home, [householdId])).map(({ id }) => id);
}

/** A visit stands where the protocol has a case: the box says each of its stages once. */
function toAck(orderId: string, { stage, visit, at, say, who, minutes }: BoxWord): Ack {
  return {
    event: null,
    incident: idFromName(`${orderId}/visit/${visit}`, visit),
    stage,
    at: new Date(at).toISOString(),
    say,
    eta_s: minutes === null ? null : minutes * 60,
    who,
  };
}
