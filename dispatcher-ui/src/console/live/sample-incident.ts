/** One incident on the wire for tests; `change` says what matters in the test. */
import type { WireIncident } from '#contracts/incident.ts';
import type { ShownIncident } from './reading.ts';

const BASE: WireIncident = {
  id: 'a',
  version: 1,
  state: 'waiting',
  class: 'rescue',
  queue: 'emergency',
  kind: 'sos',
  priority: 1,
  test: false,
  quiet: false,
  silent: false,
  source: 'press',
  openedAt: '2026-11-22T08:00:00.000Z',
  claimedAt: null,
  closedAt: null,
  deadlineAt: '2026-11-22T08:00:10.000Z',
  owes: { kind: 'operators', name: '值班坐席', id: null },
  owner: null,
  code: null,
  reason: '红键呼救',
  summary: null,
  ladder: { step: 0, of: 6, nextAt: null, next: null },
  region: [],
  position: null,
  resident: null,
  residents: [],
  device: null,
  presses: [],
  pressCount: 1,
  lastPressAt: null,
  needs: 1,
  assignments: [],
  handoffs: [],
  calls: [],
  told: [],
  area: null,
  linked: [],
};

export function sampleIncident(change: Partial<WireIncident> = {}): ShownIncident {
  return { ...BASE, ...change, damaged: [] };
}
