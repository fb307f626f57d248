import { afterAll, expect, test } from 'vitest';
import { CHAIN_START, chainHash } from '#kernel/hash-chain.ts';
import { PHOTO_BYTES } from '#contracts/vendors.ts';
import { createLog } from '#platform/log.ts';
import type { CallOrder } from '#telephony/port.ts';
import { createVendors } from '#vendors/vendors.ts';
import { monthOf } from '#vendors/domain/order.ts';
import { standingClock } from '#test/harness/running.ts';
import { startTown } from './town.ts';

/** A Tuesday, ten in the morning in Xiangyang. */
const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
const town = await startTown({ clock, role: 'api' });
afterAll(() => town.stop());
const { operator, supervisor, running } = town;
const { pool } = running.db;
const [first, second] = town.shops as [typeof operator, typeof operator];
const resident = (await pool.query<{ id: string }>(`select id from resident where name = '王桂兰'`)).rows[0]!.id;
const held = async (): Promise<string> => {
  const { id } = await town.open({ resident });
  expect((await town.say(first, id, 'accept')).status).toBe(200);
  return id;
};

/** A picture of `bytes` bytes, as a browser sends it. */
async function sendPhoto(order: string, bytes: number, start = Buffer.from('89504e470d0a1a0a', 'hex')) {
  const body = new FormData();
  body.append('photo', new Blob([Buffer.concat([start, Buffer.alloc(Math.max(0, bytes - start.length))])]), 'tap.png');
  const answer = await fetch(`${running.url}/api/work-orders/${order}/photos`, {
    method: 'POST',
    body,
    headers: { cookie: first.cookie },
  });
  return { status: answer.status, body: (await answer.json()) as { id: string; detail?: string; code?: string } };
}

test('a photo of 40 MB is refused in words, one of 5 MB is kept as it was sent', async () => {
  const id = await held();
  const huge = await sendPhoto(id, 40 * 1024 * 1024);
  expect(huge).toMatchObject({
    status: 413,
    body: { code: 'payload_too_large', detail: '照片太大,最多 5 MB,请拍小一点再传' },
  });
  expect((await sendPhoto(id, PHOTO_BYTES + 1)).status).toBe(413);
  expect(await sendPhoto(id, 100, Buffer.from('MZ'))).toMatchObject({
    status: 415,
    body: { detail: '只收 JPEG、PNG、WebP 照片' },
  });
  const kept = await sendPhoto(id, PHOTO_BYTES);
  expect(kept.status).toBe(201);
  const picture = await fetch(`${running.url}/api/work-orders/${id}/photos/${kept.body.id}`, {
    headers: { cookie: operator.cookie },
  });
  expect([picture.headers.get('content-type'), (await picture.arrayBuffer()).byteLength]).toEqual([
    'image/png',
    PHOTO_BYTES,
  ]);
  expect((await town.order(operator, id)).photos).toHaveLength(1);
  // Another shop has no business with it.
  expect((await second.get(`/api/work-orders/${id}/photos/${kept.body.id}`)).status).toBe(404);
});

test('a price is quoted and approved before it is charged; parts without a quote are refused', async () => {
  const id = await held();
  await town.say(first, id, 'depart');
  await town.say(operator, id, 'arrived');
  const part = { name: '阀芯', count: 2, fen: 1_500 };
  expect((await town.say(first, id, 'complete', { parts: [part] })).body).toMatchObject({
    status: 422,
    errors: [{ field: 'parts' }],
  });
  expect((await town.say(first, id, 'complete', { labourFen: 5_001 })).body).toMatchObject({
    status: 422,
    errors: [{ field: 'labourFen', expected: '不超过说好的 50.00 元,要多请先报价' }],
  });
  expect((await town.say(first, id, 'quote', { fen: -1, note: '换阀' })).body).toMatchObject({
    status: 422,
    errors: [{ field: 'fen' }],
  });
  await town.say(first, id, 'quote', { fen: 8_000, note: '换两个阀芯' });
  expect((await town.say(first, id, 'complete', {})).body).toMatchObject({
    status: 409,
    detail: '报价还没有人定,先别完工',
  });
  await town.say(operator, id, 'approve', {});
  expect((await town.say(first, id, 'complete', { labourFen: 5_000, parts: [part] })).body).toMatchObject({
    state: 'done',
    labourFen: 5_000,
    partsFen: 3_000,
    totalFen: 8_000,
  });
});

