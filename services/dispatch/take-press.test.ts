import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { ACTORS, homesOf, insertHomes } from '#test/harness/homes.ts';
import { DEFAULT_ROUTING } from './domain/policy.ts';

let base: TestDatabase;
let d: ReturnType<typeof createDispatch>;
const names = Array.from({ length: 30 }, (_, place) => `t${place}`);
beforeAll(async () => {
  base = await createTestDatabase();
  await insertHomes(base, names);
  d = createDispatch(base);
});
afterAll(() => base.drop());

let used = 0;
/** A home of its own for each test: two who live there with two units and a pendant, and a box that nobody registered. */
const home = () => {
  const name = names[used++]!;
  return {
    name,
    hall: `${name}-hall`,
    bedroom: `${name}-bedroom`,
    pendant: `${name}-pendant`,
    alone: `${name}-second`,
    stranger: `${name}-stranger`,
    ...homesOf(name),
  };
};
const [operator] = ACTORS as [(typeof ACTORS)[number]];
const kinds = async (id: string): Promise<string[]> => (await d.history(id)).map((line) => line.kind);

describe('further presses', () => {
  it('join the open case of the home, counted, from any unit of it, also after it was claimed', async () => {
    const { hall, bedroom } = home();
    const id = await d.pressed(hall, 'sos');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    d.clock.advance(24 * 3_600_000);
    expect(await d.pressed(bedroom, 'fall')).toBe(id);
    expect(await d.load(id)).toMatchObject({
      pressCount: 2,
      state: 'claimed',
      devices: [{ id: hall }, { id: bedroom }],
    });
  });

  it('of a more serious kind re-route the case and start its ladder anew; of a less serious kind they raise its priority', async () => {
    const { hall } = home();
    const id = await d.pressed(hall, 'medical');
    await d.sweep.runOnce();
    expect(await d.load(id)).toMatchObject({ queue: 'medical', priority: 2, ladder: { step: 1 } });
    await d.pressed(hall, 'fall_suspected');
    expect(await d.load(id)).toMatchObject({
      queue: 'emergency',
      priority: 2,
      kind: 'fall_suspected',
      reason: '疑似跌倒',
      class: 'rescue',
      ladder: { step: 0 },
    });
    await d.pressed(hall, 'medical');
    expect(await d.load(id)).toMatchObject({ queue: 'emergency', priority: 1, kind: 'fall_suspected' });
    expect(await kinds(id)).toEqual(expect.arrayContaining(['rerouted', 'priority_raised']));
  });

  it('go to another desk at once where the owner is busy', async () => {
    const { hall } = home();
    const id = await d.pressed(hall, 'sos');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    await d.pressed(hall, 'sos');
    expect(await kinds(id)).not.toContain('another_desk');
    d.busy.add(operator.id!);
    await d.pressed(hall, 'sos');
    d.busy.clear();
    expect(await kinds(id)).toContain('another_desk');
    const pages = await d.db.query(
      {
        name: 'pages',
        text: `select detail from intent where incident_id = $1 and kind = 'page' and detail ->> 'why' = 'owner_busy'`,
      },
      [id],
    );
    expect(pages).toEqual([{ detail: { who: 'operators', why: 'owner_busy' } }]);
  });

  it('open a new case once the old one is resolved', async () => {
    const { hall } = home();
    const first = await d.pressed(hall, 'sos');
    const claimed = await d.cases.desk(first, { type: 'claim' }, operator, null);
    await d.cases.desk(first, { type: 'resolve', code: 'company' }, operator, claimed.version);
    const second = await d.pressed(hall, 'sos');
    expect(second).not.toBe(first);
    expect(await d.load(first)).toMatchObject({ state: 'resolved', pressCount: 1 });
  });
});

