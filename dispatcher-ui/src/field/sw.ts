/**
 * The page of `/field` opens where there is no network: its own files, and nothing else, are kept by the browser. What the
 * server says (`/api`, sockets) never goes through here. The build writes the list of files; another list is another
 * version, taken at once. Not a module: browsers run it by itself.
 */
interface Scope {
  addEventListener(
    name: 'install' | 'activate',
    listen: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
  addEventListener(
    name: 'fetch',
    listen: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  location: Location;
}

const worker = self as unknown as Scope;
const { version, files } = JSON.parse('__SHELL__') as { version: string; files: string[] };
const PAGE = '/field';
const NAME = `field-${version}`;
/** A network that is there and slow: the page is opened from what is kept after so long, ms. */
const PATIENCE_MS = 4_000;

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(forget()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) event.respondWith(open(request));
  else if (files.includes(pathname)) event.respondWith(kept(request));
});

async function keep(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll([PAGE, ...files].map((path) => new Request(path, { cache: 'no-cache' })));
  await worker.skipWaiting();
}

async function forget(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('field-') && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The newest page while there is a network; else the one that is kept. */
async function open(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) return answer;
    return (await caches.match(PAGE)) ?? answer;
  } catch (error) {
    const page = await caches.match(PAGE);
    if (page === undefined) throw error;
    return page;
  }
}

/** Files carry a hash in their name: what is kept is what the server has. */
async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
