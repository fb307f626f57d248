import type { Home } from '../streets.ts';
import type { Target } from '../targets.ts';
import { get, post, searching, send, type Call, type Exercise } from './exercise.ts';

const DAY = '2026-12-01';
const regionOf = (url: string, target: Target): Call[] => [
  get(`${url}?region=${encodeURIComponent(target.region.path)}`),
  get(`${url}?region=${target.region.id}`),
];
/** One's own thing as the other side of a call that names something of the target's. */
const mixed = (target: Target, own: Target, calls: (mine: Home, theirs: Home) => Call[]): Call[] =>
  target === own ? [] : calls(own.home(), target.home());
const rule = (regionId: string): object => ({
  rules: [{ regionId, days: [1, 2], holidays: false, fromMin: 480, toMin: 1080 }],
});

/** Regions, residents, contacts, homes. */
const HOMES: Record<string, Exercise> = {
  'GET /api/regions': {
    shows: true,
    calls: (target, { own }) => [
      get(`/api/regions?within=${encodeURIComponent(target.region.path)}&polygons=true`),
      get(`/api/regions?parent=${target.region.id}`),
      ...(target === own ? [get('/api/regions?limit=200'), get('/api/regions?level=grid')] : []),
    ],
  },
  'GET /api/regions/:id': { shows: true, calls: (target) => [get(`/api/regions/${target.region.id}`)] },
  'GET /api/residents': {
    shows: true,
    calls: (target, { own }) => {
      const { name, phone, contactPhone, address, deviceId } = target.home();
      const wide = target === own ? [get('/api/residents?limit=200')] : [];
      return [
        ...searching('/api/residents', name, phone, contactPhone, address, deviceId),
        ...regionOf('/api/residents', target),
        ...wide,
      ];
    },
  },
  'GET /api/residents/:id': { shows: true, calls: (target) => [get(`/api/residents/${target.home().residentId}`)] },
  'POST /api/residents': {
    well: [201],
    calls: (target) => [
      post('/api/residents', {
        householdId: target.home().householdId,
        name: '新来的人',
        sex: 'f',
        born: '1940-01-01',
      }),
    ],
  },
  'PATCH /api/residents/:id': {
    shows: true,
    calls: (target, { own }) => [
      send('PATCH', `/api/residents/${target.home().residentId}`, { version: 1, status: 'away' }),
      ...mixed(target, own, (mine, { householdId }) => [
        send('PATCH', `/api/residents/${mine.residentId}`, { version: 1, householdId }),
      ]),
    ],
  },
  'GET /api/residents/:id/recording-consent': {
    calls: (target) => [get(`/api/residents/${target.home().residentId}/recording-consent`)],
  },
  'PUT /api/residents/:id/recording-consent': {
    calls: (target) => [
      send('PUT', `/api/residents/${target.home().residentId}/recording-consent`, { allowed: false }),
    ],
  },
  'DELETE /api/residents/:id': { calls: (target) => [send('DELETE', `/api/residents/${target.home().residentId}`)] },
  'GET /api/contacts': { shows: true, calls: (target) => [get(`/api/contacts?resident=${target.home().residentId}`)] },
  'POST /api/contacts': {
    well: [201],
    calls: (target) => [
      post('/api/contacts', {
        residentId: target.home().residentId,
        name: '侄子',
        relation: '侄子',
        phone: '15411112222',
      }),
    ],
  },
  'PATCH /api/contacts/:id': {
    calls: (target) => [send('PATCH', `/api/contacts/${target.home().contactId}`, { order: 2 })],
  },
  'DELETE /api/contacts/:id': { calls: (target) => [send('DELETE', `/api/contacts/${target.home().contactId}`)] },
  'GET /api/households': {
    shows: true,
    calls: (target, { own }) => [
      ...searching('/api/households', target.home().address),
      ...regionOf('/api/households', target),
      get(`/api/households?building=${target.home().buildingId}`),
      ...(target === own ? [get('/api/households?limit=200')] : []),
    ],
  },
  'GET /api/households/:id': { shows: true, calls: (target) => [get(`/api/households/${target.home().householdId}`)] },
  'POST /api/households': {
    well: [201],
    calls: (target, { own }) => {
      const { gridId, lat, lon, buildingId } = target.home();
      const calls = [
        post('/api/households', { address: '新的一户', regionId: gridId }),
        post('/api/households', { address: '新的一户', lat, lon }),
      ];
      return [
        ...calls,
        ...mixed(target, own, (mine) => [
          post('/api/households', { address: '新的一户', regionId: mine.gridId, buildingId }),
        ]),
      ];
    },
  },
  'PATCH /api/households/:id': {
    shows: true,
    calls: (target, { own }) => [
      send('PATCH', `/api/households/${target.home().householdId}`, { version: 1, entry: '门铃坏了' }),
      ...mixed(target, own, (mine, { gridId, buildingId }) => [
        send('PATCH', `/api/households/${mine.householdId}`, { version: 1, regionId: gridId }),
        send('PATCH', `/api/households/${mine.householdId}`, { version: 1, buildingId }),
      ]),
    ],
  },
};

