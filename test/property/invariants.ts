import { expect } from 'vitest';
import type { Incident } from '#dispatch/domain/incident.ts';
import {
  ASSIGNMENT_EXITS,
  HANDOFF_EXITS,
  INCIDENT_EXITS,
  isEnded,
  isLiveAssignment,
  isLiveHandoff,
  isOpen,
  mayBecome,
} from '#dispatch/domain/states.ts';

/** Fails with the case beside the sentence. A plain throw: `expect` costs too much for millions of calls. */
function must(holds: boolean, sentence: string, ...cases: unknown[]): void {
  if (!holds) throw new Error(`${sentence}\n${cases.map((one) => JSON.stringify(one)).join('\n')}`);
}

/** What holds of a case at any moment. */
export function expectSound(i: Incident): void {
  const open = isOpen(i.state);
  if (isEnded(i.state)) {
    must(
      i.wakeAt === null && i.deadlineAt === null && i.owes.kind === 'nobody',
      'an ended case sleeps and is owed by nobody',
      i,
    );
  } else {
    must(
      i.deadlineAt !== null && i.owes.kind !== 'nobody',
      'a live case has a deadline and says who owes the next step',
      i,
    );
    must(i.wakeAt !== null && i.wakeAt <= i.deadlineAt!, 'a live case is looked at no later than its deadline', i);
  }
  must((i.ownerId === null) === (i.ownerName === null), 'an owner has a name', i);
  must(
    (i.ladder.nextAt !== null) === (open && i.ownerId === null),
    'on the ladder exactly while it is open and nobody has it',
    i,
  );
  if (open && i.ownerId !== null) must(i.attendedAt !== null, 'an owner has attended', i);
  if (i.state === 'waiting') must(i.ownerId === null, 'nobody has a waiting case', i);
  if (i.state === 'claimed') must(i.ownerId !== null, 'somebody has a claimed case', i);
  if (!open) {
    must(!i.assignments.some((a) => isLiveAssignment(a.state)), 'nobody is on the way to a case that is done', i);
    must(!i.handoffs.some((h) => isLiveHandoff(h.state)), 'no centre is asked about a case that is done', i);
    must(i.talk === null, 'no line stays open into a home whose case is done', i);
  }
  if (i.state === 'closed' || i.state === 'cancelled')
    must(i.code !== null && i.closedAt !== null, 'an ended case has its code', i);
  for (const a of i.assignments) {
    must(a.proveBy === null || a.state === 'on_scene' || a.state === 'done', 'only an arrival can be unproven', i);
    if (open && a.state === 'on_scene' && a.proveBy !== null)
      must(i.wakeAt !== null && i.wakeAt <= a.proveBy, 'who is there by his word alone is asked after', i);
  }
  const live = i.assignments.filter((a) => isLiveAssignment(a.state)).map((a) => a.staffId);
  must(new Set(live).size === live.length, 'nobody holds the same case twice', i);
  must(new Set(i.stages).size === i.stages.length, 'each stage was told once', i);
  if (i.quiet) must(i.talk === null, 'no line is open into a quiet home', i);
  expectSoundCalls(i);
}

/** What holds of a case's telephone calls. */
function expectSoundCalls(i: Incident): void {
  const live = i.calls.filter((call) => call.endedAt === null);
  const ringing = live.filter((call) => ['calling', 'ringing', 'answered'].includes(call.state));
  must(
    ringing.every((call) => call.giveUpAt !== null && call.startedAt !== null),
    'a call under way is given up some day',
    i,
  );
  must(ringing.filter((call) => call.purpose === 'family').length <= 1, 'of the family one is rung at a time', i);
  const waiting = live.filter((call) => call.state === 'waiting' && call.purpose === 'family');
  must(
    waiting.length === 0 || live.some((call) => call.purpose === 'family' && call.state !== 'waiting'),
    'the next of the family waits only while another is on the telephone',
    i,
  );
  must(
    waiting.length === 0 || !i.calls.some((call) => call.purpose === 'family' && call.state === 'accepted'),
    'nobody more of the family is rung when one comes',
    i,
  );
  const offers = live.filter((call) => call.purpose === 'offer' && call.state !== 'connected');
  must(
    offers.every((call) => i.assignments.some((a) => a.id === call.ref && a.state === 'offered')),
    'nobody is rung for an offer that is gone',
    i,
  );
  if (!isOpen(i.state))
    must(
      !live.some((call) => call.purpose !== 'desk' && call.purpose !== 'supervise'),
      'nobody is rung for a case that is done',
      i,
    );
  for (const call of live.filter(({ purpose }) => purpose === 'supervise')) {
    const talking = live.filter((one) => one.state === 'connected' && one.purpose !== 'supervise');
    must(talking.length > 0, 'nobody sits in where nobody talks', i);
    must(
      call.wants !== 'whisper' || talking.some((one) => one.id === call.ref && one.purpose === 'desk'),
      'a whisper has a desk that hears it',
      i,
    );
    must(
      !live.some((one) => one.purpose === 'desk' && one.party === call.party),
      'who talks at a desk does not sit in beside it',
      i,
    );
  }
  if (i.test) must(!i.calls.some((call) => call.purpose === 'family'), 'a drill rings no family', i);
}

