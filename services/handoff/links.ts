import { createHash, randomBytes } from 'node:crypto';
import type { Packet } from '#contracts/handoff.ts';
import { Problem } from '#kernel/errors.ts';
import type { Db } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { guest, openPacket, type OpenDeps } from './open.ts';
import type { AskedPartner, Offer } from './rows.ts';

const q = loadQueries(import.meta.url, 'handoff', ['add_link', 'open_link', 'find_link', 'get_offer', 'get_partner']);

/** How long a link opens, ms. */
export const LINK_MS = 3_600_000;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A link for one handoff: answers what stands behind # in it (128 random bits); only its hash is kept. */
export async function makeLink(tx: Db, of: { handoffId: string; partnerId: string; now: number }): Promise<string> {
  const token = randomBytes(16).toString('base64url');
  await tx.query(q.add_link, [hashOf(token), of.handoffId, of.partnerId, new Date(of.now), new Date(of.now + LINK_MS)]);
  return token;
}

/**
 * Opens the packet of a link, once and within its hour; `who` said he is looking, and that is written down with the
 * look. A used or late link is refused in words that say what to do.
 */
export async function openLink(
  deps: OpenDeps,
  link: { token: string; who: string; address: string },
): Promise<{ packet: Packet }> {
  const hash = hashOf(link.token);
  const now = deps.clock.now();
  const call = `要看案情请打 ${deps.callBack} | To see the case call ${deps.callBack}`;
  const [callZh, callEn] = call.split(' | ');
  const opened = (
    await deps.db.query<{ handoffId: string; partnerId: string }>(q.open_link, [
      hash,
      new Date(now),
      link.who,
      link.address,
    ])
  )[0];
  if (opened === undefined) {
    const [found] = await deps.db.query<{ openedAt: Date | null; openedBy: string | null; expiresAt: Date }>(
      q.find_link,
      [hash],
    );
    if (found === undefined)
      throw new Problem('not_found', {
        detail: `没有这个链接,请从短信里重新点开。${callZh} | There is no such link. ${callEn}`,
      });
    if (found.openedAt !== null) {
      const at = clockTime(found.openedAt.getTime());
      throw new Problem('offer_gone', {
        detail: `这个链接已经在 ${at} 由“${found.openedBy ?? ''}”打开过了,只能打开一次。${callZh} | This link was opened at ${at} by “${found.openedBy ?? ''}”; it opens once. ${callEn}`,
      });
    }
    throw new Problem('offer_gone', {
      detail: `这个链接超过一小时,已经失效。${callZh} | This link is older than an hour. ${callEn}`,
    });
  }
  const [offer] = await deps.db.query<Offer>(q.get_offer, [opened.handoffId]);
  const [partner] = await deps.db.query<AskedPartner>(q.get_partner, [opened.partnerId]);
  const viewer = guest({ id: partner!.id, name: `${partner!.name} ${link.who}(短信链接)`, address: link.address });
  return openPacket(deps, viewer, { incident: offer!.incidentId, target: offer!.target, handoff: offer!.handoffId });
}

/** hh:mm in Xiangyang (UTC+8). */
const clockTime = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(11, 16);