/** Devices, staff, rosters, coverage, the calendar. */
const DEVICES_AND_STAFF: Record<string, Exercise> = {
  'GET /api/devices': {
    shows: true,
    calls: (target, { own }) => {
      const { deviceId, householdId, residentId } = target.home();
      return [
        ...searching('/api/devices', deviceId),
        ...regionOf('/api/devices', target),
        get(`/api/devices?household=${householdId}`),
        ...(target === own ? [get('/api/devices?limit=200')] : [get(`/api/devices?resident=${residentId}`)]),
      ];
    },
  },
  'GET /api/devices/:id': { shows: true, calls: (target) => [get(`/api/devices/${target.home().deviceId}`)] },
  'POST /api/devices': {
    well: [201],
    calls: (target) => [
      post('/api/devices', { householdId: target.home().householdId }),
      post('/api/devices', { residentId: target.home().residentId }),
    ],
  },
  'PATCH /api/devices/:id': {
    shows: true,
    calls: (target, { own }) => [
      send('PATCH', `/api/devices/${target.home().deviceId}`, { version: 1, placedIn: '卧室' }),
      ...mixed(target, own, ({ deviceId }, { householdId, residentId }) => [
        send('PATCH', `/api/devices/${deviceId}`, { version: 1, householdId }),
        send('PATCH', `/api/devices/${deviceId}`, { version: 1, residentId }),
      ]),
    ],
  },
  'POST /api/devices/:id/secret': {
    shows: true,
    calls: (target) => [send('POST', `/api/devices/${target.home().deviceId}/secret`)],
  },
  'GET /api/staff': {
    shows: true,
    calls: (target, { own }) => [
      ...searching('/api/staff', target.staff().name, target.staff().phone ?? ''),
      ...regionOf('/api/staff', target),
      ...(target === own ? [get('/api/staff?limit=200')] : []),
    ],
  },
  'GET /api/staff/:id': { shows: true, calls: (target) => [get(`/api/staff/${target.staff().id}`)] },
  'POST /api/staff': {
    well: [201],
    calls: (target) => [post('/api/staff', { name: '新来的网格员', kind: 'grid_worker', regionId: target.region.id })],
  },
  'PATCH /api/staff/:id': {
    shows: true,
    calls: (target, { own }) => [
      send('PATCH', `/api/staff/${target.staff().id}`, { dialect: '襄阳话' }),
      ...mixed(target, own, (_mine, { gridId }) => [
        send('PATCH', `/api/staff/${own.staff().id}`, { regionId: gridId }),
      ]),
    ],
  },
  'GET /api/staff/:id/duty': { shows: true, calls: (target) => [get(`/api/staff/${target.staff().id}/duty`)] },
  'PUT /api/staff/:id/duty': {
    shows: true,
    calls: (target, { own }) => [
      send('PUT', `/api/staff/${target.staff().id}/duty`, rule(target === own ? own.region.id : own.home().gridId)),
      ...mixed(target, own, (_mine, { gridId }) => [send('PUT', `/api/staff/${own.staff().id}/duty`, rule(gridId))]),
    ],
  },
  'PUT /api/staff/:id/duty/:day': {
    calls: (target) => [send('PUT', `/api/staff/${target.staff().id}/duty/${DAY}`, { onDuty: false })],
  },
  'DELETE /api/staff/:id/duty/:day': {
    calls: (target) => [send('DELETE', `/api/staff/${target.staff().id}/duty/${DAY}`)],
  },
  'GET /api/coverage': { calls: (target) => regionOf('/api/coverage', target) },
  'GET /api/calendar': { aimless: true, calls: () => [get('/api/calendar')] },
  // What holds for everybody is not for the administrator of one street.
  'PUT /api/calendar/:day': {
    aimless: true,
    well: [403],
    calls: () => [send('PUT', `/api/calendar/${DAY}`, { kind: 'holiday', name: '停电检修' })],
  },
  'DELETE /api/calendar/:day': { aimless: true, well: [403], calls: () => [send('DELETE', `/api/calendar/${DAY}`)] },
};

export const REGISTRY: Record<string, Exercise> = { ...HOMES, ...DEVICES_AND_STAFF };
