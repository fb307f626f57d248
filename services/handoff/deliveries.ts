import type { Clock } from '#kernel/clock.ts';
import type { Database } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { isSealed, type Sealing } from '#platform/sealing.ts';
import { loadQueries } from '#platform/sql.ts';
import { Problem } from '#kernel/errors.ts';
import type { Cases } from '#dispatch/cases.ts';
import { eidoOf } from './eido.ts';
import { guest, openPacket, type OpenDeps } from './open.ts';
import type { Offer } from './rows.ts';
import { signatureOf } from './signature.ts';

const q = loadQueries(import.meta.url, 'handoff', ['take_deliveries', 'finish_delivery', 'get_offer', 'get_partner']);

export interface DeliveriesDeps extends OpenDeps {
  db: Database;
  clock: Clock;
  log: Log;
  cases: Cases;
  sealing: Sealing;
}

/** How long a partner may take to answer, ms, and how long we try in all: a day. */
const ANSWER_MS = 4_000;
const GIVE_UP_MS = 24 * 3_600_000;
const BATCH = 10;

interface Delivery {
  id: string;
  handoffId: string;
  partnerId: string;
  event: string;
  attempt: number;
  createdAt: Date;
}

/**
 * One look at the webhooks that are due. A delivery is taken with the time of its next try already written (5 s, doubled
 * each time, 10 min at most), so that a killed worker's comes again by itself; what comes of it is written under that
 * attempt's fence. Any 2xx is delivered; redirects are not followed. Answers how many were tried.
 */
export async function carryDeliveries(deps: DeliveriesDeps): Promise<number> {
  const taken = await deps.db.query<Delivery>(q.take_deliveries, [new Date(deps.clock.now()), BATCH]);
  await Promise.all(taken.map((one) => carry(deps, one)));
  return taken.length;
}

async function carry(deps: DeliveriesDeps, delivery: Delivery): Promise<void> {
  const [offer] = await deps.db.query<Offer>(q.get_offer, [delivery.handoffId]);
  const [partner] = await deps.db.query<{
    id: string;
    name: string;
    webhookUrl: string | null;
    webhookSecret: string | null;
  }>(q.get_partner, [delivery.partnerId]);
  if (offer === undefined || !partner?.webhookUrl || !partner.webhookSecret) {
    await finish(deps, delivery, 'given_up', 0);
    return;
  }
  const secret = secretOf(deps, partner.id, partner.webhookSecret);
  if (secret === null) {
    // Another key than it was sealed with: it goes out as soon as the right one is there, or a new secret was made.
    deps.log.error(
      { partner: partner.id, delivery: delivery.id },
      'the secret of a webhook does not open: SECRET_KEY?',
    );
    await finish(deps, delivery, 'later', 0);
    return;
  }
  const body = await bodyOf(deps, delivery, offer, partner);
  const status = await post(deps, { url: partner.webhookUrl, secret, id: delivery.id, body });
  if (status >= 200 && status < 300) {
    const first = await finish(deps, delivery, 'done', status);
    if (first && delivery.event === 'handoff.offered')
      await noteDelivered(deps, offer, partner.name, partner.id, delivery.attempt);
    return;
  }
  const late = deps.clock.now() - delivery.createdAt.getTime() > GIVE_UP_MS;
  deps.log.warn(
    { delivery: delivery.id, attempt: delivery.attempt, status },
    late ? 'a webhook was given up' : 'a webhook was not taken',
  );
  await finish(deps, delivery, late ? 'given_up' : 'later', status);
}

/** Those of before there was a seal are sealed at the next start. */
function secretOf({ sealing }: DeliveriesDeps, partnerId: string, kept: string): string | null {
  return isSealed(kept) ? sealing.open(kept, partnerId) : kept;
}

/** False when another worker has finished it meanwhile. */
async function finish(
  deps: DeliveriesDeps,
  delivery: Delivery,
  what: 'done' | 'later' | 'given_up',
  status: number,
): Promise<boolean> {
  const rows = await deps.db.query(q.finish_delivery, [
    delivery.id,
    delivery.attempt,
    what,
    new Date(deps.clock.now()),
    status,
  ]);
  return rows.length > 0;
}

/** The packet as it is now, whatever it was when the row was written; the look is written down by the partner's name. */
async function bodyOf(
  deps: DeliveriesDeps,
  delivery: Delivery,
  offer: Offer,
  partner: { id: string; name: string },
): Promise<string> {
  const viewer = guest({ id: partner.id, name: `${partner.name}(系统)`, address: null });
  const wanted = { incident: offer.incidentId, target: offer.target, handoff: offer.handoffId };
  const { packet, detail } = await openPacket(deps, viewer, wanted);
  return JSON.stringify({
    type: delivery.event,
    timestamp: packet.madeAt,
    data: {
      handoff: offer.handoffId,
      reference: packet.reference,
      oneEvent: packet.oneEvent,
      test: packet.test,
      state: packet.handoff?.state ?? 'closed',
      eido: eidoOf(packet, detail.priority),
    },
  });
}

/** The status of the answer, 0 for none. */
async function post(
  deps: DeliveriesDeps,
  to: { url: string; secret: string; id: string; body: string },
): Promise<number> {
  const timestamp = Math.floor(deps.clock.now() / 1000);
  try {
    const answer = await fetch(to.url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': '12349-handoff/1',
        'webhook-id': to.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatureOf(to.secret, to.id, timestamp, to.body),
      },
      body: to.body,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    // No answer is an outcome like any other: it is tried again.
    return 0;
  }
}

async function noteDelivered(
  deps: DeliveriesDeps,
  offer: Offer,
  name: string,
  id: string,
  attempt: number,
): Promise<void> {
  const text = attempt === 1 ? '系统收到案情' : `系统收到案情(第 ${attempt} 次才送到)`;
  try {
    await deps.cases.desk(offer.incidentId, { type: 'note', text }, { kind: 'partner', id, name }, null);
  } catch (error) {
    // The case ended while the packet was on its way: the delivery's own row keeps when it arrived.
    if (!(error instanceof Problem)) throw error;
  }
}
