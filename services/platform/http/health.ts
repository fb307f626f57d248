import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { sendProblem } from './problems.ts';
import type { App } from './routes.ts';
import { Problem } from '#kernel/errors.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** What `/metrics` shows; a module adds its own when it registers its routes. */
    metrics: Registry;
  }
}

/** What `/readyz` asks, by name (`database`, `broker`, `queues`): resolves when it works, rejects when not. */
export type ReadyChecks = Record<string, () => Promise<void>>;

const CHECK_TIMEOUT_MS = 2_000;

/** A registry with Node's own figures in it; every module may add its own, the server serves it at `/metrics`. */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

async function isWorking(check: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, false);
  });
  try {
    return await Promise.race([check().then(() => true), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** `/healthz` (the process lives), `/readyz` (what it needs works; each check has 2 s), `/metrics` (Prometheus). */
export function installHealth(app: App, deps: { checks: ReadyChecks; metrics: Registry; log: Log }): void {
  app.decorate('metrics', deps.metrics);
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [deps.metrics],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions?.url ?? 'none';
    duration.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    // The pattern, not the address: a search holds names.
    deps.log.debug(
      {
        request: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'http',
    );
  });

  app.get(
    '/healthz',
    { config: { access: 'public' }, schema: { response: { 200: z.object({ status: z.literal('ok') }) } } },
    async () => ({ status: 'ok' as const }),
  );

  const ready = z.object({ status: z.literal('ready'), checks: z.record(z.string(), z.literal('ok')) });
  app.get('/readyz', { config: { access: 'public' }, schema: { response: { 200: ready } } }, async (request, reply) => {
    const results = await Promise.all(
      Object.entries(deps.checks).map(
        async ([name, check]) => [name, (await isWorking(check)) ? 'ok' : 'failed'] as const,
      ),
    );
    const checks = Object.fromEntries(results);
    if (results.some(([, result]) => result === 'failed'))
      return sendProblem(request, reply, new Problem('unavailable', { data: { checks } }));
    return { status: 'ready' as const, checks: checks as Record<string, 'ok'> };
  });

  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) => {
    reply.header('content-type', deps.metrics.contentType);
    return deps.metrics.metrics();
  });
}
