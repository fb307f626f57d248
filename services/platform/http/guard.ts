import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Viewer } from '../access.ts';
import type { Config } from '../config.ts';
import { languageOf } from './language.ts';
import { isChanging, type App } from './routes.ts';

/**
 * Who the cookie belongs to, or null: the same function for HTTP and for sockets. `address` is the caller's, for the
 * record of what he looks at.
 */
export type Authenticate = (cookieHeader: string | undefined, address: string | null) => Promise<Viewer | null>;

/**
 * True unless a browser says that another site sent it: Origin must be this host (or that of PUBLIC_URL); a client
 * without Origin (a program, a webhook) passes unless Sec-Fetch-Site names another site. For sockets too, where
 * browsers always send Origin.
 */
export function isOwnOrigin(headers: IncomingHttpHeaders, config: Pick<Config, 'publicUrl'>): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return headers['sec-fetch-site'] !== 'cross-site';
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  if (from.protocol !== 'http:' && from.protocol !== 'https:') return false;
  if (config.publicUrl !== undefined && from.origin === new URL(config.publicUrl).origin) return true;
  return host !== undefined && from.host === host.toLowerCase();
}

const VIEWER = Symbol('viewer');
const INTENT = Symbol('intent');

declare module 'fastify' {
  interface FastifyRequest {
    [VIEWER]: Viewer | null;
    [INTENT]: string | null;
  }
}

/** Sets what `request.intentId` answers; only the keeper of Idempotency-Keys does. */
export function setIntentId(request: { [INTENT]: string | null }, id: string): void {
  request[INTENT] = id;
}

/**
 * Before anything of a request is read: the Origin of changing calls, then who is asking and whether his role may.
 * Without `authenticate` everything but the public routes answers `unauthenticated`.
 */
export function installGuard(
  app: App,
  deps: { config: Config; clock: Clock; authenticate: Authenticate | undefined },
): void {
  app.decorateRequest(VIEWER, null);
  app.decorateRequest(INTENT, null);
  app.decorateRequest('viewer', {
    getter() {
      const viewer = this[VIEWER];
      if (viewer === null) throw new Error('a public route has no viewer');
      return viewer;
    },
  });
  app.decorateRequest('language', {
    getter() {
      return languageOf(this.headers['accept-language']);
    },
  });
  app.decorateRequest('intentId', {
    getter() {
      return (this[INTENT] ??= newId(deps.clock.now()));
    },
  });
  app.addHook('onRequest', async (request) => {
    if (isChanging(request.method) && !isOwnOrigin(request.headers, deps.config)) throw new Problem('bad_origin');
    if (request.is404) return;
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    const viewer = (await deps.authenticate?.(request.headers.cookie, request.ip)) ?? null;
    if (viewer === null) throw new Problem('unauthenticated');
    if (access !== 'signed_in' && !access.includes(viewer.role)) throw new Problem('forbidden');
    request[VIEWER] = viewer;
  });
}
