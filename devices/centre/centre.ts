/**
 * The system of a hospital that takes handoffs by itself, as a partner would build it: a receiver of signed webhooks
 * (services/handoff/README.md) that answers through the partner API. For the demo.
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';

export interface CentreDeps {
  clock: Clock;
  /** `whsec_` and base64, as it was shown when the webhook was entered. */
  secret: string;
  username: string;
  password: string;
  /** Where the platform is, without a slash at the end; empty while it does not listen. */
  platformUrl: () => string;
  /** What went wrong, in a line. */
  warn: (words: string) => void;
}

export interface Centre {
  /** Listens on loopback, on any free port; answers where. */
  start(): Promise<string>;
  stop(): Promise<void>;
}

/** After being offered: what it says when, ms. Somebody reads the case first, then the ambulance is sent. */
const STEPS = [
  { after: 4_000, step: 'accept' },
  { after: 10_000, step: 'dispatch' },
  { after: 100_000, step: 'arrive' },
  { after: 190_000, step: 'close' },
] as const;
const WINDOW_S = 300;
const MOST_BYTES = 1_000_000;
const MINUTES = 12;

const eventSchema = z.object({
  type: z.string(),
  data: z.object({ handoff: z.string(), test: z.boolean(), state: z.string() }),
});

/** Construction does nothing. */
export function createCentre(deps: CentreDeps): Centre {
  const key = Buffer.from(deps.secret.replace('whsec_', ''), 'base64');
  // What came before under the same id is not done twice.
  const seen = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  let server: Server | undefined;
  let cookie: string | undefined;
  let number = 0;

  function isSigned(request: IncomingMessage, body: string): boolean {
    const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map((name) =>
      String(request.headers[`webhook-${name}`] ?? ''),
    );
    if (!(Math.abs(deps.clock.now() / 1000 - Number(timestamp)) <= WINDOW_S)) return false;
    const wanted = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
    return signatures!.split(' ').some((one) => {
      const given = Buffer.from(one);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    });
  }

  async function post(path: string, body: object): Promise<Response> {
    return fetch(`${deps.platformUrl()}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(cookie !== undefined && { cookie }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    });
  }

  async function signIn(): Promise<void> {
    const { username, password } = deps;
    const answer = await post('/api/session', { username, password });
    if (!answer.ok) throw new Error(`sign-in: ${answer.status}`);
    cookie = answer.headers.getSetCookie()[0]?.split(';', 1)[0];
  }

  /** One step; when it was refused nothing more follows: somebody at the desk has done otherwise. */
  async function take(handoff: string, step: string, body: object): Promise<boolean> {
    const path = `/api/partner/handoffs/${handoff}/${step}`;
    if (cookie === undefined) await signIn();
    let answer = await post(path, body);
    if (answer.status === 401) {
      await signIn();
      answer = await post(path, body);
    }
    return answer.ok;
  }

  function follow(handoff: string, place: number): void {
    const next = STEPS[place];
    if (next === undefined) return;
    const wait = next.after - (STEPS[place - 1]?.after ?? 0);
    const timer = setTimeout(() => {
      timers.delete(timer);
      number += 1;
      const bodies = {
        accept: { seat: '急诊分诊台', caseNumber: `XY-${String(deps.clock.now()).slice(-8)}-${number}` },
        dispatch: { minutes: MINUTES },
        arrive: {},
        close: {},
      };
      take(handoff, next.step, bodies[next.step]).then(
        (isDone) => void (isDone && follow(handoff, place + 1)),
        (error: Error) => deps.warn(`the simulated centre could not ${next.step}: ${error.message}`),
      );
    }, wait);
    timers.add(timer);
  }

  async function hear(request: IncomingMessage): Promise<number> {
    let body = '';
    for await (const part of request.setEncoding('utf8')) {
      body += String(part);
      if (body.length > MOST_BYTES) return 413;
    }
    if (!isSigned(request, body)) return 401;
    const event = eventSchema.safeParse(JSON.parse(body));
    if (!event.success) return 400;
    const id = String(request.headers['webhook-id']);
    const isNew = !seen.has(id);
    seen.add(id);
    const { type, data } = event.data;
    // A drill is heard, and nobody is sent.
    if (isNew && type === 'handoff.offered' && data.state === 'offered' && !data.test) follow(data.handoff, 0);
    return 204;
  }

  return {
    async start() {
      const made = createServer((request: IncomingMessage, response: ServerResponse) => {
        hear(request).then(
          (status) => response.writeHead(status).end(),
          () => response.writeHead(400).end(),
        );
      });
      server = made;
      await new Promise<void>((listening, failed) => {
        made.once('error', failed);
        made.listen(0, '127.0.0.1', listening);
      });
      return `http://127.0.0.1:${(made.address() as AddressInfo).port}/handoffs`;
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      server?.closeAllConnections();
      await new Promise<void>((closed) => (server ? server.close(() => closed()) : closed()));
    },
  };
}
