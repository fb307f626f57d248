import { afterAll, describe, expect, test } from 'vitest';
import { registerPhoneRoutes } from '#app/demo-phones.ts';
import { registerDemoRoutes } from '#app/demo.ts';
import { createTelephoneNetwork } from '#devices/telephone/network.ts';
import { ROLES, type Role } from '#contracts/session.ts';
import { isChanging } from '#platform/http/routes.ts';
import { newAddress } from '#test/harness/identity.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { CASES } from './exercises/cases.ts';
import { get, type Call, type Exercise } from './exercises/exercise.ts';
import { HANDOFF } from './exercises/handoff.ts';
import { PEOPLE } from './exercises/people.ts';
import { PHONE } from './exercises/phone.ts';
import { REGISTRY } from './exercises/registry.ts';
import { VENDORS } from './exercises/vendors.ts';
import { settleShops } from './shops.ts';
import { digestOf, settleStreets, signInPerson, type Person } from './streets.ts';
import { nobodysTarget, otherTarget, ownTarget, STAGES, type Scene, type Target } from './targets.ts';

/** A Tuesday, ten in the morning in Xiangyang: people are on duty. */
const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const network = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'nobody’s' };
const running = await startPlatformHere({
  clock,
  role: 'api',
  // Nobody listens there: nothing is called in this story.
  network: { ...network, from: '+867101234900', apiBase: 'http://127.0.0.1:9' },
  addRoutes: (app, base) => {
    const telephones = createTelephoneNetwork({ clock, ...network, lines: () => [] });
    registerPhoneRoutes(app, { db: base, clock, network: telephones, handy: async () => [] });
    registerDemoRoutes(app, {
      demo: { city: { created: false, devices: [], gateways: [] }, seed: '' },
      host: '127.0.0.1',
      mqttWsPort: 8083,
    });
  },
});
afterAll(() => running.stop());
const { app, db } = running;
const streets = await settleStreets(running, clock);
await settleShops(running, [streets.own, streets.other]);
const other = otherTarget(running, clock, streets.other);
const nobody = nobodysTarget();
/** Of one's own street, for calls that are refused anyhow. */
const kept = otherTarget(running, clock, streets.own);

// The other street is at work before anybody looks: whoever sees too much finds something there.
for (const stage of STAGES) if (stage !== 'unplaced') await other.case(stage, streets.other.people.operator);
await other.assignment(streets.other.people.grid_worker, 'under_way');
await other.handover();
await other.sample();
await app.inject({
  method: 'POST',
  url: '/api/me/position',
  headers: { cookie: streets.other.people.grid_worker.cookie },
  payload: { lat: 32.05, lon: 112.13 },
});
await app.inject({
  method: 'POST',
  url: '/api/session',
  payload: { username: streets.other.people.operator.username, password: 'mistyped' },
});
await app.inject({
  method: 'PUT',
  url: '/api/desk',
  headers: { cookie: streets.other.people.operator.cookie },
  payload: { state: 'ready' },
});

const untouched = await digestOf(db.pool, streets.other.path);

const EXERCISES: Record<string, Exercise> = { ...CASES, ...REGISTRY, ...PEOPLE, ...VENDORS, ...HANDOFF, ...PHONE };
const routes = app.routeRegistry.map((route) => ({ ...route, name: `${route.method} ${route.url}` }));
/** Whoever may do nothing else may do these. */
const OWN_AFFAIRS = ['DELETE /api/session', 'POST /api/me/password'];

interface Answer {
  status: number;
  code: string | undefined;
  fields: string[] | undefined;
  items: number | undefined;
  next: string | null;
  text: string;
}

async function call(person: Person, { method, url, body, cookie, afresh }: Call): Promise<Answer> {
  const answer = await app.inject({
    method,
    url,
    headers: { cookie: cookie ?? person.cookie },
    ...(afresh && { remoteAddress: newAddress() }),
    ...(body && { payload: body }),
  });
  const json = answer.headers['content-type']?.toString().includes('json')
    ? answer.json<Record<string, unknown>>()
    : {};
  return {
    status: answer.statusCode,
    code: json['code'] as string | undefined,
    fields: (json['errors'] as { field: string }[] | undefined)?.map(({ field }) => field),
    items: (json['items'] as unknown[] | undefined)?.length,
    next: (json['nextCursor'] as string | null | undefined) ?? null,
    text: `${JSON.stringify(answer.headers)}\n${answer.body}`,
  };
}

/** Words of the other street in an answer, without those that the caller himself has sent. */
function leaksOf(asked: Call, answer: Answer): string[] {
  const sent = `${decodeURIComponent(asked.url)}\n${JSON.stringify(asked.body ?? '')}`;
  return streets.other.words.in(answer.text).filter((word) => !sent.includes(word));
}

const sceneOf = (caller: Person, own: Target): Scene => ({
  caller,
  own,
  another: () => signInPerson(running, clock, caller.role, streets.own, { name: '另一位' }),
});

async function callsOf(exercise: Exercise, target: Target, caller: Person, own: Target): Promise<Call[]> {
  return exercise.calls(target, sceneOf(caller, own));
}

describe('an exercise for every route, and none for a route that is gone', () => {
  test.each(routes)('$name', ({ name }) => {
    expect(EXERCISES[name], `nobody has written how to call ${name}: test/stories/access/exercises`).toBeDefined();
  });
  test('none left over', () => {
    expect(Object.keys(EXERCISES).filter((name) => !routes.some((route) => route.name === name))).toEqual([]);
  });
});

