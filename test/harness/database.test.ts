import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from './database.ts';

const first = await createTestDatabase();
const second = await createTestDatabase();
afterAll(() => Promise.all([first.drop(), second.drop()]));

test('a test database is migrated and empty', async () => {
  const { rows } = await first.db.pool.query('select count(*)::int as n from incident');
  expect(rows).toEqual([{ n: 0 }]);
});

test('what one test writes another does not see', async () => {
  await first.db.pool.query(`insert into setting (name, value, updated_at) values ('a', '1', $1)`, [new Date(0)]);
  const { rows } = await second.db.pool.query(`select * from setting where name = 'a'`);
  expect(rows).toEqual([]);
});

test('a seeded database holds the demo city, also when two ask for the first one at once', async () => {
  const both = await Promise.all([createTestDatabase({ seeded: true }), createTestDatabase({ seeded: true })]);
  for (const { db } of both) {
    const { rows } = await db.pool.query('select count(*)::int as n from resident');
    expect(rows).toEqual([{ n: 6_000 }]);
  }
  await Promise.all(both.map(({ drop }) => drop()));
});
