import { get, post, type Exercise } from './exercise.ts';

/** What the network sends comes signed by it; nobody else is heard. */
const webhook = (name: string): [string, Exercise] => [
  `POST /webhooks/twilio/${name}`,
  { anybody: true, well: [403], calls: () => [post(`/webhooks/twilio/${name}`, { CallSid: 'CA1' })] },
];

/** The telephone: what the network tells, recordings, and the telephones of the demo. */
export const PHONE: Record<string, Exercise> = {
  ...Object.fromEntries(
    ['voice', 'gather', 'inbound', 'wait', 'status', 'machine', 'conference', 'recording', 'message'].map(webhook),
  ),
  'GET /webhooks/twilio/hold': { anybody: true, calls: () => [get('/webhooks/twilio/hold')] },
  'GET /api/incidents/:id/calls': {
    calls: async (target, { caller }) => [get(`/api/incidents/${(await target.case('waiting', caller)).id}/calls`)],
  },
  // Nobody talks in this story: there is nothing to sit in on.
  'POST /api/incidents/:id/supervise': {
    well: [409],
    calls: async (target, { caller }) => {
      const { id } = await target.case('calling', caller);
      return [post(`/api/incidents/${id}/supervise`, { mode: 'listen' })];
    },
  },
  // There is no network in this story that could still have it; who may not hear it is told that there is none.
  'GET /api/recordings/:id': {
    well: [503],
    calls: async (target) => [get(`/api/recordings/${await target.recording()}`)],
  },
  'GET /api/quality/samples': {
    shows: true,
    aimless: true,
    calls: async (target) => [get(`/api/quality/samples?own=${await target.sample()}`)],
  },
  'GET /api/quality/mine': { aimless: true, calls: () => [get('/api/quality/mine')] },
  'POST /api/quality/samples/:id/score': {
    shows: true,
    calls: async (target) => [
      post(`/api/quality/samples/${await target.sample()}/score`, {
        points: { greeting: 2, questions: 1, told: 2, calm: 2, closing: 0 },
        remark: '问得清楚',
      }),
    ],
  },
  // Only in a demo and only on this machine.
  'GET /api/demo/phones': { anybody: true, calls: () => [get('/api/demo/phones')] },
  'POST /api/demo/phones/:number/:act': {
    anybody: true,
    well: [409],
    calls: () => [post('/api/demo/phones/120/pick-up')],
  },
};
