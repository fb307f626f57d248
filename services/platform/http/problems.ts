import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProblemBody } from '#contracts/session.ts';
import { ERRORS, Problem, type ErrorCode } from '#kernel/errors.ts';
import type { Log } from '../log.ts';
import { languageOf, pick, type Language } from './language.ts';
import { methodsAt, type App } from './routes.ts';

/** https://www.postgresql.org/docs/18/errcodes-appendix.html: the server is going, full, too slow, or not there. */
const AWAY_STATES = /^(08|53|57P0|57014|25P03|40001|40P01|55P03)/;
const AWAY_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** node-postgres has no codes for these. */
const AWAY_WORDS =
  /timeout exceeded when trying to connect|connection terminated|connection error and is not queryable|after calling end on the pool|query read timeout/i;

/** True when `error` says that the database (or another engine) is away, closing, full or too slow: worth another try. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isAway);
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code === 'string' && (AWAY_STATES.test(code) || AWAY_SYSTEM.has(code))) return true;
  if (code === 'ENOENT' && syscall === 'connect') return true;
  return AWAY_WORDS.test(error.message);
}

const BY_STATUS: Record<number, ErrorCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Any error as one of the closed registry. What is nobody's fault but ours becomes `internal` and says nothing more. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isAway(error)) return new Problem('unavailable');
  if (!(error instanceof Error)) return new Problem('internal');
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  if (typeof code === 'string') {
    // Class 22 (data exception): text that can't be what the column holds, such as U+0000 or a number out of range.
    if (/^22...$/.test(code))
      return new Problem('invalid_request', { detail: '有的内容数据库存不了 | Something in it can not be stored' });
    if (code === '23505') return new Problem('conflict', { detail: '已经有一样的了 | There is one like it already' });
    if (code === '23503')
      return new Problem('invalid_request', {
        detail: '指到了不存在的记录 | It points at something that does not exist',
      });
    if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError) {
      return new Problem('invalid_request', { detail: '不是完整的 JSON | Not well-formed JSON' });
    }
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new Problem(BY_STATUS[statusCode] ?? 'invalid_request');
  return new Problem('internal');
}

/** Problem details (RFC 9457) in the language of the request. `request` is the id that also stands in the log. */
function problemBody(problem: Problem, language: Language, request: string): ProblemBody {
  const entry = ERRORS[problem.code];
  return {
    ...problem.data,
    type: `urn:yijiantong:problem:${problem.code}`,
    title: entry[language],
    status: entry.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: pick(problem.detail, language) }),
    ...(problem.fields === undefined
      ? {}
      : { errors: problem.fields.map(({ field, expected }) => ({ field, expected: pick(expected, language) })) }),
    request,
  };
}

/** Sends `problem`; `data.retryAfter` (seconds) also goes out as Retry-After. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const { status } = ERRORS[problem.code];
  const retryAfter = problem.data?.retryAfter;
  if (typeof retryAfter === 'number') reply.header('retry-after', String(Math.ceil(retryAfter)));
  else if (status === 503) reply.header('retry-after', '1');
  const body = problemBody(problem, languageOf(request.headers['accept-language']), request.id);
  // Serialised here: a route's own response schemas must have no say in how an error looks.
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send(body);
}

/** Every error of every route, and every address that is none, answered with problem details. */
export function installProblems(app: App, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    const where = {
      request: request.id,
      route: `${request.method} ${request.routeOptions?.url ?? ''}`,
      code: problem.code,
    };
    if (!(error instanceof Problem)) {
      const level = problem.code === 'internal' ? 'error' : 'warn';
      if (ERRORS[problem.code].status >= 500) log[level]({ ...where, err: brief(error) }, 'a request failed');
      else log.info(where, 'a request was refused');
    }
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, noRoute(app, request)));
}

/** For the log: a database error's `detail` names values of rows, which may be personal. */
function brief(error: unknown): { code?: unknown; message: string; stack?: string } {
  if (!(error instanceof Error)) return { message: typeof error };
  return { code: (error as { code?: unknown }).code, message: error.message, stack: error.stack };
}

/** `not_found`, or `method_not_allowed` (with Allow in `data`) where the address exists for other methods. */
export function noRoute(app: App, request: FastifyRequest): Problem {
  const path = request.url.split('?', 1)[0] ?? '';
  const methods = methodsAt(app.routeRegistry, path).filter((method) => method !== request.method);
  return methods.length > 0
    ? new Problem('method_not_allowed', { data: { allow: methods } })
    : new Problem('not_found');
}

/** The body of an answer that Fastify's routes never see: a request line that can't be parsed. */
export function bareProblem(code: ErrorCode): string {
  const { status } = ERRORS[code];
  const body = JSON.stringify(problemBody(new Problem(code), 'zh', ''));
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