describe('whose case it is', () => {
  it('a call for help never joins a household case: it opens its own, and each names the other', async () => {
    const { hall } = home();
    const green = await d.pressed(hall, 'service');
    const red = await d.pressed(hall, 'sos');
    expect(red).not.toBe(green);
    expect(await d.load(red)).toMatchObject({ class: 'rescue', linked: [green] });
    expect(await d.load(green)).toMatchObject({ class: 'household', linked: [red], pressCount: 1 });
    expect(await d.pressed(hall, 'family')).toBe(green);
    expect(await d.pressed(hall, 'medical')).toBe(red);
  });

  it('nor does a household press join a rescue', async () => {
    const { hall } = home();
    const red = await d.pressed(hall, 'sos');
    const green = await d.pressed(hall, 'service');
    expect(await d.load(green)).toMatchObject({ class: 'household', linked: [red] });
    expect(await d.load(red)).toMatchObject({ linked: [green], pressCount: 1 });
  });

  it('drills join only drills', async () => {
    const { hall } = home();
    const drill = await d.pressed(hall, 'sos', { test: true });
    const real = await d.pressed(hall, 'sos');
    expect(real).not.toBe(drill);
    expect(await d.load(drill)).toMatchObject({ test: true, pressCount: 1 });
    expect(await d.load(real)).toMatchObject({ test: false, pressCount: 1 });
    expect(await d.pressed(hall, 'fall', { test: true })).toBe(drill);
    expect(await d.pressed(hall, 'fall')).toBe(real);
    const { incident } = await d.press(hall, 'cancel', { test: true });
    expect(incident).toBe(drill);
  });

  it('a worn device opens the case of its wearer, a unit of the home that of the household', async () => {
    const { hall, pendant, alone, elders, homes } = home();
    const worn = await d.pressed(pendant, 'sos');
    const shared = await d.pressed(hall, 'sos');
    const single = await d.pressed(alone, 'sos');
    expect(worn).not.toBe(shared);
    expect(await d.load(worn)).toMatchObject({
      subject: `wearer:${elders[0]!.id}`,
      residentId: elders[0]!.id,
      householdId: homes[0],
    });
    expect(await d.load(shared)).toMatchObject({
      subject: `household:${homes[0]}`,
      residentId: null,
      householdId: homes[0],
    });
    expect(await d.load(single)).toMatchObject({ subject: `household:${homes[1]}`, residentId: elders[2]!.id });
  });

  it('no power where a machine keeps somebody alive is a rescue', async () => {
    const { hall, alone } = home();
    expect(await d.load(await d.pressed(alone, 'power_fail'))).toMatchObject({
      class: 'rescue',
      queue: 'medical',
      priority: 1,
    });
    expect(await d.load(await d.pressed(hall, 'power_fail'))).toMatchObject({ class: 'household', queue: 'household' });
  });

  it('a call for help is a rescue also where somebody wrote a rule that sends it to the household queue', async () => {
    const { hall } = home();
    await d.setPolicy({
      kind: 'routing',
      body: {
        rules: [{ types: ['sos'], queue: 'household', priority: 4, reason: '写错了' }, ...DEFAULT_ROUTING.rules],
      },
    });
    const id = await d.pressed(hall, 'sos');
    const again = await d.pressed(hall, 'sos');
    await d.setPolicy({ kind: 'routing', body: DEFAULT_ROUTING });
    expect(again).toBe(id);
    expect(await d.load(id)).toMatchObject({ class: 'rescue', queue: 'household' });
    expect(await d.pressed(hall, 'fall')).toBe(id);
    expect(await d.load(id)).toMatchObject({ queue: 'emergency', priority: 1 });
  });
});

describe('a device that is in no registry', () => {
  it('opens an emergency with its raw bytes, without a place, that its further calls join', async () => {
    const { stranger } = home();
    const raw = Buffer.from('{"type":"sos","x":"\u0001"}');
    const id = await d.pressed(stranger, 'medical', { raw });
    expect(await d.load(id)).toMatchObject({
      class: 'rescue',
      queue: 'emergency',
      priority: 1,
      subject: `device:${stranger}`,
      regionPath: null,
      reason: '设备没有登记,按急救处理',
    });
    expect(await d.pressed(stranger, 'fall')).toBe(id);
    const [row] = await d.db.query<{ raw: Buffer; known: boolean }>(
      { name: 'raw', text: 'select raw, known from press where incident_id = $1 order by received_at, id' },
      [id],
    );
    expect(row).toMatchObject({ known: false });
    const raws = await d.db.query<{ raw: Buffer }>(
      { name: 'raws', text: 'select raw from press where incident_id = $1' },
      [id],
    );
    expect(raws.map((one) => one.raw.toString())).toContain(raw.toString());
  });

  it('is otherwise only kept, with a note that it is not registered', async () => {
    const { stranger } = home();
    for (const type of ['service', 'low_battery', 'check_in', 'cancel'] as const)
      expect(await d.press(stranger, type)).toMatchObject({ incident: null, duplicate: false });
    const kept = await d.db.query({ name: 'kept', text: 'select type from press where device = $1' }, [stranger]);
    expect(kept).toHaveLength(4);
    const notes = await d.db.query({ name: 'notes', text: 'select kind, count from maintenance where device = $1' }, [
      stranger,
    ]);
    expect(notes).toEqual([{ kind: 'unregistered', count: 4 }]);
  });
});

