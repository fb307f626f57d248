import { afterAll, beforeAll, expect, test } from 'vitest';
import { movableClock } from '#kernel/clock.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createCases } from './cases.ts';
import { rebuild } from './domain/rebuild.ts';
import { createIntents } from './intents.ts';
import { createPolicies } from './policies.ts';
import type { IncomingPress } from './press.ts';
import { createReceiver } from './receive.ts';
import { loadIncidents } from './store.ts';
import { createSweep } from './sweep.ts';

let test1: TestDatabase;
beforeAll(async () => {
  test1 = await createTestDatabase();
});
afterAll(() => test1.drop());

const clock = movableClock();
const log = createLog('silent');

function press(
  device: string,
  eventId: string,
  type: IncomingPress['type'],
  more: Partial<IncomingPress> = {},
): IncomingPress {
  return {
    device,
    adapter: null,
    eventId,
    type,
    at: null,
    receivedAt: clock.now(),
    key: null,
    battery: null,
    test: false,
    location: null,
    detail: null,
    topic: 't',
    raw: Buffer.from('{}'),
    readable: true,
    ...more,
  };
}

function platform() {
  const { db } = test1;
  const policies = createPolicies({ db, log });
  const poke = (): void => undefined;
  const receiver = createReceiver({ db, clock, log, policies, poke, busyOwners: async () => new Set() });
  const cases = createCases({ db, clock, policies, poke });
  const intents = createIntents({ db, clock, log, policies, poke });
  const sweep = createSweep({ db, clock, log, policies, intents, poke });
  return { db, receiver, cases, sweep };
}

test('a press of an unknown box opens an emergency, the same press opens nothing, a further one joins', async () => {
  const { db, receiver } = platform();
  const first = await receiver.receive([press('box-1', 'e1', 'sos')]);
  expect(first[0]).toMatchObject({ duplicate: false, ack: { stage: 'received', say: '收到了,您别急,正给您叫人呢。' } });
  const again = await receiver.receive([press('box-1', 'e1', 'sos')]);
  expect(again[0]).toMatchObject({ duplicate: true, incident: first[0]!.incident });
  const further = await receiver.receive([press('box-1', 'e2', 'fall'), press('box-1', 'e1', 'fall')]);
  expect(further.map((receipt) => receipt.incident)).toEqual([first[0]!.incident, first[0]!.incident]);
  const stored = (
    await loadIncidents(db, { name: 't', text: 'select * from incident where id = $1' }, [first[0]!.incident])
  )[0]!;
  expect(stored.incident).toMatchObject({
    state: 'waiting',
    queue: 'emergency',
    priority: 1,
    pressCount: 3,
    class: 'rescue',
  });
  const rows = await db.query<{ flagged: boolean }>({
    name: 't2',
    text: `select flagged from press where device = 'box-1' order by event_id, type`,
  });
  expect(rows.map((row) => row.flagged)).toEqual([true, false, false]);
});

test('an unclaimed red press climbs every step of its ladder, and its history rebuilds it', async () => {
  const { db, receiver, cases, sweep } = platform();
  const [receipt] = await receiver.receive([press('box-2', 'e1', 'sos')]);
  const id = receipt!.incident!;
  for (let second = 0; second < 200; second += 5) {
    await sweep.runOnce();
    clock.advance(5_000);
  }
  const claimed = await cases.desk(
    id,
    { type: 'claim' },
    { kind: 'person', id: '0192f7b0-0000-7000-8000-000000000001', name: '李敏', role: 'operator' },
    null,
  );
  expect(claimed).toMatchObject({ state: 'claimed', ownerName: '李敏' });
  const history = await db.query<{ kind: string; data: { who?: string; outcome?: string }; patch: object }>(
    { name: 't3', text: 'select kind, data, patch from history where incident_id = $1 order by seq' },
    [id],
  );
  expect(history.filter((line) => line.kind === 'ladder_step').map((line) => line.data.who)).toEqual([
    'operators',
    'supervisors',
    'neighbour',
    'family',
    'grid_worker',
    '120',
  ]);
  expect(history.filter((line) => line.kind === 'outcome').map((line) => line.data.outcome)).toContain('no_carrier');
  const stored = (await loadIncidents(db, { name: 't', text: 'select * from incident where id = $1' }, [id]))[0]!;
  expect(rebuild(history.map((line) => line.patch))).toEqual(stored.incident);
});
