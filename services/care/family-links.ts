import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import type { Clock } from '#kernel/clock.ts';
import { familyViewSchema, type FamilyView } from '#contracts/family.ts';
import type { WireIncident } from '#contracts/incident.ts';
import type { Db } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import { spokenName } from '#dispatch/domain/sentences.ts';

const q = loadQueries(import.meta.url, 'care', ['add_family_link', 'look_family_link', 'tidy_family_links']);

/** A link holds for a day: longer than any case, and the follow-up comes by telephone. */
const HOLDS_MS = 24 * 3_600_000;

export interface FamilyLinksDeps {
  db: Db;
  clock: Clock;
  /** Cases by id, unfiltered: who has the link may see its one case. */
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident }[]>;
  /** Where our pages are, without a slash at the end. */
  baseUrl: () => string;
  /** The number one can call back. */
  callBack: string;
}

/** Links with which the family follows a case without signing in. */
export interface FamilyLinks {
  /** A link for this contact and case. Its secret is in it alone: the database keeps a hash, and makes one for each. */
  make(tx: Db, of: { incidentId: string; contactId: string }): Promise<string>;
  registerRoutes(app: App): void;
  tidy(): Promise<void>;
}

/** Construction does nothing. */
export function createFamilyLinks(deps: FamilyLinksDeps): FamilyLinks {
  const { db, clock } = deps;
  return {
    async make(tx, { incidentId, contactId }) {
      const token = randomBytes(16).toString('base64url');
      const now = clock.now();
      await tx.query(q.add_family_link, [
        hashOf(token),
        incidentId,
        contactId,
        new Date(now),
        new Date(now + HOLDS_MS),
      ]);
      return `${deps.baseUrl()}/family/${token}`;
    },
    registerRoutes(app) {
      app.get(
        '/api/family/:token',
        {
          config: { access: 'public', rateLimit: { max: 120, timeWindow: 60_000 } },
          schema: {
            tags: ['care'],
            summary: 'What one of the family sees of a case',
            params: z.object({ token: z.string().min(1).max(64) }),
            response: { 200: familyViewSchema },
          },
        },
        async (request) => {
          const [link] = await db.query<{ incidentId: string }>(q.look_family_link, [
            hashOf(request.params.token),
            new Date(clock.now()),
          ]);
          const [found] = link ? await deps.byIds([link.incidentId]) : [];
          if (!found)
            throw new Problem('not_found', {
              detail: '这个链接不对,或已经过期了 | This link is wrong, or has run out',
            });
          return viewOf(found.wire, deps.callBack, clock.now());
        },
      );
    },
    async tidy() {
      await db.query(q.tidy_family_links, [new Date(clock.now() - HOLDS_MS)]);
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Only what the box at home was told too, and who is on the way; no address, no number, nothing about health. */
function viewOf(wire: WireIncident, callBack: string, now: number): FamilyView {
  const person = wire.resident;
  return {
    who: person === null ? '您家老人' : `${[...person.name][0] ?? ''}${person.sex === 'f' ? '奶奶' : '爷爷'}`,
    state: wire.state,
    openedAt: wire.openedAt,
    steps: wire.told.filter((one) => one.say !== '').map(({ at, say }) => ({ at, text: say })),
    coming: wire.assignments
      .filter((one) => ['accepted', 'under_way', 'on_scene'].includes(one.state))
      .map((one) => ({
        name: spokenName(one.responder.name, one.responder.role),
        etaAt: one.etaAt,
        arrived: one.state === 'on_scene' && !one.unproven,
      })),
    callBack,
    at: new Date(now).toISOString(),
  };
}