test('a deduction stands on the statement, is appealed by the shop and lifted; the statement says all of it', async () => {
  const id = await held();
  await town.say(first, id, 'depart');
  await town.say(operator, id, 'arrived');
  await town.say(first, id, 'complete');
  await town.say(operator, id, 'confirm', { satisfied: true });
  const more = await supervisor.send('POST', '/api/deductions', { order: id, fen: 5_001, reason: '迟到' });
  expect(more.body).toMatchObject({ status: 422, errors: [{ field: 'fen' }] });
  const made = await supervisor.send('POST', '/api/deductions', { order: id, fen: 1_000, reason: '迟到半小时' });
  const month = monthOf(clock.now());
  const mine = async () => (await first.get(`/api/statements?month=${month}`)).body;
  const before = await mine();
  expect(before.deductedFen).toBe(1_000);
  expect(before.netFen).toBe(before.totalFen - 1_000);
  const appeal = (shop: typeof first) =>
    shop.send('POST', `/api/deductions/${made.body.id}/appeal`, { text: '路上封了' });
  expect((await appeal(second)).status).toBe(404);
  expect((await appeal(first)).status).toBe(200);
  expect((await appeal(first)).status).toBe(409);
  const decided = await supervisor.send('POST', `/api/deductions/${made.body.id}/decide`, {
    decision: 'lifted',
    answer: '查过,是封路',
  });
  expect(decided.body).toMatchObject({ decision: 'lifted' });
  expect((await mine()).netFen).toBe(before.totalFen);
});

test('a burst pipe also rings at the shop: a key takes it, and whoever presses too late is told so', async () => {
  const placed: CallOrder[] = [];
  const ended: string[] = [];
  const { id, offers } = await town.open({ resident, urgency: 'now' });
  expect(Date.parse(offers[0]!.expiresAt) - Date.parse(offers[0]!.offeredAt)).toBe(60_000);
  const { orders, onReport } = createVendors({
    db: running.db,
    clock,
    log: createLog('silent'),
    cases: running.platform.cases,
    byIds: async () => [],
    placeOf: async () => ({ regionPath: null, householdId: null }),
    recordLook: async () => undefined,
    recordAudit: async () => undefined,
    poke: () => undefined,
    telephony: {
      place: async (_tx, order) => void placed.push(order),
      hangUp: async (_tx, call) => void ended.push(call),
      send: async () => undefined,
      seat: async () => undefined,
    },
  });
  const by = { kind: 'person', id: null, name: '店里', role: 'vendor' } as const;
  const next = await orders.command(id, { type: 'decline', shopId: offers[0]!.shop.id, reason: 'too_far' }, by);
  expect(ended).toEqual([offers[0]!.id]);
  const asked = next.offers.find((one) => one.state === 'offered')!;
  const [call] = placed as [CallOrder];
  expect([placed.length, call.id, call.ask?.map((one) => [one.key, one.means])]).toEqual([
    1,
    asked.id,
    [
      ['1', 'accepted'],
      ['2', 'declined'],
    ],
  ]);
  // What is said into a telephone that anybody may pick up names nobody and no door.
  expect(call.say.join('')).not.toMatch(/王|民主路|302/);
  const press = () =>
    running.db.tx((tx) =>
      onReport(tx, {
        kind: 'call',
        id: asked.id,
        incidentId: null,
        at: clock.now(),
        event: 'chosen',
        means: 'accepted',
        typed: {},
        outcome: null,
      }),
    );
  expect(await press()).toBeNull();
  expect(await town.order(operator, id)).toMatchObject({ state: 'accepted', shop: { id: asked.shopId } });
  expect(await press()).toEqual({ say: '这一单您已经接了' });
});

test('the history of an order is one chain, and can not be rewritten', async () => {
  const id = await held();
  const { rows } = await pool.query<{
    seq: number;
    at: Date;
    kind: string;
    by_kind: string;
    by_id: string | null;
    by_name: string;
    data: object;
    prev_hash: string;
    hash: string;
  }>('select * from work_order_history where order_id = $1 order by seq', [id]);
  let prev = CHAIN_START;
  for (const row of rows) {
    const by = { kind: row.by_kind, id: row.by_id, name: row.by_name };
    const hash = chainHash(prev, { order: id, seq: row.seq, at: row.at.getTime(), kind: row.kind, by, data: row.data });
    expect([row.prev_hash, row.hash]).toEqual([prev, hash]);
    prev = hash;
  }
  await expect(pool.query('update work_order_history set kind = $2 where order_id = $1', [id, 'x'])).rejects.toThrow(
    'append-only',
  );
});

test('not satisfied: it comes back, and is done again without being charged twice', async () => {
  const id = await held();
  await town.say(first, id, 'depart');
  await town.say(operator, id, 'arrived');
  await town.say(first, id, 'complete');
  expect((await town.say(operator, id, 'confirm', { satisfied: false, note: '还在滴' })).body).toMatchObject({
    state: 'disputed',
    owes: { kind: 'shop' },
  });
  await town.say(first, id, 'depart');
  await town.say(operator, id, 'arrived');
  await town.say(first, id, 'complete');
  await town.say(operator, id, 'confirm', { satisfied: true });
  clock.advance(25 * 3_600_000);
  await running.platform.vendors.runOnce();
  const { rows } = await pool.query<{ state: string; total: string }>(
    `select state, body ->> 'totalFen' as total from work_order where id = $1`,
    [id],
  );
  expect(rows).toEqual([{ state: 'settled', total: '5000' }]);
});
