import { z } from 'zod';
import twilio from 'twilio';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { idFromName } from '#kernel/ids.ts';
import type { Database, Tx } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import type { Log } from '#platform/log.ts';
import {
  adopt,
  callOf,
  hearAnswer,
  hearDelivery,
  hearDigits,
  hearJoined,
  hearMachine,
  hearStatus,
  keepDigits,
  type Job,
  type Next,
  type Question,
  type Turn,
} from './domain/job.ts';
import { callersWaiting, inboundKey, putRecording, waitingBefore } from './lines.ts';
import type { Network } from './network.ts';
import { normaliseNumber } from './numbers.ts';
import { conferenceOf, type OnInbound, type OnReport } from './port.ts';
import { asStopped } from './recordings.ts';
import { addJob, lockJob, tellAndSave, type NewJob } from './store.ts';
import { againTwiml, hangUpTwiml, joinTwiml, nextTwiml, openingTwiml, waitTwiml } from './twiml.ts';
import { callUrls, type CallUrls } from './urls.ts';
import { HOLD_WAV } from './hold.ts';

export interface WebhookDeps {
  db: Database;
  clock: Clock;
  log: Log;
  network: Network;
  accountSid: string;
  authToken: string;
  publicUrl: () => string;
  onReport: OnReport;
  onInbound: OnInbound;
  /** Hears of every request that was refused, and why. */
  refused: (why: Refusal) => void;
  poke: () => void;
}

/** Why a webhook was refused. `replayed`: it is about something that was over a while ago. */
type Refusal = 'unsigned' | 'wrong_signature' | 'wrong_account' | 'unknown_job' | 'replayed';

/** So long after its end the network may still tell of a call: late callbacks, recordings. */
const LATE_MS = 60_000;
/** How often digits that could not be kept are brought again. */
const AGAIN = 8;

const formSchema = z.record(z.string().max(64), z.string().max(8_192));
type Form = z.infer<typeof formSchema>;
const querySchema = z.object({
  job: z.uuid().optional(),
  step: z.string().max(8).optional(),
  round: z.coerce.number().int().min(1).max(9).optional(),
  digits: z.string().max(64).optional(),
  tries: z.coerce.number().int().min(0).max(99).optional(),
});
type Query = z.infer<typeof querySchema>;

interface Heard {
  form: Form;
  query: Query;
  now: number;
}

/**
 * `/webhooks/twilio/*`. Each request's signature is checked against the public address; what is unsigned, signed wrongly,
 * about another account, about a job that nobody knows or that is long over is refused with 403, counted, and changes
 * nothing. What changes something is committed before it is answered.
 */
export function registerWebhooks(app: App, deps: WebhookDeps): void {
  void app.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 64 * 1024 },
      (_request, text, done) => done(null, Object.fromEntries(new URLSearchParams(text as string))),
    );
    const config = { access: 'public' as const };
    const schema = { body: formSchema, querystring: querySchema, hide: true } as never;
    const on = (name: string, type: string | null, hear: (heard: Heard) => Promise<string | null>): void => {
      scope.post(`/webhooks/twilio/${name}`, { config, schema }, async (request, reply) => {
        const form = request.body as Form;
        const query = request.query as Query;
        check(deps, request.headers['x-twilio-signature'], request.url, form);
        const answer = await hear({ form, query, now: deps.clock.now() });
        if (answer === null) return reply.code(204).send();
        return reply.header('content-type', type ?? 'text/xml; charset=utf-8').send(answer);
      });
    };
    on('voice', null, (heard) => voice(deps, heard));
    on('gather', null, (heard) => gather(deps, heard));
    on('inbound', null, (heard) => inbound(deps, heard));
    on('wait', null, (heard) => wait(deps, heard));
    on('status', null, (heard) => status(deps, heard));
    on('machine', null, (heard) => machine(deps, heard));
    on('conference', null, (heard) => conference(deps, heard));
    on('recording', null, (heard) => recording(deps, heard));
    on('message', null, (heard) => message(deps, heard));
    // What a caller hears while he waits; the same for everybody, and nobody's.
    scope.get('/webhooks/twilio/hold', { config, schema: { hide: true } as never }, (_request, reply) =>
      reply.header('content-type', 'audio/x-wav').header('cache-control', 'public, max-age=86400').send(HOLD_WAV),
    );
  });
}

