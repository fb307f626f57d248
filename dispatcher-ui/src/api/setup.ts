import type { z } from 'zod';
import { setupAnswerSchema, type setupSchema } from '#contracts/account.ts';
import { actKey, call } from './http.ts';

export type SetupInput = z.input<typeof setupSchema>;
export type SetupAnswer = z.infer<typeof setupAnswerSchema>;

/** The two steps of making the first administrator; the contract is in contracts/account.ts. */
export function setUp(body: SetupInput): Promise<SetupAnswer> {
  return call(setupAnswerSchema, '/api/setup', { method: 'POST', body, key: actKey() });
}
