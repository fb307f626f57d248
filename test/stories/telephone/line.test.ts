import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTelephoneNetwork, type TelephoneNetwork } from '#devices/telephone/network.ts';
import type { CaseCalls } from '#contracts/telephone.ts';
import { movableClock } from '#kernel/clock.ts';
import { createLog } from '#platform/log.ts';
import { startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { TEST_ACCOUNT } from '#test/harness/telephone.ts';
import { createTelephony, type RunningTelephony } from '#telephony/telephony.ts';

const OUR_NUMBER = '+867101234900';
const RED_LINE = '12350';
const GREEN_LINE = '+867103512345';

const clock = movableClock();
let network: TelephoneNetwork;
let running: RunningPlatform;
/** Another process of the same platform, which moves what was ordered. */
let worker: RunningTelephony;
let here = '';

beforeAll(async () => {
  network = createTelephoneNetwork({
    clock,
    ...TEST_ACCOUNT,
    others: { pickUp: 'never' },
    lines: () =>
      ['12349', RED_LINE, GREEN_LINE].map((number) => ({
        number,
        voiceUrl: `${here}/webhooks/twilio/inbound`,
        statusCallback: `${here}/webhooks/twilio/status`,
      })),
  });
  const { url: apiBase } = await network.start();
  const settings = { ...TEST_ACCOUNT, from: OUR_NUMBER, apiBase };
  running = await startPlatformHere({ clock, role: 'api', network: settings });
  here = running.platform.local!;
  worker = createTelephony({
    db: running.db,
    clock,
    log: createLog('silent'),
    network: settings,
    publicUrl: () => here,
    onReport: async () => null,
    onInbound: () => Promise.reject(new Error('the other process answers')),
  });
  await running.db.pool.query(`insert into phone_line values ($1, 'sos'), ($2, 'service')`, [RED_LINE, GREEN_LINE]);
});
afterAll(async () => {
  await worker?.stop();
  await running?.stop();
  await network?.stop();
});

async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed++) {
    clock.advance(1_000);
    await network.settle();
    await worker.runOnce();
    await network.settle();
  }
}

interface CaseRow {
  id: string;
  state: string;
  kind: string;
  queue: string;
  priority: number;
  household_id: string | null;
  resident_id: string | null;
  region_path: string | null;
  summary: string | null;
}
async function casesSince(at: number): Promise<CaseRow[]> {
  return (
    await running.db.pool.query<CaseRow>('select * from incident where opened_at >= $1 order by id', [new Date(at)])
  ).rows;
}
async function notesOf(id: string): Promise<string[]> {
  const { rows } = await running.db.pool.query<{ text: string }>(
    `select data ->> 'text' as text from history where incident_id = $1 and kind = 'note' order by seq`,
    [id],
  );
  return rows.map(({ text }) => text);
}
/** Residents who live alone with a number of their own. */
async function resident(n: number): Promise<{ id: string; householdId: string; name: string; phone: string }> {
  const { rows } = await running.db.pool.query<{ id: string; householdId: string; name: string; phone: string }>(
    `select r.id, r.household_id as "householdId", r.name, r.phone from resident r
     where r.phone is not null and r.status = 'home'
       and (select count(*) from resident o where o.household_id = r.household_id) = 1
       and (select count(*) from resident o where o.phone = r.phone) = 1
     order by r.id offset $1 limit 1`,
    [n],
  );
  return rows[0]!;
}

