import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireIncident } from '#contracts/incident.ts';
import type { ProblemBody } from '#contracts/session.ts';
import { bindPartnerAccounts, insertPartner } from '#handoff/partners.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { pressOf, settleStreets, signInPerson, type Home, type Person } from './streets.ts';

const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const running = await startPlatformHere({ clock, role: 'api' });
afterAll(() => running.stop());
const { app, db } = running;
const { own, other } = await settleStreets(running, clock);
const DISTRICT = own.path.replace(/[^/]+\/$/, '');
/** One who sees both streets. */
const district = (
  await db.pool.query<{ id: string; name: string; path: string }>('select id, name, path from region where path = $1', [
    DISTRICT,
  ])
).rows[0]!;
const wide = await signInPerson(running, clock, 'operator', district);
const { operator } = own.people;

type Page = { items: WireIncident[]; nextCursor: string | null };

async function ask(person: Person, url: string): Promise<{ status: number; body: Page & ProblemBody; text: string }> {
  const answer = await app.inject({ url, headers: { cookie: person.cookie } });
  return { status: answer.statusCode, body: answer.json(), text: answer.body };
}
const list = async (person: Person, query: string): Promise<string[]> => {
  const { status, body, text } = await ask(person, `/api/incidents?limit=200&${query}`);
  expect(status, text).toBe(200);
  return body.items.map(({ id }) => id);
};

const homes: Home[] = [];
const cases = new Map<string, Home>();
beforeAll(async () => {
  for (const [n, type] of (['sos', 'medical', 'service', 'sos', 'sos', 'fall', 'medical'] as const).entries()) {
    const home = (n < 5 ? own : other).home();
    clock.advance(1_000);
    const [receipt] = await running.receive([pressOf(home.deviceId, clock, { type })]);
    homes.push(home);
    cases.set(receipt!.incident!, home);
  }
});
const of = (isSo: (home: Home) => boolean): string[] =>
  [...cases].flatMap(([id, home]) => (isSo(home) ? [id] : [])).toReversed();
const inStreet =
  (path: string) =>
  (home: Home): boolean =>
    home.regionPath.startsWith(path);

