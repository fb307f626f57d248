import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Actor } from '#dispatch/domain/incident.ts';
import { createLog } from '#platform/log.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { openBox } from '#test/harness/box.ts';
import { DEMO_SECRET_SEED } from '#test/harness/database.ts';
import { demoSecret } from '#registry/demo/devices.ts';
import { wordsOf, type Words } from './leaks.ts';
import { pressOf, settleStreets, type Home, type Person } from './streets.ts';
import { watch } from './watcher.ts';

const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const lines: string[] = [];
const to = new Writable({
  write(line: Buffer, _encoding, done) {
    lines.push(line.toString());
    done();
  },
});
const running = await startPlatformHere({ clock, log: createLog('trace', to) });
afterAll(() => running.stop());
const { app, db, platform } = running;
const { own } = await settleStreets(running, clock);
const { operator, supervisor, admin, grid_worker: worker } = own.people;

/** What people of the demo city are called, where they live and how they are reached; ids and places on the map are left out. */
const personal = async (of: 'everybody' | 'residents'): Promise<Words> => {
  const { rows } = await db.pool.query<{ word: string | null }>(
    `select unnest(array[name, phone, registered_address, form_of_address]) as word from resident
     union all select unnest(array[name, phone]) from contact
     union all select address from household
     union all select unnest(array[name, phone]) from staff where $1
     union all select name from account where $1`,
    [of === 'everybody'],
  );
  // Two characters are too short to tell a name from any other word of the trade (王平, 平安).
  return wordsOf(rows.map(({ word }) => word).filter((word) => word !== null && word.length > 2));
};

async function send(
  person: Person,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  url: string,
  payload?: object | string,
): Promise<number> {
  const headers = {
    cookie: person.cookie,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  return (await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })).statusCode;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

async function carried(): Promise<void> {
  for (const end = Date.now() + 15_000; ;) {
    const { rows } = await db.pool.query<{ n: number }>(
      `select (select count(*) from intent where state = 'pending')::int + (select count(*) from outbox where sent_at is null and topic <> 'down')::int as n`,
    );
    if (rows[0]!.n === 0) return;
    if (Date.now() > end) throw new Error('not everything was carried');
    await pause();
  }
}

/** What people type and what goes wrong, with names, numbers and addresses in it. */
async function talk(home: Home, id: string): Promise<void> {
  const texts = [home.name, home.phone, home.address, `${home.name}'; --`];
  for (const text of texts) {
    for (const list of ['incidents', 'residents', 'households', 'devices', 'staff'])
      await send(operator, 'GET', `/api/${list}?q=${encodeURIComponent(text)}`);
    await send(operator, 'GET', `/api/incidents/${encodeURIComponent(text)}`);
    await send(operator, 'GET', `/api/${encodeURIComponent(text)}`);
    await send(operator, 'GET', `/api/incidents?region=${encodeURIComponent(text)}&limit=${encodeURIComponent(text)}`);
    await send(operator, 'POST', '/api/incidents', { summary: text, phone: text });
    await send(operator, 'POST', '/api/incidents', { summary: text, resident: text });
    await send(operator, 'POST', `/api/incidents/${id}/note`, { version: 1, text });
    await send(operator, 'POST', `/api/incidents/${id}/note`, `{"version":1,"text":"${text}`);
    await send(operator, 'POST', `/api/incidents/${id}/note`, { version: text, text: [text] });
    await send(admin, 'POST', '/api/residents', { householdId: home.householdId, name: text, sex: text, born: text });
    await send(admin, 'POST', '/api/residents', {
      householdId: home.householdId,
      name: `${text}\u0000`,
      sex: 'f',
      born: '1940-01-01',
    });
    await send(admin, 'PATCH', `/api/residents/${home.residentId}`, { version: 99, name: text });
    await send(admin, 'POST', '/api/accounts', { username: text, name: text, role: text, regions: [own.id] });
    await app.inject({ method: 'POST', url: '/api/session', payload: { username: text, password: text } });
  }
  // The database refuses a row: what it says of it must not be repeated.
  await db.pool.query(`alter table contact add constraint refused check (name <> '${home.name}') not valid`);
  expect(
    await send(admin, 'POST', '/api/contacts', {
      residentId: home.residentId,
      name: home.name,
      relation: '本人',
      phone: home.phone,
    }),
  ).toBe(500);
}

/** A case from the press to its end, with everything that is sent on the way. */
async function work(home: Home): Promise<string> {
  const by: Actor = operator.actor;
  const { cases } = platform;
  const [receipt] = await running.receive([pressOf(home.deviceId, clock)]);
  const id = receipt!.incident!;
  await carried();
  clock.advance(50_000);
  await platform.sweepOnce();
  await carried();
  await cases.desk(id, { type: 'claim' }, by, null);
  await cases.desk(id, { type: 'identify', resident: home.residentId, name: home.name }, by, null);
  await cases.desk(id, { type: 'note', text: `${home.name}在${home.address},电话${home.phone}` }, by, null);
  const helper = {
    staffId: worker.staffId!,
    name: worker.name,
    role: 'grid_worker',
    phone: '15499990000',
    minutes: 5,
    why: '有钥匙',
  };
  await cases.street(id, { type: 'assign', helper }, by, null);
  await send(operator, 'GET', `/api/incidents/${id}`);
  await send(supervisor, 'GET', `/api/residents/${home.residentId}`);
  await carried();
  clock.advance(70_000);
  await platform.sweepOnce();
  await carried();
  await cases.desk(id, { type: 'resolve', code: 'rescue' }, by, null);
  return id;
}

