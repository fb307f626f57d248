import { z } from 'zod';
import {
  wireIncidentDetailSchema,
  wireIncidentSchema,
  type CommandName,
  type commandBodies,
  type openByHandSchema,
  type WireIncident,
  type WireIncidentDetail,
} from '#contracts/incident.ts';
import { ApiError, call } from './http.ts';

export type CommandBody<Name extends CommandName> = z.input<(typeof commandBodies)[Name]>;

/** The incident opened, unmasked; the server records the look. */
export function fetchDetail(id: string, signal: AbortSignal): Promise<WireIncidentDetail> {
  return call(wireIncidentDetailSchema, `/api/incidents/${encodeURIComponent(id)}`, { signal });
}

const RETRY_AFTER_MS = [400, 1_200];

/**
 * One act on an incident. When no answer comes it is sent again under the same key, so that it is never done twice;
 * after three times ApiError `offline`: nobody knows whether it was done.
 */
export async function sendCommand<Name extends CommandName>(
  id: string,
  name: Name,
  body: CommandBody<Name>,
  key: string,
): Promise<WireIncident> {
  const once = () =>
    call(wireIncidentSchema, `/api/incidents/${encodeURIComponent(id)}/${name}`, { method: 'POST', body, key });
  for (const wait of RETRY_AFTER_MS) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof ApiError) || (error.code !== 'offline' && error.code !== 'unavailable')) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return once();
}

/** Opened by hand: somebody called, or stands at the counter. */
export function openByHand(body: z.input<typeof openByHandSchema>, key: string): Promise<WireIncident> {
  return call(wireIncidentSchema, '/api/incidents', { method: 'POST', body, key });
}

const summarySchema = z.object({
  waiting: z.number(),
  active: z.number(),
  today: z.number(),
  longestWaitS: z.number().nullable(),
});
export type Summary = z.infer<typeof summarySchema>;

/** The figures of the head of the page. */
export function fetchSummary(): Promise<Summary> {
  return call(summarySchema, '/api/summary');
}

const ownerSchema = z.object({ owner: z.object({ name: z.string() }).loose().nullish() }).loose();

/** Who stood in the way of a refused act, when the server says so. */
export function ownerIn(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  const parsed = ownerSchema.safeParse(error.body);
  return parsed.success ? (parsed.data.owner?.name ?? null) : null;
}
