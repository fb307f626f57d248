import { addFact, endDraft, startDraft } from './draft.ts';
import { SYSTEM, type Decision, type Incident } from './incident.ts';
import type { Policy } from './policy.ts';
import { settle } from './timers.ts';

/** Another case of the same home: both say so. */
export function linkCase(incident: Incident, other: string, policy: Policy, now: number): Decision {
  const draft = startDraft(incident, policy, now);
  if (!draft.i.linked.includes(other)) draft.i.linked.push(other);
  addFact(draft, 'linked', SYSTEM, { other });
  settle(draft);
  return endDraft(draft);
}

/** One of several homes of one grid that called within minutes; it stays its own case. */
export function joinArea(
  incident: Incident,
  area: { id: string; name: string; count: number },
  policy: Policy,
  now: number,
): Decision {
  const draft = startDraft(incident, policy, now);
  draft.i.areaId = area.id;
  addFact(draft, 'area', SYSTEM, { area: area.id, name: area.name, count: area.count });
  settle(draft);
  return endDraft(draft);
}
