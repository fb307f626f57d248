import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { seedVendors } from '#vendors/demo/seed.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { signInTestPerson } from '#test/harness/identity.ts';

/** A Tuesday, ten in the morning in Xiangyang. */
const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const running = await startPlatformHere({ clock, role: 'api' });
const { app, db } = running;
await seedVendors({ db, clock });
afterAll(() => running.stop());

test('41 services in 7 categories, 600 shops, a month of orders', async () => {
  const { cookie } = await signInTestPerson(db, clock, 'admin');
  const services = (await app.inject({ url: '/api/services', headers: { cookie } })).json();
  expect(services.items).toHaveLength(41);
  expect(new Set(services.items.map((one: { category: string }) => one.category)).size).toBe(7);
  const { rows } = await db.pool.query('select state, count(*)::int as n from work_order group by 1 order by 1');
  console.log(rows, randomUUID());
  const ledger = (await app.inject({ url: '/api/ledger', headers: { cookie } })).json();
  console.log(ledger);
  expect(ledger.sum).toBe(0);
});
