import { randomUUID } from 'node:crypto';
import { get, post, searching, send, type Exercise } from './exercise.ts';

const username = (): string => `u${randomUUID().slice(0, 12)}`;

/** Sign-in, accounts, trails, and what answers without asking who one is. */
export const PEOPLE: Record<string, Exercise> = {
  'POST /api/session': {
    anybody: true,
    well: [401],
    calls: async (target) => [
      {
        ...post('/api/session', { username: (await target.account()).username, password: 'not-the-password' }),
        afresh: true,
      },
    ],
  },
  'GET /api/session': { shows: true, aimless: true, calls: () => [get('/api/session')] },
  'DELETE /api/session': {
    aimless: true,
    well: [204],
    calls: async (_target, { another }) => [{ ...send('DELETE', '/api/session'), cookie: (await another()).cookie }],
  },
  'GET /api/me/phone': { aimless: true, calls: () => [get('/api/me/phone')] },
  'POST /api/me/phone': {
    aimless: true,
    calls: async (_target, { another }) => [
      { ...post('/api/me/phone', { phone: '07103501099' }), cookie: (await another()).cookie },
    ],
  },
  'POST /api/me/password': {
    aimless: true,
    well: [204],
    calls: async (_target, { another }) => {
      const { cookie, password } = await another();
      return [{ ...post('/api/me/password', { current: password, new: 'eine-andere-Losung-77' }), cookie }];
    },
  },
  'GET /api/family/:token': { anybody: true, well: [404], calls: () => [get('/api/family/nobody-was-given-this')] },
  'GET /api/setup': { anybody: true, calls: () => [get('/api/setup')] },
  'POST /api/setup': {
    anybody: true,
    well: [409],
    calls: () => [
      post('/api/setup', { code: 'aaaa-bbbb', username: username(), name: '谁', password: 'eine-andere-Losung-77' }),
    ],
  },
  'GET /api/accounts': {
    shows: true,
    calls: async (target, { own }) => [
      ...searching('/api/accounts', (await target.account()).username),
      ...(target === own ? [get('/api/accounts?limit=200')] : []),
    ],
  },
  'POST /api/accounts': {
    well: [201],
    calls: async (target, { own }) => {
      const account = { username: username(), name: '新同事', role: 'operator' };
      const calls = [post('/api/accounts', { ...account, regions: [target.region.id] })];
      if (target === own) return calls;
      const mine = { ...account, username: username(), regions: [own.region.id] };
      return [
        ...calls,
        post('/api/accounts', { ...mine, staffId: target.staff().id }),
        post('/api/accounts', { ...mine, regions: [own.region.id, target.region.id] }),
      ];
    },
  },
  'PATCH /api/accounts/:id': {
    calls: async (target, { own }) => {
      const calls = [send('PATCH', `/api/accounts/${(await target.account()).id}`, { version: 1, name: '改个名' })];
      if (target === own) return calls;
      const mine = async (): Promise<string> => `/api/accounts/${(await own.account()).id}`;
      return [
        ...calls,
        send('PATCH', await mine(), { version: 1, regions: [target.region.id] }),
        send('PATCH', await mine(), { version: 1, staffId: target.staff().id }),
      ];
    },
  },
  'GET /api/audit': {
    calls: async (target, { own }) => [
      get(`/api/audit?account=${(await target.account()).id}`),
      ...(target === own ? [get('/api/audit?limit=200')] : []),
    ],
  },
  'GET /api/residents/:id/looks': { calls: (target) => [get(`/api/residents/${target.home().residentId}/looks`)] },

  'GET /api/openapi.json': { anybody: true, calls: () => [get('/api/openapi.json')] },
  'GET /healthz': { anybody: true, calls: () => [get('/healthz')] },
  'GET /readyz': { anybody: true, calls: () => [get('/readyz')] },
  'GET /metrics': { anybody: true, calls: () => [get('/metrics')] },
  // Without built pages it says so.
  'GET /*': { anybody: true, well: [200, 503], calls: () => [get('/')] },
  // Only in a demo and only on this machine: the secret of a box, and nothing of who lives with it.
  'GET /api/demo/box': {
    anybody: true,
    well: [200, 404],
    calls: (target) => [get(`/api/demo/box?id=${target.home().deviceId}`)],
  },
};
