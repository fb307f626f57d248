import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, createTestDatabase } from '#test/harness/database.ts';
import { createLog } from './log.ts';
import { migrate } from './migrate.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

test('several processes migrate an empty database at once: one applies, nobody fails', async () => {
  await database.db.pool.query('drop schema public cascade; create schema public');
  const results = await Promise.all([1, 2, 3].map(() => migrate({ url: database.url, log: createLog('silent') })));
  expect(results.filter((names) => names.length > 0)).toHaveLength(1);
  expect(results.flat()).toContain('0001_platform');
  expect(await migrate({ url: database.url, log: createLog('silent') })).toEqual([]);
});

test('a migration that was edited after it was applied is named', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  await migrate({ url: database.url, log });
  expect(lines).toEqual([]);
  await database.db.pool.query(
    `update setting set value = value || '{"0002_registry": "of another text"}' where name = 'migrations'`,
  );
  await migrate({ url: database.url, log });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('0002_registry');
});
