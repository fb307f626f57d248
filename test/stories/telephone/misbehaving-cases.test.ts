import { afterAll, expect, test } from 'vitest';
import { NO_FAULTS } from '#devices/telephone/faults.ts';
import type { Incident } from '#dispatch/domain/incident.ts';
import { rebuild, type Patch } from '#dispatch/domain/rebuild.ts';
import { loadIncidents } from '#dispatch/store.ts';
import { ACTORS } from '#test/harness/homes.ts';
import { EVERYTHING_WRONG } from '#test/harness/telephone.ts';
import { startCaseWorld } from './case-world.ts';

/** `CASES=500 npm test -- test/stories/telephone/misbehaving-cases.test.ts` for the long form; a quarter of an hour. */
const CASES = Number(process.env['CASES'] ?? 40);
/** So many are open together: a bad five minutes of a district. */
const AT_ONCE = 40;

const world = await startCaseWorld({ seed: 20261123, others: { pickUp: 'never' } });
const { network, rows, pass, jobOf } = world;
afterAll(() => world.stop());

/** What a telephone does: the same each time it rings. */
const WAYS = [
  { pickUp: 4, keys: ['1', '8#'], keyAfterS: 1 },
  { pickUp: 6, keys: ['2'], keyAfterS: 1, hangUpAfterS: 40 },
  { pickUp: 3, keys: ['1', '12#'], keyAfterS: 1 },
  { pickUp: 'never' },
  { pickUp: 2, keys: ['1', '5#'], keyAfterS: 2 },
  { pickUp: 5 },
  { pickUp: 'busy' },
] as const;

/** What he hears who presses a key when nobody is needed any more. */
const TOO_LATE = ['谢谢您,这件事已经有人在办了', '这一件已经不用您派了'];

/** What a call is in its case when a key was pressed in it and counted. */
const COUNTED = ['accepted', 'declined', 'connected', 'done'];

test(`${CASES} red presses that nobody touches, over a network that does everything wrong: nobody is called twice for one intent, each has its outcome, no yes is lost`, async () => {
  network.setFaults(EVERYTHING_WRONG);
  const numbers = await rows<{ phone: string }>(
    'select distinct phone from (select phone from contact union select phone from staff where phone is not null) p order by phone',
  );
  numbers.forEach(({ phone }, n) => network.script(`+86${phone}`, WAYS[n % WAYS.length]!));
  network.script('120', { pickUp: 3, keys: ['1', '77#', '5#'], keyAfterS: 1 });
  const devices = await rows<{ id: string }>(
    `select distinct on (household_id) id from device where household_id is not null order by household_id, id limit $1`,
    [CASES],
  );
  expect(devices).toHaveLength(CASES);
  const opened: string[] = [];
  for (let from = 0; from < CASES; from += AT_ONCE) {
    const wave = devices.slice(from, from + AT_ONCE);
    const ids: string[] = [];
    for (let n = 0; n < wave.length; n += 10) {
      ids.push(...(await world.press(wave.slice(n, n + 10).map(({ id }) => id))));
      await pass(10, 2);
    }
    await pass(240, 2);
    for (const id of ids) await end(id);
    opened.push(...ids);
  }
  expect(new Set(opened).size).toBe(CASES);
  const left = (): Promise<unknown[]> =>
    rows(
      `select kind || ' ' || state as what, id, ordered_at as at, null as attempt from phone_job where state <> 'ended' or outcome is null
       union all select kind || ' ' || state, id, created_at, attempt from intent where state <> 'done' or outcome is null`,
    );
  for (let n = 0; n < 60 && (await left()).length > 0; n++) await pass(120, 60);
  expect(await left()).toEqual([]);
  await expectOnceEach();
  const cases = await loadCases(opened);
  for (const incident of cases) await expectHistory(incident);
  expect(await expectEveryKeyCounted(cases)).toBeGreaterThan(CASES);
  expect(network.violations).toEqual([]);
  expect(Object.keys(network.mishaps).toSorted()).toEqual(Object.keys(NO_FAULTS).toSorted());
}, 3_600_000);

