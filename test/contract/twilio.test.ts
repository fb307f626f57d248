import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import twilio from 'twilio';
import { sign } from '#devices/telephone/carrier.ts';
import { judgeParameters } from '#devices/telephone/published.ts';
import { parseTwiml } from '#devices/telephone/twiml.ts';
import { launchChromium } from '#test/harness/chromium.ts';
import { numberOf, startTelephoneWorld, TEST_ACCOUNT } from '#test/harness/telephone.ts';

describe('the simulated network speaks as Twilio does', () => {
  test('signatures are those that Twilio’s own validator accepts', () => {
    const url = 'https://12349.example/webhooks/twilio/gather?job=1&step=ask';
    const form = { CallSid: 'CA1', Digits: '1', Body: '王桂兰 & <孙>' };
    expect(twilio.validateRequest('token', sign('token', url, form), url, form)).toBe(true);
    expect(twilio.validateRequest('token', sign('other', url, form), url, form)).toBe(false);
  });

  test.each([
    [
      'a misspelt name',
      'createCall',
      'To=%2B8615400000302&From=%2B867101234567&Url=https://a.example&TimeOut=30',
      'TimeOut',
    ],
    ['nothing to do', 'createCall', 'To=%2B8615400000302&From=%2B867101234567', 'Url, Twiml'],
    ['nobody to call', 'createCall', 'From=%2B867101234567&Url=https://a.example', 'To is required'],
    ['a method that is none', 'createCall', 'To=1&From=2&Url=https://a.example&Method=PUT', 'Method'],
    ['an event that is none', 'createCall', 'To=1&From=2&Url=https://a.example&StatusCallbackEvent=answerd', 'answerd'],
    ['an address that is none', 'createCall', 'To=1&From=2&Url=a.example', 'Url can not be'],
    ['a status that can not be set', 'updateCall', 'Status=busy', 'Status'],
    ['a mute that is none', 'updateParticipant', 'Muted=yes', 'Muted'],
    ['a coach by another name', 'updateParticipant', 'Coaching=true&Coach=CA1', 'Coach'],
    ['a message without words', 'createMessage', 'To=1&From=2', 'Body'],
  ] as const)('%s is refused', (_name, operation, query, why) => {
    expect(judgeParameters(operation, new URLSearchParams(query)).join()).toContain(why);
  });

  test.each([
    '<Response><Say>a</Response>',
    '<Response><Say>a & b</Say></Response>',
    '<Response><Say voice=alice>a</Say></Response>',
    '<Response><Say voice="a" voice="b">a</Say></Response>',
    '<Response/><Response/>',
    '<Response><Speak>a</Speak></Response>',
    '<Response><Say volume="3">a</Say></Response>',
    '<Response><Gather><Hangup/></Gather></Response>',
    '<Twiml/>',
    '',
  ])('a document such as %s is not executed', (document) => {
    expect(() => parseTwiml(document)).toThrow();
  });
});

