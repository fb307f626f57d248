import { findPeople } from '#registry/people.ts';
import { openHousehold } from '#registry/people.ts';
import { homePlace, staffCards } from '#registry/directory/directory.ts';
import { regionNames } from '#registry/regions.ts';
import { Problem } from '#kernel/errors.ts';
import type { WireOrder } from '#contracts/vendors.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Worker } from './domain/order.ts';

const q = loadQueries(import.meta.url, 'vendors', ['shop_of_staff', 'staff_of_shop']);

/** The shop that somebody of the registry's staff belongs to. */
export interface OwnShop {
  id: string;
  name: string;
  phone: string;
  regionPath: string;
  ratingSum: number;
  ratings: number;
}

/** The shop of a signed-in vendor; `forbidden` when his account belongs to none. */
export async function shopOf(db: Db, staffId: string | null): Promise<OwnShop> {
  const [shop] = staffId === null ? [] : await db.query<OwnShop>(q.shop_of_staff, [staffId]);
  if (!shop) throw new Problem('forbidden', { detail: '这个账号还没有绑到店 | This account belongs to no shop' });
  return shop;
}

/** The shop of a member of staff; null where he belongs to none. */
export async function shopIdOf(db: Db, staffId: string | null): Promise<string | null> {
  return staffId === null ? null : ((await db.query<OwnShop>(q.shop_of_staff, [staffId]))[0]?.id ?? null);
}

/** Everybody of a shop, the one who is asked first, first; without those who have left. */
export async function workersOf(db: Db, shopId: string): Promise<Worker[]> {
  const ids = (await db.query<{ id: string }>(q.staff_of_shop, [shopId])).map((row) => row.id);
  const cards = await staffCards(db, ids);
  return ids.flatMap((id) => cards.filter((card) => card.id === id));
}

/** Grid and community by name: where it is, without saying whose door. */
export async function areaName(db: Db, regionPath: string): Promise<string> {
  const names = (await regionNames(db, [regionPath])).get(regionPath) ?? [];
  return names
    .slice(-2)
    .map((one) => one.name)
    .join(' ');
}

/** The telephone of whom the work is for, else of somebody who lives there; null where none is known. */
export async function phoneOf(
  db: Db,
  of: { householdId: string | null; residentId: string | null },
): Promise<string | null> {
  const people = await findPeople(db, {
    householdIds: of.householdId === null ? [] : [of.householdId],
    residentIds: of.residentId === null ? [] : [of.residentId],
  });
  const known = people.filter((one) => one.phone !== null);
  return (known.find((one) => one.id === of.residentId) ?? known[0])?.phone ?? null;
}

/** Who lives there and how to get in, for those who may know; null where the home is not known. */
export async function homeOf(
  db: Db,
  householdId: string | null,
  residentId: string | null,
): Promise<WireOrder['home']> {
  if (householdId === null) return null;
  const opened = await openHousehold(db, householdId);
  if (!opened) return null;
  const people = await findPeople(db, { householdIds: [householdId] });
  const person = people.find((one) => one.id === residentId) ?? people[0];
  const place = await homePlace(db, householdId);
  return {
    name: person?.name ?? '',
    formOfAddress: person?.formOfAddress ?? null,
    phone: person?.phone ?? null,
    address: opened.household.address,
    floor: opened.household.floor,
    lift: opened.household.lift,
    entry: opened.household.entry,
    lat: place?.lat ?? null,
    lon: place?.lon ?? null,
    // What somebody at the door must know to speak with her, not what ails her.
    marks: (person?.marks ?? []).filter((mark) => /重听|耳|聋|讲|拄拐|轮椅|卧床|助行/.test(mark)),
  };
}
