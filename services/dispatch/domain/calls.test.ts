import { describe, expect, it } from 'vitest';
import { ACTORS, PEOPLE } from '#test/harness/homes.ts';
import { dial, hangUp, hearCall, ringFamily, type CallNews, type Relative } from './call-news.ts';
import { decideDesk } from './desk.ts';
import type { Actor, Decision, Incident } from './incident.ts';
import { DEFAULT_LADDER, DEFAULT_ROUTING, type Policy } from './policy.ts';
import { hearTalk, openIncident } from './presses.ts';
import { decideStreet } from './street.ts';
import { supervise } from './supervision.ts';
import { tick } from './tick.ts';

const POLICY: Policy = { routingVersion: 1, routing: DEFAULT_ROUTING, ladderVersion: 1, ladder: DEFAULT_LADDER };
const START = Date.parse('2026-11-22T12:00:00Z');
const [operator] = ACTORS as [Actor];
const device = { id: 'box', lane: 'd', event: 'e1' };
const DAUGHTER: Relative = { id: 'daughter', name: '陈静', relation: '女儿(广州)', local: false };
const NEIGHBOUR: Relative = { id: 'neighbour', name: '张嫂', relation: '邻居', local: true };

/** One case under a hand: what was decided becomes its state; `asked` gathers what was intended. */
function caseOf(kind: 'sos' | 'family' = 'sos') {
  let now = START;
  const asked: { kind: string; detail: Record<string, unknown> }[] = [];
  const facts: string[] = [];
  const said: string[] = [];
  let i!: Incident;
  const take = (decision: Decision | null): void => {
    if (decision === null) return;
    i = decision.next;
    asked.push(...decision.intents);
    facts.push(...decision.facts.map((fact) => fact.kind));
    said.push(...decision.tells.map((one) => one.say));
  };
  const place = {
    subject: 'household:h',
    regionPath: '42/',
    householdId: 'h',
    residentId: null,
    deviceId: 'box',
    position: null,
  };
  const rescue = kind === 'sos';
  take(
    openIncident(
      {
        id: '01a1fd1e-8c00-7c43-aeda-ae7417999f74',
        route: {
          class: rescue ? 'rescue' : 'household',
          queue: rescue ? 'emergency' : 'household',
          priority: rescue ? 1 : 2,
          quiet: false,
          reason: '红键呼救',
        },
        place,
        source: 'press',
        test: false,
        kind,
        summary: null,
        by: { kind: 'device', id: 'box', name: '设备' },
        press: {
          id: 'p',
          eventId: 'e1',
          type: kind,
          key: null,
          at: null,
          receivedAt: now,
          late: false,
          flagged: false,
          test: false,
          device,
        },
        linked: [],
      },
      POLICY,
      now,
    ),
  );
  const pass = (seconds: number): void => {
    now += seconds * 1000;
    for (let step = 0; step < 20; step++) take(tick(i, POLICY, now));
  };
  return {
    get i() {
      return i;
    },
    asked,
    facts,
    said,
    pass,
    do: (decide: (incident: Incident, policy: Policy, at: number) => Decision | null) => take(decide(i, POLICY, now)),
    hear(call: string, event: CallNews['event'], more: Partial<CallNews> = {}): string | null {
      const heard = hearCall(i, { call, event, means: null, typed: {}, outcome: null, ...more }, POLICY, now);
      take(heard.decision);
      return heard.say;
    },
    family: () => take(ringFamily(i, [DAUGHTER, NEIGHBOUR], { id: 'elder', name: '王桂兰' }, 'n', POLICY, now)),
    /** Who is being rung, in order. */
    ringing: () =>
      i.calls.filter((call) => call.endedAt === null && call.state !== 'waiting').map((call) => call.party),
    live: (party: string) =>
      i.calls.find((call) => call.party === party && call.endedAt === null && call.state !== 'waiting')!.id,
  };
}

