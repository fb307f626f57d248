import { afterAll, describe, expect, test } from 'vitest';
import type { WireIncident } from '#contracts/incident.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { pressOf, settleStreets, signInPerson, type Person, type Street } from './streets.ts';

const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const running = await startPlatformHere({ clock, role: 'api' });
afterAll(() => running.stop());
const { app, db } = running;
const { own, other } = await settleStreets(running, clock);
const district = (
  await db.pool.query<{ id: string; name: string; path: string }>('select id, name, path from region where path = $1', [
    own.path.replace(/[^/]+\/$/, ''),
  ])
).rows[0]!;

interface Answer {
  status: number;
  body: Record<string, unknown>;
  text: string;
}

async function send(
  person: Person,
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  payload?: object,
  key?: string,
): Promise<Answer> {
  const headers = { cookie: person.cookie, ...(key !== undefined && { 'idempotency-key': key }) };
  const answer = await app.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: answer.statusCode, body: answer.json(), text: `${JSON.stringify(answer.headers)}${answer.body}` };
}

async function call(street: Street): Promise<string> {
  const [receipt] = await running.receive([pressOf(street.home().deviceId, clock)]);
  return receipt!.incident!;
}

describe('a refusal says no more than who asks may know', () => {
  test('who lost a claim learns the owner’s name and nothing of the home', async () => {
    const id = await call(own);
    await send(own.people.operator, 'POST', `/api/incidents/${id}/claim`);
    const colleague = await signInPerson(running, clock, 'operator', own, { name: '同街的坐席' });
    const { status, body } = await send(colleague, 'POST', `/api/incidents/${id}/claim`);
    expect([status, Object.keys(body).toSorted()]).toEqual([
      409,
      ['code', 'detail', 'owner', 'request', 'state', 'status', 'title', 'type', 'version'],
    ]);
    expect(body['owner']).toEqual({ id: own.people.operator.accountId, name: own.people.operator.name });
  });

  test('who may not see the case does not learn that it is taken, changed or closed', async () => {
    const id = await call(other);
    const asked = async (): Promise<Answer[]> =>
      Promise.all([
        send(own.people.operator, 'POST', `/api/incidents/${id}/claim`),
        send(own.people.supervisor, 'POST', `/api/incidents/${id}/note`, { version: 99, text: '看看' }),
        send(own.people.operator, 'POST', `/api/incidents/${id}/close`, { version: 1, code: 'rescue' }),
      ]);
    const before = await asked();
    await send(other.people.operator, 'POST', `/api/incidents/${id}/claim`);
    const after = await asked();
    for (const { status, body, text } of [...before, ...after]) {
      expect([status, body['code'], body['owner'], body['version'], other.words.in(text)]).toEqual([
        404,
        'not_found',
        undefined,
        undefined,
        [],
      ]);
    }
  });
});

describe('an answer that was kept', () => {
  test('is for the account that got it: the same key in another’s hands is another call', async () => {
    const id = await call(other);
    const first = await send(other.people.operator, 'POST', `/api/incidents/${id}/claim`, {}, 'key-1');
    expect([first.status, other.words.in(first.text).length > 0]).toEqual([200, true]);
    const again = await send(own.people.operator, 'POST', `/api/incidents/${id}/claim`, {}, 'key-1');
    expect([again.status, other.words.in(again.text)]).toEqual([404, []]);
    const colleague = await signInPerson(running, clock, 'operator', other);
    expect((await send(colleague, 'POST', `/api/incidents/${id}/claim`, {}, 'key-1')).body['code']).toBe(
      'already_claimed',
    );
  });

  test('is not given to the same account once it was sent to another street', async () => {
    const id = await call(other);
    const person = await signInPerson(running, clock, 'operator', other);
    expect((await send(person, 'POST', `/api/incidents/${id}/claim`, {}, 'key-2')).status).toBe(200);
    expect((await send(person, 'POST', `/api/incidents/${id}/claim`, {}, 'key-2')).status).toBe(200);
    await db.pool.query('update account_region set region_id = $2, region_path = $3 where account_id = $1', [
      person.accountId,
      own.id,
      own.path,
    ]);
    const moved = await send(person, 'POST', `/api/incidents/${id}/claim`, {}, 'key-2');
    expect([moved.status, moved.body['code'], other.words.in(moved.text)]).toEqual([409, 'idempotency_mismatch', []]);
  });

  test('no answer of the platform may be kept by browsers or proxies', async () => {
    for (const url of ['/api/incidents', '/api/session', '/api/residents?limit=1', '/api/nowhere']) {
      const answer = await app.inject({ url, headers: { cookie: own.people.operator.cookie } });
      expect([url, answer.headers['cache-control'], answer.headers['etag']]).toEqual([url, 'no-store', undefined]);
    }
  });
});