const KEPT = ['id', 'class', 'test', 'subject', 'source', 'openedAt', 'deviceId'] as const;
/** May become known, and then stays. */
const LEARNT = ['householdId', 'regionPath', 'claimedAt'] as const;
const OWNER_FACTS = {
  taken: ['claimed', 'reopened'],
  passed: ['taken_over', 'reopened'],
  lost: ['released', 'lost_owner', 'rerouted'],
};

/** What holds of one step from `before` (null: it was opened) to `after`; `facts` are the kinds of its lines. */
export function expectLegalStep(
  before: Incident | null,
  after: Incident,
  facts: readonly string[],
  edges?: Set<string>,
): void {
  must(facts.length > 0, 'every step has its line in the history', before, after);
  must(after.version === (before?.version ?? 0) + 1, 'the version grows by one', before, after);
  if (before === null) {
    must(after.state === 'waiting' && facts[0] === 'opened', 'a case begins waiting', after);
    return;
  }
  for (const field of KEPT) must(before[field] === after[field], `${field} never changes`, before, after);
  for (const field of LEARNT)
    must(before[field] === null || before[field] === after[field], `${field} stays as it is`, before, after);
  if (before.state !== after.state) {
    must(
      mayBecome(INCIDENT_EXITS, before.state, after.state),
      `a case can't go from ${before.state} to ${after.state}`,
      before,
      after,
    );
    edges?.add(`incident ${before.state} → ${after.state}`);
  }
  if (after.stages.includes('arrived') && !before.stages.includes('arrived')) {
    must(
      after.assignments.some((a) => a.state === 'on_scene' && a.proveBy === null) ||
        after.handoffs.some((h) => h.state === 'on_scene'),
      'home hears that somebody is there when something shows it',
      before,
      after,
    );
  }
  if (before.ownerId !== after.ownerId) {
    const kind = before.ownerId === null ? 'taken' : after.ownerId === null ? 'lost' : 'passed';
    must(
      OWNER_FACTS[kind].some((fact) => facts.includes(fact)),
      `an owner is ${kind} with a line that says so`,
      facts,
      before,
      after,
    );
  }
  expectRows('assignment', ASSIGNMENT_EXITS, before.assignments, after.assignments, edges);
  expectRows('handoff', HANDOFF_EXITS, before.handoffs, after.handoffs, edges);
}

function expectRows<State extends string>(
  what: string,
  table: Record<State, readonly State[]>,
  before: readonly { id: string; state: State }[],
  after: readonly { id: string; state: State }[],
  edges?: Set<string>,
): void {
  must(
    before.every((row) => after.some((later) => later.id === row.id)),
    `no ${what} is forgotten`,
    before,
    after,
  );
  for (const row of after) {
    const earlier = before.find((old) => old.id === row.id);
    if (earlier === undefined) must(row.state === ('offered' as State), `a ${what} begins offered`, row);
    else if (earlier.state !== row.state) {
      must(
        mayBecome(table, earlier.state, row.state),
        `a ${what} can't go from ${earlier.state} to ${row.state}`,
        earlier,
        row,
      );
      edges?.add(`${what} ${earlier.state} → ${row.state}`);
    }
  }
}

/** At most one case is open for the same subject, class and drill. */
export function expectOneOpenEach(cases: Iterable<Incident>): void {
  const seen = new Map<string, string>();
  for (const i of cases) {
    if (!isOpen(i.state)) continue;
    const key = `${i.subject}|${i.class}|${i.test}`;
    must(!seen.has(key), 'one open case for the same home, class and drill', key, seen.get(key), i.id);
    seen.set(key, i.id);
  }
}

/** Every edge of the tables in states.ts was walked by somebody, or is listed as one that no event takes. */
export function expectEveryEdge(edges: ReadonlySet<string>, never: readonly string[] = []): void {
  const tables = { incident: INCIDENT_EXITS, assignment: ASSIGNMENT_EXITS, handoff: HANDOFF_EXITS };
  const all = Object.entries(tables).flatMap(([what, table]) =>
    Object.entries(table).flatMap(([from, exits]) =>
      (exits as readonly string[]).map((to) => `${what} ${from} → ${to}`),
    ),
  );
  expect(all.filter((edge) => !edges.has(edge)).toSorted()).toEqual([...never].toSorted());
}
