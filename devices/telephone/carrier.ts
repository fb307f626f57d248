import { createHmac } from 'node:crypto';
import type { Faults } from './faults.ts';
import type { Timeline } from './timeline.ts';

/** Brings requests to who asked for them, signed as Twilio signs them, and misbehaves as `faults` says. */
export interface Carrier {
  /** A callback that nobody waits for: may come late, twice, overtaken or never. */
  tell(url: string, method: string, form: Record<string, string>): void;
  /** A request whose answer is executed; null: none came, or no good one. */
  fetch(url: string, method: string, form: Record<string, string>): Promise<string | null>;
}

/** How long the network waits for an answer, ms. Source: Twilio, "Webhooks: connection overrides" (read timeout 15 s). */
const ANSWER_MS = 15_000;

/** Signs a form for an address: HMAC-SHA1 over it and its sorted parameters. Source: Twilio, "Webhooks security". */
export function sign(authToken: string, url: string, form: Record<string, string>): string {
  const text = Object.keys(form)
    .toSorted()
    .reduce((all, key) => all + key + form[key], url);
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

/** Construction does nothing. */
export function createCarrier(deps: {
  authToken: string;
  timeline: Timeline;
  roll: (fault: keyof Faults) => boolean;
  random: () => number;
  /** Hears of every callback and its answer's status; 0: none. */
  onCarried?: (url: string, form: Record<string, string>, status: number) => void;
}): Carrier {
  const { timeline, random, roll } = deps;

  async function send(url: string, method: string, form: Record<string, string>): Promise<string | null> {
    const address = new URL(url);
    if (method === 'GET') for (const [key, value] of Object.entries(form)) address.searchParams.set(key, value);
    const target = method === 'GET' ? address.href : url;
    try {
      const answer = await fetch(target, {
        method,
        headers: {
          'x-twilio-signature': sign(deps.authToken, target, method === 'GET' ? {} : form),
          'user-agent': 'TwilioProxy/1.1',
          ...(method !== 'GET' && { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' }),
        },
        ...(method !== 'GET' && { body: new URLSearchParams(form).toString() }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await answer.text();
      deps.onCarried?.(url, form, answer.status);
      return answer.ok ? text : null;
    } catch {
      deps.onCarried?.(url, form, 0);
      return null;
    }
  }

  async function later(ms: number, url: string, method: string, form: Record<string, string>): Promise<void> {
    await timeline.wait(ms);
    await timeline.track(send(url, method, form));
  }

  return {
    tell(url, method, form) {
      if (roll('lost')) return;
      let delay = 0;
      if (roll('late')) delay = 5_000 + random() * 15_000;
      else if (roll('wrongOrder')) delay = 500 + random() * 2_500;
      void later(delay, url, method, form);
      if (roll('twice')) void later(delay + random() * 4_000, url, method, form);
    },
    fetch: (url, method, form) => timeline.track(send(url, method, form)),
  };
}
