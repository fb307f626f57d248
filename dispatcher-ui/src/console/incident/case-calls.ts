import type { WireCall, WireIncident } from '#contracts/incident.ts';

/** The newest call to this person for this case; what only waits for its turn is none yet. */
export function newestCall(incident: Pick<WireIncident, 'calls'>, party: string): WireCall | undefined {
  return incident.calls.findLast(
    (call) => call.party === party && call.state !== 'waiting' && call.state !== 'cancelled',
  );
}

/** Ringing, or somebody on the line. */
export function isOnTheLine(call: WireCall): boolean {
  return call.endedAt === null && call.state !== 'waiting';
}
