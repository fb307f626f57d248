import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { numberOf, startTelephoneWorld } from '#test/harness/telephone.ts';
import { recordingsOf } from './lines.ts';
import type { SeatMode } from './port.ts';

const world = await startTelephoneWorld();
const { network, telephony, place, pass, of, db } = world;
afterAll(() => world.stop());
beforeEach(() => {
  world.trouble.when = () => false;
  world.answerToChoice.say = null;
  network.setFaults({});
});

const e164 = (number: string): string => `+86${number}`;
const heardBy = (number: string): string[] =>
  network.legs.filter((leg) => leg.telephone === e164(number)).flatMap((leg) => leg.heard.map(({ text }) => text));
const legsOf = (number: string): typeof network.legs => network.legs.filter((leg) => leg.telephone === e164(number));

describe('a call', () => {
  test('rings, is answered, is told what it is about, and a key with minutes is an acceptance', async () => {
    const to = numberOf('one who goes');
    network.script(e164(to), { pickUp: 6, keys: ['1', '12#'] });
    const id = await place({ to });
    await pass(40);
    expect(of(id)).toEqual(['ringing', 'answered', 'chosen:accepted', 'ended:chosen']);
    expect(world.reports.find((report) => report.id === id && report.event === 'chosen')?.typed).toEqual({
      minutes: '12',
    });
    expect(heardBy(to)).toEqual([
      '这里是12349一键通。',
      '王桂兰按了红键呼救。',
      '按1,我去。',
      '按2,去不了,接通坐席。',
      '大约几分钟到?请按数字,再按井号。',
      '谢谢您,我们等您。',
    ]);
  });

  test('the same order twice is one call', async () => {
    const to = numberOf('once');
    network.script(e164(to), { pickUp: 2, keys: ['2'], hangUpAfterS: 30 });
    const order = world.order({ to });
    await db.tx((tx) => telephony.place(tx, order));
    await db.tx((tx) => telephony.place(tx, order));
    await pass(60);
    expect(legsOf(to)).toHaveLength(1);
  });

  test.each([
    ['busy', 'busy', []],
    ['never', 'no_answer', ['ringing']],
    ['unreachable', 'failed', []],
    ['voicemail', 'voicemail', ['ringing', 'answered']],
  ] as const)('a telephone that is %s ends as %s', async (pickUp, outcome, before) => {
    const to = numberOf(`telephone ${pickUp}`);
    network.script(e164(to), { pickUp });
    const id = await place({ to });
    await pass(75);
    expect(of(id)).toEqual([...before, `ended:${outcome}`]);
  });

  test('who says nothing is asked twice, and has not chosen', async () => {
    const to = numberOf('mute');
    network.script(e164(to), { pickUp: 2 });
    const id = await place({ to });
    await pass(70);
    expect(of(id)).toEqual(['ringing', 'answered', 'ended:no_choice']);
    expect(heardBy(to).filter((text) => text === '按1,我去。')).toHaveLength(2);
  });

  test('a choice counts also when he hangs up instead of typing minutes', async () => {
    const to = numberOf('in a hurry');
    network.script(e164(to), { pickUp: 1, keys: ['1'], hangUpAfterS: 12 });
    const id = await place({ to, say: [] });
    await pass(40);
    expect(of(id)).toEqual(['ringing', 'answered', 'chosen:accepted', 'ended:chosen']);
  });

  test('a choice that came too late is told so, and nobody joins', async () => {
    const to = numberOf('too late');
    network.script(e164(to), { pickUp: 1, keys: ['2'] });
    world.answerToChoice.say = '谢谢您,已经有人去了。';
    const id = await place({ to });
    await pass(45);
    expect(of(id)).toEqual(['ringing', 'answered', 'chosen:connect', 'ended:chosen']);
    expect(heardBy(to).at(-1)).toBe('谢谢您,已经有人去了。');
  });

  test('a key is not lost when it can not be kept at once', async () => {
    const to = numberOf('trouble');
    network.script(e164(to), { pickUp: 1, keys: ['2'], hangUpAfterS: 60 });
    let left = 3;
    world.trouble.when = (report) => report.event === 'chosen' && left-- > 0;
    const id = await place({ to });
    await pass(80);
    expect(left).toBeLessThan(0);
    expect(of(id)).toEqual(['ringing', 'answered', 'chosen:connect', 'joined', 'ended:chosen']);
  });

  test('a number that reaches nobody, and one that is none', async () => {
    network.setFaults({ rejected: 1 });
    const refused = await place();
    const none = await place({ to: '3511234' });
    await pass(5);
    expect([of(refused), of(none)]).toEqual([['ended:bad_number'], ['ended:bad_number']]);
  });

  test('is hung up while it rings, also where the network refuses it at first, and never placed when it was not yet', async () => {
    const to = numberOf('hung up');
    const id = await place({ to });
    await pass(4);
    await db.tx((tx) => telephony.hangUp(tx, id));
    network.setFaults({ serverError: 1 });
    await pass(1);
    network.setFaults({});
    await pass(15);
    expect(of(id)).toEqual(['ringing', 'ended:cancelled']);
    expect(legsOf(to)[0]!.endedAt! - legsOf(to)[0]!.createdAt).toBeLessThan(9_000);
    const early = world.order({ to: numberOf('never placed') });
    await db.tx((tx) => telephony.place(tx, early).then(() => telephony.hangUp(tx, early.id)));
    await pass(5);
    expect([of(early.id), legsOf(early.to)]).toEqual([['ended:cancelled'], []]);
    await db.tx((tx) => telephony.hangUp(tx, randomUUID()));
  });

  test('who is being asked when it is no longer needed hears that, and then the line ends', async () => {
    const to = numberOf('not needed any more');
    network.script(e164(to), { pickUp: 1, keys: ['1'] });
    const id = await place({ to });
    for (let n = 0; n < 30 && legsOf(to)[0]?.given.length !== 1; n++) await pass(1);
    await db.tx((tx) => telephony.hangUp(tx, id));
    await pass(15);
    expect(heardBy(to).at(-1)).toBe('谢谢您,这件事已经有人在办了。再见。');
    expect(legsOf(to)[0]!.status).toBe('completed');
    expect(of(id).filter((event) => event.startsWith('ended'))).toHaveLength(1);
    expect(network.violations).toEqual([]);
  });

  test('a second call to a telephone waits for its turn; a centre has many lines', async () => {
    const to = numberOf('two cases');
    network.script(e164(to), { pickUp: 5, keys: ['1', '5#'] });
    const first = await place({ to });
    const second = await place({ to });
    await pass(80);
    expect([of(first).at(-1), of(second).at(-1)]).toEqual(['ended:chosen', 'ended:chosen']);
    const [one, two] = legsOf(to);
    expect(two!.createdAt).toBeGreaterThanOrEqual(one!.endedAt!);

    network.script('120', { pickUp: 2, hangUpAfterS: 50 });
    await place({ to: '120', ask: null, join: true });
    await place({ to: '120', ask: null, join: true });
    await pass(10);
    expect(
      network.legs.filter(({ telephone, status }) => telephone === '120' && status === 'in-progress'),
    ).toHaveLength(2);
    await pass(70);
  });
});

