import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTelephoneNetwork, type TelephoneNetwork } from '#devices/telephone/network.ts';
import type { WireIncident } from '#contracts/incident.ts';
import type { Sample } from '#contracts/quality.ts';
import type { CaseCalls } from '#contracts/telephone.ts';
import { openSession } from '#identity/sessions.ts';
import { regionsOfLevel } from '#registry/directory/directory.ts';
import { openApi, type Api } from '#test/harness/api.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { standingClock, startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';
import { TEST_ACCOUNT } from '#test/harness/telephone.ts';

const clock = standingClock(Date.parse('2026-11-20T10:00:00+08:00'));
const DESK = '07103501001';
const EARS = '07103501009';
const e164 = (number: string): string => `+86${number.replace(/^0/, '')}`;

interface Resident {
  id: string;
  phone: string;
  path: string;
}

let network: TelephoneNetwork;
let running: RunningPlatform;
let street: { id: string; path: string };
let elsewhere: { id: string; path: string };
let residents: Resident[];
let operatorId = '';

beforeAll(async () => {
  const hook = (name: string): string => `${running.platform.local}/webhooks/twilio/${name}`;
  const lines = () => [{ number: '12349', voiceUrl: hook('inbound'), statusCallback: hook('status') }];
  network = createTelephoneNetwork({ clock, ...TEST_ACCOUNT, lines, others: { pickUp: 1 } });
  const { url } = await network.start();
  running = await startPlatformHere({ clock, network: { ...TEST_ACCOUNT, from: '+867101234900', apiBase: url } });
  residents = (
    await running.db.pool.query<Resident>(
      `select r.id, r.phone, h.region_path as path from resident r join household h on h.id = r.household_id
       where r.phone is not null and r.status = 'home'
         and (select count(*) from resident o where o.household_id = h.id) = 1
         and (select count(*) from resident o where o.phone = r.phone) = 1
       order by h.region_path, r.id limit 4`,
    )
  ).rows;
  const streets = await regionsOfLevel(running.db, 'street');
  street = streets.find(({ path }) => residents[0]!.path.startsWith(path))!;
  residents = residents.filter(({ path }) => path.startsWith(street.path));
  elsewhere = streets.find(({ path }) => path !== street.path)!;
});
afterAll(async () => {
  await running?.stop();
  await network?.stop();
});

/** Somebody of the street, with a telephone on his desk. */
async function enter(
  role: 'operator' | 'supervisor',
  region: { id: string; path: string },
  phone?: string,
): Promise<Api> {
  const person = await signInTestPerson(running.db, clock, role, { regions: [region] });
  if (role === 'operator') operatorId = person.accountId;
  const api = openApi(running.url, person.cookie);
  if (phone !== undefined) expect((await api.send('POST', '/api/me/phone', { phone })).status).toBe(200);
  return api;
}

/** Lets time pass, with what platform and network make of it, until it is so. */
async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let passed = 0; passed < 1_000; passed++) {
    await network.settle();
    if (await isSo()) return;
    // Slowly enough that no clock of a call strikes while a loaded machine is still at its work.
    clock.advance(200);
    await wait(20);
  }
  throw new Error(`never: ${what}`);
}

const legOf = (number: string) =>
  network.legs.findLast((leg) => leg.telephone === e164(number) && leg.endedAt === null);
const hearing = (number: string): string[] => network.hearersOf(legOf(number)!).map(({ telephone }) => telephone);
const look = async (
  api: Api,
  id: string,
): Promise<WireIncident & { timeline: { kind: string; text: string; by: { name: string } }[] }> =>
  (await api.get(`/api/incidents/${id}`)).body;
const connected = async (api: Api, id: string): Promise<number> =>
  (await look(api, id)).calls.filter((call) => call.state === 'connected').length;

/** A case of hers, in which the operator talks with her. */
async function talk(desk: Api, her: Resident): Promise<string> {
  const opened = await desk.send('POST', '/api/incidents', { resident: her.id, summary: '问事情', queue: 'household' });
  const { id } = opened.body as WireIncident;
  await desk.send('POST', `/api/incidents/${id}/claim`, {});
  const dialled = await desk.act(id, 'dial', { to: her.id });
  expect([dialled.status, dialled.text.slice(0, 200)]).toEqual([200, expect.anything()]);
  await until('they talk', async () => (await connected(desk, id)) === 2);
  return id;
}

