import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import type { Cases } from '#dispatch/cases.ts';
import { liveAssignments, type LiveAssignment } from '#dispatch/people.ts';
import type { Database } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { createLoop } from '#platform/loop.ts';
import { staffPlaces } from '#registry/directory/directory.ts';

const EVERY_MS = 1_000;
/** A demo minute of the road takes so many seconds: a newcomer sees the whole story in a minute or two. */
const ROAD_S_PER_MINUTE = 8;
const ACCEPT_AFTER_MS = 4_000;
const DEPART_AFTER_MS = 4_000;
const WORK_MS = 30_000;

interface Way {
  since: number;
  from: { lat: number; lon: number };
}

export interface PeopleDeps {
  db: Database;
  clock: Clock;
  log: Log;
  cases: Cases;
  reportPosition(fix: {
    staffId: string;
    lat: number;
    lon: number;
    accuracy: number | null;
    at: number;
  }): Promise<void>;
  /** Where the case is and how many minutes the responder needs; null when it has no place. */
  goal(incidentId: string, assignmentId: string): Promise<{ lat: number; lon: number; minutes: number } | null>;
  /** Members of staff who have a page of their own open: they answer themselves. */
  inTheStreet(): Set<string>;
}

/** One in so many of those whom nobody chose by name says no: what is then done is to be seen too. */
const SAYS_NO_IN = 8;

/** Whether this one will say no: by the id, so that he means the same every time he is looked at. */
function declines(a: LiveAssignment): boolean {
  return a.wave !== null && Number.parseInt(a.id.slice(-4), 16) % SAYS_NO_IN === 0;
}

/**
 * Responders of the demo: each accepts what he is offered, now and then one says no; they set out, drive there before
 * everybody's eyes, arrive, and are done after a while. Only those without a page of their own: who had one open while
 * he had this job finishes it himself.
 */
export function createSimulatedPeople(deps: PeopleDeps): { start(): void; stop(): Promise<void> } {
  const ways = new Map<string, Way>();
  const answeredByHand = new Set<string>();

  async function round(): Promise<void> {
    const all = await liveAssignments(deps.db);
    const here = deps.inTheStreet();
    for (const a of all) if (here.has(a.staffId)) answeredByHand.add(a.id);
    for (const id of answeredByHand) if (!all.some((a) => a.id === id)) answeredByHand.delete(id);
    const live = all.filter((a) => !answeredByHand.has(a.id));
    const places = new Map(
      (
        await staffPlaces(
          deps.db,
          live.map((a) => a.staffId),
        )
      ).map((place) => [place.id, place]),
    );
    for (const id of ways.keys()) if (!live.some((a) => a.id === id)) ways.delete(id);
    for (const a of live) {
      // What a shop does follows from its work order.
      if (a.role === 'vendor_staff') continue;
      await step(a, places.get(a.staffId)).catch((error: Error) => {
        if (!(error instanceof Problem)) throw error;
      });
    }
  }

  async function step(a: LiveAssignment, place: { lat: number | null; lon: number | null } | undefined): Promise<void> {
    const now = deps.clock.now();
    const from = place && place.lat !== null && place.lon !== null ? { lat: place.lat, lon: place.lon } : null;
    const way = ways.get(a.id) ?? { since: now, from: from ?? { lat: 32.04, lon: 112.14 } };
    ways.set(a.id, way);
    const answer = (
      to: 'accepted' | 'declined' | 'under_way' | 'on_scene' | 'done',
      reason?: string,
    ): Promise<unknown> =>
      deps.cases
        .answer(a.id, a.staffId, { to, reason }, { kind: 'person', id: a.staffId, name: a.name, role: a.role })
        .then(() => ways.set(a.id, { ...way, since: now }));
    if (a.state === 'offered' && now - way.since >= ACCEPT_AFTER_MS)
      await (declines(a) ? answer('declined', '手上有事') : answer('accepted'));
    else if (a.state === 'accepted' && now - way.since >= DEPART_AFTER_MS) await answer('under_way');
    else if (a.state === 'under_way') await drive(a, way, now, answer);
    else if (a.state === 'on_scene' && now - way.since >= WORK_MS) await answer('done');
  }

  async function drive(
    a: LiveAssignment,
    way: Way,
    now: number,
    answer: (to: 'on_scene') => Promise<unknown>,
  ): Promise<void> {
    const goal = await deps.goal(a.incidentId, a.id);
    const part = goal === null ? 1 : Math.min(1, (now - way.since) / (goal.minutes * ROAD_S_PER_MINUTE * 1000));
    if (goal !== null) {
      const lat = way.from.lat + (goal.lat - way.from.lat) * part;
      const lon = way.from.lon + (goal.lon - way.from.lon) * part;
      await deps.reportPosition({ staffId: a.staffId, lat, lon, accuracy: 15, at: now });
    }
    if (part >= 1) await answer('on_scene');
  }

  return createLoop({ log: deps.log, name: 'simulated people', every: EVERY_MS, after: EVERY_MS, work: round });
}
