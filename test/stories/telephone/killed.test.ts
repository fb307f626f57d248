import { afterAll, afterEach, expect, test } from 'vitest';
import { startProgram, type RunningProcess } from '#test/harness/process.ts';
import { numberOf, startTelephoneWorld, TEST_ACCOUNT } from '#test/harness/telephone.ts';

const world = await startTelephoneWorld();
const { network } = world;
const running: RunningProcess[] = [];
afterEach(async () => {
  for (const process of running.splice(0)) await process.kill();
});
afterAll(() => world.stop());

/** A worker in a process of its own. */
async function startWorker(): Promise<RunningProcess> {
  const { accountSid, authToken } = TEST_ACCOUNT;
  const process = await startProgram('test/stories/telephone/worker.ts', {
    args: [world.url, world.networkUrl, world.publicUrl, accountSid, authToken, String(world.clock.now())],
  });
  running.push(process);
  return process;
}

/** Lets the network kill the worker at the instant at which it has taken the call and not yet answered. */
async function killedWhilePlacing(to: string): Promise<string> {
  const worker = await startWorker();
  const killed = new Promise<void>((resolve) => {
    network.onCreated = () => {
      network.onCreated = null;
      // The answer is only written after this: by then nobody is there to read it.
      process.kill(-worker.pid, 'SIGKILL');
      resolve();
    };
  });
  const id = await world.place({ to });
  await killed;
  expect(await worker.exited).toEqual({ code: null, signal: 'SIGKILL' });
  const [row] = await world.db.query<{ state: string; sid: string | null }>(
    { name: 'killed_row', text: 'select state, sid from phone_job where id = $1' },
    [id],
  );
  expect(row).toEqual({ state: 'placing', sid: null });
  return id;
}

test('a worker killed between placing a call and storing its id: the call is found by its callbacks, not placed twice', async () => {
  const to = numberOf('killed once');
  network.script(`+86${to}`, { pickUp: 6, keys: ['1', '7#'] });
  const id = await killedWhilePlacing(to);
  await world.pass(60);
  expect(network.legs.filter(({ telephone }) => telephone === `+86${to}`)).toHaveLength(1);
  expect(world.of(id)).toEqual(['ringing', 'answered', 'chosen:accepted', 'ended:chosen']);
});

test('also where no callback ever came: it is looked for on the network', async () => {
  const to = numberOf('killed in silence');
  network.script(`+86${to}`, { pickUp: 'never' });
  network.setFaults({ lost: 1 });
  const id = await killedWhilePlacing(to);
  await world.pass(90);
  expect(network.legs.filter(({ telephone }) => telephone === `+86${to}`)).toHaveLength(1);
  expect(world.of(id)).toEqual(['ended:no_answer']);
  network.setFaults({});
});

test('killed before the network had it: it is placed, once', async () => {
  const to = numberOf('killed too early');
  network.script(`+86${to}`, { pickUp: 3, keys: ['2'], hangUpAfterS: 40 });
  // What a worker leaves behind that died between taking the row and asking.
  const order = world.order({ to });
  await world.db.tx(async (tx) => {
    await world.telephony.place(tx, order);
    await tx.query(
      {
        name: 'half_taken',
        text: `update phone_job set state = 'placing', attempt = 1, placing_at = $2, next_at = $3 where id = $1`,
      },
      [order.id, new Date(world.clock.now()), new Date(world.clock.now() + 15_000)],
    );
  });
  await world.pass(90);
  expect(network.legs.filter(({ telephone }) => telephone === `+86${to}`)).toHaveLength(1);
  expect(world.of(order.id)).toEqual(['ringing', 'answered', 'chosen:connect', 'joined', 'ended:chosen']);
});
