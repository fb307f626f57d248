import type { WireIncident } from '#contracts/incident.ts';
import { ONE_EVENT } from '#contracts/handoff.ts';
import type { HandoffTarget } from '#dispatch/domain/incident.ts';
import { idFromName, newId } from '#kernel/ids.ts';
import type { Db, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { openHousehold } from '#registry/people.ts';
import type { Telephony } from '#telephony/port.ts';
import { makeLink } from './links.ts';
import type { OpenDeps } from './open.ts';
import { referenceOf } from './packet.ts';
import { cancelCalls } from './calls.ts';
import type { AskedPartner, Offer } from './rows.ts';
import { TARGETS } from './words.ts';

const q = loadQueries(import.meta.url, 'handoff', [
  'partners_for',
  'add_offer',
  'add_delivery',
  'add_call',
  'offers_of_incident',
  'end_offers',
  'waiting_update',
  'get_partner',
  'centre_phone',
  'accounts_asked',
]);

export interface BeginDeps extends OpenDeps {
  telephony?: Telephony | undefined;
  /** Where our pages are, for links in messages; without a slash at the end. */
  baseUrl: () => string;
}

export interface Asked {
  incidentId: string;
  handoffId: string;
  target: HandoffTarget;
  /** Nobody owns the case: the ladder hands it over by itself. */
  automatic: boolean;
}

/**
 * The partner that answers for a case: the one whose region holds it most closely; of hospitals the one where the
 * resident is known (`hospital`). Null: nobody here does.
 */
export async function partnerFor(
  db: Db,
  wanted: { target: HandoffTarget; regionPath: string | null; hospital: string | null },
): Promise<AskedPartner | null> {
  const found = await db.query<AskedPartner>(q.partners_for, [wanted.target, wanted.regionPath]);
  const known = wanted.hospital === null ? undefined : found.find((one) => one.name.includes(wanted.hospital!));
  return known ?? found[0] ?? null;
}

/**
 * Begins a handoff inside dispatch's transaction: everything that is to go out beside the operator's voice is a row
 * (webhook, message with a link, automatic call), carried by its own mover. Called again for the same handoff it changes
 * nothing. Answers the outcome for the history.
 */
export async function beginHandoff(deps: BeginDeps, tx: Tx, asked: Asked): Promise<string> {
  const now = deps.clock.now();
  const { regionPath, householdId } = await deps.views.placeOf(asked.incidentId);
  const [seen] = await deps.views.byIds([asked.incidentId]);
  if (seen === undefined) return 'ended';
  const { wire } = seen;
  const hospital = asked.target === 'hospital' ? await hospitalOf(tx, householdId, wire) : null;
  const partner = await partnerFor(tx, { target: asked.target, regionPath, hospital });
  const added = await tx.query(q.add_offer, [
    asked.handoffId,
    asked.incidentId,
    partner?.id ?? null,
    asked.target,
    regionPath,
    asked.automatic,
    new Date(now),
  ]);
  if (partner === null) return asked.automatic ? 'no_partner' : 'offered_by_voice';
  const sends = partner.webhookUrl !== null || (partner.smsNumber !== null && deps.telephony !== undefined);
  const calls = asked.automatic && partner.automatic && deps.telephony !== undefined && !wire.test;
  if (added.length > 0) {
    if (partner.webhookUrl !== null) await addDelivery(tx, asked.handoffId, partner.id, 'handoff.offered', now);
    await sendLink(deps, tx, { asked, partner, wire, now });
    if (calls)
      await tx.query(q.add_call, [idFromName(`${asked.handoffId}/call/1`, now), asked.handoffId, 1, new Date(now)]);
  }
  if (calls) return 'called_automatically';
  if (asked.automatic && !partner.automatic) return sends ? 'sent_no_call_agreed' : 'no_call_agreed';
  return sends ? 'sent_to_partner' : 'offered_by_voice';
}

/** The telephone of the centre that a handoff is offered to; null: no partner answers for it. */
export async function centrePhone(db: Db, handoffId: string): Promise<string | null> {
  return (await db.query<{ phone: string }>(q.centre_phone, [handoffId]))[0]?.phone ?? null;
}

/** Accounts of the centres that were asked for any of these cases. */
export async function centresOf(db: Db, incidentIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ account_id: string }>(q.accounts_asked, [incidentIds]);
  return rows.map((row) => row.account_id);
}

