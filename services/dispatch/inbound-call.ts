import type { Clock } from '#kernel/clock.ts';
import { idFromName } from '#kernel/ids.ts';
import { EVENT_TYPES } from '#contracts/device.ts';
import type { Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Report } from '#telephony/port.ts';
import { changeCase } from './cases.ts';
import { decideDesk } from './domain/desk.ts';
import { SYSTEM, type Incident } from './domain/incident.ts';
import { linkCase } from './domain/link.ts';
import { openIncident } from './domain/presses.ts';
import { isEnded } from './domain/states.ts';
import type { Policies } from './policies.ts';
import { addDecision, loadIncidents, newBatch, saveBatch } from './store.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['find_open_for_update', 'find_incidents_for_update']);

export interface InboundCallsDeps {
  clock: Clock;
  policies: Policies;
  poke: () => void;
}

/** Somebody on the telephone. `home` null: nobody knows whose number it is; `shown`: the number as one reads it. */
export interface InboundCall {
  id: string;
  shown: string;
  /** The event type that the called line stands for (a unit that only dials), or null: a person calls. */
  type: string | null;
  home: {
    householdId: string;
    residentId: string | null;
    regionPath: string;
    position: { lat: number; lon: number } | null;
    contact: { name: string; relation: string } | null;
  } | null;
}

/** Calls to our own number become cases, in telephony's transaction. */
export interface InboundCalls {
  /** Opens a case or joins the one that is open for the home. The same call again is the same case. */
  take(tx: Tx, call: InboundCall): Promise<string>;
  /** What became of such a call goes into the case's history. */
  hear(tx: Tx, report: Report): Promise<void>;
}

/** Construction does nothing. */
export function createInboundCalls(deps: InboundCallsDeps): InboundCalls {
  return {
    take: (tx, call) => take(deps, tx, call),
    async hear(tx, report) {
      if (report.incidentId === null) return;
      if (report.event === 'ended' && report.outcome === 'no_answer')
        await note(deps, tx, report.incidentId, '打进来的电话没等到接听就挂断了,请回电。');
      else if (report.event === 'ended') await note(deps, tx, report.incidentId, '打进来的电话挂断了。');
      else if (report.event === 'joined') await note(deps, tx, report.incidentId, '打进来的电话接通了。');
    },
  };
}

async function take(deps: InboundCallsDeps, tx: Tx, call: InboundCall): Promise<string> {
  const now = deps.clock.now();
  const id = idFromName(`case of the call ${call.id}`, now);
  const household = isHouseholdType(call.type);
  const subject = call.home === null ? `hand:${id}` : `household:${call.home.householdId}`;
  const open = call.home === null ? [] : await loadIncidents(tx, q.find_open_for_update, [[subject]]);
  const ours = open.filter(({ incident }) => !incident.test);
  // A person's call may be about whatever is open for the home, what is most urgent first; a key stays with its class.
  const joined =
    ours.find(({ incident }) => incident.class === (household ? 'household' : 'rescue')) ??
    (call.type === null ? ours[0] : undefined);
  const said = call.home?.contact
    ? `${call.home.contact.relation}${call.home.contact.name}打进 12349`
    : call.type === null
      ? `来电:${call.shown}`
      : `电话机按键:${call.shown}`;
  if (joined) {
    await note(deps, tx, joined.incident.id, `${said},正在线上等。`);
    return joined.incident.id;
  }
  const batch = newBatch(now);
  const policy = deps.policies.current();
  for (const stored of ours) addDecision(batch, stored, linkCase(stored.incident, id, policy, now));
  addDecision(
    batch,
    null,
    openIncident(
      {
        id,
        route: routeOf(call.type),
        place: {
          subject,
          regionPath: call.home?.regionPath ?? null,
          householdId: call.home?.householdId ?? null,
          residentId: call.home?.residentId ?? null,
          deviceId: null,
          position: call.home?.position ? { ...call.home.position, source: 'home' } : null,
        },
        source: 'phone',
        test: false,
        kind: call.type ?? 'phone',
        summary: `${said},正在线上等。`,
        by: SYSTEM,
        press: null,
        linked: ours.map(({ incident }) => incident.id),
      },
      policy,
      now,
    ),
  );
  await saveBatch(tx, batch);
  tx.afterCommit(deps.poke);
  return id;
}

function isHouseholdType(type: string | null): boolean {
  return type !== null && Object.hasOwn(EVENT_TYPES, type) && EVENT_TYPES[type as 'service'] === 'household';
}

/** Nobody knows what a caller needs before he has spoken: he is answered like an emergency, and routed on by who answers. */
function routeOf(type: string | null): Pick<Incident, 'class' | 'queue' | 'priority' | 'quiet'> & { reason: string } {
  if (isHouseholdType(type))
    return { class: 'household', queue: 'household', priority: 3, quiet: false, reason: '电话机的服务键' };
  if (type === 'medical')
    return { class: 'rescue', queue: 'medical', priority: 2, quiet: false, reason: '电话机的医疗键' };
  if (type !== null) return { class: 'rescue', queue: 'emergency', priority: 1, quiet: false, reason: '电话机的红键' };
  return { class: 'rescue', queue: 'emergency', priority: 2, quiet: false, reason: '有人打进来,先接听再分流' };
}

async function note(deps: InboundCallsDeps, tx: Tx, incidentId: string, text: string): Promise<void> {
  const [stored] = await loadIncidents(tx, q.find_incidents_for_update, [[incidentId]]);
  if (!stored || isEnded(stored.incident.state)) return;
  await changeCase(tx, deps, incidentId, null, deps.clock.now(), (incident, policy, now) =>
    decideDesk(incident, { type: 'note', text }, SYSTEM, policy, now),
  );
}
