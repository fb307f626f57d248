import { afterAll, describe, expect, test } from 'vitest';
import { CHAIN_START, chainHash } from '#kernel/hash-chain.ts';
import { PHOTO_BYTES } from '#contracts/vendors.ts';
import { createLog } from '#platform/log.ts';
import type { CallOrder, Report } from '#telephony/port.ts';
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
// So much at once never fills its hands, but where a test says so.
await pool.query('update shop set capacity = 1000 where id = $1', [(await town.mine(first)).shop.id]);
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

/** Vendors of the same database with a telephone of their own, whose orders are looked at instead of carried out. */
function withTelephone() {
  const placed: CallOrder[] = [];
  const ended: string[] = [];
  const vendors = createVendors({
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
      stopRecording: async () => false,
    },
  });
  const report = (id: string, more: Partial<Report>) =>
    running.db.tx((tx) =>
      vendors.onReport(tx, {
        kind: 'call',
        id,
        incidentId: null,
        at: clock.now(),
        event: 'chosen',
        means: null,
        typed: {},
        outcome: null,
        ...more,
      }),
    );
  return { ...vendors, placed, ended, report };
}

test('a burst pipe also rings at the shop: a key takes it, and whoever presses too late is told so', async () => {
  const { id, offers } = await town.open({ resident, urgency: 'now' });
  expect(Date.parse(offers[0]!.expiresAt) - Date.parse(offers[0]!.offeredAt)).toBe(60_000);
  const { orders, report, placed, ended } = withTelephone();
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
  expect(await report(asked.id, { means: 'accepted' })).toBeNull();
  expect(await town.order(operator, id)).toMatchObject({ state: 'accepted', shop: { id: asked.shopId } });
  expect(await report(asked.id, { means: 'accepted' })).toEqual({ say: '这一单您已经接了' });
});