/** Both hang up, and the case is done. */
async function finish(desk: Api, id: string, her: Resident): Promise<void> {
  network.hangUp(e164(her.phone));
  network.hangUp(e164(DESK));
  await until('all is over', async () => (await look(desk, id)).calls.every((call) => call.endedAt !== null));
  expect((await desk.act(id, 'resolve', { code: 'enquiry' })).status).toBe(200);
}

const recordingsOf = async (api: Api, id: string): Promise<CaseCalls['recordings']> =>
  (await api.get(`/api/incidents/${id}/calls`)).body.recordings;

describe('a supervisor on the line', () => {
  test('is heard by nobody, by the desk alone, by all; it is in the history, is a look, and ends nobody’s line', async () => {
    const [her] = residents as [Resident];
    const desk = await enter('operator', street, DESK);
    const supervisor = await enter('supervisor', street, EARS);
    const stranger = await enter('supervisor', elsewhere, '07103501010');
    const id = await talk(desk, her);
    const sit = async (api: Api, mode: string): Promise<number> =>
      (await api.send('POST', `/api/incidents/${id}/supervise`, { mode })).status;
    expect([await sit(stranger, 'listen'), await sit(desk, 'listen')]).toEqual([404, 403]);
    expect(await sit(supervisor, 'leave')).toBe(409);

    expect(await sit(supervisor, 'listen')).toBe(200);
    const inMode = (mode: string) => async (): Promise<boolean> =>
      (await look(desk, id)).calls.some((call) => call.purpose === 'supervise' && call.mode === mode);
    await until('she listens', inMode('listen'));
    expect([hearing(EARS), hearing(her.phone).toSorted()]).toEqual([[], [e164(DESK), e164(EARS)].toSorted()]);
    expect(await sit(supervisor, 'whisper')).toBe(200);
    await until('she whispers', inMode('whisper'));
    expect(hearing(EARS)).toEqual([e164(DESK)]);
    expect(await sit(supervisor, 'join')).toBe(200);
    await until('she has joined', inMode('join'));
    expect(hearing(EARS).toSorted()).toEqual([e164(DESK), e164(her.phone)].toSorted());
    expect(await sit(supervisor, 'leave')).toBe(200);
    await until('she has left', () => legOf(EARS) === undefined);
    expect([legOf(her.phone)?.status, legOf(DESK)?.status]).toEqual(['in-progress', 'in-progress']);
    // Once more, and by hanging up: that ends nobody's line either.
    expect(await sit(supervisor, 'listen')).toBe(200);
    await until('she listens again', async () => (await connected(desk, id)) === 3);
    network.hangUp(e164(EARS));
    await until('she has hung up', async () => (await connected(desk, id)) === 2);
    expect(legOf(her.phone)?.status).toBe('in-progress');

    const lines = (await look(desk, id)).timeline.filter(({ kind }) => kind.startsWith('supervise'));
    expect(lines.map(({ kind, text }) => (kind === 'supervised' ? text.slice(0, 2) : kind))).toEqual([
      '旁听',
      '在线',
      '加入',
      'supervise_left',
      '旁听',
      'supervise_left',
    ]);
    const looks = await running.db.pool.query<{ what: string }>(
      `select what from look where resident_id = $1 and what like 'line.%' order by seq`,
      [her.id],
    );
    expect(looks.rows.map(({ what }) => what)).toEqual(['line.listen', 'line.whisper', 'line.join', 'line.listen']);
    await finish(desk, id, her);
    expect(await sit(supervisor, 'listen')).toBe(409);
    await until('it is kept', async () => (await recordingsOf(desk, id)).length > 0);
    expect(await recordingsOf(desk, id)).toHaveLength(1);
    for (const number of [her.phone, DESK, EARS])
      expect(network.legs.findLast((leg) => leg.telephone === e164(number))!.heard.map(({ text }) => text)).toContain(
        '本次通话将录音。',
      );
  });

  test('nothing of a resident who refused is recorded', async () => {
    const her = residents[1]!;
    const desk = await enter('operator', street, DESK);
    const supervisor = await enter('supervisor', street);
    const { version, recordingConsent } = (await supervisor.get(`/api/residents/${her.id}`)).body;
    expect(recordingConsent).toBe(true);
    const refused = await supervisor.send('PATCH', `/api/residents/${her.id}`, { version, recordingConsent: false });
    expect([refused.status, refused.body.recordingConsent]).toEqual([200, false]);
    const before = network.recordings.length;
    const id = await talk(desk, her);
    await finish(desk, id, her);
    clock.advance(60_000);
    await network.settle();
    expect([network.recordings.length, await recordingsOf(desk, id)]).toEqual([before, []]);
    expect((await desk.get(`/api/incidents/${id}/calls`)).body.mayRecord).toBe(false);
    expect((await desk.get(`/api/residents/${her.id}/recording-consent`)).body.allowed).toBe(false);
    // Without a telephone of her own she is told what to do.
    const ask = await supervisor.send('POST', `/api/incidents/${id}/supervise`, { mode: 'listen' });
    expect([ask.status, ask.text]).toEqual([409, expect.stringContaining('先在右上角菜单里填您桌上的电话')]);
  });
});