describe('what a press says', () => {
  it('what can not be read is an emergency, whatever it calls itself', async () => {
    const { hall } = home();
    const id = await d.pressed(hall, 'check_in', { readable: false, raw: Buffer.from([0xff, 0x00, 0x01]) });
    expect(await d.load(id)).toMatchObject({ queue: 'emergency', priority: 1, reason: '信号读不懂,按急救处理' });
  });

  it('maintenance opens no case: one line for each device and kind that counts', async () => {
    const { hall } = home();
    const receipts = await d.receiver.receive([
      d.pressOf(hall, 'low_battery'),
      d.pressOf(hall, 'low_battery'),
      d.pressOf(hall, 'tamper'),
    ]);
    receipts.push(await d.press(hall, 'low_battery'));
    expect(receipts.map((receipt) => receipt.incident)).toEqual([null, null, null, null]);
    expect(receipts.map((receipt) => receipt.ack)).toEqual(
      expect.arrayContaining([expect.objectContaining({ stage: 'received', incident: null, say: '' })]),
    );
    const lines = await d.db.query<{ kind: string }>(
      { name: 'lines', text: 'select kind from maintenance where device = $1 and closed_at is null order by kind' },
      [hall],
    );
    expect(lines.map((line) => line.kind)).toEqual(['low_battery', 'tamper']);
  });

  it('late and future ones are shown as such and taken like any other', async () => {
    const { hall, bedroom } = home();
    const now = d.clock.now();
    const id = await d.pressed(hall, 'sos', { at: now - 11 * 60_000 });
    await d.pressed(bedroom, 'sos', { at: now + 3 * 365 * 86_400_000 });
    await d.pressed(hall, 'sos', { at: now - 9 * 60_000 });
    const rows = await d.db.query<{ late: boolean }>(
      { name: 'late', text: 'select late from press where incident_id = $1 order by at' },
      [id],
    );
    expect(rows.map((row) => row.late)).toEqual([true, false, true]);
    expect((await d.history(id)).filter((line) => line.kind === 'press').map((line) => line.data['late'])).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('the same event again is answered again and opens nothing; the same id with anything else is a new one, flagged', async () => {
    const { hall } = home();
    const at = d.clock.now();
    const first = await d.press(hall, 'sos', { eventId: '7', at });
    const again = await d.press(hall, 'sos', { eventId: '7', at });
    expect(again).toMatchObject({ duplicate: true, pressId: first.pressId, incident: first.incident });
    expect(again.ack).toEqual(first.ack);
    const [otherType, otherTime, both] = await d.receiver.receive([
      d.pressOf(hall, 'fall', { eventId: '7', at }),
      d.pressOf(hall, 'sos', { eventId: '7', at: at + 1 }),
      d.pressOf(hall, 'sos', { eventId: '7', at: at + 1 }),
    ]);
    expect([otherType!.duplicate, otherTime!.duplicate, both!.duplicate]).toEqual([false, false, true]);
    expect(await d.load(first.incident!)).toMatchObject({ pressCount: 3 });
    const flagged = await d.db.query<{ flagged: boolean }>(
      { name: 'flagged', text: 'select flagged from press where device = $1 order by flagged' },
      [hall],
    );
    expect(flagged.map((row) => row.flagged)).toEqual([false, true, true]);
  });

  it('an id with line feeds in it takes the place of no other event', async () => {
    const { hall } = home();
    const receipts = await d.receiver.receive([
      d.pressOf(hall, 'check_in', { eventId: 'a\nsos\n' }),
      d.pressOf(hall, 'sos', { eventId: 'a' }),
    ]);
    expect(receipts.map((receipt) => receipt.duplicate)).toEqual([false, false]);
  });

  it('a hundred at once from one stuck key are one case and a hundred presses', async () => {
    const { hall } = home();
    const receipts = await d.receiver.receive(Array.from({ length: 100 }, () => d.pressOf(hall, 'sos')));
    expect(new Set(receipts.map((receipt) => receipt.incident)).size).toBe(1);
    expect(await d.load(receipts[0]!.incident!)).toMatchObject({ pressCount: 100, version: 100 });
  });

  it('two bridges that take the same press and another of the same home at once make one case of it', async () => {
    const { hall, bedroom } = home();
    const press = d.pressOf(hall, 'sos');
    const answers = await Promise.all(
      [press, d.pressOf(bedroom, 'sos'), press, d.pressOf(hall, 'fall')].map((one) => d.receiver.receive([{ ...one }])),
    );
    const receipts = answers.flat();
    expect(new Set(receipts.map((receipt) => receipt.incident)).size).toBe(1);
    expect(receipts.filter((receipt) => receipt.duplicate)).toHaveLength(1);
    expect(await d.load(receipts[0]!.incident!)).toMatchObject({ pressCount: 3 });
  });
});

describe('joining events', () => {
  it('cancel asks and never ends anything', async () => {
    const { hall } = home();
    const id = await d.pressed(hall, 'sos');
    for (let times = 0; times < 3; times++) expect((await d.press(hall, 'cancel')).incident).toBe(id);
    expect(await d.load(id)).toMatchObject({ state: 'waiting', ladder: { step: 0 } });
    expect((await kinds(id)).filter((kind) => kind === 'cancel_pressed')).toHaveLength(3);
    expect((await d.told(hall)).map((ack) => ack.say)).toContain('您说没事了?我们问一声就放心了。');
  });

  it('without an open case they are only kept', async () => {
    const { hall } = home();
    for (const type of ['cancel', 'arrived', 'done'] as const)
      expect(await d.press(hall, type)).toMatchObject({ incident: null });
  });

  it('done goes to the household case first, cancel to the rescue', async () => {
    const { hall } = home();
    const green = await d.pressed(hall, 'service');
    const red = await d.pressed(hall, 'sos');
    expect((await d.press(hall, 'done')).incident).toBe(green);
    expect((await d.press(hall, 'cancel')).incident).toBe(red);
  });
});

describe('a quiet home', () => {
  it('hears nothing: no answer, no stage, no resend, no second case speaks', async () => {
    const { hall } = home();
    const press = d.pressOf(hall, 'sos');
    const [opened] = await d.receiver.receive([press]);
    const id = opened!.incident!;
    expect(opened!.ack.say).not.toBe('');
    await d.cases.desk(id, { type: 'claim' }, operator, null);
    expect((await d.receiver.receive([press]))[0]!.more.map((ack) => ack.say)).toEqual([
      expect.stringContaining('小李'),
    ]);
    const { version } = await d.load(id);
    await d.cases.desk(id, { type: 'quiet', on: true }, operator, version);

    const [again] = await d.receiver.receive([press]);
    expect([again!.ack.say, ...again!.more.map((ack) => ack.say)]).toEqual(['', '']);
    expect(again!.more.map((ack) => ack.stage)).toEqual(['claimed']);
    expect((await d.receiver.toldAgain(hall)).map((ack) => ack.say)).toEqual(['']);
    expect((await d.press(hall, 'sos')).ack.say).toBe('');
    const green = await d.press(hall, 'service');
    expect(green.ack.say).toBe('');
    expect(await d.load(green.incident!)).toMatchObject({ quiet: true });
    d.clock.advance(200_000);
    await d.sweep.runOnce();
    const said = (await d.told(hall)).filter((one) => one.stage !== undefined).map((one) => one.say);
    expect(said.slice(1).every((say) => say === '')).toBe(true);
    expect(said.length).toBeGreaterThan(1);
  });

  it('by rule is quiet from the first moment, also for the box', async () => {
    const { hall } = home();
    await d.setPolicy({
      kind: 'routing',
      body: {
        rules: [
          { types: ['alarm_other'], quiet: true, queue: 'emergency', priority: 1, reason: '可能有外人' },
          ...DEFAULT_ROUTING.rules,
        ],
      },
    });
    const receipt = await d.press(hall, 'alarm_other');
    await d.setPolicy({ kind: 'routing', body: DEFAULT_ROUTING });
    expect(receipt.ack.say).toBe('');
    expect(await d.told(hall)).toEqual([expect.objectContaining({ command: 'quiet', on: true })]);
  });
});
