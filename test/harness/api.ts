import { randomUUID } from 'node:crypto';
import { generateSync } from 'otplib';
import type { DemoFile } from './platform.ts';

/** An answer over HTTP, its body read as JSON where it is JSON. */
export interface Answer {
  status: number;
  text: string;
  // What the tests look into is theirs to say.
  // eslint-disable-next-line typescript/no-explicit-any
  body: any;
}

/** HTTP as one person: every call with the session's cookie, every changing one with an Idempotency-Key of its own. */
export interface Api {
  cookie: string;
  get(path: string): Promise<Answer>;
  send(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer>;
  /** An act on a case, as the console does it: with its newest version, again where a worker wrote between. */
  act(incident: string, act: string, body?: Record<string, unknown>): Promise<Answer>;
}

/** Calls with the given cookie (empty: nobody). Never throws for a status. */
export function openApi(url: string, cookie = ''): Api {
  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: parse(text) };
  }
  async function act(incident: string, what: string, body: Record<string, unknown> = {}): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const { version } = (await call('GET', `/api/incidents/${incident}`)).body as { version: number };
      const answer = await call('POST', `/api/incidents/${incident}/${what}`, { ...body, version });
      const isOld = (answer.body as { code?: string } | undefined)?.code === 'conflict';
      if (!isOld || tries === 10) return answer;
    }
  }
  return { cookie, get: (path) => call('GET', path), send: call, act };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Signs in an account of demo.json, with its one-time code where it has a second factor. */
export async function signInDemo(url: string, demo: DemoFile, username: string): Promise<Api> {
  const account = demo.accounts.find((one) => one.username === username);
  if (!account) throw new Error(`demo.json has no account ${username}`);
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({
      username,
      password: account.password,
      ...(account.totpSecret !== undefined && { totp: generateSync({ secret: account.totpSecret }) }),
    }),
  });
  if (!response.ok) throw new Error(`${username} could not sign in: ${response.status} ${await response.text()}`);
  return openApi(
    url,
    response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; '),
  );
}