const known = routes.flatMap((route) => {
  const exercise = EXERCISES[route.name];
  return exercise === undefined ? [] : [{ ...route, exercise }];
});
type Known = (typeof known)[number];
const isFor = ({ access }: Known, role: Role): boolean =>
  access === 'public' || access === 'signed_in' || access.includes(role);
const allowed = known.flatMap((route) =>
  ROLES.filter((role) => isFor(route, role)).map((role) => ({ ...route, role })),
);
const refused = known.flatMap((route) =>
  ROLES.filter((role) => !isFor(route, role)).map((role) => ({ ...route, role })),
);

describe('in one’s own street one does what is to be done, and sees nothing of another', () => {
  test.each(allowed)('$name as $role', async ({ exercise, role }) => {
    const caller = streets.own.people[role];
    const own = ownTarget(running, clock, streets.own);
    const shown: string[] = [];
    for (const asked of await callsOf(exercise, own, caller, own)) {
      const answer = await call(caller, asked);
      expect(exercise.well ?? [200], `${asked.method} ${asked.url}: ${answer.text}`).toContain(answer.status);
      expect([asked, leaksOf(asked, answer)]).toEqual([asked, []]);
      shown.push(...streets.own.words.in(answer.text));
    }
    expect(shown.length > 0 || !exercise.shows, 'something of one’s own street in the answer').toBe(true);
  });
});

/** Calls at things of the other street are answered word for word like calls at what nobody has. */
async function seesNothing(exercise: Exercise, caller: Person, own: Target): Promise<void> {
  const aimed = await callsOf(exercise, other, caller, own);
  const empty = await callsOf(exercise, nobody, caller, own);
  expect(aimed.length).toBe(empty.length);
  for (const [place, asked] of aimed.entries()) {
    const { text, ...answer } = await call(caller, asked);
    const { text: _text, ...nothing } = await call(caller, empty[place]!);
    expect([asked, leaksOf(asked, { ...answer, text })]).toEqual([asked, []]);
    if (exercise.anybody) continue;
    expect([asked, answer]).toEqual([asked, nothing]);
    // 201: something new of one's own, that a number of theirs was typed into.
    const isNothing = answer.items === 0 || [201, 400, 403, 404, 422].includes(answer.status);
    expect(isNothing, `${asked.url}: ${text}`).toBe(true);
  }
}

describe('what is another street’s is as if nobody had it', () => {
  test.each(allowed.filter(({ exercise }) => !exercise.aimless))('$name as $role', async ({ exercise, role }) => {
    const own = ownTarget(running, clock, streets.own);
    await expect(seesNothing(exercise, streets.own.people[role], own)).resolves.toBeUndefined();
  });
});

/** The page after this one, as long as pages may be. */
function nextPage(url: string, cursor: string): string {
  const sized = url.includes('limit=') ? url : `${url}${url.includes('?') ? '&' : '?'}limit=200`;
  return `${sized}&cursor=${encodeURIComponent(cursor)}`;
}

describe('who holds two streets sees nothing of the one between them', async () => {
  const around = [streets.own, streets.beyond];
  const callers = {
    operator: await signInPerson(running, clock, 'operator', around),
    admin: await signInPerson(running, clock, 'admin', around),
    auditor: await signInPerson(running, clock, 'auditor', around),
  };
  const reading = allowed.flatMap(({ role, ...route }) =>
    role in callers && route.method === 'GET' ? [{ ...route, role: role as keyof typeof callers }] : [],
  );
  test.each(reading)('$name as $role', async ({ exercise, role }) => {
    const caller = callers[role];
    for (const asked of await callsOf(exercise, kept, caller, kept)) {
      // To the last page: the street between comes after one's own.
      for (let page: Call | null = asked; page !== null;) {
        const answer: Answer = await call(caller, page);
        expect([page, leaksOf(page, answer)]).toEqual([page, []]);
        page = answer.next === null ? null : get(nextPage(asked.url, answer.next));
      }
    }
    if (!exercise.aimless) await seesNothing(exercise, caller, kept);
  });
});

describe('a role that a route is not for is refused, wherever it looks', () => {
  test.each(refused)('$name as $role', async ({ exercise, role }) => {
    const caller = streets.own.people[role];
    for (const target of [kept, other]) {
      for (const asked of await callsOf(exercise, target, caller, kept)) {
        const answer = await call(caller, asked);
        expect([asked, answer.status, answer.code, leaksOf(asked, answer)]).toEqual([asked, 403, 'forbidden', []]);
      }
    }
  });

  test('an auditor changes nothing but his own password and session', () => {
    const changing = known.filter(
      (route) => isChanging(route.method) && route.access !== 'public' && isFor(route, 'auditor'),
    );
    expect(changing.map(({ name }) => name).toSorted()).toEqual(OWN_AFFAIRS);
  });
});

describe('afterwards', () => {
  test('the other street is as it was: nobody else has left a trace in it', async () => {
    const { rows } = await db.pool.query<{ id: string }>(
      `select h.incident_id as id from history h join incident i on i.id = h.incident_id
       where starts_with(i.region_path, $1) and h.by_kind = 'person'
         and h.by_id not in (select a.id::text from account a join account_region r on r.account_id = a.id where r.region_path = $1)
         and h.by_id not in (select id::text from staff)`,
      [streets.other.path],
    );
    expect(rows).toEqual([]);
    const looks = await db.pool.query(
      `select l.resident_id from look l join resident r on r.id = l.resident_id join household h on h.id = r.household_id
       where starts_with(h.region_path, $1) and l.account_id in (select account_id from account_region where region_path = $2)`,
      [streets.other.path, streets.own.path],
    );
    expect(looks.rows).toEqual([]);
    expect(await digestOf(db.pool, streets.other.path)).toEqual(untouched);
  });
});