describe('the family', () => {
  it('gets a message at the press, and is rung after 90 s without a word, not a second sooner', () => {
    const c = caseOf();
    expect(c.asked).toMatchObject([{ kind: 'message', detail: { who: 'family' } }]);
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.pass(89);
    expect(c.asked.some((one) => one.kind === 'call')).toBe(false);
    c.pass(1);
    expect(c.asked.filter((one) => one.kind === 'call')).toMatchObject([{ detail: { who: 'family', why: 'no_word' } }]);
  });

  it('is not rung by the clock when the elder was heard speaking', () => {
    const c = caseOf();
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.do((i, policy, now) => hearTalk(i, 'speech', device, policy, now));
    c.pass(200);
    expect(c.asked.some((one) => one.kind === 'call')).toBe(false);
  });

  it('is rung as soon as somebody is sent: then the need is sure', () => {
    const c = caseOf();
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.do((i, policy, now) => decideStreet(i, { type: 'assign', helper: PEOPLE[0]! }, operator, policy, now));
    expect(c.asked).toContainEqual(
      expect.objectContaining({ kind: 'call', detail: { who: 'family', why: 'confirmed' } }),
    );
    expect(c.i.familyAt).toBeNull();
  });

  it('is gone through in its order, twice, one at a time, and that nobody was reached is said', () => {
    const c = caseOf();
    c.family();
    const rung: string[] = [];
    while (c.ringing().length > 0) {
      const [party, ...others] = c.ringing();
      expect(others).toEqual([]);
      rung.push(party!);
      c.hear(c.live(party!), 'ringing');
      c.hear(c.live(party!), 'ended', { outcome: 'no_answer' });
    }
    expect(rung).toEqual(['daughter', 'neighbour', 'daughter', 'neighbour']);
    expect(c.facts.filter((kind) => kind === 'family_not_reached')).toHaveLength(1);
  });

  it('who is far has been told and the next is rung; who is near and says yes ends it, and the box says so', () => {
    const c = caseOf();
    c.family();
    c.hear(c.live('daughter'), 'answered');
    c.hear(c.live('daughter'), 'chosen', { means: 'accepted', typed: { minutes: '600' } });
    expect(c.ringing()).toEqual(['neighbour']);
    c.hear(c.live('neighbour'), 'chosen', { means: 'accepted', typed: { minutes: '5' } });
    expect(c.ringing()).toEqual([]);
    expect(c.i.calls.map((call) => [call.party, call.state])).toEqual([
      ['daughter', 'declined'],
      ['neighbour', 'accepted'],
      ['daughter', 'cancelled'],
      ['neighbour', 'cancelled'],
    ]);
    expect(c.said.at(-1)).toBe('您邻居接到电话了,大约五分钟到。');
  });

  it('a telephone of which nothing more is heard is given up, and the next is rung', () => {
    const c = caseOf();
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.family();
    c.pass(151);
    expect(c.i.calls[0]).toMatchObject({ state: 'missed', outcome: 'unknown' });
    expect(c.ringing()).toEqual(['neighbour']);
  });

  it('stops ringing in a home that must be quiet, and when the case is done', () => {
    for (const end of ['quiet', 'resolve'] as const) {
      const c = caseOf();
      c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
      c.family();
      const command = end === 'quiet' ? { type: end, on: true } : { type: end, code: 'rescue' as const };
      c.do((i, policy, now) => decideDesk(i, command, operator, policy, now));
      expect(c.ringing()).toEqual([]);
      expect(c.asked.filter((one) => one.kind === 'hang_up')).toHaveLength(1);
    }
  });

  it('the key for the family rings them at once; the elder is rung when one of them is on the line', () => {
    const c = caseOf('family');
    expect(c.asked).toMatchObject([{ kind: 'call', detail: { who: 'family', why: 'key' } }]);
    c.family();
    expect(c.ringing()).toEqual(['daughter']);
    c.hear(c.live('daughter'), 'chosen', { means: 'connect' });
    c.hear(c.live('daughter'), 'joined');
    expect(c.ringing()).toEqual(['daughter', 'elder']);
  });

  it('who was told and talks when the case is done has been told: only what still rings is cancelled', () => {
    const c = caseOf('family');
    c.family();
    c.hear(c.live('daughter'), 'chosen', { means: 'connect' });
    c.hear(c.live('daughter'), 'joined');
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.do((i, policy, now) => decideDesk(i, { type: 'resolve', code: 'enquiry' }, operator, policy, now));
    const [hers, ...others] = c.i.calls.map(({ state, outcome }) => `${state} ${outcome}`);
    expect([hers, new Set(others)]).toEqual(['done told', new Set(['cancelled cancelled'])]);
  });
});

