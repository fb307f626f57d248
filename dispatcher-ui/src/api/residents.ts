import type { z } from 'zod';
import { listOf } from '#contracts/list.ts';
import { residentSchema } from '#contracts/registry.ts';
import { call } from './http.ts';

export type FoundResident = z.infer<typeof residentSchema>;

/** Residents whose name, number or address matches, for a call that somebody makes by telephone. */
export async function searchResidents(words: string, signal: AbortSignal): Promise<FoundResident[]> {
  return (await call(listOf(residentSchema), `/api/residents?limit=8&q=${encodeURIComponent(words)}`, { signal }))
    .items;
}
