import { afterAll, describe, expect, test } from 'vitest';
import type { Look } from '#contracts/account.ts';
import type { WireIncident, WireIncidentDetail } from '#contracts/incident.ts';
import { maskPhone } from '#registry/scope.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { pressOf, settleStreets, type Home, type Person } from './streets.ts';

const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const running = await startPlatformHere({ clock, role: 'api' });
afterAll(() => running.stop());
const { app, db } = running;
const { own } = await settleStreets(running, clock);
const { operator, supervisor, admin, auditor } = own.people;

async function open(person: Person, url: string): Promise<{ status: number; body: unknown; text: string }> {
  const answer = await app.inject({ url, headers: { cookie: person.cookie }, remoteAddress: '10.1.2.3' });
  return { status: answer.statusCode, body: answer.json<unknown>(), text: answer.body };
}
type Looks = { items: Look[]; chain: { sound: boolean; length: number; brokenAt: number | null } };
const looksAt = async (home: Home): Promise<Looks> =>
  (await open(auditor, `/api/residents/${home.residentId}/looks`)).body as Looks;

async function call(home: Home): Promise<string> {
  const [receipt] = await running.receive([pressOf(home.deviceId, clock)]);
  return receipt!.incident!;
}

describe('telephone numbers', () => {
  test('are masked in lists and answers to commands, and whole in a case that is opened, which is written down', async () => {
    const home = own.home();
    const id = await call(home);
    const { body: page, text } = await open(operator, '/api/incidents');
    expect((page as { items: WireIncident[] }).items.find((one) => one.id === id)?.resident?.phone).toBe(
      maskPhone(home.phone),
    );
    expect([text.includes(home.phone), text.includes(home.contactPhone)]).toEqual([false, false]);
    const claimed = await app.inject({
      method: 'POST',
      url: `/api/incidents/${id}/claim`,
      headers: { cookie: operator.cookie },
    });
    expect([
      claimed.statusCode,
      claimed.body.includes(home.phone),
      claimed.body.includes(maskPhone(home.phone)!),
    ]).toEqual([200, false, true]);
    expect(await looksAt(home)).toMatchObject({ items: [], chain: { sound: true, length: 0 } });

    const detail = (await open(operator, `/api/incidents/${id}`)).body as WireIncidentDetail;
    expect([detail.resident?.phone, detail.contacts[0]?.phone]).toEqual([home.phone, home.contactPhone]);
    expect(await looksAt(home)).toMatchObject({
      items: [
        {
          seq: 1,
          by: { id: operator.accountId, name: operator.name },
          what: 'incident',
          incidentId: id,
          address: '10.1.2.3',
        },
      ],
      chain: { sound: true, length: 1, brokenAt: null },
    });
  });

  test('of the registry: masked in lists, whole where one is opened, each opening written down', async () => {
    const home = own.home();
    const found = await open(supervisor, `/api/residents?q=${encodeURIComponent(home.address)}`);
    expect([found.text.includes(home.phone), found.text.includes(maskPhone(home.phone)!)]).toEqual([false, true]);
    expect((await looksAt(home)).chain.length).toBe(0);
    const opened = await open(supervisor, `/api/residents/${home.residentId}`);
    expect([opened.text.includes(home.phone), opened.text.includes(home.contactPhone)]).toEqual([true, true]);
    await open(admin, `/api/contacts?resident=${home.residentId}`);
    await open(auditor, `/api/households/${home.householdId}`);
    const { items, chain } = await looksAt(home);
    expect(items.map(({ what, by }) => [what, by.name])).toEqual([
      ['household', auditor.name],
      ['contacts', admin.name],
      ['resident', supervisor.name],
    ]);
    expect(chain).toEqual({ sound: true, length: 3, brokenAt: null });
  });
});

describe('the record of looks', () => {
  test('twenty who open one case at once are all in it, in one chain', async () => {
    const home = own.home();
    const id = await call(home);
    await Promise.all(Array.from({ length: 20 }, () => open(operator, `/api/incidents/${id}`)));
    expect((await looksAt(home)).chain).toEqual({ sound: true, length: 20, brokenAt: null });
  });

  test('a look that was changed behind the platform’s back is seen', async () => {
    const home = own.home();
    const id = await call(home);
    for (const person of [operator, supervisor, admin]) await open(person, `/api/incidents/${id}`);
    const change = `update look set account_name = '别人' where resident_id = '${home.residentId}' and seq = 2`;
    await expect(db.pool.query(change)).rejects.toThrow('append-only');
    await db.pool.query(
      `alter table look disable trigger look_append_only; ${change}; alter table look enable trigger look_append_only`,
    );
    expect((await looksAt(home)).chain).toEqual({ sound: false, length: 1, brokenAt: 2 });
  });

  test('what can not be written down is not shown', async () => {
    const home = own.home();
    const id = await call(home);
    await db.pool.query('alter table look rename to look_away');
    try {
      for (const url of [
        `/api/incidents/${id}`,
        `/api/residents/${home.residentId}`,
        `/api/contacts?resident=${home.residentId}`,
        `/api/households/${home.householdId}`,
      ]) {
        const { status, text } = await open(operator, url);
        expect([url, status, own.words.in(text)]).toEqual([url, 500, []]);
      }
    } finally {
      await db.pool.query('alter table look_away rename to look');
    }
  });
});

describe('an auditor', () => {
  test('reads cases, homes and trails of his street, and each of his looks is written down too', async () => {
    const home = own.home();
    const id = await call(home);
    const body = (await open(auditor, `/api/incidents/${id}`)).body as WireIncidentDetail;
    expect(body).toMatchObject({ id, resident: { name: home.name, phone: home.phone } });
    expect(body.timeline.length).toBeGreaterThan(0);
    expect((await looksAt(home)).items.map(({ by }) => by.id)).toEqual([auditor.accountId]);
    for (const url of ['/api/incidents', '/api/audit', '/api/presses', '/api/residents', '/api/policies'])
      expect([url, (await open(auditor, url)).status]).toEqual([url, 200]);
  });
});

describe('who has the key', () => {
  test('is named in the opened case, and the one who is sent goes with the reason that she has it', async () => {
    const [receipt] = await running.receive([pressOf('demo-0001', clock)]);
    const url = `/api/incidents/${receipt!.incident}`;
    const headers = { cookie: operator.cookie };
    await app.inject({ method: 'POST', url: `${url}/claim`, headers });
    const detail = (await open(operator, url)).body as WireIncidentDetail;
    const holder = detail.candidates.find(({ hasKey }) => hasKey)!;
    expect(detail.household?.keyHolders.map(({ name }) => name)).toContain(holder.name);
    const payload = { version: detail.version, responder: holder.id };
    const sent = await app.inject({ method: 'POST', url: `${url}/assign`, headers, payload });
    expect(sent.json<WireIncident>().assignments).toMatchObject([
      { responder: { id: holder.id }, why: expect.stringContaining('有钥匙') },
    ]);
  });
});