describe('what the platform leaves behind while it works', () => {
  let everybody: Words;
  let residents: Words;
  let shown = '';

  beforeAll(async () => {
    everybody = await personal('everybody');
    residents = await personal('residents');
    const screen = await watch(running.url, '/console', operator.cookie);
    const home = own.home();
    const id = await work(home);
    await talk(home, id);
    // Over the wire too: a box that may, and one that has the wrong key.
    const { deviceId } = own.home();
    const box = await openBox(running.mqttUrl, deviceId, { password: demoSecret(DEMO_SECRET_SEED, deviceId) });
    const event = await box.press('sos', { detail: { text: home.name } });
    while (!box.acks.some((ack) => ack.event === event)) await pause();
    await box.client.publishAsync(box.up('event'), home.address, { qos: 1 });
    await box.client.endAsync();
    const refused = mqtt.connect(running.mqttUrl, {
      clientId: deviceId,
      username: deviceId,
      password: home.phone,
      reconnectPeriod: 0,
    });
    await new Promise((resolve) => refused.once('error', resolve));
    await refused.endAsync(true);
    await carried();
    shown = screen.text();
    screen.close();
  });

  test('the words that are looked for are there to be found', async () => {
    const home = own.home();
    const seen = await app.inject({ url: `/api/residents/${home.residentId}`, headers: { cookie: operator.cookie } });
    expect(residents.in(seen.body)).toEqual(expect.arrayContaining([home.phone, home.address]));
    expect(everybody.size).toBeGreaterThan(10_000);
    expect(residents.in(shown)).not.toEqual([]);
  });

  test('the log, at its most talkative, names nobody', () => {
    const log = lines.join('');
    expect(lines.length).toBeGreaterThan(100);
    expect(log).toContain('"route":"/api/incidents/:id"');
    expect(everybody.in(log)).toEqual([]);
    expect(lines.filter((line) => /1[3-9]\d{9}/.test(line.replaceAll(/"[0-9a-f-]{36}"/g, '')))).toEqual([]);
    // Cookies are keys to the door.
    expect(lines.filter((line) => line.includes(operator.cookie.slice(4)))).toEqual([]);
  });

  test('the outbox carries ids and codes: who it is about is read when it is carried', async () => {
    const { rows } = await db.pool.query<{ topic: string; payload: unknown }>('select topic, payload from outbox');
    const of = (topic: string): string[] =>
      rows.filter((row) => row.topic === topic).map(({ payload }) => JSON.stringify(payload));
    expect([of('console').length, of('job').length, of('down').length].every((count) => count > 2)).toBe(true);
    expect(everybody.in(of('console').join('\n'))).toEqual([]);
    const job = z.strictObject({ intent: z.uuid(), attempt: z.number().int() });
    for (const payload of of('job')) expect(job.safeParse(JSON.parse(payload)).success, payload).toBe(true);
    // The box is told who has answered and who is coming; of those who live there it is told nothing.
    expect(residents.in(of('down').join('\n'))).toEqual([]);
  });

  test('intents and the queues hold ids and codes', async () => {
    const { rows } = await db.pool.query<{ detail: unknown }>('select detail from intent');
    expect(rows.length).toBeGreaterThan(4);
    expect(everybody.in(JSON.stringify(rows))).toEqual([]);
    const tables = await db.pool.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'bullmq' and table_type = 'BASE TABLE'`,
    );
    expect(tables.rows.length).toBeGreaterThan(0);
    for (const { name } of tables.rows)
      expect([
        name,
        everybody.in(JSON.stringify((await db.pool.query(`select * from bullmq."${name}"`)).rows)),
      ]).toEqual([name, []]);
  });

  test('the audit trail says what was done, not what is known of a resident', async () => {
    const { rows } = await db.pool.query('select what, subject, data from audit');
    expect(rows.length).toBeGreaterThan(3);
    expect(residents.in(JSON.stringify(rows))).toEqual([]);
  });

  test.each(['/metrics', '/api/openapi.json', '/healthz', '/readyz', '/api/setup'])('%s names nobody', async (url) => {
    const answer = await app.inject({ url });
    expect([url, answer.statusCode, everybody.in(answer.body)]).toEqual([url, 200, []]);
    expect(answer.body.match(/1[3-9]\d{9}/g)?.filter((digits) => everybody.in(digits).length > 0) ?? []).toEqual([]);
  });
});
