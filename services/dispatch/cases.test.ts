import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#kernel/ids.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { ACTORS, homesOf, insertHomes, PEOPLE } from '#test/harness/homes.ts';
import type { Actor, Incident } from './domain/incident.ts';
import type { StreetCommand } from './domain/street.ts';

let base: TestDatabase;
let d: ReturnType<typeof createDispatch>;
const names = Array.from({ length: 20 }, (_, place) => `c${place}`);
beforeAll(async () => {
  base = await createTestDatabase({ max: 25 });
  await insertHomes(base, names);
  d = createDispatch(base);
});
afterAll(() => base.drop());

let used = 0;
const [owner, other, , supervisor] = ACTORS as [Actor, Actor, Actor, Actor];

/** A red press in a home of its own, taken by the first operator. */
async function taken(type: 'sos' | 'service' = 'sos'): Promise<{ id: string; hall: string; name: string }> {
  const name = names[used++]!;
  const hall = `${name}-hall`;
  const id = await d.pressed(hall, type);
  await d.cases.desk(id, { type: 'claim' }, owner, null);
  return { id, hall, name };
}
const desk = async (id: string, command: Parameters<typeof d.cases.desk>[1], by = owner): Promise<Incident> =>
  d.cases.desk(id, command, by, (await d.load(id)).version);
const street = async (id: string, command: StreetCommand, by = owner): Promise<Incident> =>
  d.cases.street(id, command, by, (await d.load(id)).version);
const sayings = async (device: string): Promise<[string | undefined, string | undefined][]> =>
  (await d.told(device)).filter((ack) => ack.stage).map((ack) => [ack.stage, ack.say]);

/** Starts the work while the case is locked, and lets go when all of it has come as far as that lock. */
async function whileLocked<T>(id: string, start: () => Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const client = await base.db.pool.connect();
  let ends: Promise<PromiseSettledResult<T>[]>;
  try {
    await client.query('begin');
    await client.query('select 1 from incident where id = $1 for update', [id]);
    const work = start();
    ends = Promise.allSettled(work);
    const text = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const waiting = async (): Promise<number> => (await base.db.pool.query(text)).rows.length;
    await expect.poll(waiting, { timeout: 10_000, interval: 20 }).toBe(work.length);
  } finally {
    await client.query('rollback');
    client.release();
  }
  return ends;
}

/** Sends helper number `place` and has him say yes and set out. */
async function sent(id: string, place: number, minutes: number): Promise<string> {
  const helper = PEOPLE[place]!;
  const after = await street(id, { type: 'assign', helper });
  const { id: assignment } = after.assignments.at(-1)!;
  for (const to of ['accepted', 'under_way'] as const)
    await d.cases.answer(assignment, helper.staffId, { to, minutes }, person(place));
  return assignment;
}
const person = (place: number): Actor => ({
  kind: 'person',
  id: PEOPLE[place]!.staffId,
  name: PEOPLE[place]!.name,
  role: PEOPLE[place]!.role,
});

describe('one owner', () => {
  it('a second claim is refused with the name of the one who has it, until he takes over with a reason', async () => {
    const { id } = await taken();
    await expect(d.cases.desk(id, { type: 'claim' }, other, null)).rejects.toMatchObject({
      code: 'already_claimed',
      detail: '李敏 已经受理了 | 李敏 has it already',
      data: { owner: { id: owner.id, name: '李敏' } },
    });
    expect(await d.cases.desk(id, { type: 'claim', takeOver: '换班' }, other, null)).toMatchObject({
      ownerName: '王强',
      state: 'claimed',
    });
    await expect(desk(id, { type: 'resolve', code: 'company' }, owner)).rejects.toMatchObject({
      code: 'conflict',
      detail: '王强 正在处理 | 王强 has it',
    });
  });

  it('a second press does not defeat the key: claiming compares the owner alone, everything else the version', async () => {
    const name = names[used++]!;
    const id = await d.pressed(`${name}-hall`, 'sos');
    const { version } = await d.load(id);
    await d.pressed(`${name}-hall`, 'sos');
    expect(await d.cases.desk(id, { type: 'claim' }, owner, null)).toMatchObject({ ownerName: '李敏' });
    await expect(d.cases.desk(id, { type: 'note', text: 'x' }, owner, version)).rejects.toMatchObject({
      code: 'conflict',
      data: { version: version + 2 },
    });
  });

  it('of twenty at once one wins', async () => {
    const id = await d.pressed(`${names[used++]!}-hall`, 'sos');
    const ends = await whileLocked(id, () =>
      Array.from({ length: 20 }, (_, place) =>
        d.cases.desk(id, { type: 'claim' }, { ...owner, id: newId(place), name: `坐席${place}` }, null),
      ),
    );
    expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(1);
    const { ownerName, version } = await d.load(id);
    expect(version).toBe(2);
    for (const end of ends)
      if (end.status === 'rejected')
        expect(end.reason).toMatchObject({ code: 'already_claimed', data: { owner: { name: ownerName } } });
  });
});