function refuse(deps: WebhookDeps, why: Refusal): never {
  deps.refused(why);
  deps.log.warn({ why }, 'a webhook was refused');
  throw new Problem('forbidden', { detail: '不是电话网发来的请求 | Not a request of the telephone network' });
}

function check(deps: WebhookDeps, header: string | string[] | undefined, path: string, form: Form): void {
  if (typeof header !== 'string' || header === '') refuse(deps, 'unsigned');
  const url = `${deps.publicUrl().replace(/\/+$/, '')}${path}`;
  if (!twilio.validateRequest(deps.authToken, header, url, form)) refuse(deps, 'wrong_signature');
  if (form['AccountSid'] !== deps.accountSid) refuse(deps, 'wrong_account');
}

/** Runs `change` on the locked job that a request is about and tells what is new of it, in one transaction. */
async function onJob(
  deps: WebhookDeps,
  { form, query, now }: Heard,
  change: (job: Job, tx: Tx) => Turn | Promise<Turn>,
): Promise<{ job: Job; stranger: boolean }> {
  const sid = form['CallSid'] ?? form['MessageSid'] ?? '';
  const found = await deps.db.tx(async (tx) => {
    const job = await lockJob(tx, query.job === undefined ? { sid } : { id: query.job });
    if (job === null) return 'unknown_job' as const;
    if (job.endedAt !== null && now - job.endedAt > LATE_MS) return 'replayed' as const;
    // A conference tells of all its people through the first one's address.
    const { job: adopted, stranger } = adopt(job, sid, now);
    if (stranger) return { job, stranger };
    const turn = await change(adopted, tx);
    return { job: await tellAndSave(tx, turn.job, turn.news, deps.onReport, now), stranger };
  });
  if (typeof found === 'string') refuse(deps, found);
  deps.poke();
  return found;
}

/** Somebody answered: what he is told, and asked. */
async function voice(deps: WebhookDeps, heard: Heard): Promise<string> {
  let next: Next = 'goodbye';
  const { job, stranger } = await onJob(deps, heard, (before) => {
    const turn = hearAnswer(before, heard.now);
    next = firstOf(turn.job);
    return { ...turn, job: joiningIf(turn.job, next, heard.now) };
  });
  // A second call for the same intent says nothing to anybody.
  if (stranger || job.state === 'ended' || job.hangUpAt !== null) return hangUpTwiml();
  return openingTwiml(await asStopped(deps.db, job), next, urlsOf(deps, job), conferenceName(job));
}

function firstOf(job: Job): Next {
  const call = callOf(job);
  if (job.chosenAt !== null) return 'chosen';
  if (call.ask !== null) return job.choice === null ? { step: 'ask', round: 1 } : { step: 0, round: 1 };
  return call.join ? 'join' : 'goodbye';
}