describe('who refuses while she is recorded', () => {
  const consent = (api: Api, id: string, allowed: boolean) =>
    api.send('PUT', `/api/residents/${id}/recording-consent`, { allowed });
  const told = async (api: Api, id: string, kind: string): Promise<string[]> =>
    (await look(api, id)).timeline.filter((line) => line.kind === kind).map(({ text }) => text);
  const stopped = (api: Api, id: string) => async (): Promise<boolean> =>
    (await told(api, id, 'recording_stopped')).length > 0;
  /** What the network has recorded of the case's line; nothing of what it still records. */
  const kept = (id: string) => {
    const rooms = new Set(
      network.carried
        .filter(({ form }) => form['FriendlyName'] === `case-${id}`)
        .map(({ form }) => form['ConferenceSid']),
    );
    return network.recordings.filter(({ conferenceSid }) => rooms.has(conferenceSid ?? undefined));
  };

  test('on the line: it stops at once, the call goes on, who joins later is not recorded; it is in the history and the audit trail', async () => {
    const her = residents[0]!;
    const desk = await enter('operator', street, DESK);
    const stranger = await enter('operator', elsewhere);
    const id = await talk(desk, her);
    clock.advance(30_000);
    expect((await consent(stranger, her.id, false)).status).toBe(404);
    const { body } = await consent(desk, her.id, false);
    expect(body).toEqual({ allowed: false, at: new Date(clock.now()).toISOString(), by: expect.any(String) });
    await until('the recording stops', stopped(desk, id));
    expect(kept(id)).toHaveLength(1);
    expect([legOf(her.phone)?.status, legOf(DESK)?.status]).toEqual(['in-progress', 'in-progress']);
    expect(await told(desk, id, 'recording_refused')).toEqual(['登记:不同意通话录音']);
    expect(await told(desk, id, 'recording_stopped')).toEqual(['老人不同意录音,录音已停']);
    // Said twice, nothing follows, and it stays who said it first.
    expect((await consent(desk, her.id, false)).body).toEqual(body);
    // A supervisor who sits in brings no recording with her.
    const supervisor = await enter('supervisor', street, EARS);
    await supervisor.send('POST', `/api/incidents/${id}/supervise`, { mode: 'listen' });
    await until('she listens', async () => (await connected(desk, id)) === 3);
    expect(legOf(EARS)!.heard.map(({ text }) => text)).not.toContain('本次通话将录音。');
    network.hangUp(e164(EARS));
    clock.advance(20_000);
    await finish(desk, id, her);
    await until('what was said before is kept', async () => (await recordingsOf(desk, id)).length > 0);
    expect([kept(id).length, (await recordingsOf(desk, id)).length]).toEqual([1, 1]);
    expect([(await told(desk, id, 'recording_stopped')).length, network.violations]).toEqual([1, []]);
    const trail = await running.db.pool.query(
      `select data from audit where what = 'resident.recording_consent' and subject = $1`,
      [her.id],
    );
    expect(trail.rows).toEqual([{ data: { allowed: false } }]);
    expect((await consent(supervisor, her.id, true)).body.allowed).toBe(true);
  });

  test('a caller nobody knew, found to be one who refuses: the recording stops as soon as there is one', async () => {
    const her = residents[2]!;
    const desk = await enter('operator', street, DESK);
    await consent(desk, her.id, false);
    const leg = network.dial('+8613900001234', '12349')!;
    await until('she waits', () => leg.conference !== null);
    const { rows } = await running.db.pool.query<{ incident_id: string }>(
      `select incident_id from phone_job where sid = $1`,
      [leg.sid],
    );
    const id = rows[0]!.incident_id;
    const send = async (command: string, payload: object): Promise<number> =>
      (await desk.send('POST', `/api/incidents/${id}/${command}`, payload)).status;
    expect(await send('claim', {})).toBe(200);
    expect((await desk.act(id, 'identify', { resident: her.id })).status).toBe(200);
    expect((await desk.act(id, 'dial', { to: her.id })).status).toBe(200);
    await until('the recording stops', stopped(desk, id));
    expect([kept(id).length, leg.status]).toEqual([1, 'in-progress']);
    for (const number of ['+8613900001234', e164(DESK), e164(her.phone)]) network.hangUp(number);
    await until('all is over', async () => (await look(desk, id)).calls.every((call) => call.endedAt !== null));
    clock.advance(60_000);
    await network.settle();
    expect([kept(id).length, await told(desk, id, 'recording_stopped')]).toEqual([1, ['老人不同意录音,录音已停']]);
    await desk.act(id, 'resolve', { code: 'enquiry' });
    await consent(desk, her.id, true);
  });
});

