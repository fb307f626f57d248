/** The one way out to the server: JSON both ways, answers parsed, refusals as ApiError with the server's own code. */
import i18next from 'i18next';
import { z } from 'zod';
import { problemSchema, type ProblemBody } from '#contracts/session.ts';

const TIMEOUT_MS = 8_000;

/** `code` is the server's, or `offline` (no answer came) or `unreadable` (an answer that does not fit its schema). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody | null;

  constructor(status: number, code: string, body: ProblemBody | null = null) {
    super(body?.detail ?? body?.title ?? code);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** One per act of a person, the same on every retry of that act. */
  key?: string;
  signal?: AbortSignal;
  /** How long an answer is waited for, ms; 8 s unless given. */
  timeoutMs?: number;
}

/** A fresh key for one act. */
export function actKey(): string {
  return crypto.randomUUID();
}

/**
 * Calls `path` and parses the answer with `schema`. Throws ApiError, also after 8 s without an answer.
 */
export async function call<T>(schema: z.ZodType<T>, path: string, options: CallOptions = {}): Promise<T> {
  const { body, response } = await send(path, options);
  if (!response.ok) throw refusal(response.status, body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    console.warn(`answer of ${path} does not fit`, parsed.error.issues.slice(0, 3));
    throw new ApiError(response.status, 'unreadable');
  }
  return parsed.data;
}

async function send(path: string, options: CallOptions): Promise<{ response: Response; body: unknown }> {
  const method = options.method ?? 'GET';
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': i18next.language };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['idempotency-key'] = options.key ?? actKey();
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
    const text = await response.text();
    return { response, body: text === '' ? null : parseJson(text) };
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, 'offline');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusal(status: number, body: unknown): ApiError {
  const problem = problemSchema.safeParse(body);
  return problem.success
    ? new ApiError(status, problem.data.code, problem.data)
    : new ApiError(status, status >= 500 ? 'unavailable' : 'internal');
}

/** A sentence for a person: what went wrong, in his language. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.code === 'offline') return i18next.t('error.offline');
    if (error.code === 'unreadable') return i18next.t('error.unreadable');
    return error.body?.detail ?? error.body?.title ?? i18next.t('error.other');
  }
  return i18next.t('error.other');
}

/** For answers nobody reads. */
export const nothing = z.unknown();