/** They talk for a while, and all hang up. */
async function talk(numbers: readonly string[], order: { incidentId: string; record: boolean }): Promise<void> {
  for (const to of numbers) {
    network.script(e164(to), { pickUp: 1 });
    await place({ to, ask: null, join: true, say: [], ...order });
  }
  await pass(20);
  for (const to of numbers) network.hangUp(e164(to));
  await pass(6);
}

describe('a case on the telephone', () => {
  test('people join and leave its conference, and nobody’s leaving ends the resident’s line', async () => {
    const incidentId = randomUUID();
    const [resident, operator, centre] = ['her', 'operator', 'seat'].map(numberOf) as [string, string, string];
    for (const number of [resident, operator, centre]) network.script(e164(number), { pickUp: 1 });
    const ids: string[] = [];
    for (const to of [resident, operator, centre])
      ids.push(await place({ to, incidentId, ask: null, join: true, record: true, say: ['马上跟您说话。'] }));
    await pass(20);
    expect(ids.map((id) => of(id))).toEqual([1, 2, 3].map(() => ['ringing', 'answered', 'joined']));
    const [hers] = legsOf(resident);
    expect(network.companyOf(hers!)).toHaveLength(3);
    for (const number of [resident, operator, centre])
      expect(heardBy(number).slice(0, 2)).toEqual(['马上跟您说话。', '本次通话将录音。']);
    await db.tx((tx) => telephony.hangUp(tx, ids[1]!));
    await pass(5);
    network.hangUp(e164(centre));
    await pass(20);
    expect(hers!.status).toBe('in-progress');
    expect(heardBy(resident).at(-1)).toContain('请不要挂断');
    network.hangUp(e164(resident));
    await pass(10);
    expect(of(ids[0]!).at(-1)).toBe('ended:answered');
    // One file of all three, from the second who came to the last who left; nothing of a single line.
    const [kept, ...more] = await recordingsOf(db, [incidentId]);
    expect([kept!.seconds > 20, more]).toEqual([true, []]);
    expect(network.recordings.filter(({ callSid }) => callSid !== null)).toEqual([]);
    // Told twice, or of a second file of the same conference: there is one.
    network.setFaults({ twice: 1 });
    await talk([resident, centre], { incidentId, record: true });
    expect(await recordingsOf(db, [incidentId])).toHaveLength(2);
  });

  test('is not recorded, and nobody is told so, where that is not allowed', async () => {
    const incidentId = randomUUID();
    const people = ['refuses', 'her desk'].map(numberOf);
    const before = network.recordings.length;
    await talk(people, { incidentId, record: false });
    expect(people.flatMap(heardBy).filter((text) => text.includes('录音'))).toEqual([]);
    expect([network.recordings.length, await recordingsOf(db, [incidentId])]).toEqual([before, []]);
  });

  test('is recorded no longer when that is to stop: looked for until the network has done it, or nobody talks', async () => {
    const people = ['refuses', 'is called', 'slow to answer'].map(numberOf);
    const stop = (incidentId: string) => db.tx((tx) => telephony.stopRecording(tx, { id: randomUUID(), incidentId }));
    const told = (incidentId: string): boolean[] =>
      world.stops.filter((one) => one.incidentId === incidentId).map(({ stopped }) => stopped);
    const open = async (incidentId: string): Promise<void> => {
      for (const [nth, to] of people.entries()) {
        network.script(e164(to), { pickUp: nth === 2 ? 15 : 1 });
        await place({ to, incidentId, ask: null, join: true, record: true, say: [] });
      }
      await pass(6);
    };
    const hangUp = async (): Promise<void> => {
      for (const to of people) network.hangUp(e164(to));
      await pass(5);
    };
    const recorded = (): number => network.recordings.length;
    const first = randomUUID();
    const before = recorded();
    await open(first);
    network.setFaults({ serverError: 1 });
    expect(await stop(first)).toBe(true);
    await pass(3);
    expect([told(first), recorded()]).toEqual([[], before]);
    network.setFaults({});
    await pass(3);
    expect([told(first), recorded()]).toEqual([[true], before + 1]);
    // Who was ordered before and comes now is told of no recording; nor is there another when the line closes.
    await pass(8);
    expect(heardBy(people[1]!)).toContain('本次通话将录音。');
    expect([legsOf(people[2]!)[0]!.status, heardBy(people[2]!)]).toEqual(['in-progress', []]);
    await hangUp();
    expect([told(first), recorded()]).toEqual([[true], before + 1]);

    // The second has not picked up yet: there is nothing to stop until he does, and nothing when he does not.
    const late = randomUUID();
    await place({ to: people[0]!, incidentId: late, ask: null, join: true, record: true, say: [] });
    await pass(6);
    expect(await stop(late)).toBe(true);
    await pass(3);
    expect(told(late)).toEqual([]);
    await hangUp();
    expect(told(late)).toEqual([]);

    // The network says nothing but errors until all have hung up.
    const never = randomUUID();
    await open(never);
    expect(await stop(never)).toBe(true);
    network.setFaults({ serverError: 1 });
    await hangUp();
    await pass(90);
    network.setFaults({});
    expect(told(never)).toEqual([false]);

    expect([await stop(never), network.violations]).toEqual([false, []]);
  });

  test('who sits in gets her seat also when nobody tells that she has come', async () => {
    const incidentId = randomUUID();
    const [desk, ears] = ['deaf desk', 'deaf ears'].map(numberOf) as [string, string];
    for (const number of [desk, ears]) network.script(e164(number), { pickUp: 1 });
    const more = { incidentId, ask: null, join: true, say: [] };
    const coach = await place({ to: desk, ...more });
    await pass(8);
    network.setFaults({ lost: 1 });
    const id = await place({ to: ears, ...more, seat: { mode: 'whisper', coach, turn: 1 } });
    await pass(100, 2_000);
    expect(network.hearersOf(legsOf(ears)[0]!).map((leg) => leg.telephone)).toEqual([e164(desk)]);
    expect(of(id).slice(-3)).toEqual(['joined', 'seated:listen', 'seated:whisper']);
    network.setFaults({});
    for (const number of [desk, ears]) network.hangUp(e164(number));
    await pass(6);
  });

  test('who sits in is heard by nobody, by the desk alone, by all; and her leaving ends no line', async () => {
    const incidentId = randomUUID();
    const [her, desk, supervisor] = ['sat in on', 'its desk', 'supervisor'].map(numberOf) as [string, string, string];
    for (const number of [her, desk, supervisor]) network.script(e164(number), { pickUp: 1 });
    const more = { incidentId, ask: null, join: true, say: [] };
    await place({ to: her, ...more });
    const coach = await place({ to: desk, ...more });
    await pass(8);
    const id = await place({ to: supervisor, ...more, seat: { mode: 'listen', coach: null, turn: 3 } });
    await pass(8);
    const [hers, desks, ears] = [her, desk, supervisor].map((number) => legsOf(number).at(-1)!);
    const hearing = (): string[] => network.hearersOf(ears!).map((leg) => leg.telephone);
    const sit = async (mode: SeatMode, turn: number, who: string | null = null): Promise<void> => {
      await db.tx((tx) => telephony.seat(tx, id, { mode, coach: who, turn }));
      await pass(3);
    };
    expect([hearing(), network.hearersOf(hers!).includes(ears!)]).toEqual([[], true]);
    expect(heardBy(supervisor)).toEqual([]);
    await sit('whisper', 4, coach);
    expect(hearing()).toEqual([e164(desk)]);
    await sit('join', 5);
    expect(hearing().toSorted()).toEqual([e164(her), e164(desk)].toSorted());
    // What was wanted before comes late: it changes nothing.
    await sit('whisper', 4, coach);
    expect(hearing()).toHaveLength(2);
    // Asked for until the network does it; till then she sits as before.
    network.setFaults({ serverError: 0.7, tooMany: 0.1 });
    await sit('listen', 6);
    await pass(30);
    network.setFaults({});
    await pass(3);
    expect(hearing()).toEqual([]);
    // Whom she would whisper to is gone: nobody hears her, and she is not heard by all instead.
    network.hangUp(e164(desk));
    await pass(2);
    await sit('whisper', 7, coach);
    expect(hearing()).toEqual([]);
    await sit('listen', 8);
    expect(of(id)).toEqual([
      'ringing',
      'answered',
      'joined',
      ...['listen', 'whisper', 'join', 'listen'].map((mode) => `seated:${mode}`),
    ]);
    await db.tx((tx) => telephony.hangUp(tx, id));
    await pass(3);
    expect([ears!.status, desks!.status, hers!.status]).toEqual(['completed', 'completed', 'in-progress']);
    network.hangUp(e164(her));
    await pass(3);
  });
});