describe('a case that moves while somebody reaches for it', () => {
  test('is looked at again under its lock', async () => {
    const [receipt] = await running.receive([pressOf('a-box-nobody-knows', clock)]);
    const id = receipt!.incident!;
    // Seen by the other street while it was everybody's, then placed here.
    const seen = (await send(other.people.operator, 'GET', `/api/incidents/${id}`)).status;
    const { version } = (await send(own.people.operator, 'GET', `/api/incidents/${id}`))
      .body as unknown as WireIncident;
    await send(own.people.operator, 'POST', `/api/incidents/${id}/identify`, {
      version,
      resident: own.home().residentId,
    });
    const late = running.platform.cases.desk(
      id,
      { type: 'claim' },
      other.people.operator.actor,
      null,
      (path) => path === null || path.startsWith(other.path),
    );
    await expect(late).rejects.toMatchObject({ code: 'not_found' });
    expect(seen).toBe(200);
    expect((await db.pool.query('select owner_id from incident where id = $1', [id])).rows).toEqual([
      { owner_id: null },
    ]);
  });

  test('who has moved out of the street of a case is no longer addressed by it', async () => {
    const home = own.home();
    const [receipt] = await running.receive([pressOf(home.deviceId, clock)]);
    const elsewhere = other.home();
    await db.pool.query('update resident set household_id = $2 where id = $1', [
      home.residentId,
      elsewhere.householdId,
    ]);
    for (const url of [`/api/incidents/${receipt!.incident}`, '/api/incidents?limit=200']) {
      const { status, text } = await send(own.people.operator, 'GET', url);
      expect([status, text.includes(home.name), text.includes(home.phone), text.includes(elsewhere.address)]).toEqual([
        200,
        true,
        false,
        false,
      ]);
    }
  });

  test('a call that was taken by hand and not placed yet stays with the street that took it', async () => {
    const opened = await send(own.people.operator, 'POST', '/api/incidents', {
      summary: '一位老人打来,说不清住哪里',
      phone: '15400000000',
    });
    const id = opened.body['id'] as string;
    expect([opened.status, (opened.body['region'] as { id: string }[]).at(-1)?.id]).toEqual([201, own.id]);
    expect((await send(other.people.operator, 'GET', `/api/incidents/${id}`)).status).toBe(404);
    const placed = await send(own.people.operator, 'POST', `/api/incidents/${id}/identify`, {
      version: opened.body['version'],
      resident: own.home().residentId,
    });
    expect([placed.status, (placed.body['region'] as { level: string }[]).at(-1)?.level]).toEqual([200, 'grid']);
  });
});

describe('a shift that is handed over', () => {
  const handOver = async (from: Person, streets: Street[]): Promise<string> => {
    for (const street of streets) await send(from, 'POST', `/api/incidents/${await call(street)}/claim`);
    return (await send(from, 'POST', '/api/handovers', { note: '晚班接上' })).body['id'] as string;
  };
  const listed = async (person: Person): Promise<{ id: string; incidents: unknown[] }[]> =>
    (await send(person, 'GET', '/api/handovers')).body['items'] as { id: string; incidents: unknown[] }[];

  test('with a case of another street is neither seen nor signed by who can not see that case', async () => {
    const from = await signInPerson(running, clock, 'operator', district, { name: '全区坐席' });
    const id = await handOver(from, [own, other]);
    expect((await listed(own.people.operator)).map((one) => one.id)).not.toContain(id);
    expect((await send(own.people.operator, 'POST', `/api/handovers/${id}/sign`)).status).toBe(404);
    const { rows } = await db.pool.query(
      'select distinct owner_name from incident where id in (select (x ->> $2)::uuid from shift_handover, jsonb_array_elements(incidents) x where shift_handover.id = $1)',
      [id, 'id'],
    );
    expect(rows).toEqual([{ owner_name: '全区坐席' }]);

    const to = await signInPerson(running, clock, 'supervisor', district, { name: '全区班长' });
    expect((await listed(to)).find((one) => one.id === id)?.incidents).toHaveLength(2);
    expect((await send(to, 'POST', `/api/handovers/${id}/sign`)).body).toMatchObject({ to: '全区班长' });
  });

  test('with cases of one street alone is for that street’s desks', async () => {
    const from = await signInPerson(running, clock, 'operator', district, { name: '另一位全区坐席' });
    const id = await handOver(from, [other]);
    expect((await listed(own.people.operator)).map((one) => one.id)).not.toContain(id);
    expect((await listed(other.people.operator)).map((one) => one.id)).toContain(id);
    expect((await send(other.people.operator, 'POST', `/api/handovers/${id}/sign`)).status).toBe(200);
    const { text } = await send(own.people.operator, 'GET', '/api/handovers');
    expect(other.words.in(text)).toEqual([]);
  });
});
