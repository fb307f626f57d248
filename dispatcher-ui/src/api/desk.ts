import { z } from 'zod';
import { deskPhoneSchema } from '#contracts/account.ts';
import { listOf } from '#contracts/list.ts';
import { wireDeskSchema, type DeskState, type WireDesk } from '#contracts/socket.ts';
import { call } from './http.ts';

/** Says whether I can take calls. */
export function setDesk(state: DeskState): Promise<WireDesk> {
  return call(wireDeskSchema, '/api/desk', { method: 'PUT', body: { state } });
}

/** Every desk of my regions. */
export async function fetchDesks(): Promise<WireDesk[]> {
  return (await call(listOf(wireDeskSchema), '/api/desks')).items;
}

const handoverSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string().nullable(),
  note: z.string(),
  incidents: z.array(z.object({ id: z.string(), who: z.string(), state: z.string(), openedAt: z.string() })),
  signedFromAt: z.string(),
  signedToAt: z.string().nullable(),
  mine: z.boolean(),
});
export type Handover = z.infer<typeof handoverSchema>;

/** Shifts handed over and not yet taken. */
export async function fetchHandovers(): Promise<Handover[]> {
  return (await call(listOf(handoverSchema), '/api/handovers?open=1')).items;
}

/** Hands my shift over: every open case of mine, signed by me. */
export function handOver(note: string, key: string): Promise<Handover> {
  return call(handoverSchema, '/api/handovers', { method: 'POST', body: { note }, key });
}

/** Takes a shift over: its cases become mine. */
export function signHandover(id: string, key: string): Promise<Handover> {
  return call(handoverSchema, `/api/handovers/${encodeURIComponent(id)}/sign`, { method: 'POST', key });
}

/** The telephone on my desk; null: none is known. */
export async function fetchDeskPhone(): Promise<string | null> {
  return (await call(deskPhoneSchema, '/api/me/phone')).phone;
}

/** Sets it; null takes it away. */
export async function setDeskPhone(phone: string | null): Promise<void> {
  await call(deskPhoneSchema, '/api/me/phone', { method: 'POST', body: { phone } });
}
