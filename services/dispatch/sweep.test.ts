import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { ACTORS, insertHomes } from '#test/harness/homes.ts';
import { DEFAULT_LADDER } from './domain/policy.ts';

let base: TestDatabase;
let d: ReturnType<typeof createDispatch>;
const names = Array.from({ length: 20 }, (_, place) => `s${place}`);
beforeAll(async () => {
  base = await createTestDatabase();
  await insertHomes(base, names);
});
// A clock of its own for each test; what the tests before it left behind sleeps.
beforeEach(async () => {
  d = createDispatch(base);
  await base.db.pool.query('update incident set wake_at = null');
});
afterAll(() => base.drop());

let used = 0;
const newName = (): string => names[used++]!;
const [operator] = ACTORS as [(typeof ACTORS)[number]];
const lines = async (id: string): Promise<string[]> =>
  (await d.history(id)).map((line) => (line.kind === 'ladder_step' ? `ladder ${String(line.data['who'])}` : line.kind));

describe('clocks', () => {
  it('an owner who does nothing is reminded, then loses the case, and the ladder starts again', async () => {
    const id = await d.pressed(`${newName()}-hall`, 'sos');
    await d.sweep.runOnce();
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    d.clock.advance(59_000);
    await d.sweep.runOnce();
    expect(await lines(id)).not.toContain('reminded');
    d.clock.advance(1_500);
    await d.sweep.runOnce();
    expect(await lines(id)).toContain('reminded');
    d.clock.advance(30_000);
    await d.sweep.runOnce();
    const told = (await lines(id)).filter((line) => /^(ladder|claimed|reminded|lost)/.test(line));
    expect(told).toEqual(['ladder operators', 'claimed', 'reminded', 'lost_owner', 'ladder operators']);
    expect(await d.load(id)).toMatchObject({
      state: 'waiting',
      ownerId: null,
      owes: { kind: 'supervisors' },
      ladder: { round: 1, step: 1 },
    });
  });

  it('one that says "still here" keeps it', async () => {
    const id = await d.pressed(`${newName()}-hall`, 'sos');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    for (let minute = 0; minute < 4; minute++) {
      d.clock.advance(65_000);
      await d.sweep.runOnce();
      await d.cases.desk(id, { type: 'attend' }, operator, (await d.load(id)).version);
    }
    expect(await d.load(id)).toMatchObject({ ownerName: '李敏', remindedAt: null });
    expect(await lines(id)).not.toContain('lost_owner');
  });

  it('twenty seconds of silence on the open line are a person who can not speak: the nearest helper is asked', async () => {
    const id = await d.pressed(`${newName()}-hall`, 'medical');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    d.clock.advance(20_500);
    await d.sweep.runOnce();
    await d.intents.runForgotten(0);
    expect(await d.load(id)).toMatchObject({ silent: true, priority: 1, assignments: [{ state: 'offered' }] });
  });

  it('a voice on the line is no silence', async () => {
    const hall = `${newName()}-hall`;
    const id = await d.pressed(hall, 'sos');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    await d.press(hall, 'button', { detail: { talk: 'speech' } });
    d.clock.advance(30_000);
    await d.sweep.runOnce();
    expect(await d.load(id)).toMatchObject({ silent: false, assignments: [] });
  });

  it('after an hour of darkness every step that was due is taken, each with its line', async () => {
    const id = await d.pressed(`${newName()}-hall`, 'sos');
    d.clock.advance(3_600_000);
    await d.sweep.runOnce();
    const steps = (await lines(id)).filter((line) => line.startsWith('ladder '));
    expect(steps).toEqual([
      'ladder operators',
      'ladder supervisors',
      'ladder neighbour',
      'ladder family',
      'ladder grid_worker',
      'ladder 120',
    ]);
  });

  it('a new policy holds for cases that were opened under the old one', async () => {
    const id = await d.pressed(`${newName()}-hall`, 'sos');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    const clocks = {
      ...DEFAULT_LADDER.clocks,
      emergency: { ...DEFAULT_LADDER.clocks.emergency, claimed: { ackS: 300, graceS: 60 } },
    };
    await d.setPolicy({ kind: 'ladder', body: { ...DEFAULT_LADDER, clocks } });
    d.clock.advance(61_000);
    await d.sweep.runOnce();
    const after = await d.load(id);
    await d.setPolicy({ kind: 'ladder', body: DEFAULT_LADDER });
    expect(await lines(id)).not.toContain('reminded');
    expect(after.deadlineAt! - after.attendedAt!).toBe(300_000);
  });

  it('a case that can not be written holds up no other', async () => {
    const bad = await d.pressed(`${newName()}-hall`, 'sos');
    const odd = await d.pressed(`${newName()}-hall`, 'sos');
    const good = await d.pressed(`${newName()}-hall`, 'sos');
    await base.db.pool.query(
      `create function refuse_one() returns trigger language plpgsql as $$ begin if new.incident_id = '${bad}' then raise exception 'no'; end if; return new; end $$`,
    );
    await base.db.pool.query(
      'create trigger refuse_one before insert on history for each row execute function refuse_one()',
    );
    await base.db.pool.query(`update incident set devices = '{}', update_at = opened_at where id = $1`, [odd]);
    await d.sweep.runOnce();
    await base.db.pool.query('drop trigger refuse_one on history');
    expect(await lines(good)).toContain('ladder operators');
    expect(await lines(bad)).not.toContain('ladder operators');
    d.clock.advance(61_000);
    await d.sweep.runOnce();
    expect(await lines(bad)).toContain('ladder operators');
  });
});

