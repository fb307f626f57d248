import { isDeepStrictEqual } from 'node:util';
import { findBrokenLink, type ChainLink } from '#kernel/hash-chain.ts';
import { idFromName } from '#kernel/ids.ts';
import { dial, hangUp, hearCall, ringFamily, type Relative } from '#dispatch/domain/call-news.ts';
import { decideDesk } from '#dispatch/domain/desk.ts';
import { Refusal } from '#dispatch/domain/draft.ts';
import { SYSTEM, type Decision, type Incident, type NewIntent } from '#dispatch/domain/incident.ts';
import { joinArea } from '#dispatch/domain/link.ts';
import { noteOutcome } from '#dispatch/domain/outcome.ts';
import type { Policy } from '#dispatch/domain/policy.ts';
import { openIncident } from '#dispatch/domain/presses.ts';
import { rebuild, type Patch } from '#dispatch/domain/rebuild.ts';
import { isOpen } from '#dispatch/domain/states.ts';
import { decideStreet } from '#dispatch/domain/street.ts';
import { supervise } from '#dispatch/domain/supervision.ts';
import { tick } from '#dispatch/domain/tick.ts';
import type { KnownKey } from '#dispatch/press-rows.ts';
import type { Stored } from '#dispatch/rows.ts';
import { addDecision, newBatch, type Batch } from '#dispatch/store.ts';
import { newWork, takePress } from '#dispatch/take-press.ts';
import { deepFreeze } from './freeze.ts';
import { ACTORS, PEOPLE, subjectsOf } from '#test/harness/homes.ts';
import { expectLegalStep, expectOneOpenEach, expectSound } from './invariants.ts';
import { chooseActor, chooseCase, pressOf, START, streetOf } from './meaning.ts';
import { TEST_POLICIES } from './policies.ts';
import type { Step } from './steps.ts';

const RELATIVES: readonly Relative[] = deepFreeze([
  { id: 'daughter', name: '陈静', relation: '女儿(广州)', local: false },
  { id: 'neighbour', name: '张嫂', relation: '邻居', local: true },
]);

const SUBJECTS = deepFreeze(subjectsOf('w'));

/** What a world has kept of one case. */
interface Kept {
  stored: Stored;
  /** What the history alone says. */
  rebuilt: Incident;
  links: ChainLink[];
}

/**
 * The whole of dispatch without a database: the same decisions, the same rows, in memory. Everything that is handed to
 * the core is frozen, every step is checked and, with `askTwice`, every decision made twice. `edges` gathers the changes
 * of state that happened.
 */
