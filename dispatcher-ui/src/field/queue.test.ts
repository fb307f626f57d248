import { expect, it } from 'vitest';
import { createQueue, shownState, type Queued, type Sent } from './queue.ts';

/** A phone with a network that the test holds in its hand. */
function phone(storage: Map<string, string> = new Map()) {
  let answers: (step: Queued) => Sent = () => ({ done: false, refused: null });
  let keys = 0;
  const sent: string[] = [];
  const queue = createQueue({
    storage: { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => void storage.set(key, value) },
    account: 'me',
    send: async (step) => {
      sent.push(`${step.key} ${step.act}`);
      return answers(step);
    },
    newKey: () => `k${++keys}`,
    now: () => keys,
    changed: () => undefined,
    settled: () => undefined,
  });
  return { queue, sent, storage, network: (next: typeof answers) => (answers = next) };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

it('what is tapped without a network waits, over a reload, and is sent in order with the same keys', async () => {
  const before = phone();
  before.queue.add('a', 'accept');
  before.queue.add('a', 'depart');
  await settle();
  expect(before.queue.list().map((one) => one.act)).toEqual(['accept', 'depart']);
  const after = phone(before.storage);
  after.network(() => ({ done: true }));
  await after.queue.flush();
  expect(after.sent).toEqual(['k1 accept', 'k2 depart']);
  expect(after.queue.list()).toEqual([]);
});

it('a refused step says why, and what was to follow it is not sent', async () => {
  const { queue, sent, network } = phone();
  queue.add('a', 'accept');
  queue.add('a', 'depart');
  queue.add('b', 'arrive');
  await settle();
  sent.length = 0;
  network((step) => (step.assignment === 'a' ? { done: false, refused: '刘强 已经接下' } : { done: true }));
  await queue.flush();
  expect(sent).toEqual(['k1 accept', 'k3 arrive']);
  expect(queue.list()).toMatchObject([{ act: 'accept', refused: '刘强 已经接下' }]);
  queue.dismiss('k1');
  expect(queue.list()).toEqual([]);
});

it('a refused note takes no step with it', async () => {
  const { queue, network } = phone();
  queue.add('a', 'note', { text: '到楼下了' });
  queue.add('a', 'arrive');
  await settle();
  network((step) => (step.act === 'note' ? { done: false, refused: '不行' } : { done: true }));
  await queue.flush();
  expect(queue.list().map((one) => one.act)).toEqual(['note']);
});

it('another account on the same phone neither sees nor sends them', async () => {
  const { queue, storage } = phone();
  queue.add('a', 'accept');
  await settle();
  const other = createQueue({
    storage: { getItem: (key) => storage.get(key) ?? null, setItem: (key, value) => void storage.set(key, value) },
    account: 'another',
    send: async () => ({ done: true }),
    newKey: () => 'x',
    now: () => 0,
    changed: () => undefined,
    settled: () => undefined,
  });
  await other.flush();
  expect(other.list()).toEqual([]);
  expect(queue.list()).toHaveLength(1);
});

it('the page shows the step that waits, marked as not confirmed', () => {
  const step = (act: Queued['act'], refused: string | null = null): Queued => ({
    key: act,
    account: 'me',
    assignment: 'a',
    act,
    body: {},
    at: 0,
    refused,
  });
  expect(shownState('accepted', [step('depart')])).toEqual({ state: 'under_way', pending: true });
  expect(shownState('accepted', [step('depart'), step('arrive')])).toEqual({ state: 'on_scene', pending: true });
  expect(shownState('accepted', [step('depart', '不行')])).toEqual({ state: 'accepted', pending: false });
  expect(shownState('accepted', [step('note')])).toEqual({ state: 'accepted', pending: false });
});