/** A row for the mover of webhooks. */
async function addDelivery(tx: Db, handoffId: string, partnerId: string, event: string, now: number): Promise<void> {
  await tx.query(q.add_delivery, [newId(now), handoffId, partnerId, event, new Date(now)]);
}

/** Where the resident is known, from her care profile; null where that is not known, or who she is. */
async function hospitalOf(db: Db, householdId: string | null, wire: WireIncident): Promise<string | null> {
  if (householdId === null) return null;
  const home = await openHousehold(db, householdId);
  return home?.residents.find((one) => one.id === wire.resident?.id)?.care?.hospital ?? null;
}

/** The message holds the reference and a link, nothing of the resident. A drill says that it is one. */
async function sendLink(
  deps: BeginDeps,
  tx: Tx,
  { asked, partner, wire, now }: { asked: Asked; partner: AskedPartner; wire: WireIncident; now: number },
): Promise<void> {
  // A worker that knows no address of its own can send no link that leads anywhere.
  if (partner.smsNumber === null || deps.telephony === undefined || deps.baseUrl() === '') return;
  const token = await makeLink(tx, { handoffId: asked.handoffId, partnerId: partner.id, now });
  const reference = referenceOf(asked.incidentId, Date.parse(wire.openedAt));
  const text = [
    `【12349】${wire.test ? '演练,不要派车。' : ''}转${TARGETS[asked.target]}一件,编号${reference}。${ONE_EVENT}。`,
    `案情(一小时内有效,只能打开一次):${deps.baseUrl()}/packet#${token}`,
  ].join('');
  await deps.telephony.send(tx, {
    id: idFromName(`${asked.handoffId}/sms`, now),
    incidentId: asked.incidentId,
    to: partner.smsNumber,
    text,
  });
}

/** Something happened to a case: the partners who were asked are told, and what is over is closed. May come twice. */
export async function followCase(
  deps: BeginDeps,
  tx: Tx,
  event: { incident: string; kind: string; ref?: string | undefined },
): Promise<void> {
  const now = deps.clock.now();
  const offers = await tx.query<Offer>(q.offers_of_incident, [event.incident]);
  if (offers.length === 0) return;
  const over = ['closed', 'cancelled'].includes(event.kind);
  const ended = offers.filter(
    (one) => over || (event.ref === one.handoffId && /^handoff_(?:rejected|closed|withdrawn)$/.test(event.kind)),
  );
  for (const offer of offers) {
    const isEnd = ended.includes(offer);
    if (isEnd || event.ref === offer.handoffId) {
      // What was answered in another way needs no call any more.
      if (event.kind !== 'handoff_offered') await cancelCalls(deps, tx, offer.handoffId);
    }
    if (offer.partnerId === null || event.kind === 'handoff_offered') continue;
    if (!isEnd && (await tx.query(q.waiting_update, [offer.handoffId])).length > 0) continue;
    const [partner] = await tx.query<AskedPartner>(q.get_partner, [offer.partnerId]);
    if (partner === undefined || partner.webhookUrl === null) continue;
    const name = !isEnd
      ? 'handoff.updated'
      : event.kind === 'handoff_withdrawn'
        ? 'handoff.withdrawn'
        : 'handoff.ended';
    await addDelivery(tx, offer.handoffId, offer.partnerId, name, now);
  }
  if (ended.length === 0) return;
  await tx.query(q.end_offers, [ended.map((one) => one.handoffId), new Date(now)]);
}