async function gather(deps: WebhookDeps, heard: Heard): Promise<string> {
  const { form, query } = heard;
  const digits = query.digits ?? form['Digits'] ?? '';
  const question: Question = { step: query.step === 'ask' ? 'ask' : Number(query.step), round: query.round ?? 1 };
  let next: Next = 'goodbye';
  try {
    const { job, stranger } = await onJob(deps, heard, (before) => {
      const answered = hearAnswer(before, heard.now);
      const turn = hearDigits(answered.job, question, digits, heard.now);
      ({ next } = turn);
      return { job: joiningIf(turn.job, next, heard.now), news: [...answered.news, ...turn.news] };
    });
    if (stranger) return hangUpTwiml();
    return nextTwiml(await asStopped(deps.db, job), next, urlsOf(deps, job), conferenceName(job));
  } catch (error) {
    if (error instanceof Problem && error.code === 'forbidden') throw error;
    const tries = (query.tries ?? 0) + 1;
    deps.log.warn({ job: query.job, tries, err: (error as Error).message }, 'a key could not be told of');
    // It is kept all the same, and told when that is possible, at the latest when the call is over.
    await onJob(deps, heard, (before) => ({ job: keepDigits(before, question, digits, heard.now), news: [] })).catch(
      (again: Error) => deps.log.warn({ job: query.job, err: again.message }, 'a key could not be kept'),
    );
    // The line stays open and brings it again: what he pressed must not be lost for a moment's trouble of ours.
    if (tries > AGAIN) throw error;
    return againTwiml(callUrls(deps.publicUrl(), query.job!).gather(question, { digits, tries }));
  }
}

function joiningIf(job: Job, next: Next, now: number): Job {
  const goes = next === 'join' || (next === 'chosen' && job.said === null && chosenJoins(job));
  return goes ? { ...job, joiningAt: job.joiningAt ?? now } : job;
}

function chosenJoins(job: Job): boolean {
  return callOf(job).ask?.find(({ key }) => key === job.choice)?.join === true;
}

/** Somebody called us: a case from the first ring on, so that it is one also when he hangs up before anybody spoke. */
async function inbound(deps: WebhookDeps, heard: Heard): Promise<string> {
  const taken = await takeCall(deps, heard);
  if (taken === null) refuse(deps, 'replayed');
  deps.poke();
  return joinTwiml(await asStopped(deps.db, taken), urlsOf(deps, taken), conferenceName(taken));
}

/** Null: the call is over. Tried again when somebody else has opened the home's case, or taken the same call, meanwhile. */
async function takeCall(deps: WebhookDeps, { form, now }: Heard): Promise<Job | null> {
  const sid = form['CallSid'] ?? '';
  if (sid === '') refuse(deps, 'unknown_job');
  const from = normaliseNumber(form['From'] ?? '') ?? '';
  const to = normaliseNumber(form['To'] ?? '') ?? form['To'] ?? '';
  const id = idFromName(`inbound ${sid}`);
  for (let attempt = 1; ; attempt++) {
    try {
      return await deps.db.tx(async (tx) => {
        const known = await lockJob(tx, { sid });
        if (known !== null) return known.state === 'ended' ? null : known;
        const key = await inboundKey(tx, to);
        const { incidentId, say, record } = await deps.onInbound(tx, { id, from, at: now, key });
        const job: NewJob = {
          id,
          kind: 'call',
          direction: 'in',
          incidentId,
          number: from,
          detail: { say, ask: null, join: true, record, ringS: 60, to },
          state: 'placed',
          sid,
        };
        if (!(await addJob(tx, { ...job, nextAt: now + 60_000, now }))) throw new Taken();
        const added = (await lockJob(tx, { sid }))!;
        return tellAndSave(tx, { ...added, answeredAt: now, joiningAt: now }, [], deps.onReport, now);
      });
    } catch (error) {
      const again = error instanceof Taken || (error as { code?: string }).code === '23505';
      if (!again || attempt >= 5) throw error;
    }
  }
}

class Taken extends Error {}

async function wait(deps: WebhookDeps, heard: Heard): Promise<string> {
  const { query } = heard;
  const before = query.job === undefined ? 0 : await waitingBefore(deps.db, query.job);
  return waitTwiml(before, callUrls(deps.publicUrl(), query.job ?? ''));
}