export function createPureWorld(edges: Set<string>, askTwice: boolean) {
  const kept = new Map<string, Kept>();
  const known = new Map<string, KnownKey>();
  const told = new Set<string>();
  const intents = new Map<string, NewIntent & { incident: string }>();
  const intentIds = new Set<string>();
  let policy: Policy = TEST_POLICIES[0]!;
  let now = START;

  const cases = (): Incident[] => [...kept.values()].map((one) => one.stored.incident);

  function run(step: Step): void {
    switch (step.do) {
      case 'press':
      case 'talk':
        return takeEvent(step);
      case 'pass':
        now += step.ms;
        return;
      case 'sweep':
        return cases().forEach((i) => sweep(i.id));
      case 'desk': {
        const i = chooseCase(cases(), step.pick);
        // That the home has called again since is seen by the unique index alone (database.test.ts has it).
        const isHeld =
          i?.state === 'resolved' &&
          cases().some(
            (other) =>
              isOpen(other.state) && other.subject === i.subject && other.class === i.class && other.test === i.test,
          );
        if (i && !(isHeld && step.command.type === 'reopen'))
          command(i.id, (incident) => decideDesk(incident, step.command, chooseActor(i, step.who), policy, now));
        return;
      }
      case 'phone':
        return hearPhone(step);
      case 'dial':
        return dialOrHangUp(step);
      case 'supervise':
        return sitIn(step);
      case 'intents':
        return [...intents.keys()].forEach(carryOut);
      case 'area':
        return joinAreas();
      case 'open':
        return openByHand(step);
      case 'policy':
        policy = TEST_POLICIES[step.which]!;
        return;
      default: {
        const meant = streetOf(step, cases());
        if (meant)
          command(meant.id, (incident) => decideStreet(incident, deepFreeze(meant.command), meant.by, policy, now));
      }
    }
  }

  function takeEvent(step: Extract<Step, { do: 'press' | 'talk' }>): void {
    const press = deepFreezePress(pressOf(step, 'w', now));
    const open = cases()
      .filter((i) => isOpen(i.state))
      .map((i) => kept.get(i.id)!.stored);
    const busy = new Set(step.device === 1 ? ACTORS.map((actor) => actor.id!) : []);
    const work = () => newWork(now, policy, open, busy, new Map(known));
    const first = work();
    const receipt = takePress(first, press, SUBJECTS.get(press.device));
    if (askTwice) {
      const second = work();
      const again = takePress(second, press, SUBJECTS.get(press.device));
      same([receipt, first.batch], [again, second.batch], 'the same press in the same world means the same');
    }
    const incident = receipt.incident === null ? null : first.batch.cases.get(receipt.incident)?.incident;
    if (incident?.quiet && receipt.ack.say !== '') throw new Error('a quiet home was spoken to');
    if (receipt.duplicate && first.batch.cases.size > 0) throw new Error('a known event changed something');
    if (!receipt.duplicate && first.rows.length !== 1) throw new Error('a press was not kept');
    for (const [key, value] of first.known) known.set(key, value);
    absorb(first.batch);
  }

  function sweep(id: string): void {
    for (let ticks = 0; ; ticks++) {
      const before = kept.get(id)!;
      const decision = twice(() => tick(before.stored.incident, policy, now));
      if (decision === null) {
        const { wakeAt } = before.stored.incident;
        if (wakeAt !== null && wakeAt <= now)
          throw new Error(`a clock that has struck did nothing\n${JSON.stringify(before.stored.incident)}`);
        return;
      }
      if (ticks === 20) throw new Error(`a clock strikes for ever\n${JSON.stringify(before.stored.incident)}`);
      write(id, decision);
    }
  }

  /** A refused command leaves no trace: what it was given is frozen, and nothing is written. */
  function command(id: string, decide: (incident: Incident) => Decision | null): void {
    const { incident } = kept.get(id)!.stored;
    try {
      const decision = twice(() => decide(incident));
      if (decision !== null) write(id, decision);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  function carryOut(id: string): void {
    const intent = intents.get(id)!;
    intents.delete(id);
    const { incident } = kept.get(intent.incident)!.stored;
    const free = PEOPLE.find((helper) => !incident.assignments.some((a) => a.staffId === helper.staffId));
    if (intent.kind === 'find_responder' && free && isOpen(incident.state)) {
      return command(incident.id, (i) => decideStreet(i, { type: 'assign', helper: free }, SYSTEM, policy, now));
    }
    if (intent.kind === 'call' && intent.detail['who'] === 'family')
      return command(incident.id, (i) => ringFamily(i, RELATIVES, { id: 'elder', name: '王桂兰' }, id, policy, now));
    command(incident.id, (i) =>
      noteOutcome(i, { intent: id, kind: intent.kind, outcome: 'no_carrier', who: null }, policy, now),
    );
  }

  function hearPhone({ pick, which, news }: Extract<Step, { do: 'phone' }>): void {
    const i = chooseCase(cases(), pick);
    const call = i?.calls[which % Math.max(1, i.calls.length)];
    if (!i || !call) return;
    const heard = twice(() => hearCall(i, deepFreeze({ call: call.id, ...news }), policy, now).decision);
    if (heard !== null) write(i.id, heard);
    else if (call.state === 'calling' && news.event !== 'seated') throw new Error('the telephone was not heard');
  }

  function dialOrHangUp({ pick, who, party, hangUp: ends }: Extract<Step, { do: 'dial' }>): void {
    const i = chooseCase(cases(), pick);
    if (!i) return;
    const by = chooseActor(i, who);
    const named = RELATIVES[party % RELATIVES.length]!;
    command(i.id, (incident) =>
      ends
        ? hangUp(incident, incident.calls[party]?.id ?? 'none', by, policy, now)
        : dial(incident, { party: named, desk: { id: by.id!, name: by.name } }, by, policy, now),
    );
  }

  function sitIn({ pick, who, mode }: Extract<Step, { do: 'supervise' }>): void {
    const i = chooseCase(cases(), pick);
    if (i) command(i.id, (incident) => supervise(incident, { mode }, ACTORS[who]!, policy, now));
  }

  function joinAreas(): void {
    const area = { id: idFromName('area', now), name: '3网格', count: 3 };
    for (const i of cases())
      if (isOpen(i.state) && i.areaId === null) command(i.id, (incident) => joinArea(incident, area, policy, now));
  }

  function openByHand(step: Extract<Step, { do: 'open' }>): void {
    const id = idFromName(`hand/${kept.size}`, now);
    const decision = twice(() =>
      openIncident(
        {
          id,
          route: {
            class: step.queue === 'household' ? 'household' : 'rescue',
            queue: step.queue,
            priority: step.priority,
            quiet: false,
            reason: '电话',
          },
          place: {
            subject: `hand:${id}`,
            regionPath: null,
            householdId: null,
            residentId: null,
            deviceId: null,
            position: null,
          },
          source: 'phone',
          test: false,
          kind: 'service',
          summary: '电话打来',
          by: ACTORS[step.who]!,
          press: null,
          linked: [],
        },
        policy,
        now,
      ),
    );
    write(id, decision!);
  }

  function twice(decide: () => Decision | null): Decision | null {
    const first = decide();
    if (askTwice) same(first, decide(), 'the same question has the same answer');
    return first;
  }

  function write(id: string, decision: Decision): void {
    const batch = newBatch(now);
    addDecision(batch, kept.get(id)?.stored ?? null, decision);
    absorb(batch);
  }

  function absorb(batch: Batch): void {
    for (const [id, stored] of batch.cases) {
      if (batch.steps.get(id) !== 1) throw new Error('one event is one step of each case');
      absorbCase(id, deepFreeze(stored), batch);
    }
    for (const row of batch.told) {
      const key = `${row['incident_id'] as string}|${row['device_id'] as string}|${row['stage'] as string}`;
      if (row['stage'] !== 'update' && told.has(key)) throw new Error(`told twice: ${key}`);
      told.add(key);
      const quiet = kept.get(row['incident_id'] as string)!.stored.incident.quiet;
      if (quiet && (row['body'] as { say: string }).say !== '') throw new Error('a quiet home was spoken to');
    }
    for (const row of batch.intents) {
      const intent = {
        id: row['id'] as string,
        kind: row['kind'] as NewIntent['kind'],
        detail: row['detail'] as NewIntent['detail'],
        incident: row['incident_id'] as string,
      };
      if (intentIds.has(intent.id)) throw new Error('two intents have one id: the second would be lost');
      intentIds.add(intent.id);
      intents.set(intent.id, intent);
    }
    expectOneOpenEach(cases());
  }

  function absorbCase(id: string, stored: Stored, batch: Batch): void {
    const before = kept.get(id);
    const rows = batch.history.filter((row) => row['incident_id'] === id);
    expectSound(stored.incident);
    expectLegalStep(
      before?.stored.incident ?? null,
      stored.incident,
      rows.map((row) => row['kind'] as string),
      edges,
    );
    const links = before?.links ?? [];
    let seq = before?.stored.historySeq ?? 0;
    let patch: Patch = {};
    for (const row of rows) {
      if (row['seq'] !== ++seq) throw new Error('a line is missing from the history');
      // As it comes back from the database: what JSON can't hold is gone.
      const line = JSON.parse(JSON.stringify(row)) as Record<string, unknown> & { at: string };
      patch = line['patch'] as Patch;
      const { incident_id: incident, kind, data, by_kind, by_id, by_name } = line;
      const body = {
        incident,
        seq,
        at: Date.parse(line.at),
        kind,
        by: { kind: by_kind, id: by_id, name: by_name },
        data,
        patch,
      };
      links.push({ body, prev: line['prev_hash'] as string, hash: line['hash'] as string });
    }
    const rebuilt = rebuild([...(before ? [before.rebuilt as Patch] : []), patch]);
    same(rebuilt, stored.incident, 'the history rebuilds the case');
    kept.set(id, { stored, rebuilt, links });
  }

  /** Once more over everything: the chains from their first link, the histories from their first line. */
  function finish(): void {
    for (const { stored, links } of kept.values()) {
      if (findBrokenLink(links, stored.historyHash) !== null) throw new Error('a chain is broken');
      same(
        rebuild(links.map((link) => (link.body as { patch: Patch }).patch)),
        stored.incident,
        'the whole history rebuilds the case',
      );
    }
  }

  return { run, finish, cases };
}

function same(a: unknown, b: unknown, sentence: string): void {
  if (!isDeepStrictEqual(a, b)) throw new Error(`${sentence}\n${JSON.stringify(a)}\n${JSON.stringify(b)}`);
}

/** A Buffer can't be frozen; everything else of a press can. */
function deepFreezePress<Press extends { detail: unknown }>(press: Press): Press {
  deepFreeze(press.detail);
  return Object.freeze(press);
}