describe('GET /api/incidents', () => {
  test('by region: a path or an id, a street, a community or a grid', async () => {
    for (const all of ['', 'region=', 'q=&region=']) expect(await list(wide, all)).toEqual(of(() => true));
    for (const street of [own, other]) {
      expect(await list(wide, `region=${street.id}`)).toEqual(of(inStreet(street.path)));
      expect(await list(wide, `region=${encodeURIComponent(street.path)}`)).toEqual(of(inStreet(street.path)));
    }
    const home = homes[0]!;
    expect(await list(wide, `region=${home.gridId}`)).toEqual(of(inStreet(home.regionPath)));
    // A region around one's own is one's own part of it.
    expect(await list(operator, `region=${district.id}`)).toEqual(of(inStreet(own.path)));
  });

  test('a region that one may not see is refused like one that there is not', async () => {
    const answers = await Promise.all(
      [other.id, other.path, '42/4206/999999/', '01890000-0000-7000-8000-000000000000', 'nowhere', "'"].map(
        async (region) => {
          const { status, body } = await ask(operator, `/api/incidents?region=${encodeURIComponent(region)}`);
          return [status, body.code, body.errors];
        },
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual([400, 'invalid_request', [{ field: 'region', expected: '您管的一个区划' }]]);
  });

  test('by queue and state', async () => {
    const queued = async (queue: string): Promise<string[]> => {
      const { body } = await ask(operator, `/api/incidents?queue=${queue}`);
      return body.items.map((one) => one.queue);
    };
    expect(await queued('medical')).toEqual(['medical']);
    expect(await queued('household')).toEqual(['household']);
    expect(await queued('emergency')).toEqual(['emergency', 'emergency', 'emergency']);
    expect((await ask(operator, '/api/incidents?queue=all')).status).toBe(400);
    expect(await list(operator, 'state=closed')).toEqual([]);
    expect(await list(operator, 'state=waiting')).toEqual(of(inStreet(own.path)));
  });

  test('by name, number, address or device, and nothing of another street by any of them', async () => {
    for (const [id, home] of cases) {
      for (const text of [home.name, home.phone, home.address, home.deviceId]) {
        const query = `q=${encodeURIComponent(text)}`;
        expect(await list(wide, query)).toContain(id);
        expect((await list(operator, query)).includes(id)).toBe(home.regionPath.startsWith(own.path));
      }
    }
  });

  test('filters narrow each other', async () => {
    const { address, name } = homes[1]!;
    const query = `q=${encodeURIComponent(address)}`;
    expect(await list(wide, `${query}&queue=medical&region=${own.id}`)).toHaveLength(1);
    expect(await list(wide, `${query}&queue=household`)).toEqual([]);
    expect(await list(wide, `q=${encodeURIComponent(name)}&region=${other.id}&queue=emergency`)).toEqual([]);
  });
});

describe('what is typed into a search is text', () => {
  const texts = [
    `' or '1'='1`,
    `' or 1=1 --`,
    `'; drop table incident; --`,
    `') union select id from resident --`,
    '%',
    '_',
    '%%%',
    '\\',
    '\\x27',
    '$1',
    '#{1}',
    '{}',
    '[]',
    '*',
    '(?:.*)',
    '\u{1F691}',
    '\u202Eabc',
    'a'.repeat(100),
    '﷽'.repeat(100),
  ];
  const searching = app.routeRegistry.filter(
    ({ method, url }) =>
      method === 'GET' &&
      ['/api/incidents', '/api/residents', '/api/households', '/api/devices', '/api/staff'].includes(url),
  );

  test.each(searching.map(({ url }) => url))('%s', async (url) => {
    const before = await db.pool.query('select count(*) from incident');
    for (const text of texts) {
      const { status, body, text: answer } = await ask(operator, `${url}?q=${encodeURIComponent(text)}`);
      expect([text, status, body.items, other.words.in(answer)]).toEqual([text, 200, [], []]);
    }
    for (const raw of ['%00', 'a%00b', '%ED%A0%80', '%FF', '%C0%AF']) {
      const { status, text: answer } = await ask(operator, `${url}?q=${raw}`);
      expect([raw, [200, 400].includes(status), other.words.in(answer)]).toEqual([raw, true, []]);
    }
    expect((await ask(operator, `${url}?q=${'a'.repeat(101)}`)).status).toBe(400);
    expect(await db.pool.query('select count(*) from incident')).toMatchObject({ rows: before.rows });
  });

  test('nothing but spaces or signs that are no text finds what no search finds', async () => {
    expect(await list(operator, 'q=%20%20')).toEqual(of(inStreet(own.path)));
    expect(await list(operator, 'q=%00')).toEqual([]);
  });
});

describe('pages', () => {
  test('each case once, in order, to the end', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { body } = await ask(operator, `/api/incidents?limit=2${cursor}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ id }) => id));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(of(inStreet(own.path)));
  });

  test('a cursor that was tampered with is refused by name', async () => {
    const { nextCursor } = (await ask(operator, '/api/incidents?limit=2')).body;
    const encode = (text: string): string => Buffer.from(text).toString('base64url');
    const id = [...cases.keys()][0]!;
    const tampered = [
      'x',
      nextCursor!.slice(0, -3),
      `${nextCursor!}${nextCursor!}`,
      encode(''),
      encode('|'),
      encode(`${clock.now()}|`),
      encode(`|${id}`),
      encode(`-1|${id}`),
      encode(`1e9|${id}`),
      encode(`999999999999999|${id}`),
      encode(`${clock.now()}|${'-'.repeat(36)}`),
      encode(`${clock.now()}|${id}|${id}`),
      encode(`${clock.now()}|${id}' or '1'='1`),
      encode(`${clock.now()}|\0`),
      encode('{"at":1}'),
    ];
    for (const cursor of tampered) {
      const { status, body } = await ask(operator, `/api/incidents?cursor=${encodeURIComponent(cursor)}`);
      expect([
        Buffer.from(cursor, 'base64url').toString(),
        status,
        body.code,
        body.errors?.map(({ field }) => field),
      ]).toEqual([Buffer.from(cursor, 'base64url').toString(), 400, 'invalid_request', ['cursor']]);
    }
  });

  test('another’s cursor leads to nothing of his', async () => {
    const { nextCursor } = (await ask(wide, '/api/incidents?limit=1')).body;
    const { body, text } = await ask(operator, `/api/incidents?cursor=${nextCursor}`);
    expect(body.items.map(({ id }) => id)).toEqual(of(inStreet(own.path)));
    expect(other.words.in(text)).toEqual([]);
  });
});

interface Operation {
  parameters?: { name: string; in: string }[];
  'x-access'?: string | string[];
}

describe('every list', async () => {
  // A partner’s account speaks for somebody.
  const centre = { id: randomUUID(), target: '120' as const, name: '急救', phone: '120', region: own, secret: null };
  await insertPartner(db, centre);
  await bindPartnerAccounts(db, centre.id, [own.people.partner.accountId]);
  const { paths } = (await app.inject({ url: '/api/openapi.json' })).json<{
    paths: Record<string, { get?: Operation }>;
  }>();
  const lists = Object.entries(paths).filter(([, { get }]) => get?.parameters?.some(({ name }) => name === 'limit'));

  test.each(lists.map(([path, { get }]) => ({ path, access: get!['x-access']! })))(
    '$path refuses more than 200, none, and a made-up cursor',
    async ({ path, access }) => {
      const role =
        access === 'signed_in'
          ? 'operator'
          : (['admin', 'operator', 'medic', 'partner'] as const).find((one) => access.includes(one))!;
      const url = path.replace('{id}', homes[0]!.residentId);
      for (const limit of ['201', '0', '-1', '1.5', 'all', '', '1e3']) {
        const { status, body } = await ask(own.people[role], `${url}?limit=${limit}`);
        expect([limit, status, body.errors?.map(({ field }) => field)]).toEqual([limit, 400, ['limit']]);
      }
      for (const limit of ['1', '200']) expect((await ask(own.people[role], `${url}?limit=${limit}`)).status).toBe(200);
      for (const cursor of [
        'x',
        `' or 1=1 --`,
        '\0',
        'W10',
        'WyIiLCIiLCIiXQ',
        Buffer.from('["a\0","b","c"]').toString('base64url'),
      ]) {
        const { status, text } = await ask(own.people[role], `${url}?cursor=${encodeURIComponent(cursor)}`);
        expect([cursor, [200, 400].includes(status), other.words.in(text)]).toEqual([cursor, true, []]);
      }
    },
  );

  test('there are lists', () => {
    expect(lists.length).toBeGreaterThan(8);
  });
});