describe('areas', () => {
  it('three homes of one grid within ten minutes are one area event, each still its own case', async () => {
    const name = newName();
    const ids = [await d.pressed(`${name}-hall`, 'sos'), await d.pressed(`${name}-second`, 'smoke')];
    await d.pressed(`${name}-bedroom`, 'sos');
    await d.sweep.runOnce();
    expect((await d.load(ids[0]!)).areaId).toBeNull();
    d.clock.advance(60_000);
    ids.push(await d.pressed(`${name}-third`, 'sos'));
    await d.sweep.runOnce();
    const cases = await Promise.all(ids.map((id) => d.load(id)));
    expect(new Set(cases.map((i) => i.id)).size).toBe(3);
    expect(new Set(cases.map((i) => i.areaId)).size).toBe(1);
    expect((await d.history(ids[0]!)).find((line) => line.kind === 'area')).toMatchObject({
      data: { count: 3, name: expect.stringContaining(`${name}网格`) as string },
    });
    const [area] = await d.db.query<{ count: number }>(
      { name: 'area', text: 'select count from area_event where id = $1' },
      [cases[0]!.areaId],
    );
    expect(area).toEqual({ count: 3 });
    // The wearer of that home counts as one more who called.
    const fourth = await d.pressed(`${name}-pendant`, 'sos');
    await d.sweep.runOnce();
    expect((await d.load(fourth)).areaId).toBe(cases[0]!.areaId);
    expect(
      await d.db.query({ name: 'areas', text: 'select id from area_event where region_path = $1' }, [
        cases[0]!.regionPath,
      ]),
    ).toHaveLength(1);
  });

  it('household presses, drills and homes that called longer ago make none', async () => {
    const name = newName();
    const ids = [await d.pressed(`${name}-hall`, 'sos')];
    d.clock.advance(11 * 60_000);
    ids.push(
      await d.pressed(`${name}-second`, 'sos'),
      await d.pressed(`${name}-third`, 'sos', { test: true }),
      await d.pressed(`${name}-third`, 'service'),
    );
    await d.sweep.runOnce();
    expect((await Promise.all(ids.map((id) => d.load(id)))).map((i) => i.areaId)).toEqual([null, null, null, null]);
  });

  it('two sweeps at once make one', async () => {
    const name = newName();
    const id = await d.pressed(`${name}-hall`, 'sos');
    await d.pressed(`${name}-second`, 'sos');
    await d.pressed(`${name}-third`, 'sos');
    await Promise.all([
      d.sweep.runOnce(),
      createDispatch(base, d.clock).sweep.runOnce(),
      createDispatch(base, d.clock).sweep.runOnce(),
    ]);
    const { regionPath } = await d.load(id);
    expect(
      await d.db.query({ name: 'areas', text: 'select id from area_event where region_path = $1' }, [regionPath]),
    ).toHaveLength(1);
    expect((await lines(id)).filter((line) => line === 'area')).toHaveLength(1);
  });
});
