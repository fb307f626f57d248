import { addFact, addIntent, tell, type Draft } from './draft.ts';
import { SYSTEM, type Actor, type Assignment } from './incident.ts';
import { countMiss, isUnproven, MISSES_TO_ASK_ANOTHER } from './places.ts';
import { SAY, spokenName } from './sentences.ts';

/** What shows that somebody is at the door: his position, the code that box and worker say, the box's key, the desk that asked the resident. */
export type Proof = 'position' | 'code' | 'box' | 'desk';

/** The desk is asked to find out after so long, ms; once another has been asked beside him, less often. */
const PROVE_MS = 60_000;
const PROVE_SELDOM_MS = 300_000;

/**
 * He is at the door. Without a proof it is his word: the case goes on as if he were on the way, the box says nothing, and
 * the desk is asked to find out. Who said it before is proven by what comes later.
 */
export function arrive(draft: Draft, a: Assignment, proof: Proof | null, say = ''): void {
  a.state = 'on_scene';
  a.arrivedAt = draft.now;
  a.checkAt = null;
  if (proof === null) a.proveBy = draft.now + PROVE_MS;
  else prove(draft, a, say);
}

/** He is there: only now the box says so, and `say` after it. */
function prove(draft: Draft, a: Assignment, say: string): void {
  a.proveBy = null;
  a.misses = 0;
  const who = spokenName(a.name, a.role);
  const heard = draft.i.class === 'household' ? SAY.arrivedForWork(who) : SAY.arrived(who);
  tell(draft, 'arrived', `${heard}${say}`, a.name);
}

/** What he had only said is proven now: a line of its own. */
export function confirm(draft: Draft, a: Assignment, proof: Proof, by: Actor, say = ''): void {
  prove(draft, a, say);
  addFact(draft, 'arrival_proven', by, { assignment: a.id, who: a.name, proof });
  addIntent(draft, 'offer', { assignment: a.id, staff: a.staffId, change: 'on_scene' });
}

/** Nothing shows yet that he is there: whose case it is hears it; the second time another is asked beside him. */
export function chaseProof(draft: Draft, id: string): void {
  const { i, now } = draft;
  const a = i.assignments.find((one) => one.id === id);
  if (a === undefined || !isUnproven(a)) return;
  addFact(draft, 'arrival_unproven', SYSTEM, { assignment: a.id, who: a.name });
  const why = 'arrival_unproven';
  addIntent(draft, 'page', { who: i.ownerId === null ? 'supervisors' : 'owner', owner: i.ownerId, why });
  countMiss(draft, a);
  a.proveBy = now + (a.misses < MISSES_TO_ASK_ANOTHER ? PROVE_MS : PROVE_SELDOM_MS);
}
