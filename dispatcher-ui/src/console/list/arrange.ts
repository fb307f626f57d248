/** The order of the list: red on top, then who waits by priority and age, then what is being handled. */
import type { WireIncident } from '#contracts/incident.ts';
import type { ShownIncident } from '../live/reading.ts';
import { isRed, isUntaken } from '../incident/case-state.ts';

export const TABS = ['all', 'emergency', 'medical', 'household'] as const;
export type Tab = (typeof TABS)[number];

export interface Filter {
  tab: Tab;
  /** Region id, or null for everything I may see. */
  region: string | null;
  words: string;
}

/** The words of an incident among which is searched, in lower case. */
export type SearchText = (incident: WireIncident) => string;

export interface Arrangement {
  /** Always complete, whatever the filter: a life at risk is never filtered away. */
  red: readonly string[];
  waiting: readonly string[];
  active: readonly string[];
  done: readonly string[];
}

/** Sorts and filters. Mine come first among those being handled. */
export function arrange(
  incidents: ReadonlyMap<string, ShownIncident>,
  filter: Filter,
  me: string,
  textOf: SearchText,
): Arrangement {
  const red: WireIncident[] = [];
  const waiting: WireIncident[] = [];
  const active: WireIncident[] = [];
  const done: WireIncident[] = [];
  for (const incident of incidents.values()) {
    if (isRed(incident)) red.push(incident);
    else if (!fits(incident, filter, textOf)) continue;
    else if (isUntaken(incident)) waiting.push(incident);
    else if (incident.state === 'resolved') done.push(incident);
    else active.push(incident);
  }
  const mine = (incident: WireIncident) => (incident.owner?.id === me ? 0 : 1);
  return {
    red: ids(red.sort(byUrgency)),
    waiting: ids(waiting.sort(byUrgency)),
    active: ids(active.sort((a, b) => mine(a) - mine(b) || byAge(a, b))),
    done: ids(done.sort((a, b) => mine(a) - mine(b) || byAge(a, b))),
  };
}

/** Real before drill, then priority, then who has waited longest. */
function byUrgency(a: WireIncident, b: WireIncident): number {
  return Number(a.test) - Number(b.test) || a.priority - b.priority || byAge(a, b);
}

function byAge(a: WireIncident, b: WireIncident): number {
  return a.openedAt < b.openedAt ? -1 : a.openedAt > b.openedAt ? 1 : a.id < b.id ? -1 : 1;
}

function ids(list: readonly WireIncident[]): string[] {
  return list.map((one) => one.id);
}

/** An incident without a region belongs to every operator on duty and is never filtered by place. */
export function inRegion(incident: WireIncident, region: string | null): boolean {
  return region === null || incident.region.length === 0 || incident.region.some((one) => one.id === region);
}

function fits(incident: WireIncident, filter: Filter, textOf: SearchText): boolean {
  if (filter.tab !== 'all' && incident.queue !== filter.tab) return false;
  if (!inRegion(incident, filter.region)) return false;
  const words = filter.words.trim().toLowerCase();
  return words === '' || textOf(incident).includes(words);
}

/** How many are open in each tab, and whether a red one is among them. */
export function countTabs(
  incidents: ReadonlyMap<string, ShownIncident>,
  region: string | null,
): Record<Tab, { open: number; untaken: number }> {
  const counts = {
    all: { open: 0, untaken: 0 },
    emergency: { open: 0, untaken: 0 },
    medical: { open: 0, untaken: 0 },
    household: { open: 0, untaken: 0 },
  };
  for (const incident of incidents.values()) {
    if (!inRegion(incident, region) && !isRed(incident)) continue;
    for (const tab of ['all', incident.queue] as const) {
      if (incident.state !== 'resolved') counts[tab].open += 1;
      if (isUntaken(incident)) counts[tab].untaken += 1;
    }
  }
  return counts;
}

/** The one that should be taken next; undefined when nobody waits. */
export function mostUrgent(incidents: ReadonlyMap<string, ShownIncident>): ShownIncident | undefined {
  let best: ShownIncident | undefined;
  for (const incident of incidents.values()) {
    if (!isUntaken(incident)) continue;
    if (!best || (isRed(incident) !== isRed(best) ? isRed(incident) : byUrgency(incident, best) < 0)) best = incident;
  }
  return best;
}
