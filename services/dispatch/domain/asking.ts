import { addFact, addIntent, endDraft, startDraft, type Draft } from './draft.ts';
import { SYSTEM, type Assignment, type Decision, type Incident } from './incident.ts';
import { openPlaces } from './places.ts';
import type { Policy } from './policy.ts';
import { isEnded } from './states.ts';
import { offerTo, type Helper } from './street.ts';
import { ladderHandoff } from './tick.ts';
import { settle } from './timers.ts';

/** How far a search goes: the own street, or beyond it to the neighbouring streets and districts. */
export type Reach = 'own' | 'next';

/** The third wave asks all who can be there in so many minutes: the field's 15-minute circle. */
const ALL_WITHIN_MIN = 15;
/** The second wave asks so many. */
const FEW = 3;
/** One who heard nothing may be asked once more, when all are asked. */
const ASKED_AT_MOST = 2;

/** What a search is to do now: whom it may ask, and how many of them. */
export type Plan =
  | { ask: false; outcome: 'ended' | 'filled' | 'somebody_is_asked' }
  | { ask: true; wave: number; size: number };

/**
 * One wave after the other: as many as there are places, then three, then all. A search that the
 * ladder set going does not wait for those who are still asked.
 */
export function planWave(i: Incident, why: 'ladder' | 'search'): Plan {
  if (isEnded(i.state) || i.state === 'resolved') return { ask: false, outcome: 'ended' };
  const places = openPlaces(i);
  if (places === 0) return { ask: false, outcome: 'filled' };
  const pending = i.assignments.filter((a) => a.state === 'offered').length;
  if (pending >= places && why !== 'ladder') return { ask: false, outcome: 'somebody_is_asked' };
  const wave = Math.min(3, i.asking.phase + 1);
  return { ask: true, wave, size: wave === 1 ? Math.max(1, places - pending) : wave === 2 ? FEW : Infinity };
}

/**
 * Of those who could come, best first, the ones whom this wave asks. Nobody is asked again who said no or is asked now; and
 * the wave that asks all leaves those alone who are being asked for another case, while three others are near: a telephone
 * rings for one case at a time, and an offer that waits behind it runs out unheard.
 */
export function pickWave<Person extends { id: string; minutes: number; asked: number }>(
  i: Incident,
  plan: { wave: number; size: number },
  ranked: readonly Person[],
): Person[] {
  const free = ranked.filter((person) => mayBeAsked(i.assignments, person.id, plan.wave === 3));
  if (plan.wave < 3) return free.slice(0, plan.size);
  const near = free.filter((person) => person.minutes <= ALL_WITHIN_MIN);
  const unasked = near.filter((person) => person.asked === 0);
  if (unasked.length >= FEW) return unasked;
  return near.length > 0 ? near : free.slice(0, FEW);
}

function mayBeAsked(assignments: readonly Assignment[], staffId: string, again: boolean): boolean {
  const before = assignments.filter((a) => a.staffId === staffId && a.state !== 'withdrawn');
  if (before.length === 0) return true;
  return again && before.length < ASKED_AT_MOST && before.every((a) => a.state === 'expired');
}

/** The wave goes out: each gets his offer, and the history says how far the asking has come. */
export function askWave(
  incident: Incident,
  wave: { number: number; reach: Reach; helpers: readonly Helper[] },
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  noteReach(draft, wave.reach);
  draft.i.asking = { phase: wave.number, reach: wave.reach };
  addFact(draft, 'asking', SYSTEM, { wave: wave.number, people: wave.helpers.length, needs: draft.i.needs });
  for (const helper of wave.helpers) offerTo(draft, helper, SYSTEM);
  settle(draft);
  return endDraft(draft);
}

function noteReach(draft: Draft, reach: Reach): void {
  if (reach === 'next' && draft.i.asking.reach === 'own') addFact(draft, 'asking_next', SYSTEM, {});
}

/**
 * Nobody is left who could be asked, neither here nor in the neighbouring district. A case that nobody owns goes to 110,
 * as a step that everybody sees; an operator is told and decides herself. Those who are on their way keep their places.
 */
export function nobodyLeft(
  incident: Incident,
  intent: { id: string; kind: string },
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  const { i } = draft;
  noteReach(draft, 'next');
  i.asking = { ...i.asking, reach: 'next' };
  addFact(draft, 'outcome', SYSTEM, { intent: intent.id, kind: intent.kind, outcome: 'nobody_found', who: null });
  const pending = i.assignments.some((a) => a.state === 'offered');
  if (i.class === 'rescue' && !pending) {
    addFact(draft, 'nobody_comes', SYSTEM, { next: '110', automatic: i.ownerId === null });
    if (i.ownerId === null) ladderHandoff(draft, '110');
    addIntent(draft, 'page', {
      who: i.ownerId === null ? 'supervisors' : 'owner',
      owner: i.ownerId,
      why: 'nobody_comes',
    });
  }
  settle(draft);
  return endDraft(draft);
}
