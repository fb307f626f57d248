import { afterAll, describe, expect, test } from 'vitest';
import { idFromName } from '#kernel/ids.ts';
import { PLACES, serveIdentity, signInTestPerson } from '#test/harness/identity.ts';
import { recordLook, recordLooks, verifyLooks } from './looks.ts';

const platform = await serveIdentity();
const { db, clock, call } = platform;
afterAll(() => platform.stop());
const { streetA, streetB } = PLACES;

describe('looks at a resident', () => {
  const viewer = { accountId: idFromName('viewer'), name: '李敏', address: '10.0.0.1' };

  test('twenty at once make one sound chain', async () => {
    const residentId = idFromName('busy resident');
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        recordLook(db, { residentId, viewer, what: 'incident', incidentId: idFromName(`i${i}`), at: clock.now() }),
      ),
    );
    expect(await verifyLooks(db, residentId)).toEqual({ sound: true, length: 20, brokenAt: null });
  });

  test('stand or fall with the transaction they are part of', async () => {
    const [first, second] = [idFromName('r1'), idFromName('r2')];
    await db.tx((tx) => recordLooks(tx, [second, first, second], { viewer, what: 'resident', at: clock.now() }));
    await db
      .tx(async (tx) => {
        await recordLook(tx, { residentId: first, viewer, what: 'resident', at: clock.now() });
        throw new Error('stop');
      })
      .catch(() => undefined);
    expect([await verifyLooks(db, first), await verifyLooks(db, second)]).toEqual([
      { sound: true, length: 1, brokenAt: null },
      { sound: true, length: 1, brokenAt: null },
    ]);
  });

  test.each([
    ['changed', `update look set account_name = '别人' where resident_id = $1 and seq = 3`, 3],
    ['taken out', 'delete from look where resident_id = $1 and seq = 3', 3],
    ['cut off at the end', 'delete from look where resident_id = $1 and seq >= 4', 4],
    ['all taken out', 'delete from look where resident_id = $1', 1],
  ])("%s behind the platform's back, they no longer hold", async (name, sql, brokenAt) => {
    const residentId = idFromName(`broken ${name}`);
    for (let i = 0; i < 5; i++) await recordLook(db, { residentId, viewer, what: 'resident', at: clock.now() });
    await expect(db.pool.query(sql, [residentId])).rejects.toThrow('look is append-only');
    // What somebody can do who owns the database.
    await db.pool.query('alter table look disable trigger look_append_only');
    await db.pool.query(sql, [residentId]);
    await db.pool.query('alter table look enable trigger look_append_only');
    expect(await verifyLooks(db, residentId)).toMatchObject({ sound: false, brokenAt });
  });

  test('are shown to auditors of the region, and to nobody else', async () => {
    for (let i = 0; i < 3; i++)
      await recordLook(db, { residentId: PLACES.resident, viewer, what: 'resident', at: clock.now() });
    const url = `/api/residents/${PLACES.resident}/looks`;
    const auditor = await signInTestPerson(db, clock, 'auditor', { regions: [streetA] });
    const page = (await call('GET', `${url}?limit=2`, auditor.cookie)).json();
    expect(page).toMatchObject({
      items: [{ seq: 3, by: { name: '李敏' }, what: 'resident' }, { seq: 2 }],
      nextCursor: '2',
      chain: { sound: true, length: 3, brokenAt: null },
    });
    expect(
      (await call('GET', `${url}?cursor=2`, auditor.cookie)).json().items.map((item: { seq: number }) => item.seq),
    ).toEqual([1]);
    const elsewhere = await signInTestPerson(db, clock, 'auditor', { regions: [streetB] });
    expect((await call('GET', url, elsewhere.cookie)).statusCode).toBe(404);
    expect((await call('GET', `/api/residents/${idFromName('nobody')}/looks`, auditor.cookie)).statusCode).toBe(404);
    const operator = await signInTestPerson(db, clock, 'operator', { regions: [streetA] });
    expect((await call('GET', url, operator.cookie)).statusCode).toBe(403);
  });
});