describe('the telephone of who is sent', () => {
  const phoned = { ...PEOPLE[0]!, phone: '15400000900' };
  const offered = () => {
    const c = caseOf();
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.do((i, policy, now) => decideStreet(i, { type: 'assign', helper: phoned }, operator, policy, now));
    return c;
  };

  it('rings beside his page for a red press, and 1 takes the offer with the minutes he types', () => {
    const c = offered();
    expect(c.ringing()).toEqual([phoned.staffId]);
    expect(c.hear(c.live(phoned.staffId), 'chosen', { means: 'accepted', typed: { minutes: '7' } })).toBeNull();
    expect(c.i.assignments).toMatchObject([{ state: 'accepted', minutes: 7 }]);
  });

  it('stops when he answers on his page, and a key that comes later is told so and changes nothing', () => {
    const c = offered();
    const call = c.live(phoned.staffId);
    const { id } = c.i.assignments[0]!;
    c.do((i, policy, now) =>
      decideStreet(
        i,
        { type: 'answer', assignment: id, to: 'declined' },
        { ...operator, kind: 'person', id: phoned.staffId, role: 'grid_worker' },
        policy,
        now,
      ),
    );
    expect(c.ringing()).toEqual([]);
    const { version } = c.i;
    expect(c.hear(call, 'chosen', { means: 'accepted' })).toBe('谢谢您,这件事已经有人在办了。');
    expect(c.i).toMatchObject({ version, assignments: [{ state: 'declined' }] });
  });
});

describe('the operator', () => {
  const claimed = () => {
    const c = caseOf();
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    return c;
  };
  const desk = { id: operator.id!, name: operator.name };

  it('brings herself and whom she calls into the case, herself once, and ends one call without the others', () => {
    const c = claimed();
    c.do((i, policy, now) => dial(i, { party: { id: 'elder', name: '王桂兰' }, desk }, operator, policy, now));
    c.do((i, policy, now) => dial(i, { party: { id: 'daughter', name: '陈静' }, desk }, operator, policy, now));
    expect(c.ringing()).toEqual([desk.id, 'elder', 'daughter']);
    c.do((i, policy, now) => hangUp(i, c.live('elder'), operator, policy, now));
    expect(c.ringing()).toEqual([desk.id, 'daughter']);
  });

  it('can not call who is being called, nor into a case that another has', () => {
    const c = claimed();
    const elder = { party: { id: 'elder', name: '王桂兰' }, desk: null };
    c.do((i, policy, now) => dial(i, elder, operator, policy, now));
    expect(() => c.do((i, policy, now) => dial(i, elder, operator, policy, now))).toThrow('正在给 王桂兰 打电话');
    const other = { ...operator, id: 'other', name: '赵敏' };
    expect(() => c.do((i, policy, now) => dial(i, elder, other, policy, now))).toThrow('正在处理');
  });
});

