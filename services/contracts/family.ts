/** `GET /api/family/:token`: what one of the family sees of a case, without signing in. Times are ISO 8601 UTC. */
import { z } from 'zod';
import { INCIDENT_STATES } from './incident.ts';

export const familyViewSchema = z.object({
  /** As strangers may read it over her shoulder: 王奶奶 or 王**. */
  who: z.string(),
  state: z.enum(INCIDENT_STATES),
  openedAt: z.string(),
  /** What was said at the box, oldest first. */
  steps: z.array(z.object({ at: z.string(), text: z.string() })),
  /** Who is on the way, as the box calls him, and when he is expected. */
  coming: z.array(z.object({ name: z.string(), etaAt: z.string().nullable(), arrived: z.boolean() })),
  /** Where one can call: the platform's own number. */
  callBack: z.string(),
  at: z.string(),
});
export type FamilyView = z.infer<typeof familyViewSchema>;
