import { get, post, send, type Exercise } from './exercise.ts';
import type { Target, Scene } from '../targets.ts';

const step = (name: string, body: object, before: ('accept' | 'dispatch' | 'arrive')[] = []): [string, Exercise] => [
  `POST /api/partner/handoffs/:id/${name}`,
  {
    calls: async (target: Target, { caller }: Scene) => {
      const id = await target.handoff(caller, before);
      return [post(`/api/partner/handoffs/${id}/${name}`, body)];
    },
  },
];

const reading = (form: string): [string, Exercise] => [
  `GET /api/partner/handoffs/:id${form}`,
  {
    shows: true,
    calls: async (target: Target, { caller }: Scene) => [
      get(`/api/partner/handoffs/${await target.handoff(caller, [])}${form}`),
    ],
  },
];

const medical = (name: string, body: (medic: string) => object): [string, Exercise] => [
  `POST /api/medical/cases/:id/${name}`,
  {
    shows: true,
    calls: async (target: Target, { caller, own }: Scene) => {
      const { id } = await target.case('medical', caller);
      const medic = await own.medic();
      return [post(`/api/medical/cases/${id}/${name}`, body(medic))];
    },
  },
];

/** Partners, their handoffs, the link of a message, the medical desk, the script that is read aloud. */
export const HANDOFF: Record<string, Exercise> = {
  'GET /api/partner/handoffs': {
    aimless: true,
    calls: async (target, { caller }) => {
      await target.handoff(caller, []);
      return [get('/api/partner/handoffs'), get('/api/partner/handoffs?all=true&limit=200')];
    },
  },
  ...Object.fromEntries([
    reading(''),
    reading('/eido'),
    reading('/fhir'),
    step('accept', { caseNumber: '20261124-9', seat: '3' }),
    step('reject', { reason: '不归我们管' }),
    step('dispatch', { minutes: 9 }, ['accept']),
    step('arrive', {}, ['accept', 'dispatch']),
    step('close', {}, ['accept', 'dispatch', 'arrive']),
    step('update', { text: '车到路口了' }),
    medical('advise', () => ({ text: '平躺' })),
    medical('send', (medic) => ({ medic })),
    medical('handoff', () => ({})),
  ]),
  'POST /api/handoff-links/open': {
    anybody: true,
    well: [404],
    calls: () => [post('/api/handoff-links/open', { token: 'nobody-has-made-this', who: '3 号席' })],
  },
  'GET /api/schemas/eido-12349-1.json': { anybody: true, calls: () => [get('/api/schemas/eido-12349-1.json')] },
  'GET /api/partners': { aimless: true, calls: () => [get('/api/partners?limit=200')] },
  'POST /api/partners': {
    well: [201],
    calls: async (target, { own }) => {
      const partner = { target: 'hospital', name: '新的医院', phone: '0710-3511234' };
      const calls = [post('/api/partners', { ...partner, regionId: target.region.id })];
      if (target === own) return calls;
      const { id } = await target.account();
      return [...calls, post('/api/partners', { ...partner, regionId: own.region.id, accounts: [id] })];
    },
  },
  'PATCH /api/partners/:id': {
    calls: async (target) => {
      const { id, version } = await target.partner();
      return [send('PATCH', `/api/partners/${id}`, { version, name: '改个名' })];
    },
  },
  'GET /api/phone-lines': { aimless: true, calls: () => [get('/api/phone-lines')] },
  // What holds for everybody is not for the administrator of one street.
  'PUT /api/phone-lines/:number': {
    aimless: true,
    well: [403],
    calls: () => [send('PUT', '/api/phone-lines/0710-3511999', { key: 'sos' })],
  },
  'GET /api/policies/versions': { aimless: true, calls: () => [get('/api/policies/versions')] },
  'GET /api/medical/cases': {
    shows: true,
    aimless: true,
    calls: async (target, { caller }) => {
      await target.case('medical', caller);
      return [get('/api/medical/cases?limit=200')];
    },
  },
  'GET /api/medical/cases/:id': {
    shows: true,
    calls: async (target, { caller }) => [get(`/api/medical/cases/${(await target.case('medical', caller)).id}`)],
  },
  'GET /api/incidents/:id/packet': {
    shows: true,
    calls: async (target, { caller }) => [
      get(`/api/incidents/${(await target.case('claimed', caller)).id}/packet?to=120`),
    ],
  },
};
