import type { OrderStage } from '../shops.ts';
import { get, post, searching, type Exercise } from './exercise.ts';

/** A step on a work order at that stage. */
const step = (
  name: string,
  stage: OrderStage,
  body: (of: { code: string; staffId: string | null }) => object = () => ({}),
): [string, Exercise] => [
  `POST /api/work-orders/:id/${name}`,
  {
    calls: async (target, { caller }) => {
      const { id, code } = await target.shops.order(stage);
      return [post(`/api/work-orders/${id}/${name}`, body({ code, staffId: caller.staffId }))];
    },
  },
];

/** Services, shops, work orders, statements, points. */
export const VENDORS: Record<string, Exercise> = {
  'GET /api/services': { aimless: true, calls: () => [get('/api/services')] },
  'GET /api/vendors': {
    shows: true,
    calls: async (target, { own }) => {
      const { name } = await target.shops.shop();
      const narrow = searching('/api/vendors', name);
      const region = get(`/api/vendors?region=${encodeURIComponent(target.region.path)}`);
      return target === own ? [...narrow, region, get('/api/vendors?limit=200&service=tap_leak')] : [...narrow, region];
    },
  },
  'GET /api/vendors/:id': {
    shows: true,
    calls: async (target) => [get(`/api/vendors/${(await target.shops.shop()).id}`)],
  },
  'GET /api/work-orders': {
    shows: true,
    calls: async (target, { own }) => {
      await target.shops.order('accepted');
      const { id } = await target.shops.shop();
      const narrow = get(`/api/work-orders?state=all&shop=${id}`);
      return target === own ? [narrow, get('/api/work-orders?limit=200')] : [narrow];
    },
  },
  'POST /api/work-orders': {
    well: [201],
    calls: async (target, { caller, own }) => {
      const wish = { service: 'tap_leak', what: '滴水' };
      const calls = [post('/api/work-orders', { ...wish, resident: target.shops.resident() })];
      return target === own
        ? calls
        : [...calls, post('/api/work-orders', { ...wish, incident: (await target.case('claimed', caller)).id })];
    },
  },
  'GET /api/work-orders/:id': {
    shows: true,
    calls: async (target) => [get(`/api/work-orders/${(await target.shops.order('accepted')).id}`)],
  },
  'GET /api/payers': {
    calls: async (target, { caller, own }) => {
      const calls = [get(`/api/payers?resident=${target.shops.resident()}`)];
      return target === own
        ? calls
        : [...calls, get(`/api/payers?incident=${(await target.case('claimed', caller)).id}`)];
    },
  },
  ...Object.fromEntries([
    step('accept', 'offered'),
    step('decline', 'offered', () => ({ reason: 'too_far' })),
    step('give_back', 'accepted', () => ({ reason: '车坏了' })),
    step('staff', 'accepted', ({ staffId }) => ({ staff: [staffId ?? '00000000-0000-7000-8000-000000000000'] })),
    step('quote', 'accepted', () => ({ fen: 9_000, note: '换阀' })),
    step('approve', 'quoted'),
    step('refuse_quote', 'quoted'),
    step('depart', 'accepted'),
    step('arrive', 'under_way', ({ code }) => ({ code })),
    step('arrived', 'under_way'),
    step('nobody_home', 'on_scene'),
    step('complete', 'on_scene'),
    step('confirm', 'done', () => ({ satisfied: true })),
    step('rate', 'confirmed', () => ({ stars: 5 })),
    step('complain', 'accepted', () => ({ text: '来晚了' })),
    step('callback', 'confirmed', () => ({ outcome: 'satisfied' })),
    step('again', 'unfilled'),
    step('warranty', 'confirmed', () => ({ reason: '又滴水' })),
    step('cancel', 'offered', () => ({ reason: '不用了' })),
  ]),
  // Without a form there is no picture in it; whose order it is, is looked at first.
  'POST /api/work-orders/:id/photos': {
    well: [415],
    calls: async (target) => [post(`/api/work-orders/${(await target.shops.order('on_scene')).id}/photos`)],
  },
  'GET /api/work-orders/:id/photos/:photo': {
    calls: async (target, { own }) => {
      const { id, photo } = await target.shops.order('accepted');
      const calls = [get(`/api/work-orders/${id}/photos/${photo}`)];
      return target === own
        ? calls
        : [...calls, get(`/api/work-orders/${(await own.shops.order('accepted')).id}/photos/${photo}`)];
    },
  },
  'GET /api/me/shop': { aimless: true, calls: () => [get('/api/me/shop')] },
  'GET /api/statements': {
    calls: async (target) => [
      get(`/api/statements?month=${target.shops.month}&shop=${(await target.shops.shop()).id}`),
    ],
  },
  'GET /api/statements/parties': {
    aimless: true,
    calls: ({ shops }) =>
      ['shop', 'payer'].map((kind) => get(`/api/statements/parties?month=${shops.month}&kind=${kind}`)),
  },
  'GET /api/statements.xlsx': {
    calls: async (target) => [
      get(`/api/statements.xlsx?month=${target.shops.month}&shop=${(await target.shops.shop()).id}`),
    ],
  },
  'POST /api/deductions': {
    well: [201],
    calls: async (target) => [
      post('/api/deductions', { order: (await target.shops.order('confirmed')).id, fen: 100, reason: '迟到' }),
    ],
  },
  'POST /api/deductions/:id/appeal': {
    calls: async (target) => [
      post(`/api/deductions/${await target.shops.deduction(false)}/appeal`, { text: '路上封了' }),
    ],
  },
  'POST /api/deductions/:id/decide': {
    calls: async (target) => [
      post(`/api/deductions/${await target.shops.deduction(true)}/decide`, { decision: 'lifted', answer: '查过了' }),
    ],
  },
  'GET /api/points': { calls: (target) => [get(`/api/points?resident=${target.shops.resident()}`)] },
  'POST /api/points': {
    well: [201],
    calls: (target) => [
      post('/api/points', {
        resident: target.shops.resident(),
        issuer: 'bank',
        points: 100,
        expiresAt: '2027-11-24T00:00:00Z',
      }),
    ],
  },
  'GET /api/ledger': { aimless: true, calls: () => [get('/api/ledger')] },
};
