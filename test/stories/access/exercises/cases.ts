import { randomUUID } from 'node:crypto';
import { DEFAULT_LADDER, DEFAULT_ROUTING } from '#dispatch/domain/policy.ts';
import type { Stage } from '../targets.ts';
import { get, post, searching, send, type Exercise } from './exercise.ts';

/** The beginning of a picture: enough to be taken for one. */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).toString('base64');

const cursorOf = (openedAt: number, id: string): string => Buffer.from(`${openedAt}|${id}`).toString('base64url');

/** A command on a case at that stage. */
const command = (name: string, stage: Stage, body: object = {}): [string, Exercise] => [
  `POST /api/incidents/:id/${name}`,
  {
    shows: true,
    calls: async (target, { caller }) => {
      const found = await target.case(stage, caller);
      return [post(`/api/incidents/${found.id}/${name}`, { version: found.version, ...body })];
    },
  },
];

/** A command that names something else besides the case: also tried on one's own case with what is the target's. */
const naming = (
  name: string,
  stage: Stage,
  body: (of: {
    home: { residentId: string };
    assignment: string;
    handoff: string;
    call: string;
    candidate: string;
  }) => object,
): [string, Exercise] => [
  `POST /api/incidents/:id/${name}`,
  {
    calls: async (target, { caller, own }) => {
      const named = { ...(await target.case(stage, caller)), candidate: await target.candidate() };
      const calls = [post(`/api/incidents/${named.id}/${name}`, { version: named.version, ...body(named) })];
      if (target === own) return calls;
      const mine = await own.case(stage, caller);
      return [...calls, post(`/api/incidents/${mine.id}/${name}`, { version: mine.version, ...body(named) })];
    },
  },
];

const answering = (
  name: string,
  from: 'offered' | 'accepted' | 'under_way' | 'on_scene',
  body: object = {},
  more: Partial<Exercise> = { shows: true },
): [string, Exercise] => [
  `POST /api/assignments/:id/${name}`,
  {
    ...more,
    calls: async (target, { caller, own, another }) => {
      const calls = [post(`/api/assignments/${await target.assignment(caller, from)}/${name}`, body)];
      // A colleague's offer is no more his than one of another street.
      return target === own
        ? calls
        : [
            ...calls,
            {
              ...post(`/api/assignments/${await target.assignment(caller, from)}/${name}`, body),
              cookie: (await another()).cookie,
            },
          ];
    },
  },
];

