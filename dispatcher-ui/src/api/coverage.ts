import { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { call } from './http.ts';

const time = z.union([z.string().transform((text) => Date.parse(text)), z.number()]);
const gapSchema = z.object({ name: z.string(), path: z.string(), from: time, to: time }).loose();

/** A stretch (ms) of the coming day in which nobody on duty could come to a grid. */
export interface Gap {
  name: string;
  path: string;
  from: number;
  to: number;
}

/** The hours of the coming day that nobody covers, by grid. */
export async function fetchGaps(): Promise<Gap[]> {
  const answer = await call(listOf(gapSchema) as unknown as z.ZodType<{ items: Gap[] }>, '/api/coverage');
  return answer.items;
}