describe('a household', () => {
  it('opens with nobody named; the operator says who it is', async () => {
    const { id, name } = await taken();
    const [first] = homesOf(name).elders;
    expect(await d.load(id)).toMatchObject({ residentId: null });
    expect(await desk(id, { type: 'identify', resident: first!.id, name: first!.name })).toMatchObject({
      residentId: first!.id,
    });
    expect((await d.history(id)).at(-1)).toMatchObject({ kind: 'identified', by: '李敏', data: { name: '王桂兰' } });
  });

  it('that called again since can not have its old case reopened: the new one is named', async () => {
    const { id, hall } = await taken();
    await desk(id, { type: 'resolve', code: 'company' });
    const second = await d.pressed(hall, 'sos');
    const before = await d.load(id);
    await expect(desk(id, { type: 'reopen' })).rejects.toMatchObject({ code: 'not_allowed_in_state' });
    expect(await d.load(id)).toEqual(before);
    await d.cases.desk(second, { type: 'claim' }, other, null);
    await desk(second, { type: 'cancel' }, other);
    expect(await desk(id, { type: 'reopen' })).toMatchObject({ state: 'claimed', ownerName: '李敏' });
  });

  it('whose case is opened by hand is linked with what is open there, once', async () => {
    const { id, name } = await taken();
    const { homes, grid } = homesOf(name);
    const place = {
      subject: `household:${homes[0]!}`,
      regionPath: grid,
      householdId: homes[0]!,
      residentId: null,
      deviceId: null,
      position: null,
    };
    const input = {
      id: newId(d.clock.now()),
      queue: 'household',
      kind: 'service',
      priority: 3,
      source: 'phone',
      summary: '打电话来问',
      place,
      by: owner,
    } as const;
    const opened = await d.cases.open(input);
    expect(opened).toMatchObject({ linked: [id], state: 'waiting' });
    expect(await d.load(id)).toMatchObject({ linked: [opened.id] });
    expect(await d.cases.open(input)).toEqual(await d.load(opened.id));
    expect(await d.load(id)).toMatchObject({ linked: [opened.id] });
  });
});

