import { createHash } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { PayerKind, Urgency, WirePayer } from '#contracts/vendors.ts';
import type { WireIncident } from '#contracts/incident.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { findPeople } from '#registry/people.ts';
import { homePlace } from '#registry/directory/directory.ts';
import type { Order } from './domain/order.ts';
import { meansOf } from './money/holds.ts';
import { areaName } from './people.ts';

const q = loadQueries(import.meta.url, 'vendors', ['service_for', 'payers_for']);

export interface BookingDeps {
  db: Database;
  clock: Clock;
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  placeOf: (id: string) => Promise<{ regionPath: string | null; householdId: string | null }>;
}

/** What an operator (or a booking) has named. `wantedAt` in ms. */
export interface Wanted {
  incident: string | null;
  resident: string | null;
  service: string;
  what: string;
  quantity: number;
  urgency: Urgency;
  wantedAt: number | null;
  payer: string;
}

interface Home {
  householdId: string | null;
  residentId: string | null;
  regionPath: string;
  position: { lat: number; lon: number } | null;
}

/** The draft of an order that the wishes make; `invalid_fields` names what does not fit, `not_found` a case that is not his. */
export async function draftOrder(deps: BookingDeps, viewer: Viewer, id: string, wanted: Wanted): Promise<Order> {
  const now = deps.clock.now();
  const home = await homeFor(deps, viewer, wanted);
  const [service] = await deps.db.query<{
    code: string;
    name: string;
    minutes: number;
    people: number;
    fen: number | null;
  }>(q.service_for, [wanted.service, home.regionPath]);
  if (!service || service.fen === null) throw wrong('service', '服务目录里的一项 | a service of the catalogue');
  const payers = await deps.db.query<{ id: string; kind: PayerKind; name: string }>(q.payers_for, [home.regionPath]);
  const payer = payers.find((one) => one.id === wanted.payer);
  if (!payer) throw wrong('payer', '能付钱的一方 | somebody who may pay');
  if (wanted.urgency === 'booked' && wanted.wantedAt === null)
    throw wrong('wantedAt', '预约要写明时间 | a booking needs its time');
  if (wanted.wantedAt !== null && wanted.wantedAt < now - 60_000)
    throw wrong('wantedAt', '还没过去的时间 | a time to come');
  const priceFen = service.fen * wanted.quantity;
  return {
    ...EMPTY_ORDER,
    id,
    number: orderNumber(id, now),
    incidentId: wanted.incident,
    ...home,
    area: await areaName(deps.db, home.regionPath),
    service: service.code,
    serviceName: service.name,
    minutesOfWork: service.minutes,
    people: service.people,
    what: wanted.what,
    quantity: wanted.quantity,
    urgency: wanted.urgency,
    wantedAt: wanted.wantedAt,
    payer,
    priceFen,
    agreedFen: priceFen,
    createdAt: now,
    roundsFrom: now,
  };
}

const wrong = (field: string, expected: string): Problem =>
  new Problem('invalid_fields', { fields: [{ field, expected }] });

/** Month and day, and four digits that follow from the id: short enough to say. */
export function orderNumber(id: string, at: number): string {
  const day = new Date(at + 8 * 3_600_000).toISOString().slice(5, 10).replace('-', '');
  const digits = createHash('sha256').update(id).digest().readUInt32BE(0) % 10_000;
  return `${day}-${String(digits).padStart(4, '0')}`;
}

async function homeFor(deps: BookingDeps, viewer: Viewer, wanted: Wanted): Promise<Home> {
  if (wanted.incident !== null) return homeOfCase(deps, viewer, wanted.incident);
  if (wanted.resident === null) throw wrong('resident', '给谁做 | for whom');
  const [person] = await findPeople(deps.db, { residentIds: [wanted.resident] });
  if (!person || !liesInRegions(viewer, person.regionPath))
    throw wrong('resident', '您管的一位老人 | a resident of your regions');
  const { householdId, regionPath } = person;
  return { householdId, residentId: person.id, regionPath, position: await homePlace(deps.db, householdId) };
}

async function homeOfCase(deps: BookingDeps, viewer: Viewer, incident: string): Promise<Home> {
  const [found] = await deps.byIds([incident]);
  const regionPath = found?.regionPath ?? null;
  if (!found || (regionPath !== null && !liesInRegions(viewer, regionPath)))
    throw wrong('incident', '您管的一件呼叫 | a case of your regions');
  if (regionPath === null) throw wrong('incident', '先弄清是哪一家,才能派店 | find out which home it is first');
  const { householdId } = await deps.placeOf(incident);
  const { wire } = found;
  const residentId = wire.resident?.id ?? (wire.residents.length === 1 ? wire.residents[0]!.id : null);
  const position = householdId === null ? null : await homePlace(deps.db, householdId);
  return {
    householdId,
    residentId,
    regionPath,
    position: position ?? (wire.position && { lat: wire.position.lat, lon: wire.position.lon }),
  };
}

/** Who may pay for a resident (or a case), with what is left where it is limited. */
export async function payersFor(
  deps: BookingDeps,
  viewer: Viewer,
  of: { incident: string | null; resident: string | null },
): Promise<WirePayer[]> {
  const home = await homeFor(deps, viewer, { ...of } as Wanted);
  const payers = await deps.db.query<{ id: string; kind: PayerKind; name: string }>(q.payers_for, [home.regionPath]);
  const means =
    home.residentId === null
      ? { quotaFen: null, pointsFen: 0 }
      : await meansOf(deps.db, home.residentId, deps.clock.now());
  return payers.flatMap((payer): WirePayer[] => {
    if (payer.kind === 'subsidy') return means.quotaFen === null ? [] : [{ ...payer, leftFen: means.quotaFen }];
    if (payer.kind === 'points') return means.pointsFen === 0 ? [] : [{ ...payer, leftFen: means.pointsFen }];
    return [{ ...payer, leftFen: null }];
  });
}

/** What a new order does not have yet. */
export const EMPTY_ORDER: Omit<
  Order,
  | 'id'
  | 'number'
  | 'incidentId'
  | 'householdId'
  | 'residentId'
  | 'regionPath'
  | 'area'
  | 'position'
  | 'service'
  | 'serviceName'
  | 'minutesOfWork'
  | 'people'
  | 'what'
  | 'quantity'
  | 'urgency'
  | 'wantedAt'
  | 'payer'
  | 'priceFen'
  | 'agreedFen'
  | 'createdAt'
  | 'roundsFrom'
> = {
  version: 0,
  state: 'draft',
  round: 0,
  shopId: null,
  shopName: null,
  staff: [],
  past: [],
  code: null,
  minutes: 0,
  quote: null,
  parts: [],
  labourFen: null,
  totalFen: null,
  owes: { kind: 'desk', name: '' },
  deadlineAt: null,
  chased: 0,
  acceptedAt: null,
  departedAt: null,
  etaAt: null,
  arrivedAt: null,
  arrivedBy: null,
  doneAt: null,
  confirmCall: null,
  saidDoneAt: null,
  confirmedAt: null,
  confirmedBy: null,
  settledAt: null,
  month: null,
  warrantyUntil: null,
  rating: null,
  comment: null,
  complaint: null,
  callback: null,
  offers: [],
  offerNames: {},
};
