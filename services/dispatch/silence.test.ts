import { afterAll, beforeAll, expect, test } from 'vitest';
import { movableClock } from '#kernel/clock.ts';
import { createLog } from '#platform/log.ts';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createPolicies } from './policies.ts';
import type { IncomingPress } from './press.ts';
import { createReceiver } from './receive.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await createTestDatabase({ seeded: true });
});
afterAll(() => base.drop());

function press(device: string, eventId: string, type: IncomingPress['type']): IncomingPress {
  const nothing = { adapter: null, at: null, key: null, battery: null, location: null, detail: null };
  return {
    ...nothing,
    device,
    eventId,
    type,
    receivedAt: Date.now(),
    test: false,
    topic: 't',
    raw: Buffer.from('{}'),
    readable: true,
  };
}

test('silence of a home whose people are away raises no alarm but is said to the desks; a press there does', async () => {
  const { db } = base;
  const log = createLog('silent');
  const receiver = createReceiver({
    db,
    clock: movableClock(),
    log,
    policies: createPolicies({ db, log }),
    poke: () => undefined,
    busyOwners: async () => new Set(),
  });
  const [atHome] = await receiver.receive([press('demo-0002', 'i0', 'inactivity')]);
  expect(atHome!.incident).not.toBeNull();
  await base.db.query({
    name: 'away',
    text: `update resident set status = 'hospital'
           where household_id = (select household_id from device where id = 'demo-0001')`,
  });
  const [silent] = await receiver.receive([press('demo-0001', 'i1', 'inactivity')]);
  expect(silent).toMatchObject({ incident: null, duplicate: false });
  const notices = await db.query<{ code: string }>({
    name: 'notices',
    text: `select payload -> 'notice' ->> 'code' as code from outbox where payload ? 'notice'`,
  });
  expect(notices.map((notice) => notice.code)).toEqual(['silence_paused']);
  const [red] = await receiver.receive([press('demo-0001', 'r1', 'sos')]);
  expect(red!.incident).not.toBeNull();
});
