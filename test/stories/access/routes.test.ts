import { afterAll, describe, expect, test } from 'vitest';
import { registerDemoRoutes } from '#app/demo.ts';
import { ROLES, type Role } from '#contracts/session.ts';
import { isChanging } from '#platform/http/routes.ts';
import { newAddress } from '#test/harness/identity.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { CASES } from './exercises/cases.ts';
import type { Call, Exercise } from './exercises/exercise.ts';
import { PEOPLE } from './exercises/people.ts';
import { REGISTRY } from './exercises/registry.ts';
import { settleStreets, signInPerson, type Person } from './streets.ts';
import { nobodysTarget, otherTarget, ownTarget, type Scene, type Target } from './targets.ts';

/** A Tuesday, ten in the morning in Xiangyang: people are on duty. */
const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const running = await startPlatformHere({
  clock,
  role: 'api',
  addRoutes: (app) => registerDemoRoutes(app, { demo: { city: { created: false, devices: [], gateways: [] }, seed: '' }, host: '127.0.0.1', mqttWsPort: 8083 }),
});
afterAll(() => running.stop());
const { app, db } = running;
const streets = await settleStreets(running, clock);
const other = otherTarget(running, clock, streets.other);
const nobody = nobodysTarget();
/** Of one's own street, for calls that are refused anyhow. */
const kept = otherTarget(running, clock, streets.own);

const EXERCISES: Record<string, Exercise> = { ...CASES, ...REGISTRY, ...PEOPLE };
const routes = app.routeRegistry.map((route) => ({ ...route, name: `${route.method} ${route.url}` }));
/** Signing out and a new password of one's own: whoever may do nothing else may do these. */
const OWN_AFFAIRS = ['DELETE /api/session', 'POST /api/me/password'];

interface Answer {
  status: number;
  code: string | undefined;
  fields: string[] | undefined;
  items: number | undefined;
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
  const json = answer.headers['content-type']?.toString().includes('json') ? answer.json<Record<string, unknown>>() : {};
  return {
    status: answer.statusCode,
    code: json['code'] as string | undefined,
    fields: (json['errors'] as { field: string }[] | undefined)?.map(({ field }) => field),
    items: (json['items'] as unknown[] | undefined)?.length,
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

const known = routes.filter(({ name }) => EXERCISES[name] !== undefined);

describe.each(known)('$name', ({ name, access, method }) => {
  const exercise = EXERCISES[name]!;
  const isFor = (role: Role): boolean => access === 'public' || access === 'signed_in' || access.includes(role);

  test.each(ROLES.filter(isFor))('%s: does what is to be done in his own street, and sees nothing of another', async (role) => {
    const caller = streets.own.people[role];
    const own = ownTarget(running, clock, streets.own);
    const shown: string[] = [];
    for (const asked of await callsOf(exercise, own, caller, own)) {
      const answer = await call(caller, asked);
      expect([asked, answer.status, answer.text], 'one’s own').toSatisfy(([, status]) => (exercise.well ?? [200]).includes(status as number));
      expect([asked, leaksOf(asked, answer)]).toEqual([asked, []]);
      shown.push(...streets.own.words.in(answer.text));
    }
    if (exercise.shows) expect(shown).not.toEqual([]);
  });

  if (!exercise.aimless) {
    test.each(ROLES.filter(isFor))('%s: what is another street’s is as if nobody had it', async (role) => {
      const caller = streets.own.people[role];
      const own = ownTarget(running, clock, streets.own);
      const aimed = await callsOf(exercise, other, caller, own);
      const empty = await callsOf(exercise, nobody, caller, own);
      expect(aimed.length).toBe(empty.length);
      for (const [place, asked] of aimed.entries()) {
        const answer = await call(caller, asked);
        const nothing = await call(caller, empty[place]!);
        expect([asked, leaksOf(asked, answer)]).toEqual([asked, []]);
        if (exercise.anybody) continue;
        const { text: _text, ...said } = answer;
        const { text: _nothing, ...expected } = nothing;
        expect([asked, said]).toEqual([asked, expected]);
        // Nothing was found or nothing was done: 201 is a new thing of one's own that names nothing of theirs.
        expect([asked, answer.status]).toSatisfy(([, status]) => [403, 404, 400, 422, 201].includes(status as number) || answer.items === 0);
      }
    });
  }

  const refused = ROLES.filter((role) => !isFor(role));
  if (refused.length > 0) {
    test('is refused to everybody else, wherever he looks', async () => {
      for (const role of refused) {
        const caller = streets.own.people[role];
        for (const target of [kept, other]) {
          for (const asked of await callsOf(exercise, target, caller, kept)) {
            const answer = await call(caller, asked);
            expect([role, asked, answer.status, answer.code, leaksOf(asked, answer)]).toEqual([role, asked, 403, 'forbidden', []]);
          }
        }
      }
    });
  }

  if (isChanging(method) && access !== 'public' && !OWN_AFFAIRS.includes(name)) {
    test('changes something, so it is not for auditors', () => {
      expect(isFor('auditor')).toBe(false);
    });
  }
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
    const changed = await db.pool.query(
      `select r.id from resident r join household h on h.id = r.household_id where starts_with(h.region_path, $1) and (r.version > 1 or h.version > 1)
       union all select h.id from household h where starts_with(h.region_path, $1) and h.version > 1
       union all select s.id from shift_handover s join account_region r on r.account_id = s.from_id and r.region_path = $1 where s.to_id is not null`,
      [streets.other.path],
    );
    expect(changed.rows).toEqual([]);
  });
});