describe('what we say to it', () => {
  let world: Awaited<ReturnType<typeof startTelephoneWorld>>;
  let browser: Browser;
  beforeAll(async () => {
    [world, browser] = await Promise.all([startTelephoneWorld(), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  /** A webhook as the network sends it; the document that it is answered with. */
  async function document(path: string, form: Record<string, string>): Promise<string> {
    const url = `${world.publicUrl}/webhooks/twilio/${path}`;
    const whole = { AccountSid: TEST_ACCOUNT.accountSid, CallStatus: 'in-progress', ...form };
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': sign(TEST_ACCOUNT.authToken, url, whole) },
      body: new URLSearchParams(whole),
    });
    expect([path, answer.status]).toEqual([path, 200]);
    expect(answer.headers.get('content-type')).toContain('xml');
    return answer.text();
  }

  test('every document is well-formed by an independent parser, also with names that look like markup', async () => {
    const nasty = '王<桂>&兰 "的" \'家\' ]]> 😀';
    const to = numberOf('markup');
    world.network.script(`+86${to}`, { pickUp: 1, hangUpAfterS: 600 });
    const order = world.order({ to, say: [nasty], record: true });
    order.ask = [
      {
        key: '1',
        means: 'accepted',
        offered: nasty,
        numbers: [{ name: 'minutes', say: nasty, most: 3 }],
        thanks: nasty,
        join: true,
      },
    ];
    await world.db.tx((tx) => world.telephony.place(tx, order));
    await world.pass(3);
    const { sid: CallSid } = world.network.legs.at(-1)!;
    const job = `job=${order.id}`;
    const documents = [
      await document(`voice?${job}`, { CallSid }),
      await document(`gather?${job}&step=ask&round=1`, { CallSid, Digits: '' }),
      await document(`gather?${job}&step=ask&round=1`, { CallSid, Digits: '7' }),
      await document(`gather?${job}&step=ask&round=1`, { CallSid, Digits: '1' }),
      await document(`gather?${job}&step=0&round=1`, { CallSid, Digits: '' }),
      await document(`gather?${job}&step=0&round=1`, { CallSid, Digits: '12' }),
      await document(`gather?${job}&step=0&round=1`, { CallSid, Digits: '12' }),
      await document(`wait?${job}`, { CallSid }),
      await document(`voice?${job}`, { CallSid: `CA${'0'.repeat(32)}` }),
      await document('inbound', { CallSid: `CA${'1'.repeat(32)}`, From: '+8615400000302', To: '12349' }),
      await document('inbound', { CallSid: `CA${'2'.repeat(32)}`, From: 'anonymous', To: '12349' }),
      await document('inbound', { CallSid: `CA${'3'.repeat(32)}`, From: '+12025550143', To: '12349' }),
    ];
    const page = await browser.newPage();
    const faults = await page.evaluate(
      (all) =>
        all.map((text) => {
          const parsed = new DOMParser().parseFromString(text, 'text/xml');
          return parsed.querySelector('parsererror')?.textContent ?? parsed.documentElement.nodeName;
        }),
      documents,
    );
    expect(new Set(faults)).toEqual(new Set(['Response']));
    for (const text of documents) expect(parseTwiml(text).name).toBe('Response');
    expect(documents[5]).toContain('endConferenceOnExit="false"');
    expect(documents[6]).toBe(documents[5]);
    // Recorded as one conference, said before one is in it; who only presses a key is not recorded.
    expect(documents[0]).not.toContain('录音');
    expect(documents[5]).toMatch(/本次通话将录音。.*<Conference[^>]* record="record-from-start"/);
    expect(parseTwiml(documents[0]!).children[0]!.children[0]!.text).toBe(nasty);
  });

  test('who sits in comes in muted and begins nothing; each seat is a request that Twilio publishes', async () => {
    const { network, telephony, db } = world;
    const incidentId = randomUUID();
    const [desk, ears] = ['sits at a desk', 'sits in'].map(numberOf) as [string, string];
    for (const number of [desk, ears]) network.script(`+86${number}`, { pickUp: 1 });
    const coach = await world.place({ to: desk, incidentId, ask: null, join: true });
    await world.pass(8);
    const seat = { mode: 'whisper', coach, turn: 1 } as const;
    const id = await world.place({ to: ears, incidentId, ask: null, join: true, say: [], seat });
    await world.pass(8);
    const [deskLeg, earLeg] = network.legs.slice(-2);
    expect(network.hearersOf(earLeg!)).toEqual([deskLeg]);
    const [conference] = parseTwiml(await document(`voice?job=${id}`, { CallSid: earLeg!.sid })).children[0]!.children;
    expect(conference!.attributes).toMatchObject({
      muted: 'true',
      startConferenceOnEnter: 'false',
      endConferenceOnExit: 'false',
      waitUrl: '',
    });
    for (const [turn, mode] of (['join', 'listen'] as const).entries()) {
      await db.tx((tx) => telephony.seat(tx, id, { mode, coach: null, turn: turn + 2 }));
      await world.pass(2);
    }
    expect(world.of(id).slice(-4)).toEqual(['seated:listen', 'seated:whisper', 'seated:join', 'seated:listen']);
    expect(network.violations).toEqual([]);
    for (const number of [desk, ears]) network.hangUp(`+86${number}`);
    await world.pass(3);
  });

  test('every request is one that Twilio publishes: calls, messages, looking, asking, ending', async () => {
    const { network, telephony, db } = world;
    network.setFaults({ timeoutAfter: 0.5, lost: 0.5 });
    const to = Array.from({ length: 12 }, (_one, n) => numberOf(`asked ${n}`));
    for (const number of to) network.script(`+86${number}`, { pickUp: 3, keys: ['2'], hangUpAfterS: 40 });
    const ids: string[] = [];
    for (const number of to) ids.push(await world.place({ to: number, record: true }));
    for (let n = 0; n < 6; n++)
      await db.tx((tx) => telephony.send(tx, { id: randomUUID(), incidentId: null, to: to[n]!, text: `第${n}条` }));
    await world.pass(10);
    await db.tx((tx) => telephony.hangUp(tx, ids[0]!));
    await world.pass(120, 5_000);
    network.setFaults({});
    await world.pass(120, 10_000);
    expect(network.violations).toEqual([]);
    expect(ids.map((id) => world.of(id).at(-1))).toEqual(
      ids.map(() => expect.stringMatching(/^ended:(?!unknown|failed)/)),
    );
  });
});
