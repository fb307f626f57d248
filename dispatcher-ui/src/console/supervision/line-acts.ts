import { SUPERVISION_MODES, type SupervisionMode, type WireCall, type WireIncident } from '#contracts/incident.ts';
import type { Me } from '#contracts/session.ts';

export type LineAct = SupervisionMode | 'leaveLine';

/** My own seat on the line of this case, while my telephone rings or is in. */
export function seatOf(incident: Pick<WireIncident, 'calls'>, me: Pick<Me, 'id'>): WireCall | undefined {
  return incident.calls.find((call) => call.purpose === 'supervise' && call.party === me.id && call.endedAt === null);
}

/** Those who talk on the case's telephone line now. */
export function talkers(incident: Pick<WireIncident, 'calls'>): WireCall[] {
  return incident.calls.filter(
    (call) => call.purpose !== 'supervise' && call.state === 'connected' && call.endedAt === null,
  );
}

/** What a supervisor may do on the line now; nobody else may do any of it. */
export function lineActs(incident: Pick<WireIncident, 'calls'>, me: Pick<Me, 'id' | 'role'>): LineAct[] {
  if (me.role !== 'supervisor') return [];
  const mine = seatOf(incident, me);
  const talking = talkers(incident);
  if (talking.some((call) => call.party === me.id)) return [];
  const hasDesk = talking.some((call) => call.purpose === 'desk');
  const modes = SUPERVISION_MODES.filter(
    (mode) => talking.length > 0 && mode !== mine?.wants && (mode !== 'whisper' || hasDesk),
  );
  return mine === undefined ? modes : [...modes, 'leaveLine'];
}
