import {
  medicalDetailSchema,
  medicalQueueSchema,
  packetSchema,
  partnerQueueSchema,
  partnerStepSchema,
  type MedicalDetail,
  type MedicalQueue,
  type Packet,
  type PartnerQueue,
  type PartnerStep,
} from '#contracts/handoff.ts';
import { z } from 'zod';
import { actKey, call } from '../api/http.ts';

/** What this centre was asked for; `all`: also what is over. */
export function fetchQueue(all: boolean, signal: AbortSignal): Promise<PartnerQueue> {
  return call(partnerQueueSchema, `/api/partner/handoffs?limit=100${all ? '&all=true' : ''}`, { signal });
}

/** The packet, opened: the server writes the look down. */
export function fetchPacket(handoff: string, signal: AbortSignal): Promise<Packet> {
  return call(packetSchema, `/api/partner/handoffs/${encodeURIComponent(handoff)}`, { signal });
}

/** One step of the centre; the answer says in words what became of it. */
export async function sendStep(handoff: string, step: PartnerStep, body: object): Promise<string> {
  const path = `/api/partner/handoffs/${encodeURIComponent(handoff)}/${step}`;
  return (await call(partnerStepSchema, path, { method: 'POST', body, key: actKey() })).says;
}

/** Opens the link of a message, once. */
export async function openLink(token: string, who: string): Promise<Packet> {
  const answer = z.object({ packet: packetSchema });
  return (await call(answer, '/api/handoff-links/open', { method: 'POST', body: { token, who } })).packet;
}

/** The medical cases of one's regions. */
export function fetchMedicalQueue(signal: AbortSignal): Promise<MedicalQueue> {
  return call(medicalQueueSchema, '/api/medical/cases?limit=100', { signal });
}

/** A medical case, opened: the server writes the look down. */
export function fetchMedical(id: string, signal: AbortSignal): Promise<MedicalDetail> {
  return call(medicalDetailSchema, `/api/medical/cases/${encodeURIComponent(id)}`, { signal });
}

/** What the medical desk does: advise, send, handoff. Answers the case after it. */
export function actMedical(id: string, act: 'advise' | 'send' | 'handoff', body: object): Promise<MedicalDetail> {
  const path = `/api/medical/cases/${encodeURIComponent(id)}/${act}`;
  return call(medicalDetailSchema, path, { method: 'POST', body, key: actKey() });
}