describe('who does not press the key for done', () => {
  const done = async (): Promise<string> => {
    // What other tests have left behind is nobody's business here.
    await pool.query(`update work_order set deadline_at = '2100-01-01' where deadline_at is not null`);
    const id = await held();
    await town.say(first, id, 'depart');
    await town.say(operator, id, 'arrived');
    expect((await town.say(first, id, 'complete')).status).toBe(200);
    return id;
  };
  const HOUR = 3_600_000;
  /** Moves the clock to that hour of Xiangyang's day, today or tomorrow; nobody is signed out by it. */
  const untilHour = async (hour: number): Promise<void> => {
    const past = (clock.now() + 8 * HOUR) % (24 * HOUR);
    clock.advance((hour * HOUR - past + 24 * HOUR) % (24 * HOUR));
    const now = new Date(clock.now());
    await pool.query('update session set expires_at = $2, seen_at = $1', [now, new Date(clock.now() + 12 * HOUR)]);
  };
  /** What the consoles were told of it. */
  const notices = async (): Promise<string[]> =>
    (
      await pool.query<{ text: string }>(
        `select payload -> 'notice' ->> 'text' as text from outbox where payload -> 'notice' ->> 'code' = 'confirm_by_phone'`,
      )
    ).rows.map((row) => row.text);

  test('is rung once, when people are up; a key confirms it, and a second one is told that it is known', async () => {
    await untilHour(19.75);
    const id = await done();
    const { runOnce, placed, report, ended } = withTelephone();
    clock.advance(31 * 60_000);
    await runOnce();
    expect(placed).toEqual([]);
    await untilHour(7.9);
    await runOnce();
    expect(placed).toEqual([]);
    await untilHour(8);
    await runOnce();
    await runOnce();
    expect(placed).toHaveLength(1);
    const [call] = placed as [CallOrder];
    expect([call.to, call.ask?.map((one) => one.offered)]).toEqual(['15400000302', ['做好了请按 1', '没做好请按 2']]);
    expect(call.say.join('')).toContain('水龙头漏水');
    expect(await report(call.id, { means: 'done' })).toBeNull();
    expect(await report(call.id, { event: 'ended', outcome: 'chosen' })).toBeNull();
    expect(await town.order(operator, id)).toMatchObject({ state: 'confirmed', confirmedBy: '自动电话按键' });
    expect(await report(call.id, { means: 'not_done' })).toEqual({ say: '已经记下了,谢谢您' });
    expect(await town.order(operator, id)).toMatchObject({ state: 'confirmed' });
    expect(ended).toEqual([]);
  });

  test('and says that it is not done: the shop has it again, and is to come', async () => {
    await untilHour(10);
    const id = await done();
    const { runOnce, placed, report } = withTelephone();
    clock.advance(31 * 60_000);
    await runOnce();
    expect(await report(placed[0]!.id, { means: 'not_done' })).toBeNull();
    const shown = await town.order(operator, id);
    expect(shown).toMatchObject({ state: 'disputed', owes: { kind: 'shop' } });
    expect(shown.timeline.at(-1)?.text).toBe('老人不满意(自动电话里按的键)');
    expect((await town.mine(first)).orders.find((one) => one.id === id)?.state).toBe('disputed');
    // Done a second time she is asked a second time.
    await town.say(first, id, 'depart');
    await town.say(operator, id, 'arrived');
    await town.say(first, id, 'complete');
    clock.advance(31 * 60_000);
    await runOnce();
    expect(placed.map((call) => call.id)).toEqual([placed[0]!.id, expect.not.stringContaining(placed[0]!.id)]);
    expect(await report(placed[1]!.id, { means: 'done' })).toBeNull();
  });

  test('and does not answer: the operator is told, and she is not rung again', async () => {
    await untilHour(10);
    const id = await done();
    const { runOnce, placed, report } = withTelephone();
    clock.advance(31 * 60_000);
    await runOnce();
    const before = (await notices()).length;
    expect(await report(placed[0]!.id, { event: 'ended', outcome: 'no_answer' })).toBeNull();
    const shown = await town.order(operator, id);
    expect(shown).toMatchObject({ state: 'done', owes: { kind: 'desk' } });
    expect(shown.timeline.map((line) => line.text)).toContain('自动电话没问到:没人接');
    expect((await notices()).slice(before)).toEqual(['水龙头漏水:店里说做完了,自动电话没问到老人,请打电话问']);
    clock.advance(5 * HOUR);
    await runOnce();
    expect(placed).toHaveLength(1);
    expect((await town.say(operator, id, 'confirm', { satisfied: true })).status).toBe(200);
  });

  test('but does so while it rings: the call is ended', async () => {
    await untilHour(10);
    const id = await done();
    const { runOnce, placed, ended, orders } = withTelephone();
    clock.advance(31 * 60_000);
    await runOnce();
    const box = { kind: 'device', id: null, name: '家里的按键' } as const;
    await orders.command(id, { type: 'confirm', satisfied: true, note: '', how: 'box' }, box);
    expect(ended).toEqual([placed[0]!.id]);
  });
});

test('a shop with its hands full is told so when it accepts, by page or telephone, and the order goes on to the next', async () => {
  const { shop } = await town.mine(first);
  const busy = async (): Promise<number> => (await operator.get(`/api/vendors/${shop.id}`)).body.busy;
  const room = async (more: number): Promise<void> =>
    void (await pool.query('update shop set capacity = $2 where id = $1', [shop.id, (await busy()) + more]));
  await room(1_000);
  const [one, another] = [await town.open({ resident }), await town.open({ resident })];
  for (const { offers } of [one, another]) expect(offers.map((offer) => offer.shop.id)).toEqual([shop.id]);
  await room(1);
  // Both at the same moment: there is room for one.
  const answers = await Promise.all([one, another].map(({ id }) => town.say(first, id, 'accept')));
  expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({
    code: 'not_allowed_in_state',
    detail: '您店里手上的活满了,这一单给了别家;做完一单再接',
  });
  const lost = (answers[0]!.status === 409 ? one : another).id;
  const statesOf = async (id: string): Promise<string[]> =>
    (await town.order(operator, id)).offers.map((offer) => `${offer.state} ${offer.reason}`).toSorted();
  expect(await statesOf(lost)).toEqual(['declined full', 'offered null']);
  expect((await town.mine(second)).offers.map(({ order }) => order.id)).toContain(lost);
  await room(1_000);
  const third = await town.open({ resident });
  await room(0);
  const said = await withTelephone().report(third.offers[0]!.id, { means: 'accepted' });
  expect(said).toEqual({ say: '您店里手上的活满了,这一单给了别家;做完一单再接' });
  expect(await statesOf(third.id)).toEqual(['declined full', 'offered null']);
  await room(1_000);
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
