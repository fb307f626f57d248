import { createPostgresBackend, withBackend } from 'bullmq';
import { Redis as RedisClient } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { signInTestPerson } from '#test/harness/identity.ts';
import { startRedis, type Redis } from '#test/harness/redis.ts';
import { watch } from './access/watcher.ts';
import { pressAndWait, STEPS, type Climb } from './climbing.ts';

let climbing: Climb | undefined;
let redis: Redis | undefined;
afterEach(async () => {
  await climbing?.stop();
  await redis?.remove();
  climbing = redis = undefined;
});

const LADDER = ['operators', 'supervisors', 'neighbour', 'family', 'grid_worker', '120'];

/** Every step was taken once, in order, and each has its outcome once. */
async function expectWholeLadder(climb: Climb): Promise<void> {
  expect(await climb.steps()).toEqual(LADDER);
  const lines = await climb.running.db.pool.query<{ outcome: string; intent: string }>(
    `select data ->> 'outcome' as outcome, data ->> 'intent' as intent from history where incident_id = $1 and kind = 'outcome' order by seq`,
    [climb.id],
  );
  expect(new Set(lines.rows.map((line) => line.intent)).size).toBe(lines.rows.length);
  const intents = await climb.intents();
  expect(intents.every((intent) => intent.state === 'done')).toBe(true);
  expect(
    intents.filter((intent) => intent.kind === 'page' && intent.why === 'ladder').map((intent) => intent.outcome),
  ).toEqual(['shown', 'shown', 'shown']);
  expect(
    intents.filter((intent) => intent.kind === 'call' && intent.who === 'family').map((intent) => intent.outcome),
  ).toEqual(['no_carrier']);
  expect(intents.filter((intent) => intent.kind === 'handoff').map((intent) => intent.outcome)).toEqual(['no_partner']);
  expect(
    intents
      .filter((intent) => intent.kind === 'find_responder' && intent.why === 'ladder')
      .map((intent) => intent.outcome),
  ).toEqual(['asked']);
  const { state, assignments, handoffs, deadlineAt } = await climb.detail();
  expect({ state, handoffs: handoffs.map((one) => [one.to, one.state]) }).toEqual({
    state: 'waiting',
    handoffs: [['120', 'offered']],
  });
  expect(assignments.length).toBeGreaterThanOrEqual(1);
  expect(deadlineAt).not.toBeNull();
}

test('an unclaimed red press climbs every step of its ladder, and each desk is paged once for each step', async () => {
  climbing = await pressAndWait();
  const { running, clock, operator } = climbing;
  const supervisor = await signInTestPerson(running.db, clock, 'supervisor', { name: '赵海' });
  const screens = await Promise.all(
    [operator, supervisor].map((person) => watch(running.url, '/console', person.cookie)),
  );
  await climbing.climb(0, 0);
  clock.advance(9_999);
  await running.platform.sweepOnce();
  expect(await climbing.steps()).toEqual(['operators']);
  await climbing.climb(1);
  await expectWholeLadder(climbing);
  clock.advance(60_001);
  await expect
    .poll(async () => (await climbing!.detail()).timeline.filter((line) => line.kind === 'ladder_repeat').length, {
      timeout: 10_000,
    })
    .toBe(1);

  const paged = (place: number, code: string): number =>
    screens[place]!.got('notice').filter((notice) => (notice as { code: string }).code === code).length;
  await expect.poll(() => [paged(1, 'ladder'), paged(1, 'nobody_has_it')]).toEqual([3, 1]);
  expect([paged(0, 'ladder'), paged(0, 'nobody_has_it')]).toEqual([2, 0]);
  for (const screen of screens) screen.close();
});

test('it climbs on after the schema of the queues was dropped half-way', async () => {
  climbing = await pressAndWait();
  await climbing.climb(0, 2);
  await climbing.running.db.pool.query('drop schema bullmq cascade');
  await climbing.climb(3);
  await expectWholeLadder(climbing);
});

test('it climbs on after FLUSHALL half-way', async () => {
  redis = await startRedis();
  climbing = await pressAndWait({ REDIS_URL: redis.url });
  await climbing.climb(0, 2);
  const client = new RedisClient(redis.url);
  expect(await client.dbsize()).toBeGreaterThan(0);
  await client.flushall();
  client.disconnect();
  await climbing.climb(3);
  await expectWholeLadder(climbing);
});

test('it climbs on while Redis is killed half-way and stays away', async () => {
  redis = await startRedis();
  climbing = await pressAndWait({ REDIS_URL: redis.url });
  await climbing.climb(0, 2);
  await redis.kill();
  await climbing.climb(3);
  await expectWholeLadder(climbing);
});

test('it climbs although no job is ever handled and no delayed job ever comes', async () => {
  climbing = await pressAndWait();
  const { running } = climbing;
  const { Queue } = withBackend(createPostgresBackend);
  const queues = ['household', 'medical', 'emergency'].map(
    (name) => new Queue(name, { connection: { connectionString: running.config.databaseUrl!, schema: 'bullmq' } }),
  );
  await Promise.all(queues.map((queue) => queue.pause()));
  const handledBefore = (await climbing.intents()).filter((intent) => intent.state === 'done').length;
  await climbing.climb(0);
  await expectWholeLadder(climbing);
  await Promise.all(queues.map((queue) => queue.close()));
  const jobs = await running.db.pool.query(`select id from bullmq.job where queue = 'emergency' and state = 'waiting'`);
  expect(jobs.rows.length).toBeGreaterThanOrEqual(STEPS.length - handledBefore);
});

test('an owner who goes silent is reminded, then loses the case for all to see, and the ladder starts again', async () => {
  climbing = await pressAndWait();
  const { running, clock, desk, id, operator } = climbing;
  const other = await signInTestPerson(running.db, clock, 'operator', { name: '王强' });
  const [own, others] = await Promise.all(
    [operator, other].map((person) => watch(running.url, '/console', person.cookie)),
  );
  await climbing.climb(0, 2);
  expect((await desk.send('POST', `/api/incidents/${id}/claim`, {})).status).toBe(200);
  expect(await climbing.detail()).toMatchObject({
    state: 'claimed',
    owner: { name: '李敏' },
    ladder: { nextAt: null },
    owes: { kind: 'operator', name: '李敏' },
  });

  clock.advance(60_001);
  await expect
    .poll(() => own!.got('notice').filter((notice) => (notice as { code: string }).code === 'reminded').length, {
      timeout: 10_000,
    })
    .toBe(1);
  expect(others!.got('notice').filter((notice) => (notice as { code: string }).code === 'reminded')).toEqual([]);
  expect((await climbing.detail()).owner).toMatchObject({ name: '李敏' });

  clock.advance(30_001);
  await expect.poll(async () => (await climbing!.detail()).owner, { timeout: 10_000 }).toBeNull();
  const lost = await climbing.detail();
  expect(lost.timeline.find((line) => line.kind === 'lost_owner')?.text).toBe('李敏 没有回应,放回队列');
  await expect.poll(() => (others!.got('incident').at(-1) as { owner: unknown; id: string }).owner).toBeNull();

  await expect
    .poll(climbing.steps, { timeout: 10_000 })
    .toEqual(['operators', 'supervisors', 'neighbour', 'operators']);
  await climbing.climb(1);
  expect((await climbing.steps()).slice(3)).toEqual(LADDER);
  const late = await desk.send('POST', `/api/incidents/${id}/resolve`, {
    version: (await climbing.detail()).version,
    code: 'company',
  });
  expect(late).toMatchObject({ status: 409, body: { code: 'not_allowed_in_state', owner: null } });
  own!.close();
  others!.close();
});
