/** One shaking finger: which touches are one press. */

export type BoxKey = 'red' | 'green' | 'family' | 'fine';

/** A tremor of 4–6 Hz bounces the finger every 150–250 ms: touches closer than this are the same press. */
const SAME_PRESS_MS = 500;
/** Whoever hammers on without a pause still presses anew after this long. */
const LONGEST_PRESS_MS = 3000;

/**
 * Says of each touch whether it is a press of its own. The red key always wins: what else is grazed within half a second
 * after it is the same hand, but red within half a second after another key is red.
 */
export function createPressGuard(): (key: BoxKey, nowMs: number) => boolean {
  const touched = new Map<BoxKey, { from: number; last: number }>();
  return (key, now) => {
    const red = touched.get('red');
    if (key !== 'red' && red && now - red.last < SAME_PRESS_MS) return false;
    const before = touched.get(key);
    if (before && now - before.last < SAME_PRESS_MS && now - before.from < LONGEST_PRESS_MS) {
      before.last = now;
      return false;
    }
    touched.set(key, { from: now, last: now });
    return true;
  };
}