/** Cases, presses, those who come, desks and hand-overs. */
export const CASES: Record<string, Exercise> = {
  'GET /api/incidents': {
    shows: true,
    calls: async (target, { own, caller }) => {
      const { home, id, openedAt } = await target.case('waiting', caller);
      const narrow = [
        ...searching('/api/incidents', home.name, home.phone, home.address, home.deviceId),
        get(`/api/incidents?region=${encodeURIComponent(target.region.path)}`),
        get(`/api/incidents?region=${encodeURIComponent(home.regionPath)}&state=all`),
        get(`/api/incidents?region=${target.region.id}`),
      ];
      const wide = [
        get('/api/incidents?limit=200'),
        get(`/api/incidents?state=all&queue=emergency&cursor=${cursorOf(openedAt + 1, id)}`),
      ];
      return target === own ? [...narrow, ...wide] : narrow;
    },
  },
  'GET /api/incidents/:id': {
    shows: true,
    calls: async (target, { caller }) => [get(`/api/incidents/${(await target.case('waiting', caller)).id}`)],
  },
  'GET /api/summary': { aimless: true, calls: () => [get('/api/summary')] },
  'GET /api/presses': {
    shows: true,
    calls: async (target, { caller }) => [
      get(`/api/presses?device=${(await target.case('waiting', caller)).home.deviceId}`),
    ],
  },
  'POST /api/incidents': {
    shows: true,
    well: [201],
    calls: (target, { own }) => {
      const { residentId, phone } = target.home();
      const calls = [post('/api/incidents', { summary: '来电', resident: residentId })];
      return target === own ? calls : [...calls, post('/api/incidents', { summary: '来电', phone })];
    },
  },
  'POST /api/incidents/:id/claim': {
    shows: true,
    calls: async (target, { caller }) => {
      const { id } = await target.case('waiting', caller);
      return [post(`/api/incidents/${id}/claim`, { takeOver: '换人' })];
    },
  },
  ...Object.fromEntries([
    command('release', 'claimed'),
    command('route', 'claimed', { queue: 'medical' }),
    command('note', 'claimed', { text: '记一笔' }),
    command('attend', 'claimed'),
    command('answers', 'claimed', { question: 'breathing', answer: 'yes' }),
    naming('dial', 'claimed', ({ home }) => ({ to: home.residentId })),
    naming('hang_up', 'calling', ({ call }) => ({ call })),
    command('needs', 'claimed', { people: 2 }),
    command('quiet', 'claimed', { on: true }),
    command('talk', 'claimed', { on: false }),
    command('resolve', 'claimed', { code: 'rescue' }),
    command('reopen', 'resolved'),
    command('cancel', 'claimed'),
    command('close', 'resolved', { code: 'rescue', satisfied: 'yes' }),
    command('handoff', 'claimed', { to: '120' }),
    naming('handoff_update', 'handed', ({ handoff }) => ({
      handoff,
      state: 'accepted',
      caseNumber: '20261124-17',
      seat: '3 号席',
    })),
    naming('assign', 'claimed', ({ candidate }) => ({ responder: candidate })),
    naming('withdraw', 'offered', ({ assignment }) => ({ assignment })),
    naming('arrived', 'under_way', ({ assignment }) => ({ assignment })),
    answering('accept', 'offered'),
    answering('decline', 'offered'),
    answering('depart', 'accepted'),
    answering('arrive', 'under_way'),
    answering('complete', 'on_scene'),
  ]),
  // Who it is in a home that is known, and whose case it is that nobody could place.
  'POST /api/incidents/:id/identify': {
    shows: true,
    calls: async (target, { caller, own }) => {
      const { id, version, home } = await target.case('claimed', caller);
      const unplaced = await own.case('unplaced', caller);
      const mine = await own.case('claimed', caller);
      const whose = target === own ? unplaced.home : home;
      return [
        post(`/api/incidents/${id}/identify`, { version, resident: home.residentId }),
        post(`/api/incidents/${unplaced.id}/identify`, { version: unplaced.version, resident: whose.residentId }),
        ...(target === own
          ? []
          : [post(`/api/incidents/${mine.id}/identify`, { version: mine.version, resident: home.residentId })]),
      ];
    },
  },
  'GET /api/policies': { aimless: true, calls: () => [get('/api/policies')] },
  // What holds for everybody is not for the administrator of one street.
  'POST /api/policies/routing': {
    aimless: true,
    well: [403],
    calls: () => [post('/api/policies/routing', DEFAULT_ROUTING)],
  },
  'POST /api/policies/ladder': {
    aimless: true,
    well: [403],
    calls: () => [post('/api/policies/ladder', DEFAULT_LADDER)],
  },
  'GET /api/responders': { aimless: true, calls: () => [get('/api/responders')] },
  'GET /api/assignments': { aimless: true, calls: () => [get('/api/assignments')] },
  'GET /api/assignments/:id': {
    shows: true,
    calls: async (target, { caller }) => [get(`/api/assignments/${await target.assignment(caller, 'accepted')}`)],
  },
  ...Object.fromEntries([
    answering('no_entry', 'on_scene'),
    answering('entered', 'on_scene', { how: 'opened' }),
    answering('note', 'accepted', { text: '到楼下了' }, {}),
    answering('photo', 'accepted', { type: 'image/png', data: PNG }, { well: [201] }),
  ]),
  // Nobody has a photo here; that it opens to its own desk and to no other is told in test/stories/field.
  'GET /api/photos/:id': { aimless: true, well: [404], calls: () => [get(`/api/photos/${randomUUID()}`)] },
  'GET /api/me/duty': { aimless: true, calls: () => [get('/api/me/duty')] },
  'POST /api/me/duty': { aimless: true, calls: () => [post('/api/me/duty', { on: true })] },
  'POST /api/me/position': { aimless: true, calls: () => [post('/api/me/position', { lat: 32.04, lon: 112.14 })] },
  'PUT /api/desk': { aimless: true, calls: () => [send('PUT', '/api/desk', { state: 'ready' })] },
  'GET /api/desks': { aimless: true, calls: () => [get('/api/desks')] },
  'GET /api/handovers': { aimless: true, calls: () => [get('/api/handovers'), get('/api/handovers?open=1')] },
  'POST /api/handovers': { aimless: true, well: [201], calls: () => [post('/api/handovers', { note: '交班' })] },
  'POST /api/handovers/:id/sign': {
    calls: async (target) => [send('POST', `/api/handovers/${await target.handover()}/sign`)],
  },
};
