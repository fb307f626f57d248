import { afterAll, expect, test } from 'vitest';
import { NO_FAULTS, seededRandom } from '#devices/telephone/faults.ts';
import { EVERYTHING_WRONG, numberOf, startTelephoneWorld } from '#test/harness/telephone.ts';

const CALLS = 500;
const MESSAGES = 60;
const world = await startTelephoneWorld({ seed: 20261122, max: 20 });
const { network, telephony, db, clock } = world;
afterAll(() => world.stop());

/** What each telephone would do if the network were well. */
const WAYS = [
  { way: 'accepts', script: { pickUp: 4, keys: ['1', '8#'] } },
  { way: 'connects', script: { pickUp: 7, keys: ['2'], hangUpAfterS: 60 } },
  { way: 'accepts and hangs up', script: { pickUp: 3, keys: ['1'], hangUpAfterS: 22 } },
  { way: 'says nothing', script: { pickUp: 5 } },
  { way: 'never', script: { pickUp: 'never' } },
  { way: 'busy', script: { pickUp: 'busy' } },
] as const;

test('500 calls and 60 messages over a network that does everything wrong: each once, each with an outcome, no acceptance lost', async () => {
  network.setFaults(EVERYTHING_WRONG);
  // A database that has trouble now and then, in the middle of a report.
  const dice = seededRandom(7);
  world.trouble.when = () => dice() < 0.03;

  const placed: { id: string; number: string; way: string }[] = [];
  for (let n = 0; n < CALLS; n++) {
    const { way, script } = WAYS[n % WAYS.length]!;
    // Some telephones are called about two cases at the same time.
    const to = numberOf(`${way} ${n % 7 === 0 ? n - (n % 21) : n}`);
    network.script(`+86${to}`, script);
    placed.push({ id: await world.place({ to }), number: `+86${to}`, way });
    if (n % 10 === 9) await world.pass(1);
  }
  const messages: string[] = [];
  for (let n = 0; n < MESSAGES; n++) {
    const id = crypto.randomUUID();
    const text = `【12349一键通】第${n}条。`;
    await db.tx((tx) => telephony.send(tx, { id, incidentId: null, to: numberOf(`reader ${n % 20}`), text }));
    messages.push(text);
  }
  const open = async (): Promise<number> =>
    (
      await db.query<{ n: number }>({
        name: 'open_jobs',
        text: `select count(*)::int as n from phone_job where state <> 'ended'`,
      })
    )[0]!.n;
  const began = clock.now();
  while ((await open()) > 0 && clock.now() - began < 3 * 3_600_000)
    await world.pass(clock.now() - began < 400_000 ? 10 : 120, 5_000);

  const jobs = await db.query<{ id: string; kind: string; outcome: string; sid: string | null }>({
    name: 'all_jobs',
    text: 'select id, kind, outcome, sid from phone_job',
  });
  expect(jobs.filter(({ outcome }) => outcome === null)).toEqual([]);
  // Each once: no intent has two calls on the network, and no call there is nobody's.
  const byUrl = new Map<string, number>();
  for (const leg of network.legs) {
    const id = new URL(leg.asked.get('Url')!).searchParams.get('job')!;
    byUrl.set(id, (byUrl.get(id) ?? 0) + 1);
  }
  expect([...byUrl].filter(([, times]) => times > 1)).toEqual([]);
  expect(messages.filter((text) => network.messages.filter(({ body }) => body === text).length > 1)).toEqual([]);
  const outcomes = new Map(jobs.map((job) => [job.id, job]));
  for (const leg of network.legs) {
    const job = outcomes.get(new URL(leg.asked.get('Url')!).searchParams.get('job')!)!;
    expect([job.id, job.sid]).toEqual([job.id, leg.sid]);
  }

  // No acceptance is lost, none is told twice, and nothing follows the end.
  const pressed = new Map(
    network.legs
      .filter((leg) => leg.given.length > 0)
      .map((leg) => [new URL(leg.asked.get('Url')!).searchParams.get('job')!, leg]),
  );
  let accepted = 0;
  for (const { id, way } of placed) {
    const told = world.of(id);
    expect(told.filter((event) => event.startsWith('ended:'))).toHaveLength(1);
    expect(told.at(-1)).toMatch(/^ended:/);
    expect(new Set(told).size).toBe(told.length);
    if (!pressed.has(id)) continue;
    accepted++;
    expect([way, told]).toEqual([
      way,
      expect.arrayContaining([way === 'connects' ? 'chosen:connect' : 'chosen:accepted']),
    ]);
  }
  expect(accepted).toBeGreaterThan(150);
  expect(network.violations).toEqual([]);
  // All of it did happen.
  expect(Object.keys(network.mishaps).toSorted()).toEqual(Object.keys(NO_FAULTS).toSorted());
});