async function status(deps: WebhookDeps, heard: Heard): Promise<null> {
  const { form } = heard;
  const sequence = Number(form['SequenceNumber'] ?? Number.NaN);
  const { job, stranger } = await onJob(deps, heard, (before) =>
    hearStatus(before, form['CallStatus'] ?? '', Number.isInteger(sequence) ? sequence : null, heard.now),
  );
  // Placed twice after all, or nobody wants it any more: whoever it rings at is left in peace.
  if (stranger && ['queued', 'initiated', 'ringing', 'in-progress'].includes(form['CallStatus'] ?? '')) {
    deps.log.warn({ job: job.id }, 'a call that is not wanted is ended');
    await deps.network
      .endCall(form['CallSid'] ?? '')
      .catch((error: Error) => deps.log.warn({ job: job.id, err: error.message }, 'hang up'));
  }
  return null;
}

async function machine(deps: WebhookDeps, heard: Heard): Promise<null> {
  const isMachine = /^machine_|^fax$/.test(heard.form['AnsweredBy'] ?? '');
  await onJob(deps, heard, (before) => ({ job: isMachine ? hearMachine(before) : before, news: [] }));
  return null;
}

/** People come into a case's conference and leave it; who waited there alone has company then. */
async function conference(deps: WebhookDeps, heard: Heard): Promise<null> {
  const { form, now } = heard;
  const name = form['FriendlyName'] ?? '';
  const sid = form['CallSid'];
  if (form['StatusCallbackEvent'] !== 'participant-join' || sid === undefined) return null;
  const who = await deps.db.tx(async (tx) => {
    const found = await lockJob(tx, { sid });
    if (found === null || found.incidentId === null || conferenceOf(found.incidentId) !== name) return null;
    if (found.direction === 'out') {
      const turn = hearJoined(found, now);
      await tellAndSave(tx, turn.job, turn.news, deps.onReport, now);
    }
    // Who only sits in is no company.
    return callOf(found).seat === undefined ? { id: found.id, incidentId: found.incidentId } : null;
  });
  if (who === null) return null;
  // One lock at a time: two who come in at once would wait for each other.
  for (const id of await callersWaiting(deps.db, who.incidentId, who.id)) {
    await deps.db.tx(async (tx) => {
      const caller = (await lockJob(tx, { id }))!;
      const turn = hearJoined(caller, now);
      await tellAndSave(tx, turn.job, turn.news, deps.onReport, now);
    });
  }
  return null;
}

/** A conference's recording names no call: our id in the address says whose case it is. It may come long after that call has ended. */
async function recording(deps: WebhookDeps, { form, query, now }: Heard): Promise<null> {
  const sid = form['RecordingSid'] ?? '';
  const isKnown = await deps.db.tx(async (tx) => {
    const job = query.job === undefined ? null : await lockJob(tx, { id: query.job });
    if (job === null) return false;
    if (form['RecordingStatus'] === 'completed' && /^RE[0-9a-f]{32}$/i.test(sid)) {
      const seconds = Number.parseInt(form['RecordingDuration'] ?? '0', 10) || 0;
      const conferenceSid = form['ConferenceSid'] ?? null;
      // Told late, it is still of then: RFC 2822, whole seconds.
      const began = Date.parse(form['RecordingStartTime'] ?? '');
      const at = Number.isNaN(began) ? now : Math.min(now, began + seconds * 1000);
      await putRecording(tx, { id: idFromName(`recording ${sid}`), sid, job, conferenceSid, seconds, at });
    }
    return true;
  });
  if (!isKnown) refuse(deps, 'unknown_job');
  return null;
}

async function message(deps: WebhookDeps, heard: Heard): Promise<null> {
  await onJob(deps, heard, (before) => hearDelivery(before, heard.form['MessageStatus'] ?? '', heard.now));
  return null;
}

function urlsOf(deps: WebhookDeps, job: Job): CallUrls {
  return callUrls(deps.publicUrl(), job.id);
}

function conferenceName(job: Job): string {
  // Without a case nobody can join: the line has a room of its own.
  return job.incidentId === null ? `call-${job.id}` : conferenceOf(job.incidentId);
}
