import { expect, test } from 'vitest';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import { createLog } from '#platform/log.ts';
import { classify, createBatcher } from './batcher.ts';

const log = createLog('silent');

const press = (device: string, eventId: string): IncomingPress => ({
  device,
  adapter: null,
  eventId,
  type: 'sos',
  at: null,
  receivedAt: 0,
  key: null,
  battery: null,
  test: false,
  location: null,
  detail: null,
  topic: 't',
  raw: Buffer.alloc(0),
  readable: true,
});
const receipts = (batch: IncomingPress[]): PressReceipt[] =>
  batch.map(({ eventId }) => ({
    pressId: eventId,
    incident: null,
    duplicate: false,
    more: [],
    ack: { event: eventId, incident: null, stage: 'received', at: '', say: '', eta_s: null, who: null },
  }));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('what arrives during a commit goes into the next one, together', async () => {
  const sizes: number[] = [];
  const batcher = createBatcher({
    log,
    async receive(batch) {
      sizes.push(batch.length);
      await pause(30);
      return receipts(batch);
    },
  });
  const done = await Promise.all(Array.from({ length: 40 }, (_, i) => batcher.submit(press(`d${i}`, `${i}`))));
  expect(done.map((receipt) => receipt.pressId)).toEqual(Array.from({ length: 40 }, (_, i) => `${i}`));
  expect(sizes).toEqual([1, 39]);
  batcher.stop();
});

test('a commit that hangs does not hold up other devices, and its own device stays in order', async () => {
  let release: () => void = () => undefined;
  const order: string[] = [];
  const batcher = createBatcher({
    log,
    async receive(batch) {
      if (batch.some((entry) => entry.eventId === 'stuck')) await new Promise<void>((resolve) => (release = resolve));
      order.push(...batch.map((entry) => entry.eventId));
      return receipts(batch);
    },
  });
  const stuck = batcher.submit(press('a', 'stuck'));
  const behind = batcher.submit(press('a', 'behind'));
  await batcher.submit(press('b', 'other'));
  release();
  await Promise.all([stuck, behind]);
  expect(order).toEqual(['other', 'stuck', 'behind']);
  batcher.stop();
});

test('what can not be committed in time is given back, what hangs too', async () => {
  const batcher = createBatcher({
    log,
    giveUpAfter: 500,
    receive: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
  });
  await expect(batcher.submit(press('a', '1'))).rejects.toThrow('in time');
  batcher.stop();
  const hanging = createBatcher({ log, giveUpAfter: 500, receive: () => new Promise(() => undefined) });
  const first = hanging.submit(press('a', '1'));
  const second = hanging.submit(press('a', '2'));
  await expect(first).rejects.toThrow('in time');
  await expect(second).rejects.toThrow('in time');
  expect(hanging.pending()).toBe(0);
  hanging.stop();
});

test('a database that comes back in time loses nothing and makes nothing raw', async () => {
  let attempts = 0;
  const seen: IncomingPress[] = [];
  const batcher = createBatcher({
    log,
    async receive(batch) {
      if (++attempts < 4) throw new Error('Connection terminated unexpectedly');
      seen.push(...batch);
      return receipts(batch);
    },
  });
  await batcher.submit(press('a', '1'));
  expect(seen).toEqual([press('a', '1')]);
  batcher.stop();
});

test('one bad press does not hold up the others and is itself kept raw', async () => {
  const kept: IncomingPress[] = [];
  const batcher = createBatcher({
    log,
    async receive(batch) {
      await pause(5);
      if (batch.some((entry) => entry.eventId === 'bad' && entry.readable))
        throw Object.assign(new Error('invalid byte sequence'), { code: '22021' });
      kept.push(...batch);
      return receipts(batch);
    },
  });
  await Promise.all(['first', 'bad', 'good', 'fine'].map((id, i) => batcher.submit(press(`d${i}`, id))));
  expect(kept.map((entry) => [entry.eventId, entry.readable])).toEqual([
    ['first', true],
    ['bad', false],
    ['good', true],
    ['fine', true],
  ]);
  batcher.stop();
});

test('errors are told apart by what they say of the press', () => {
  const of = (code: string | undefined, message = ''): string => classify(Object.assign(new Error(message), { code }));
  for (const code of ['08006', '57P01', '53300', '25P03', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])
    expect(of(code), code).toBe('away');
  for (const code of ['40001', '40P01', '55P03', '57014', '23505']) expect(of(code), code).toBe('blocked');
  for (const code of ['22P05', '22021', '23514', '42P01', 'conflict']) expect(of(code), code).toBe('bad');
  expect(of(undefined, 'Connection terminated unexpectedly')).toBe('away');
  expect(of(undefined, 'timeout exceeded when trying to connect')).toBe('away');
  expect(of(undefined, 'Cannot read properties of undefined')).toBe('bad');
});
