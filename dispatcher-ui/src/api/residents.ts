import { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { call } from './http.ts';

const foundSchema = z.object({ id: z.string(), name: z.string(), address: z.string().nullish(), phone: z.string().nullish(), age: z.number().nullish() }).loose();
export type FoundResident = z.infer<typeof foundSchema>;

/** Residents whose name, number or address matches, for a call that somebody makes by telephone. */
export async function searchResidents(words: string, signal: AbortSignal): Promise<FoundResident[]> {
  return (await call(listOf(foundSchema), `/api/residents?limit=8&q=${encodeURIComponent(words)}`, { signal })).items;
}
