/** Times as people read them. The clock on the wall is Asia/Shanghai, UTC+8 without summer time. */
import type { WireIncident } from '#contracts/incident.ts';

const SHANGHAI_MS = 8 * 3_600_000;

function local(ms: number): string {
  return new Date(ms + SHANGHAI_MS).toISOString();
}

/** `14:02:31`. */
export function clockTime(ms: number): string {
  return local(ms).slice(11, 19);
}

/** `14:02`, or with the day in front when it was not the day of `now`: `11-21 14:02`. */
export function shortTime(ms: number, now: number): string {
  const text = local(ms);
  return text.slice(0, 10) === local(now).slice(0, 10)
    ? text.slice(11, 16)
    : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
}

/** Time passed, or left: `00:07`, `12:40`, from one hour on `1:02:40`. Never negative. */
export function span(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1_000));
  const hours = Math.floor(total / 3_600);
  const minutes = String(Math.floor(total / 60) % 60).padStart(2, '0');
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${minutes}:${seconds}` : `${minutes}:${seconds}`;
}

export type Nearness = 'far' | 'near' | 'passed';

/** A deadline is near when a quarter or less of its time is left. `since` and `deadlineAt` in ms. */
export function nearness(now: number, since: number, deadlineAt: number | null): Nearness {
  if (deadlineAt === null) return 'far';
  if (now >= deadlineAt) return 'passed';
  return (deadlineAt - now) / Math.max(1, deadlineAt - since) <= 0.25 ? 'near' : 'far';
}

/** Where the present deadline began, as well as the incident itself tells: the last step that is on it. */
export function lastStepAt(incident: WireIncident, now: number): number {
  const steps = [incident.openedAt, incident.claimedAt, incident.lastPressAt];
  for (const one of incident.assignments)
    steps.push(one.offeredAt, one.acceptedAt, one.departedAt, one.arrivedAt, one.endedAt);
  for (const one of incident.handoffs) steps.push(one.offeredAt, one.acceptedAt);
  let last = Date.parse(incident.openedAt);
  for (const step of steps) {
    const at = step === null ? 0 : Date.parse(step);
    if (at <= now && at > last) last = at;
  }
  return last;
}
