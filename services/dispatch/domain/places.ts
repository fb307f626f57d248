import { addFact, addIntent, type Draft } from './draft.ts';
import type { Actor, Assignment, Incident } from './incident.ts';
import { isComing } from './states.ts';

/** As often as this he was not where he should have been: from then on another is asked beside him. */
export const MISSES_TO_ASK_ANOTHER = 2;

/** One can't lift a person from the floor alone: a fall needs two (moving and handling: never single-handed). */
export function needsFor(kind: string): number {
  return kind === 'fall' ? 2 : 1;
}

/** He is at the door, and not by his word alone. */
export function isThere(a: Assignment): boolean {
  return a.state === 'on_scene' && a.proveBy === null;
}

/** He says that he is at the door, and nothing shows it yet. */
export function isUnproven(a: Assignment): boolean {
  return a.state === 'on_scene' && a.proveBy !== null;
}

/** Whether he fills a place: he is there or was and is done, or he said yes, or that he is there, and is not long overdue. */
function holdsPlace(a: Assignment): boolean {
  const was = isThere(a) || (a.state === 'done' && a.proveBy === null);
  return was || ((isComing(a.state) || isUnproven(a)) && a.misses < MISSES_TO_ASK_ANOTHER);
}

/** Who fills a place of the case now. */
export function holders(i: Incident): Assignment[] {
  return i.assignments.filter(holdsPlace);
}

/** How many more must say yes. */
export function openPlaces(i: Incident): number {
  return Math.max(0, i.needs - holders(i).length);
}

/**
 * All places are filled: the offers that a wave made are taken back, each with its line, so that nobody sets out for
 * nothing. An operator's own offers stay: she asked for them knowing who comes.
 */
export function closeFilled(draft: Draft, by: Actor): void {
  const { i, now } = draft;
  if (openPlaces(i) > 0) return;
  const who = namesOf(holders(i));
  for (const a of i.assignments) {
    if (a.state !== 'offered' || a.wave === null) continue;
    Object.assign(a, { state: 'withdrawn', endedAt: now, checkAt: null });
    addFact(draft, 'withdrawn', by, { assignment: a.id, who: a.name, filled: who });
    addIntent(draft, 'offer', { assignment: a.id, staff: a.staffId, change: 'withdrawn' });
  }
}

/** The operator says how many must come. More than are coming: they are looked for at once; no more: the rest are called off. */
export function changeNeeds(draft: Draft, people: number, by: Actor): void {
  draft.i.needs = people;
  addFact(draft, 'needs', by, { people });
  if (openPlaces(draft.i) === 0) closeFilled(draft, by);
  else if (holders(draft.i).length > 0) addIntent(draft, 'find_responder', { why: 'needs' });
}

/** 周芳、刘强 */
export function namesOf(people: readonly Assignment[]): string {
  return people.map((a) => a.name).join('、');
}

/** He was not where he should have been, once more. The second time the next one is asked; he himself stays welcome. */
export function countMiss(draft: Draft, a: Assignment): void {
  a.misses += 1;
  if (a.misses !== MISSES_TO_ASK_ANOTHER || draft.i.class !== 'rescue') return;
  addFact(draft, 'asking_another', { kind: 'system', id: null, name: '系统' }, { who: a.name });
  addIntent(draft, 'find_responder', { why: 'late' });
}
