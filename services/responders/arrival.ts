import { ARRIVED_ACCURACY, ARRIVED_METRES, NOT_THERE_METRES } from '#contracts/field.ts';
import { metresBetween } from '#registry/geometry.ts';

/** A place, WGS-84. */
export interface Spot {
  lat: number;
  lon: number;
}

/** What a fix says of whether somebody has arrived: a fix older than this says nothing, ms. */
const FRESH_MS = 120_000;

/**
 * Whether a fix shows that he is at the door (`there`), shows that he is not (`away`, with the metres), or says neither:
 * too uncertain, too old, or the home's place is not known.
 */
export function judgeArrival(
  home: Spot | null,
  fix: (Spot & { accuracy: number | null; at: number }) | null,
  now: number,
): { is: 'there' } | { is: 'away'; metres: number } | { is: 'unsure' } {
  if (home === null || fix === null || now - fix.at > FRESH_MS) return { is: 'unsure' };
  if (fix.accuracy === null || fix.accuracy > ARRIVED_ACCURACY) return { is: 'unsure' };
  const metres = Math.round(metresBetween(home, fix));
  if (metres <= ARRIVED_METRES) return { is: 'there' };
  return metres > NOT_THERE_METRES ? { is: 'away', metres } : { is: 'unsure' };
}
