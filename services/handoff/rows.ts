import type { HandoffTarget } from '#dispatch/domain/incident.ts';

/** A partner as it is asked. */
export interface AskedPartner {
  id: string;
  name: string;
  target: string;
  phone: string;
  webhookUrl: string | null;
  smsNumber: string | null;
  automatic: boolean;
}

/** Which partner was asked for a handoff. */
export interface Offer {
  handoffId: string;
  incidentId: string;
  partnerId: string | null;
  target: HandoffTarget;
  offeredAt: Date;
}
