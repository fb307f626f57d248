import { idFromName } from '#kernel/ids.ts';
import type { ErrorCode } from '#kernel/errors.ts';
import {
  SYSTEM,
  type Actor,
  type BoxOrder,
  type Decision,
  type Fact,
  type Incident,
  type NewIntent,
  type Tell,
} from './incident.ts';
import type { Policy } from './policy.ts';

/** A working copy of one case while one event is being decided. Lives for one call of `decide`; nothing outside sees it. */
export interface Draft {
  readonly before: Incident;
  readonly now: number;
  readonly policy: Policy;
  i: Incident;
  facts: Fact[];
  intents: NewIntent[];
  tells: Tell[];
  orders: BoxOrder[];
}

/** Why a command can't be done; `with` is what the caller may show (owner and version are added outside). */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly sentence: string;
  constructor(code: ErrorCode, sentence: string) {
    super(sentence);
    this.name = 'Refusal';
    this.code = code;
    this.sentence = sentence;
  }
}

/** A draft of `incident` at `now` (ms). */
export function startDraft(incident: Incident, policy: Policy, now: number): Draft {
  return { before: incident, now, policy, i: structuredClone(incident), facts: [], intents: [], tells: [], orders: [] };
}

/** A line of history that this decision leaves. */
export function addFact(draft: Draft, kind: string, by: Actor, data: Record<string, unknown> = {}): void {
  draft.facts.push({ kind, by, data });
}

/** Ids made by the core follow from the case, its version and their place in this decision, so a replay makes the same ones. */
export function makeId(draft: Draft, what: string): string {
  const place = draft.intents.length + draft.i.assignments.length + draft.i.handoffs.length + draft.i.calls.length;
  return idFromName(`${draft.i.id}/${draft.i.version}/${what}/${place}`, draft.now);
}

/** Something to be done in the world, with an id that a replay makes again. */
export function addIntent(draft: Draft, kind: NewIntent['kind'], detail: Record<string, unknown>): void {
  draft.intents.push({ id: makeId(draft, `intent-${kind}`), kind, detail });
}

/**
 * Says a sentence at the box; in quiet mode the stage is still told, without a word. A device speaks each stage once
 * (protocol, "Ack"), so the second person who sets out, or the second end of a reopened case, is told as an `update`.
 */
export function tell(
  draft: Draft,
  stage: Tell['stage'],
  say: string,
  who: string | null = null,
  etaS: number | null = null,
): void {
  const again = draft.i.stages.includes(stage);
  if (!again && stage !== 'update') draft.i.stages = [...draft.i.stages, stage];
  draft.tells.push({ stage: again ? 'update' : stage, say: draft.i.quiet ? '' : say, who, etaS });
  draft.i.updateAt = draft.now + draft.policy.ladder.updateS * 1000;
}

/** The decision. A change that no fact tells of still gets its line, or the history could not rebuild the state. */
export function endDraft(draft: Draft): Decision {
  if (draft.facts.length === 0) addFact(draft, 'changed', SYSTEM);
  return { next: draft.i, facts: draft.facts, intents: draft.intents, tells: draft.tells, orders: draft.orders };
}
