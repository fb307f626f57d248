import type { PartnerHandoff, PartnerStep, Packet } from '#contracts/handoff.ts';
import type { WireHandoff, WireIncident } from '#contracts/incident.ts';
import { Problem } from '#kernel/errors.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Cases } from '#dispatch/cases.ts';
import type { Actor } from '#dispatch/domain/incident.ts';
import { HANDOFF_EXITS, isEnded, isLiveHandoff, mayBecome } from '#dispatch/domain/states.ts';
import { readCursor, type Views } from '#dispatch/views.ts';
import { guest, openPacket, type OpenDeps } from './open.ts';
import { referenceOf } from './packet.ts';
import type { Offer } from './rows.ts';
import { complaintOf } from './words.ts';

const q = loadQueries(import.meta.url, 'handoff', ['own_offer', 'own_offers', 'partner_of_account']);

export interface StepsDeps extends OpenDeps {
  db: Database;
  clock: Clock;
  cases: Cases;
  views: Views;
}

/** Whom this account speaks for. Throws `forbidden` with what to do where it speaks for nobody. */
export async function partnerOf(
  deps: Pick<StepsDeps, 'db'>,
  viewer: Viewer,
): Promise<{ id: string; name: string; target: string }> {
  const [partner] = await deps.db.query<{ id: string; name: string; target: string }>(q.partner_of_account, [
    viewer.accountId,
  ]);
  if (partner !== undefined) return partner;
  throw new Problem('forbidden', {
    detail: '这个账号还没有绑定到中心,请找管理员 | This account is bound to no centre yet; ask an administrator',
  });
}

/** The handoffs that this account's partner was asked for, newest first; `all`: also what is over. */
export async function listOffers(
  deps: StepsDeps,
  viewer: Viewer,
  page: { all: boolean; limit: number; cursor: string | undefined },
): Promise<{ items: PartnerHandoff[]; nextCursor: string | null }> {
  const from = readCursor(page.cursor ?? null);
  const offers = await deps.db.query<Offer>(q.own_offers, [
    viewer.accountId,
    page.all,
    viewer.regions,
    from?.at ?? null,
    from?.id ?? null,
    page.limit + 1,
  ]);
  const shown = offers.slice(0, page.limit);
  const cases = await deps.views.byIds([...new Set(shown.map((one) => one.incidentId))]);
  const items = shown.flatMap((offer) => {
    const wire = cases.find((one) => one.wire.id === offer.incidentId)?.wire;
    const handoff = wire?.handoffs.find((one) => one.id === offer.handoffId);
    if (!wire || !handoff) return [];
    const line = lineOf(wire, handoff);
    return page.all || !line.ended ? [line] : [];
  });
  const last = shown.at(-1);
  const more = offers.length > page.limit && last !== undefined;
  return {
    items,
    nextCursor: more ? Buffer.from(`${last.offeredAt.getTime()}|${last.handoffId}`).toString('base64url') : null,
  };
}

/** What and roughly where; nobody's name before the packet is opened. */
function lineOf(wire: WireIncident, handoff: WireHandoff): PartnerHandoff {
  const place = wire.region.filter((one) => ['street', 'community', 'grid'].includes(one.level));
  return {
    id: handoff.id,
    incident: wire.id,
    reference: referenceOf(wire.id, Date.parse(wire.openedAt)),
    target: handoff.to,
    state: handoff.state,
    test: wire.test,
    version: wire.version,
    priority: wire.priority,
    complaint: complaintOf(wire.kind, {}, wire.silent),
    place: place.map((one) => one.name).join(' ') || '地点不明',
    offeredAt: handoff.offeredAt,
    deadlineAt: handoff.deadlineAt,
    caseNumber: handoff.caseNumber,
    seat: handoff.seat,
    ended: !isLiveHandoff(handoff.state) || isEnded(wire.state),
  };
}

/** Throws `not_found` for whatever is not this partner's. */
async function ownOffer(deps: StepsDeps, viewer: Viewer, id: string): Promise<Offer> {
  const [offer] = await deps.db.query<Offer>(q.own_offer, [id, viewer.accountId, viewer.regions]);
  if (offer === undefined) throw new Problem('not_found');
  return offer;
}

/** Opens the packet of one's own handoff; the look is written down under the viewer's name and his centre's. */
export async function openOwn(
  deps: StepsDeps,
  viewer: Viewer,
  id: string,
): Promise<{ packet: Packet; priority: number }> {
  const offer = await ownOffer(deps, viewer, id);
  const looking = guest({ id: viewer.accountId, name: viewer.name, address: viewer.address });
  const { packet, detail } = await openPacket(deps, looking, {
    incident: offer.incidentId,
    target: offer.target,
    handoff: offer.handoffId,
  });
  return { packet, priority: detail.priority };
}

const TO = {
  accept: 'accepted',
  reject: 'rejected',
  dispatch: 'dispatched',
  arrive: 'on_scene',
  close: 'closed',
} as const;
const DONE: Record<keyof typeof TO, string> = {
  accept: '已接下 | accepted',
  reject: '已告诉坐席,坐席另找 | refused; the operator asks elsewhere',
  dispatch: '已告诉坐席和老人 | the operator and the resident know',
  arrive: '已登记到场 | arrival recorded',
  close: '已结束 | finished',
};

