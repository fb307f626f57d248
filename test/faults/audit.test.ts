import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LedgerEntry } from '#devices/simulator/press-ledger.ts';
import { type TestDatabase, createTestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { auditPresses } from './audit.ts';

let database: TestDatabase;
let entries: LedgerEntry[];

/** Three presses of one box and one of another, as boxes would have them in their list. */
beforeEach(async () => {
  database = await createTestDatabase();
  const dispatch = createDispatch(database);
  entries = [];
  for (const [device, type] of [
    ['box-1', 'sos'],
    ['box-1', 'fall'],
    ['box-1', 'sos'],
    ['box-2', 'medical'],
  ] as const) {
    const { ack, incident } = await dispatch.press(device, type);
    entries.push({ device, event: ack.event!, type, sentAt: 0, ackedAt: 1, incident });
  }
  await database.db.pool.query('alter table history disable trigger history_append_only');
});
afterEach(() => database.drop());

test('what the database holds as it was pressed breaks nothing', async () => {
  const audit = await auditPresses(database.url, entries);
  expect(audit).toMatchObject({ presses: 4, incidents: 2, breaches: [] });
});

/** Each promise, by what would break it. */
test.each([
  ['a press that is lost', `delete from press where event_id = 'event-2'`, 'press: box-1/event-2 (fall) is not there'],
  [
    'a press that is there twice',
    `insert into press select gen_random_uuid(), received_at, device, adapter, event_id, type from press where event_id = 'event-2'`,
    'press: box-1/event-2 is there 2 times',
  ],
  [
    'a press that nobody made',
    `update press set event_id = 'event-9' where event_id = 'event-2'`,
    'press: nobody pressed box-1/event-9',
  ],
  [
    'a press of another kind',
    `update press_key set type = 'gas' where event_id = 'event-2'`,
    'is a gas, pressed was fall',
  ],
  [
    'a press in no incident',
    `update press set incident_id = null where event_id = 'event-2'`,
    'event-2 is in no incident',
  ],
  [
    'a press in another incident than the box was told',
    `update press set incident_id = (select incident_id from press where event_id = 'event-4') where event_id = 'event-2'`,
    'the box was told',
  ],
  [
    'a press that history tells of twice',
    `insert into history select incident_id, seq + 100, at, kind, by_kind, by_id, by_name, data, patch, prev_hash, hash from history where data ->> 'event' = 'event-2'`,
    'history tells 2 times of press box-1/event-2',
  ],
  [
    'a press that history does not tell of',
    `delete from history where kind = 'press' and data ->> 'event' = 'event-2'`,
    'history tells 0 times of press box-1/event-2',
  ],
  ['a line that was changed', `update history set by_name = 'x' where seq = 1`, 'its history is broken at line 1'],
  [
    'a tail that was cut off',
    `delete from history where seq = (select max(seq) from history)`,
    'lines of history, the row says',
  ],
  [
    'a row that history does not rebuild',
    `update incident set priority = 4`,
    'its history rebuilds something else than its row',
  ],
  ['a count that is wrong', `update incident set press_count = 9`, 'the row says 9'],
  [
    'a case that nobody owes',
    `update incident set owes = '{"kind":"nobody","name":"","id":null}'`,
    'nobody owes anything',
  ],
])('%s is found', async (_what, statement, words) => {
  const { rowCount } = await database.db.pool.query(statement);
  expect(rowCount).toBeGreaterThan(0);
  const { breaches } = await auditPresses(database.url, entries);
  expect(breaches.join('\n')).toContain(words);
});
