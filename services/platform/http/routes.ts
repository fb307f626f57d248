import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteOptions,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Role } from '#contracts/session.ts';
import type { Viewer } from '../access.ts';
import type { Language } from './language.ts';

/** Who may call a route: anybody, everybody who is signed in, or these roles. */
export type Access = 'public' | 'signed_in' | readonly Role[];

/** One line of what the server answers to, for the tests that go through all of it. */
export interface RouteEntry {
  method: string;
  /** The pattern, with `:params`. */
  url: string;
  access: Access;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call it. Every route says so; without it the server does not start. */
    access: Access;
    /** A changing route that takes no body. One that has neither this nor a body schema is refused at start. */
    bodyless?: boolean;
    /**
     * Its answer or its body holds a secret (a password, a device's key): neither is kept for the Idempotency-Key; a
     * repeat is told that it is done and that the secret was shown once.
     */
    secret?: boolean;
  }
  interface FastifyInstance {
    /** Every route, in the order of registration (the HEAD twins of GET routes left out). */
    routeRegistry: readonly RouteEntry[];
  }
  interface FastifyRequest {
    /** Who is asking. Reading it on a public route throws: there is nobody to know. */
    readonly viewer: Viewer;
    /** The language of the answer's words: zh unless Accept-Language prefers en. */
    readonly language: Language;
    /**
     * The id (UUID v7) of what this call makes, the same on every repeat with the same Idempotency-Key, also after a
     * crash in between: a route that creates uses it as the new row's id, `on conflict do nothing`.
     */
    readonly intentId: string;
  }
}

/** The HTTP server as every module's `registerXRoutes(app, deps)` takes it. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** True of methods that change something (RFC 9110 §9.2.1 calls the others safe). */
export function isChanging(method: string): boolean {
  return CHANGING.has(method);
}

/**
 * Keeps the registry of routes and refuses, at start, a route that does not say who may call it or a changing route
 * whose body nobody checks. To be installed before any route.
 */
export function installRouteRules(app: App): void {
  const registry: RouteEntry[] = [];
  app.decorate('routeRegistry', registry);
  app.addHook('onRoute', (route: RouteOptions) => {
    for (const method of [route.method].flat()) {
      const name = `${method} ${route.url}`;
      const access = route.config?.access;
      if (access === undefined) throw new Error(`${name} does not say who may call it: config.access is missing`);
      if (isChanging(method) && !route.schema?.body && !route.config?.bodyless) {
        throw new Error(`${name} changes something but checks no body: give it schema.body, or config.bodyless`);
      }
      if (method !== 'HEAD') registry.push({ method, url: route.url, access });
    }
  });
}

/** The methods that are answered at `path` (no query), by the patterns of the registry. */
export function methodsAt(registry: readonly RouteEntry[], path: string): string[] {
  const segments = path.split('/');
  return registry
    .filter(({ url }) => {
      const pattern = url.split('/');
      return (
        pattern.length === segments.length &&
        pattern.every((part, i) => (part.startsWith(':') ? segments[i] !== '' : part === segments[i]))
      );
    })
    .map(({ method }) => method);
}
