import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** A signature older or newer than this is refused by whoever checks it, s (Standard Webhooks 1.0.0, “Verifying”). */
export const WINDOW_S = 300;

/** A new secret in the form of Standard Webhooks: `whsec_` and the base64 of 32 random bytes. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** HMAC-SHA256 over `id.timestamp.body`, as `v1,<base64>` (Standard Webhooks 1.0.0). `timestamp` in s. */
export function signatureOf(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Whether one of the space-separated signatures of a request is ours and its time is within the window of `now` (ms). */
export function isSigned(
  secret: string,
  headers: { id: string; timestamp: string; signature: string },
  body: string,
  now: number,
): boolean {
  const timestamp = Number(headers.timestamp);
  if (!Number.isInteger(timestamp) || Math.abs(now / 1000 - timestamp) > WINDOW_S) return false;
  const wanted = Buffer.from(signatureOf(secret, headers.id, timestamp, body));
  return headers.signature.split(' ').some((one) => {
    const given = Buffer.from(one);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