export interface StepBody {
  caseNumber?: string | undefined;
  seat?: string | undefined;
  reason?: string | undefined;
  minutes?: number | undefined;
  text?: string | undefined;
}

/**
 * What a centre does with what it was offered. The same step again answers what already is; one that comes too late is
 * refused with what happened instead. Throws `not_found` (not theirs), `offer_gone`, `not_allowed_in_state`.
 */
export async function takeStep(
  deps: StepsDeps,
  viewer: Viewer,
  id: string,
  step: PartnerStep,
  body: StepBody,
): Promise<{ handoff: PartnerHandoff; says: string }> {
  const offer = await ownOffer(deps, viewer, id);
  const { name } = await partnerOf(deps, viewer);
  const by: Actor = { kind: 'partner', id: viewer.accountId, name };
  const now = await look(deps, offer);
  const isNew = step !== 'update' && alreadyDone(now, step, body) === null;
  if (step !== 'update' && isNew) {
    refuseLate(deps, now, step, body);
    const command = { type: 'handoff_update', handoff: id, to: TO[step], ...numbersOf(body) } as const;
    await deps.cases.street(offer.incidentId, command, by, null).catch(async (error: unknown) => {
      // Somebody else was faster: the newest state says it in words, or it is what was asked for.
      const after = await look(deps, offer);
      if (alreadyDone(after, step, body) !== null) return;
      refuseLate(deps, after, step, body);
      throw error;
    });
  }
  const text = noteOf(step, body);
  if (text !== null && (isNew || step === 'update')) await tellDesk(deps, offer, by, text);
  return {
    handoff: lineOf(...asPair(await look(deps, offer))),
    says: step === 'update' ? '坐席看到了 | the operator sees it' : DONE[step],
  };
}

interface Seen {
  wire: WireIncident;
  handoff: WireHandoff;
}
const asPair = ({ wire, handoff }: Seen): [WireIncident, WireHandoff] => [wire, handoff];

async function look(deps: StepsDeps, offer: Offer): Promise<Seen> {
  const [one] = await deps.views.byIds([offer.incidentId]);
  const handoff = one?.wire.handoffs.find((each) => each.id === offer.handoffId);
  if (!one || !handoff) throw new Problem('not_found');
  return { wire: one.wire, handoff };
}

const numbersOf = ({ caseNumber, seat, reason }: StepBody): StepBody => ({
  ...(caseNumber !== undefined && { caseNumber }),
  ...(seat !== undefined && { seat }),
  ...(reason !== undefined && { reason }),
});

/** The state that this very step has led to already; null: it has not been taken. */
function alreadyDone({ handoff }: Seen, step: PartnerStep, body: StepBody): string | null {
  if (step === 'update' || handoff.state !== TO[step]) return null;
  if (step === 'accept' && (handoff.caseNumber !== body.caseNumber || handoff.seat !== body.seat)) return null;
  return handoff.state;
}

const STATES: Record<string, string> = {
  offered: '还没有接下 | not accepted yet',
  accepted: '已经接下 | accepted already',
  rejected: '您已经拒绝了,坐席已另找 | you have refused it, the operator asks elsewhere',
  dispatched: '已经派车 | dispatched already',
  on_scene: '已经到场 | on the scene already',
  closed: '已经结束 | finished already',
};

function refuseLate({ callBack }: OpenDeps, { wire, handoff }: Seen, step: keyof typeof TO, body: StepBody): void {
  const gone = (zh: string, en: string): never => {
    throw new Problem('offer_gone', { detail: `${zh} | ${en}`, data: { state: handoff.state } });
  };
  if (handoff.state === 'withdrawn')
    gone('坐席已经收回这一件,不用派车了', 'The operator has taken this back; send nobody');
  if (isEnded(wire.state) || wire.state === 'resolved')
    gone(`这件事已经办结了,有疑问请打 ${callBack}`, `This case has ended; for questions call ${callBack}`);
  if (step === 'accept' && handoff.caseNumber !== null && isLiveHandoff(handoff.state))
    gone(
      `已经以案件号 ${handoff.caseNumber}(坐席 ${handoff.seat ?? ''})接下了,您给的 ${body.caseNumber ?? ''} 没有登记;要改请打 ${callBack}`,
      `It was accepted as ${handoff.caseNumber} (seat ${handoff.seat ?? ''}); ${body.caseNumber ?? ''} was not recorded; to change it call ${callBack}`,
    );
  const refuse = (words: string): never => {
    throw new Problem('not_allowed_in_state', { detail: words, data: { state: handoff.state } });
  };
  if (step === 'reject' && handoff.state !== 'offered' && handoff.state !== 'rejected')
    refuse(`已经接下的不能拒绝,要取消请打 ${callBack} | What was accepted is cancelled by telephone only: ${callBack}`);
  if (!mayBecome(HANDOFF_EXITS, handoff.state, TO[step])) refuse(STATES[handoff.state] ?? STATES['offered']!);
}

function noteOf(step: PartnerStep, body: StepBody): string | null {
  if (step === 'dispatch') return body.minutes === undefined ? null : `已派车,约 ${body.minutes} 分钟到`;
  if (step === 'update' || step === 'close') return body.text === undefined || body.text === '' ? null : body.text;
  return null;
}

async function tellDesk(deps: StepsDeps, offer: Offer, by: Actor, text: string): Promise<void> {
  await deps.cases.desk(offer.incidentId, { type: 'note', text }, by, null);
}