describe('people on the way', () => {
  it('the key at the door marks the nearest of those who are coming', async () => {
    const { id, hall } = await taken();
    const far = await sent(id, 0, 30);
    const near = await sent(id, 1, 5);
    await street(id, { type: 'assign', helper: PEOPLE[2]! });
    expect((await d.press(hall, 'arrived')).incident).toBe(id);
    const after = await d.load(id);
    expect(after.state).toBe('on_scene');
    expect(Object.fromEntries(after.assignments.map((a) => [a.id, a.state]))).toMatchObject({
      [near]: 'on_scene',
      [far]: 'under_way',
    });
    expect(after.assignments.at(-1)!.state).toBe('offered');
    expect(await sayings(hall)).toContainEqual(['arrived', '刘医生到门口了,起不来别硬撑,他会想法子进来。']);
    const pushed = await d.db.query(
      {
        name: 'pushed',
        text: `select 1 from intent where incident_id = $1 and kind = 'offer' and detail ->> 'assignment' = $2 and detail ->> 'change' = 'on_scene'`,
      },
      [id, near],
    );
    expect(pushed).toHaveLength(1);
  });

  it('pressed when nobody is coming it says so in the history and changes nothing', async () => {
    const { id, hall } = await taken();
    await d.press(hall, 'arrived');
    expect(await d.load(id)).toMatchObject({ state: 'claimed', assignments: [] });
    expect((await d.history(id)).at(-1)).toMatchObject({ kind: 'arrived_pressed', data: { who: null } });
  });

  it('each stage is told once; a second helper and a second end come as updates', async () => {
    const { id, hall } = await taken();
    await sent(id, 0, 12);
    await sent(id, 1, 6);
    await desk(id, { type: 'resolve', code: 'rescue' });
    await desk(id, { type: 'reopen' });
    await desk(id, { type: 'resolve', code: 'rescue' });
    expect(await sayings(hall)).toEqual([
      ['claimed', '我们的小李接到了,这就跟您说话。说不了也不要紧,我们会想法子。'],
      ['update', '周师傅接了,马上出门。'],
      ['dispatched', '周师傅出门了,大约十二分钟到您家。我们一直陪着您。'],
      ['update', '刘医生接了,马上出门。'],
      ['update', '刘医生出门了,大约六分钟到您家。我们一直陪着您。'],
      ['resolved', '这回的事办好了,您歇着。白天黑夜,有事就按红键。'],
      ['update', '这回的事办好了,您歇着。白天黑夜,有事就按红键。'],
    ]);
  });

  it('who declines is replaced by the next of those on duty, in a rescue', async () => {
    const { id } = await taken();
    const after = await street(id, { type: 'assign', helper: PEOPLE[0]! });
    await d.cases.answer(after.assignments[0]!.id, PEOPLE[0]!.staffId, { to: 'declined', reason: '走不开' }, person(0));
    await d.intents.runForgotten(0);
    const { assignments } = await d.load(id);
    expect(assignments.map((a) => a.state)).toEqual(['declined', 'offered']);
    expect(assignments[1]!.staffId).not.toBe(PEOPLE[0]!.staffId);
  });

  it('nobody answers for another, nor an offer that has run out', async () => {
    const { id } = await taken();
    const after = await street(id, { type: 'assign', helper: PEOPLE[0]! });
    const { id: assignment } = after.assignments[0]!;
    await expect(d.cases.answer(assignment, PEOPLE[1]!.staffId, { to: 'accepted' }, person(1))).rejects.toMatchObject({
      code: 'not_found',
    });
    d.clock.advance(61_000);
    await d.sweep.runOnce();
    await expect(d.cases.answer(assignment, PEOPLE[0]!.staffId, { to: 'accepted' }, person(0))).rejects.toMatchObject({
      code: 'offer_gone',
    });
  });
});

describe('ending', () => {
  it('a case ends only through the one who has it: not unclaimed, not while a centre is asked, not without a code', async () => {
    const id = await d.pressed(`${names[used++]!}-hall`, 'sos');
    await expect(desk(id, { type: 'cancel' })).rejects.toMatchObject({
      code: 'not_allowed_in_state',
      detail: '请先受理 | Take it first',
    });
    await expect(desk(id, { type: 'cancel' }, supervisor)).rejects.toMatchObject({ code: 'not_allowed_in_state' });
    await d.cases.desk(id, { type: 'claim' }, owner, null);
    await street(id, { type: 'handoff', target: '120' });
    await expect(desk(id, { type: 'resolve', code: 'rescue' })).rejects.toMatchObject({ code: 'not_allowed_in_state' });
    await expect(desk(id, { type: 'cancel' })).rejects.toMatchObject({ code: 'not_allowed_in_state' });
    const [handoff] = (await d.load(id)).handoffs;
    await expect(street(id, { type: 'handoff_update', handoff: handoff!.id, to: 'accepted' })).rejects.toMatchObject({
      code: 'invalid_fields',
    });
    await street(id, { type: 'handoff_update', handoff: handoff!.id, to: 'withdrawn' });
    await desk(id, { type: 'resolve' });
    await expect(desk(id, { type: 'close', satisfied: 'yes' })).rejects.toMatchObject({ code: 'invalid_fields' });
    expect(await desk(id, { type: 'close', code: 'silent', satisfied: 'not_reached' })).toMatchObject({
      state: 'closed',
      wakeAt: null,
      deadlineAt: null,
    });
  });

  it('takes back what was offered and frees who was there, and both hear of it', async () => {
    const { id, hall } = await taken();
    const there = await sent(id, 0, 4);
    await d.press(hall, 'arrived');
    await sent(id, 1, 9);
    await desk(id, { type: 'resolve', code: 'rescue' });
    expect((await d.load(id)).assignments.map((a) => a.state)).toEqual(['done', 'withdrawn']);
    const changes = await d.db.query<{ change: string }>(
      {
        name: 'changes',
        text: `select detail ->> 'change' as change from intent where incident_id = $1 and kind = 'offer' and detail ->> 'assignment' = $2`,
      },
      [id, there],
    );
    expect(changes.map((row) => row.change)).toContain('done');
  });
});
