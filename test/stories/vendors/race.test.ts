import { afterAll, expect, test } from 'vitest';
import { standingClock } from '#test/harness/running.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { openApi, type Api } from '#test/harness/api.ts';
import { startTown } from './town.ts';

const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const town = await startTown({ clock, role: 'api' });
afterAll(() => town.stop());
const { db, url } = town.running;
const { pool } = db;

/** Twenty shops that do the work, each signed in. */
async function twentyShops(): Promise<{ shop: string; api: Api }[]> {
  const { rows } = await pool.query<{ shop: string; staff: string }>(
    `select s.id as shop, t.staff_id as staff from shop s join shop_staff t on t.shop_id = s.id and t.ord = 1
     where exists (select 1 from shop_service v where v.shop_id = s.id and v.service = 'tap_leak') order by s.id limit 20`,
  );
  return Promise.all(
    rows.map(async ({ shop, staff }) => ({
      shop,
      api: openApi(url, (await signInTestPerson(db, clock, 'vendor', { staffId: staff })).cookie),
    })),
  );
}

const shops = await twentyShops();
// Who wins again and again has room for it.
await pool.query('update shop set capacity = 1000');
const resident = (await pool.query<{ id: string }>(`select id from resident where name = '王桂兰'`)).rows[0]!.id;

/** An order that all twenty shops are asked at once: as the third round does, with more of them. */
async function offeredToAll(): Promise<string> {
  const { id } = await town.open({ resident });
  await pool.query('delete from work_offer where order_id = $1', [id]);
  const at = new Date(clock.now());
  for (const [place, one] of shops.entries()) {
    await pool.query(
      `insert into work_offer (id, order_id, shop_id, state, round, why, minutes, offered_at, expires_at)
       values (gen_random_uuid(), $1, $2, 'offered', 3, '', $3, $4, $5)`,
      [id, one.shop, place + 5, at, new Date(clock.now() + 600_000)],
    );
  }
  return id;
}

test('20 shops race for the same offers: each has one holder, and every other one is told in a sentence', async () => {
  for (let round = 0; round < 5; round++) {
    const orders = await Promise.all([offeredToAll(), offeredToAll()]);
    const answers = await Promise.all(
      orders.flatMap((id) =>
        shops.map(async (one) => ({ id, shop: one.shop, answer: await town.say(one.api, id, 'accept') })),
      ),
    );
    for (const id of orders) {
      const mine = answers.filter((one) => one.id === id);
      const won = mine.filter((one) => one.answer.status === 200);
      expect(won).toHaveLength(1);
      for (const { answer } of mine.filter((one) => one.answer.status !== 200)) {
        expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
          409,
          'offer_gone',
          '慢了一步,别家刚接了这一单',
        ]);
      }
      const { rows } = await pool.query<{ state: string; shop_id: string }>(
        'select state, shop_id from work_offer where order_id = $1',
        [id],
      );
      expect(rows.filter((row) => row.state === 'accepted').map((row) => row.shop_id)).toEqual([won[0]!.shop]);
      expect(rows.filter((row) => row.state === 'lost')).toHaveLength(shops.length - 1);
      const kept = await town.order(town.operator, id);
      expect([kept.state, kept.shop?.id, kept.version]).toEqual(['accepted', won[0]!.shop, 2]);
      // Whoever lost has nothing of it on his page, and nobody's name or door.
      const loser = shops.find((one) => one.shop !== won[0]!.shop)!;
      expect((await loser.api.get(`/api/work-orders/${id}`)).status).toBe(404);
    }
  }
});

test('a shop that accepts twice, or after its time ran out, is refused in words', async () => {
  const id = await offeredToAll();
  const [first, second] = shops as [(typeof shops)[number], (typeof shops)[number]];
  expect((await town.say(first.api, id, 'accept')).status).toBe(200);
  expect((await town.say(first.api, id, 'accept')).body).toMatchObject({ status: 409, detail: '这一单您已经接了' });

  const late = await offeredToAll();
  clock.advance(600_000);
  // Nobody has looked at the clock yet: the offer has run out all the same.
  expect((await town.say(second.api, late, 'accept')).body).toMatchObject({
    status: 409,
    code: 'offer_gone',
    detail: '这一单过了接单时间,已转给别家',
  });
  await town.running.platform.vendors.runOnce();
  expect((await town.say(second.api, late, 'accept')).body).toMatchObject({ code: 'offer_gone' });
  const { rows } = await pool.query(`select 1 from work_offer where order_id = $1 and state = 'accepted'`, [late]);
  expect(rows).toEqual([]);
});

test('the same key twice accepts once', async () => {
  const id = await offeredToAll();
  const [one] = shops as [(typeof shops)[number]];
  const call = () =>
    fetch(`${url}/api/work-orders/${id}/accept`, {
      method: 'POST',
      headers: { cookie: one.api.cookie, 'content-type': 'application/json', 'idempotency-key': `accept-${id}` },
      body: '{}',
    });
  const both = await Promise.all([call(), call()]);
  expect(both.map((answer) => answer.status)).toEqual([200, 200]);
  const { rows } = await pool.query(`select 1 from work_order_history where order_id = $1 and kind = 'accepted'`, [id]);
  expect(rows).toHaveLength(1);
});
