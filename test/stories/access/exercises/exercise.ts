import type { Scene, Target } from '../targets.ts';

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  body?: object;
  /** Instead of the caller's. */
  cookie?: string;
  /** From an address that nothing came from before. */
  afresh?: true;
}

/** How a route is called. */
export interface Exercise {
  /** Calls aimed at things of `target`: they go well on one's own, and must be to the other street's as to nobody's. */
  calls: (target: Target, scene: Scene) => Call[] | Promise<Call[]>;
  /** The answer to one's own when all goes well; 200 unless given. */
  well?: readonly number[];
  /** The call names nothing of any street: it is made once, and its answer looked through. */
  aimless?: true;
  /** The answer holds something of one's own street: shows that looking through answers finds what is there. */
  shows?: true;
  /** Public: it knows nobody's street, and what it answers is looked through only. */
  anybody?: true;
}

export const get = (url: string): Call => ({ method: 'GET', url });
export const send = (method: Exclude<Call['method'], 'GET'>, url: string, body?: object): Call => ({
  method,
  url,
  ...(body && { body }),
});
export const post = (url: string, body: object = {}): Call => send('POST', url, body);

/** `?q=…` with what one might type. */
export const searching = (url: string, ...texts: string[]): Call[] =>
  texts.map((text) => get(`${url}${url.includes('?') ? '&' : '?'}q=${encodeURIComponent(text)}`));
