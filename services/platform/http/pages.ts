import { existsSync, statSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#kernel/errors.ts';
import type { Config } from '../config.ts';
import { noRoute } from './problems.ts';
import type { App } from './routes.ts';

const BUILT_PAGES = fileURLToPath(new URL('../../../dispatcher-ui/dist/', import.meta.url));

/** Addresses that are never a page: an unknown one among them is a problem, not the console. */
const NOT_PAGES = /^\/(?:api|webhooks|socket\.io|healthz|readyz|metrics|assets)(?:\/|$)/;

const HOUR_S = 3_600;
/** Keeps the page of `/field` on a phone: asked for anew each time, or an old deployment would stay there. */
const WORKER = '/sw.js';

/**
 * The headers of helmet. What the page needs beyond its own files: inline styles (antd writes them), workers from blobs
 * (MapLibre), and the broker's WebSocket (the device page) on whatever name the browser used for this host.
 */
export async function installHeaders(app: App, config: Config): Promise<void> {
  const isHttps = config.publicUrl?.startsWith('https:') ?? false;
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        mediaSrc: ["'self'", 'data:', 'blob:'],
        workerSrc: ["'self'", 'blob:'],
        childSrc: ["'self'", 'blob:'],
        connectSrc: [
          "'self'",
          'blob:',
          'data:',
          (request) => brokerSources((request as { headers: { host?: string } }).headers.host, config.mqttWsPort),
        ],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Browsers complain about these on plain HTTP, which is how a street office without a certificate runs it.
    hsts: isHttps ? { maxAge: 180 * 24 * HOUR_S } : false,
    crossOriginOpenerPolicy: isHttps ? { policy: 'same-origin' } : false,
    originAgentCluster: isHttps,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    reply.header('permissions-policy', 'camera=(), microphone=(self), geolocation=(self)');
  });
}

function brokerSources(host: string | undefined, port: number): string {
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d+)?$/i.exec(host ?? '')?.[1] ?? '127.0.0.1';
  return `ws://${name}:${port} wss://${name}:${port}`;
}

/**
 * The pages: built files as they are (`/assets/*` carry a hash in their name and are kept for a year, `.gz`/`.br` beside
 * them are used), and `index.html`, never from a cache, for every address that is a page of the app.
 */
export async function installPages(app: App, folder: string = BUILT_PAGES): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    suppressWarning: true,
    dotfiles: 'deny',
    cacheControl: false,
  });
  app.get('/*', { config: { access: 'public' }, schema: { hide: true } }, (request, reply) =>
    servePage(app, folder, request, reply),
  );
}

async function servePage(
  app: App,
  folder: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const path = decodePath(request.url);
  if (path === undefined) throw new Problem('invalid_request');
  if (path !== '/' && path !== '/index.html' && isFile(folder, path)) {
    reply.header('cache-control', path === WORKER ? 'no-cache' : keepFor(path));
    return reply.sendFile(path);
  }
  if (NOT_PAGES.test(path) || /\.[a-z0-9]{1,8}$/i.test(path.replace('/index.html', ''))) throw noRoute(app, request);
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Problem('unavailable', {
      detail: '页面还没有生成,请运行 npm run build | The pages are not built yet: npm run build',
    });
  }
  reply.header('cache-control', 'no-cache');
  return reply.sendFile('/index.html');
}

function keepFor(path: string): string {
  return path.startsWith('/assets/') ? `public, max-age=${365 * 24 * HOUR_S}, immutable` : `public, max-age=${HOUR_S}`;
}

function decodePath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

function isFile(folder: string, path: string): boolean {
  const file = normalize(join(folder, path));
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return false;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