/** An operator comes at last, takes back what no centre has answered, and ends the case, whatever still rings. */
async function end(id: string): Promise<void> {
  const { cases } = world.modules;
  const { handoffs } = await cases.desk(id, { type: 'claim' }, ACTORS[0]!, null);
  for (const { id: handoff } of handoffs.filter(({ state }) => state === 'offered'))
    await cases.street(id, { type: 'handoff_update', handoff, to: 'withdrawn' }, ACTORS[0]!, null);
  await cases.desk(id, { type: 'resolve', code: 'rescue' }, ACTORS[0]!, null);
}

/** No order has two calls or messages on the network, and none there is nobody's. */
async function expectOnceEach(): Promise<void> {
  const jobs = new Map(
    (await rows<{ id: string; sid: string }>('select id, sid from phone_job')).map((job) => [job.id, job.sid]),
  );
  const calls = network.legs.map((leg) => [jobOf(leg), leg.sid]);
  expect(new Set(calls.map(([job]) => job)).size).toBe(calls.length);
  expect(calls.filter(([job, sid]) => jobs.get(job!) !== sid)).toEqual([]);
  const messages = network.messages.map(({ to, body }) => `${to} ${body}`);
  expect(new Set(messages).size).toBe(messages.length);
}

const loadCases = async (ids: readonly string[]): Promise<Incident[]> =>
  (
    await loadIncidents(world.db, { name: 'test_cases', text: 'select * from incident where id = any ($1)' }, [ids])
  ).map(({ incident }) => incident);

/** The history alone rebuilds the case, and nobody of its calls is left on the line. */
async function expectHistory(incident: Incident): Promise<void> {
  expect(incident.calls.filter((call) => call.endedAt === null)).toEqual([]);
  const lines = await rows<{ patch: Patch }>('select patch from history where incident_id = $1 order by seq', [
    incident.id,
  ]);
  expect(inOrder(rebuild(lines.map(({ patch }) => patch)))).toEqual(inOrder(incident));
}

/** Those of one wave were asked at the same moment: in the history in the order of their worth, in the database of their ids. */
const inOrder = (incident: Incident): Incident => ({
  ...incident,
  assignments: incident.assignments.toSorted((a, b) => a.id.localeCompare(b.id)),
});

/** Each key that somebody pressed counts in his case, or he was told that it came too late. Answers how many said yes. */
async function expectEveryKeyCounted(cases: readonly Incident[]): Promise<number> {
  const calls = new Map(cases.flatMap((incident) => incident.calls.map((call) => [call.id, call] as const)));
  const assignments = new Map(cases.flatMap((incident) => incident.assignments.map((one) => [one.id, one] as const)));
  const centres = await rows<{ id: string; number: string | null }>(
    'select c.id, h.case_number as number from handoff_call c join handoff h on h.id = c.handoff_id',
  );
  const lost: unknown[] = [];
  let yes = 0;
  for (const leg of network.legs.filter((one) => one.given.length > 0)) {
    const job = jobOf(leg);
    const call = calls.get(job);
    const centre = centres.find((one) => one.id === job);
    const assignment = assignments.get(call?.ref ?? '');
    const counts =
      call === undefined
        ? centre?.number === '77'
        : COUNTED.includes(call.state) && (call.state !== 'accepted' || !assignment || assignment.acceptedAt !== null);
    if (counts && leg.given[0] === '1') yes++;
    const isTold = leg.heard.some(({ text }) => TOO_LATE.some((words) => text.startsWith(words)));
    if (!counts && !isTold) lost.push([leg.given, leg.heard, leg.status, leg.answeredBy, leg.endedAt, call]);
  }
  expect(lost).toEqual([]);
  return yes;
}
