import { createHash, createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { canonicalJson } from '#kernel/hash-chain.ts';
import { newId } from '#kernel/ids.ts';
import { SESSION_COOKIE } from '../access.ts';
import type { Database, Db } from '../database.ts';
import type { Log } from '../log.ts';
import { loadQueries } from '../sql.ts';
import { setIntentId } from './guard.ts';
import { isChanging, type App } from './routes.ts';

const q = loadQueries(import.meta.url, 'http', [
  'begin_call',
  'find_call',
  'take_over_call',
  'keep_answer',
  'let_go_call',
  'drop_old_calls',
]);

/** How long an answer is kept for repeats. */
const KEEP_MS = 24 * 3_600_000;
/** A call that has said nothing for so long is dead: longer than the database lets any statement run. */
const HOLD_MS = 20_000;
/** How long a repeat waits for the first call's answer: longer than HOLD_MS, so that it gets either that or its turn. */
const WAIT_MS = 25_000;

const HELD = Symbol('held');

interface Held {
  accountId: string;
  key: string;
  attempt: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    [HELD]: Held | null;
  }
}

interface CallRow {
  request_hash: string;
  intent_id: string;
  attempt: number;
  status: number | null;
  body: unknown;
  held_until: Date;
}

/**
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header-07) on every changing call of somebody signed in: the same
 * key with the same content is answered with the stored answer, with another content `idempotency_mismatch`; a repeat
 * that comes while the first is at work waits for its answer. Answers of 5xx and 429 are not kept. Optional to send.
 */
export function installIdempotency(app: App, deps: { db: Database; clock: Clock; log: Log }): void {
  app.decorateRequest(HELD, null);
  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    if (
      key === undefined ||
      !isChanging(request.method) ||
      request.is404 ||
      request.routeOptions.config.access === 'public'
    )
      return;
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
      throw new Problem('invalid_request', {
        fields: [{ field: 'Idempotency-Key', expected: '1–200 个可见 ASCII 字符 | 1–200 visible ASCII characters' }],
      });
    }
    const begun = await begin(deps, request, key);
    if ('held' in begun) {
      request[HELD] = begun.held;
      setIntentId(request, begun.intentId);
      return;
    }
    return replay(request, reply, begun.stored);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const held = request[HELD];
    if (held === null) return payload;
    request[HELD] = null;
    await keep(deps, request, reply.statusCode, payload, held, String(reply.getHeader('content-type') ?? ''));
    return payload;
  });
}

type Begun = { held: Held; intentId: string } | { stored: CallRow };

async function begin(deps: { db: Database; clock: Clock }, request: FastifyRequest, key: string): Promise<Begun> {
  const accountId = request.viewer.accountId;
  const hash = requestHash(request);
  // Waiting goes by the machine's time, not by the clock that decides: a test that moves the clock must not end it.
  for (let waited = 0, pause = 25; ; waited += pause, pause = Math.min(pause * 2, 400)) {
    const now = deps.clock.now();
    const holdUntil = new Date(now + HOLD_MS);
    const params = [accountId, key, hash, newId(now), new Date(now), new Date(now - KEEP_MS), holdUntil];
    let [row] = await deps.db.query<{ intent_id: string; attempt: number }>(q.begin_call, params);
    if (!row) {
      const [found] = await deps.db.query<CallRow>(q.find_call, [accountId, key]);
      if (found) {
        if (found.request_hash !== hash) throw new Problem('idempotency_mismatch');
        if (found.status !== null) return { stored: found };
        [row] = await deps.db.query<{ intent_id: string; attempt: number }>(q.take_over_call, [
          accountId,
          key,
          found.attempt,
          new Date(now),
          holdUntil,
        ]);
      }
    }
    if (row) return { held: { accountId, key, attempt: row.attempt }, intentId: row.intent_id };
    if (waited >= WAIT_MS)
      throw new Problem('unavailable', { detail: '同一个请求还在处理 | The same request is still being worked on' });
    await sleep(pause);
  }
}

/**
 * What makes two calls the same: also with what rights it was made, so that an answer of before is not given to who may
 * no longer see what it holds. Of a route with secrets only a digest goes into the table that nobody can try
 * passwords against without the caller's cookie.
 */
function requestHash(request: FastifyRequest): string {
  const { role, regions } = request.viewer;
  const text = `${request.method} ${request.url}\n${canonicalJson([role, regions, request.body ?? null])}`;
  if (request.routeOptions.config.secret)
    return createHmac('sha256', request.cookies[SESSION_COOKIE] ?? '')
      .update(text)
      .digest('hex');
  return createHash('sha256').update(text).digest('hex');
}

function replay(request: FastifyRequest, reply: FastifyReply, stored: CallRow): FastifyReply {
  const status = stored.status ?? 500;
  if (request.routeOptions.config.secret && status < 300) {
    throw new Problem('conflict', {
      detail: '这件事已经做过了,密码或密钥只显示一次 | It is done; its secret was shown once and is not kept',
    });
  }
  reply.header('idempotency-replayed', 'true').code(status);
  if (stored.body === null) return reply.send();
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  return reply.header('content-type', `${type}; charset=utf-8`).serializer(JSON.stringify).send(stored.body);
}

async function keep(
  deps: { db: Db; clock: Clock; log: Log },
  request: FastifyRequest,
  status: number,
  payload: unknown,
  held: Held,
  type: string,
): Promise<void> {
  const at = [held.accountId, held.key, held.attempt] as const;
  try {
    if (status >= 500 || status === 429) {
      await deps.db.query(q.let_go_call, [...at, new Date(deps.clock.now())]);
      return;
    }
    const isKept =
      type.includes('json') &&
      typeof payload === 'string' &&
      payload !== '' &&
      !(request.routeOptions.config.secret && status < 300);
    await deps.db.query(q.keep_answer, [...at, status, isKept ? payload : null]);
  } catch (error) {
    // What was done is done and is answered; a repeat finds no answer and runs again under the same intent id.
    deps.log.warn(
      { request: request.id, err: (error as Error).message },
      'the answer to an Idempotency-Key could not be kept',
    );
  }
}

/** Deletes answers older than a day, 5,000 at a time; `now` in ms. For the housekeeping of one process. */
export async function dropOldAnswers(db: Db, now: number): Promise<void> {
  await db.query(q.drop_old_calls, [new Date(now - KEEP_MS)]);
}