describe('messages', () => {
  test('are delivered, or not', async () => {
    const [well, badly] = [randomUUID(), randomUUID()];
    network.script(e164(numberOf('switched off')), { pickUp: 'unreachable' });
    const text = '【12349一键通】王桂兰按了呼救键。';
    await db.tx(async (tx) => {
      await telephony.send(tx, { id: well, incidentId: null, to: numberOf('reads it'), text });
      await telephony.send(tx, { id: badly, incidentId: null, to: numberOf('switched off'), text });
    });
    await pass(10);
    expect([of(well), of(badly)]).toEqual([['ended:delivered'], ['ended:undelivered']]);
    expect(network.messages.filter(({ body }) => body === text)).toHaveLength(2);
  });
});

describe('somebody calls us', () => {
  test('hears his place, has company when an operator joins, and is a case also when he hangs up first', async () => {
    const [first, second] = [e164(numberOf('caller one')), e164(numberOf('caller two'))];
    network.dial(first, '12349');
    await pass(2);
    network.dial(second, '12349');
    await pass(20);
    const jobs = await db.query<{ id: string; incident_id: string; number: string }>({
      name: 'inbound',
      text: `select id, incident_id, number from phone_job where direction = 'in' order by ordered_at`,
    });
    expect(jobs.map(({ number }) => number)).toEqual([first, second]);
    const heard = network.legs
      .filter((leg) => leg.direction === 'inbound')
      .map((leg) => leg.heard.map(({ text }) => text).join());
    expect(heard[0]).toContain('您是第一位');
    expect(heard[1]).toContain('您前面还有1位');
    network.script(e164(numberOf('desk')), { pickUp: 1 });
    await place({ to: numberOf('desk'), incidentId: jobs[0]!.incident_id, ask: null, join: true, say: [] });
    await pass(6);
    expect(of(jobs[0]!.id)).toEqual(['joined']);
    network.hangUp(second);
    network.hangUp(first);
    await pass(5);
    expect([of(jobs[0]!.id), of(jobs[1]!.id)]).toEqual([['joined', 'ended:answered'], ['ended:no_answer']]);
    network.hangUp(e164(numberOf('desk')));
    await pass(5);
  });

  test('whom we have called stands in no line: he hears that he is being connected', async () => {
    network.script(e164(numberOf('first in')), { pickUp: 1 });
    await place({ to: numberOf('first in'), ask: null, join: true, say: [] });
    await pass(6);
    expect(heardBy(numberOf('first in')).join()).toMatch(/正在接通。请不要挂断。/);
    expect(heardBy(numberOf('first in')).join()).not.toContain('第一位');
    network.hangUp(e164(numberOf('first in')));
    await pass(5);
  });
});

test('nothing was asked of the network that Twilio would not understand', () => {
  expect(network.violations).toEqual([]);
});
