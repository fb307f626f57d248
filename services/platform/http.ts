import fastifyCookie from '@fastify/cookie';
import fastifyRateLimit from '@fastify/rate-limit';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { Log } from './log.ts';
import { installBodies } from './http/bodies.ts';
import { installClosing } from './http/closing.ts';
import { installGuard, type Authenticate } from './http/guard.ts';
import { createMetrics, installHealth, type ReadyChecks } from './http/health.ts';
import { installIdempotency } from './http/idempotency.ts';
import { installOpenApi } from './http/openapi.ts';
import { installHeaders, installPages } from './http/pages.ts';
import { bareProblem, installProblems, sendProblem, toProblem } from './http/problems.ts';
import { installRouteRules, type App } from './http/routes.ts';
import { createSerializerCompiler } from './http/serialization.ts';
import { compileValidator } from './http/validation.ts';

export type { App } from './http/routes.ts';
export type { Authenticate } from './http/guard.ts';
export type { Language } from './http/language.ts';
export { isOwnOrigin } from './http/guard.ts';
export { dropOldAnswers } from './http/idempotency.ts';

/** Larger bodies are refused with `payload_too_large`; a route that takes files sets its own. */
const BODY_LIMIT = 256 * 1024;

export interface HttpDeps {
  config: Config;
  log: Log;
  clock: Clock;
  db: Database;
  /** Who a cookie belongs to (identity's `authenticate`); without it only public routes answer. */
  authenticate?: Authenticate;
  /** What `/readyz` asks. */
  checks?: ReadyChecks;
  /** Folder of the built pages; `dispatcher-ui/dist` when not given. */
  pages?: string;
}

/**
 * The HTTP server with everything that is the same for all routes: headers, cookies, Origin, sign-in, bodies, problem
 * details, idempotency, health, figures, OpenAPI, pages. Modules add their routes before `listen`; every route must
 * declare `config.access`. It listens on nothing until `app.listen({ host, port })`; `app.close()` leaves nothing open
 * and takes two seconds at most.
 */
export async function createHttpServer(deps: HttpDeps): Promise<App> {
  const { config, log, clock, db } = deps;
  const app: App = fastify({
    loggerInstance: log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    genReqId: () => newId(clock.now()),
    requestIdHeader: false,
    // Only with PUBLIC_URL is there a proxy whose word on the caller's address counts, and only one nearby.
    trustProxy: config.publicUrl === undefined ? false : ['loopback', 'linklocal', 'uniquelocal'],
    frameworkErrors: (error, request, reply) => void sendProblem(request, reply, toProblem(error)),
    clientErrorHandler: (error, socket) => {
      if (socket.writable && (error as NodeJS.ErrnoException).code !== 'ECONNRESET')
        socket.end(bareProblem('invalid_request'));
      else socket.destroy();
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(createSerializerCompiler(log));
  installClosing(app);
  installRouteRules(app);
  installProblems(app, log);
  installBodies(app);
  await installHeaders(app, config);
  await app.register(fastifyCookie);
  installGuard(app, { config, clock, authenticate: deps.authenticate });
  await app.register(fastifyRateLimit, {
    global: false,
    keyGenerator: (request) =>
      request.routeOptions.config.access === 'public' ? request.ip : request.viewer.accountId,
    errorResponseBuilder: (_request, context) =>
      new Problem('too_many_requests', { data: { retryAfter: Math.ceil(context.ttl / 1000) } }),
  });
  installIdempotency(app, { db, clock, log });
  await installOpenApi(app, config);
  installHealth(app, { checks: deps.checks ?? {}, metrics: createMetrics(), log });
  await installPages(app, deps.pages);
  return app;
}