describe('a supervisor', () => {
  const desk = { id: operator.id!, name: operator.name };
  const supervisor: Actor = { kind: 'person', id: 'sup', name: '孙建华', role: 'supervisor' };
  /** The operator and the elder talk. */
  const talking = () => {
    const c = caseOf();
    c.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    c.do((i, policy, now) => dial(i, { party: { id: 'elder', name: '王桂兰' }, desk }, operator, policy, now));
    for (const party of [desk.id, 'elder']) c.hear(c.live(party), 'joined');
    const sit = (mode: 'listen' | 'whisper' | 'join' | 'leave') =>
      c.do((i, policy, now) => supervise(i, { mode }, supervisor, policy, now));
    /** Her telephone is in, as far as the network has told. */
    const arrive = () => {
      c.hear(c.live('sup'), 'joined');
      c.hear(c.live('sup'), 'seated', { means: 'listen' });
    };
    const seats = () =>
      c.asked.filter((one) => one.kind === 'seat').map(({ detail }) => [detail['mode'], detail['coach']]);
    const mine = () => c.i.calls.findLast((call) => call.purpose === 'supervise')!;
    return { ...c, c, sit, arrive, seats, mine };
  };

  it('who is on the line by a call of her own has not hung up, and the history does not say so', () => {
    const t = caseOf();
    t.do((i, policy, now) => decideDesk(i, { type: 'claim' }, operator, policy, now));
    t.do((i, policy, now) => dial(i, { party: { id: 'elder', name: '王桂兰' }, desk: null }, operator, policy, now));
    const id = t.live('elder');
    t.hear(id, 'joined');
    t.hear(id, 'ended', { outcome: 'on_line' });
    expect(t.facts.slice(-2)).toEqual(['call_connected', 'call_on_line']);
    expect(t.i.calls.at(-1)!.state).toBe('done');
  });

  it('sits in where somebody talks, as often as she asks once; what stands in the history is what the network said', () => {
    const t = talking();
    t.sit('listen');
    t.sit('listen');
    expect(t.c.ringing().filter((party) => party === 'sup')).toEqual(['sup']);
    t.arrive();
    t.sit('join');
    expect([t.mine().mode, t.mine().wants, t.seats()]).toEqual(['listen', 'join', [['join', null]]]);
    t.hear(t.mine().id, 'seated', { means: 'join' });
    t.sit('leave');
    expect(t.facts.filter((fact) => fact.startsWith('supervise'))).toEqual([
      'supervised',
      'supervised',
      'supervise_left',
    ]);
    expect(t.facts).not.toContain('call_ended');
    // Nobody else's line is touched.
    expect(t.c.ringing()).toEqual([desk.id, 'elder']);
    expect(() => t.sit('leave')).toThrow('您不在这件事的线上');
  });

  it('whispers to the owner’s desk, and only listens when that desk is gone', () => {
    const t = talking();
    t.sit('whisper');
    expect(t.mine().ref).toBe(t.live(desk.id));
    t.arrive();
    t.hear(t.mine().id, 'seated', { means: 'whisper' });
    t.hear(t.live(desk.id), 'ended', { outcome: 'answered' });
    expect([t.mine().wants, t.seats()]).toEqual(['listen', [['listen', null]]]);
    expect(() => t.sit('whisper')).toThrow('线上没有坐席');
  });

  it('finds nothing to hear before anybody talks, and goes with the last who talks', () => {
    const quiet = caseOf();
    expect(() => quiet.do((i, policy, now) => supervise(i, { mode: 'listen' }, supervisor, policy, now))).toThrow(
      '现在没有人在通话',
    );
    const t = talking();
    t.sit('listen');
    t.arrive();
    for (const party of [desk.id, 'elder']) t.hear(t.live(party), 'ended', { outcome: 'answered' });
    expect([t.mine().state, t.c.ringing()]).toEqual(['done', []]);
    expect(t.asked.at(-1)).toMatchObject({ kind: 'hang_up', detail: { call: t.mine().id } });
  });

  it('who talks at a desk does not sit in beside herself', () => {
    const t = talking();
    expect(() => t.do((i, policy, now) => supervise(i, { mode: 'join' }, operator, policy, now))).toThrow('您自己正在');
  });
});