describe('a call to 12349', () => {
  test('opens a case of the caller’s home, and stays one when he hangs up first', async () => {
    const her = await resident(0);
    const began = clock.now();
    network.dial(`+86${her.phone}`, '12349');
    await pass(6);
    const [opened, ...more] = await casesSince(began);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({ state: 'waiting', kind: 'phone', queue: 'emergency', resident_id: her.id });
    network.hangUp(`+86${her.phone}`);
    await pass(3);
    expect(await notesOf(opened!.id)).toEqual(['打进来的电话没等到接听就挂断了,请回电。']);
    // She calls again: the same case, visibly.
    network.dial(`+86${her.phone}`, '12349');
    await pass(4);
    expect(await casesSince(began)).toHaveLength(1);
    expect((await notesOf(opened!.id)).at(-1)).toContain('正在线上等');
    network.hangUp(`+86${her.phone}`);
    await pass(3);
  });

  test('a stranger, another country and a withheld number are cases that every operator sees', async () => {
    for (const from of ['+8615499887766', '+12025550143', 'anonymous']) {
      const began = clock.now();
      network.dial(from, '12349');
      await pass(3);
      expect([from, (await casesSince(began)).map((one) => [one.region_path, one.household_id])]).toEqual([
        from,
        [[null, null]],
      ]);
      network.hangUp(from);
      await pass(2);
    }
  });

  test('an operator’s telephone joins her; nobody else’s leaving ends her line', async () => {
    const her = await resident(1);
    const began = clock.now();
    const leg = network.dial(`+86${her.phone}`, '12349')!;
    await pass(4);
    const [opened] = await casesSince(began);
    network.script('+867103501001', { pickUp: 2 });
    const id = crypto.randomUUID();
    await running.db.tx((tx) =>
      worker.place(tx, {
        id,
        incidentId: opened!.id,
        to: '0710-3501001',
        say: [],
        ask: null,
        join: true,
        record: true,
        ringS: 30,
      }),
    );
    await pass(8);
    expect(network.companyOf(leg)).toHaveLength(2);
    expect(await notesOf(opened!.id)).toEqual(['打进来的电话接通了。']);
    // Asked to be called although she is there by a call of her own: her telephone does not ring, and is not busy.
    const again = crypto.randomUUID();
    await running.db.tx((tx) =>
      worker.place(tx, {
        id: again,
        incidentId: opened!.id,
        to: her.phone,
        say: [],
        ask: null,
        join: true,
        record: false,
        ringS: 30,
      }),
    );
    await pass(3);
    const { rows } = await running.db.pool.query('select outcome, sid from phone_job where id = $1', [again]);
    expect(rows).toEqual([{ outcome: 'on_line', sid: null }]);
    network.hangUp('+867103501001');
    await pass(6);
    expect(leg.status).toBe('in-progress');
    network.hangUp(`+86${her.phone}`);
    await pass(3);

    const { rows: streets } = await running.db.pool.query<{ id: string; path: string }>(
      `select id, path from region where level = 'street' order by starts_with($1, path) desc, path limit 2`,
      [opened!.region_path],
    );
    const [own, other] = streets as [{ id: string; path: string }, { id: string; path: string }];
    const person = await signInTestPerson(running.db, clock, 'operator', { regions: [own] });
    const stranger = await signInTestPerson(running.db, clock, 'operator', { regions: [other] });
    const get = (url: string, who: { cookie: string }) => running.app.inject({ url, headers: { cookie: who.cookie } });
    const { items: calls, recordings } = (await get(`/api/incidents/${opened!.id}/calls`, person)).json<CaseCalls>();
    expect(calls.map(({ direction, outcome }) => [direction, outcome])).toEqual([
      ['in', 'answered'],
      ['out', 'answered'],
      ['out', 'on_line'],
    ]);
    expect(calls[0]!.number).not.toContain(her.phone.slice(3, 7));
    // One file of the whole conference, however many were in it.
    expect(recordings).toHaveLength(1);
    const recording = `/api/recordings/${recordings[0]!.id}`;
    const looks = async (): Promise<number> =>
      (
        await running.db.pool.query(
          `select 1 from look where resident_id = $1 and what = 'recording' and account_id = $2`,
          [her.id, person.accountId],
        )
      ).rowCount!;
    expect((await get(recording, stranger)).statusCode).toBe(404);
    expect((await get(`/api/incidents/${opened!.id}/calls`, stranger)).statusCode).toBe(404);
    expect(await looks()).toBe(0);
    const heard = await get(recording, person);
    expect([heard.statusCode, heard.headers['content-type'], heard.rawPayload.subarray(0, 4).toString()]).toEqual([
      200,
      'audio/x-wav',
      'RIFF',
    ]);
    expect(await looks()).toBe(1);
  });
});

describe('a unit that only dials', () => {
  test('the called line tells the key; a call dropped at the first ring is a press', async () => {
    const [red, green] = [await resident(2), await resident(3)];
    const began = clock.now();
    network.dial(`+86${red.phone}`, RED_LINE);
    network.dial(`+86${green.phone}`, GREEN_LINE);
    await pass(1);
    network.hangUp(`+86${red.phone}`);
    network.hangUp(`+86${green.phone}`);
    await pass(3);
    const opened = await casesSince(began);
    const of = (id: string): unknown => opened.find(({ resident_id }) => resident_id === id);
    expect(of(red.id)).toMatchObject({ kind: 'sos', queue: 'emergency', priority: 1, state: 'waiting' });
    expect(of(green.id)).toMatchObject({ kind: 'service', queue: 'household', state: 'waiting' });
  });
});

test('nothing was asked or answered that Twilio would not understand', () => {
  expect(network.violations).toEqual([]);
});
