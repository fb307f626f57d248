import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { sign } from '#devices/telephone/carrier.ts';
import { numberOf, startTelephoneWorld, TEST_ACCOUNT } from '#test/harness/telephone.ts';

const world = await startTelephoneWorld();
const { network, db } = world;
afterAll(() => world.stop());

const to = numberOf('watched');
network.script(`+86${to}`, { pickUp: 2, hangUpAfterS: 500 });
const id = await world.place({ to, ask: null, join: true });
await world.pass(12);
const leg = network.legs.find(({ telephone }) => telephone === `+86${to}`)!;

interface Sent {
  path?: string;
  form?: Record<string, string>;
  /** What is signed; the request itself unless said. */
  signed?: { url?: string; token?: string; form?: Record<string, string> } | null;
  header?: string;
}

const statusForm = (more: Record<string, string> = {}): Record<string, string> => ({
  AccountSid: TEST_ACCOUNT.accountSid,
  CallSid: leg.sid,
  CallStatus: 'completed',
  SequenceNumber: '9',
  ...more,
});

async function send({ path = `/webhooks/twilio/status?job=${id}`, form = statusForm(), signed = {}, header }: Sent) {
  const url = `${world.publicUrl}${path}`;
  const signature =
    header ?? (signed && sign(signed.token ?? TEST_ACCOUNT.authToken, signed.url ?? url, signed.form ?? form));
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(signature !== null && { 'x-twilio-signature': signature }),
    },
    body: new URLSearchParams(form).toString(),
  });
  return { status: answer.status, text: await answer.text() };
}

/** How many were refused for this reason, as `/metrics` counts them. */
async function refused(why: string): Promise<number> {
  const { body } = await world.app.inject('/metrics');
  return Number(new RegExp(`^telephone_webhooks_refused_total\\{why="${why}"\\} (\\d+)$`, 'm').exec(body)?.[1] ?? 0);
}

const everything = async (): Promise<unknown> =>
  db.query({ name: 'everything', text: 'select * from phone_job order by id' });

test.each<[string, Sent, string]>([
  ['no signature', { signed: null }, 'unsigned'],
  ['an empty signature', { header: '' }, 'unsigned'],
  ['another token’s signature', { signed: { token: 'somebody else' } }, 'wrong_signature'],
  [
    'the signature of another address',
    { signed: { url: 'https://evil.example/webhooks/twilio/status' } },
    'wrong_signature',
  ],
  [
    'the signature of another job',
    { signed: { url: `${world.publicUrl}/webhooks/twilio/status?job=${randomUUID()}` } },
    'wrong_signature',
  ],
  ['the signature of another form', { signed: { form: statusForm({ CallStatus: 'ringing' }) } }, 'wrong_signature'],
  ['another account', { form: statusForm({ AccountSid: `AC${'f'.repeat(32)}` }) }, 'wrong_account'],
  ['a job that nobody has', { path: `/webhooks/twilio/status?job=${randomUUID()}` }, 'unknown_job'],
])('%s is refused, counted, and changes nothing', async (_name, sent, why) => {
  const before = await everything();
  const counted = await refused(why);
  const { status, text } = await send(sent);
  expect([status, JSON.parse(text).code]).toEqual([403, 'forbidden']);
  expect(await refused(why)).toBe(counted + 1);
  expect(await everything()).toEqual(before);
});

test.each([
  ['a job that is no id', '/webhooks/twilio/status?job=1', {}],
  ['JSON', '/webhooks/twilio/status', { 'content-type': 'application/json' }],
  ['a form of 100 kB', `/webhooks/twilio/status?job=${id}`, {}],
])('%s is refused before it is looked at', async (name, path, headers) => {
  const before = await everything();
  const answer = await fetch(`${world.publicUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body:
      name === 'JSON'
        ? '{"CallStatus":"completed"}'
        : name.startsWith('a form')
          ? `a=${'b'.repeat(1e5)}`
          : 'CallStatus=completed',
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(await everything()).toEqual(before);
});

test('what is told twice, or late, changes nothing more', async () => {
  const told = [...world.reports];
  for (const CallStatus of ['initiated', 'ringing', 'in-progress'])
    expect((await send({ form: statusForm({ CallStatus, SequenceNumber: '1' }) })).status).toBe(204);
  const voice = `/webhooks/twilio/voice?job=${id}`;
  const form = { AccountSid: TEST_ACCOUNT.accountSid, CallSid: leg.sid, CallStatus: 'in-progress' };
  const first = await send({ path: voice, form });
  expect([first.status, (await send({ path: voice, form })).text]).toEqual([200, first.text]);
  expect(world.reports).toEqual(told);
});

test('a call that is not the one of this job hears nothing and is ended', async () => {
  const form = { AccountSid: TEST_ACCOUNT.accountSid, CallSid: `CA${'e'.repeat(32)}`, CallStatus: 'in-progress' };
  const { status, text } = await send({ path: `/webhooks/twilio/voice?job=${id}`, form });
  expect([status, text]).toEqual([200, '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>']);
});

test('a minute after the end what was signed once is a replay', async () => {
  network.hangUp(`+86${to}`);
  await world.pass(5);
  expect(world.of(id).at(-1)).toBe('ended:answered');
  expect((await send({})).status).toBe(204);
  await world.pass(70, 5_000);
  for (const path of ['status', 'voice', 'gather', 'machine'])
    expect([path, (await send({ path: `/webhooks/twilio/${path}?job=${id}` })).status]).toEqual([path, 403]);
  expect(await refused('replayed')).toBe(4);
});
