import type { Packet, Vital } from '#contracts/handoff.ts';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Viewer } from '#platform/access.ts';
import type { Database } from '#platform/database.ts';
import type { Views } from '#dispatch/views.ts';
import { findPeople } from '#registry/people.ts';
import { packetOf } from './packet.ts';

export interface OpenDeps {
  db: Database;
  clock: Clock;
  views: Views;
  /** Our own number, as the centre calls it back. */
  callBack: string;
}

/** What was measured longer ago says little now, ms. */
const VITALS_MS = 24 * 3_600_000;
const MOST_VITALS = 20;

/**
 * Who looks from outside our regions: the offer to his partner is what lets him, so the case is opened to him wherever
 * it lies. The look carries his name.
 */
export function guest(who: { id: string; name: string; address: string | null }): Viewer {
  return {
    accountId: who.id,
    sessionId: '',
    name: who.name,
    role: 'operator',
    staffId: null,
    regions: [''],
    address: who.address,
  };
}

/**
 * Opens a case as a packet: the look of `viewer` at everybody who lives there is written down first. Throws `not_found`
 * when the case does not exist for him.
 */
export async function openPacket(
  deps: OpenDeps,
  viewer: Viewer,
  wanted: { incident: string; target: Packet['target']; handoff: string | null },
): Promise<{ packet: Packet; detail: WireIncidentDetail }> {
  const detail = await deps.views.detail(viewer, wanted.incident, 'zh');
  const now = deps.clock.now();
  const [person] = detail.resident === null ? [] : await findPeople(deps.db, { residentIds: [detail.resident.id] });
  const packet = packetOf({
    detail,
    target: wanted.target,
    handoff: wanted.handoff,
    vitals: await vitalsOf(deps, viewer, detail, now),
    born: person === undefined || person.unreadable.includes('born') ? null : person.born,
    callBack: deps.callBack,
    now,
  });
  return { packet, detail };
}

/** What the case's device measured in the last day, newest first. */
async function vitalsOf(deps: OpenDeps, viewer: Viewer, detail: WireIncidentDetail, now: number): Promise<Vital[]> {
  if (detail.device === null) return [];
  const { items } = await deps.views.presses(viewer, {
    device: detail.device.id,
    adapter: null,
    since: now - VITALS_MS,
    limit: 100,
    cursor: null,
  });
  const found = (items as { device: string; type: string; receivedAt: string; raw: string | null }[]).filter(
    (one) => one.type === 'vitals' && one.raw !== null,
  );
  return found
    .flatMap((one) => valuesOf(one.raw!).map((value) => ({ at: one.receivedAt, device: one.device, ...value })))
    .slice(0, MOST_VITALS);
}

const NAMES: Record<string, string> = {
  heartRate: '心率',
  heart_rate: '心率',
  spo2: '血氧',
  systolic: '收缩压',
  diastolic: '舒张压',
  temperature: '体温',
  glucose: '血糖',
  respiration: '呼吸频率',
};

function valuesOf(raw: string): { name: string; value: string }[] {
  let body: unknown;
  try {
    body = JSON.parse(raw);
  } catch {
    // What a device says that speaks no JSON stays in the raw bytes of the console.
    return [];
  }
  const { detail, vitals } = (body ?? {}) as { detail?: unknown; vitals?: unknown };
  const values = { ...asObject(detail), ...asObject(vitals) };
  return Object.entries(values).flatMap(([key, value]) =>
    (typeof value === 'number' || typeof value === 'string') && NAMES[key] !== undefined
      ? [{ name: NAMES[key], value: String(value).slice(0, 40) }]
      : [],
  );
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