describe('two calls a month and operator', () => {
  test('are drawn once, scored once by who may see them, and shown to the operator', async () => {
    const desk = await enter('operator', street, DESK);
    const drawnFor = operatorId;
    for (const her of [residents[0]!, residents[2]!, residents[3]!]) {
      const id = await talk(desk, her);
      await finish(desk, id, her);
      await until('it is recorded', async () => (await recordingsOf(desk, id)).length > 0);
    }
    // The month is over.
    clock.advance(12 * 86_400_000);
    const supervisor = await enter('supervisor', street);
    const samples = async (api: Api): Promise<Sample[]> =>
      ((await api.get('/api/quality/samples')).body.items as Sample[]).filter(
        ({ operator }) => operator.id === drawnFor,
      );
    const [first, second, ...more] = await samples(supervisor);
    expect([first!.slot, second!.slot, more]).toEqual([1, 2, []]);
    expect(first!.incident.id).not.toBe(second!.incident.id);
    expect([first!.month, first!.recordingId === null, first!.score]).toEqual(['2026-11', false, null]);
    expect((await samples(supervisor)).map(({ id }) => id)).toEqual([first!.id, second!.id]);
    expect(await samples(await enter('supervisor', elsewhere))).toEqual([]);

    const points = { greeting: 2, questions: 1, told: 2, calm: 2, closing: 0 };
    const score = (api: Api, body: object) => api.send('POST', `/api/quality/samples/${first!.id}/score`, body);
    expect((await score(await enter('supervisor', elsewhere), { points, remark: '好' })).status).toBe(404);
    expect((await score(supervisor, { points: { ...points, calm: 3 }, remark: '好' })).status).toBe(422);
    expect((await score(supervisor, { points, remark: ' ' })).status).toBe(422);
    const given = await score(supervisor, { points, remark: '问得清楚,结尾急了些。' });
    expect([given.status, given.body.score?.total]).toEqual([200, 7]);
    expect((await score(supervisor, { points, remark: '再打一次' })).status).toBe(409);
    expect((await samples(supervisor)).map(({ id }) => id)).toEqual([second!.id, first!.id]);

    const { rows } = await running.db.pool.query(`select 1 from audit where what = 'quality.score' and subject = $1`, [
      first!.id,
    ]);
    expect(rows).toHaveLength(1);
    // Another operator sees none of it, he himself sees what was given, and not what was only drawn.
    expect((await (await enter('operator', street)).get('/api/quality/mine')).body.items).toEqual([]);
    // His session of that month has long ended.
    const { token } = await openSession(running.db, {
      accountId: drawnFor,
      address: '127.0.0.1',
      agent: 'test',
      now: clock.now(),
    });
    const mine = (await openApi(running.url, `sid=${token}`).get('/api/quality/mine')).body.items as Sample[];
    expect(mine.map(({ id, score: own }) => [id, own?.remark])).toEqual([[first!.id, '问得清楚,结尾急了些。']]);
  });
});

test('nothing was asked of the network that Twilio would not understand', () => {
  expect(network.violations).toEqual([]);
});
