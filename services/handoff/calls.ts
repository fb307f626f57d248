import { idFromName } from '#kernel/ids.ts';
import { Problem } from '#kernel/errors.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database, Tx } from '#platform/database.ts';
import { loadQueries } from '#platform/sql.ts';
import { changeCase } from '#dispatch/cases.ts';
import { decideDesk } from '#dispatch/domain/desk.ts';
import type { Actor, HandoffTarget } from '#dispatch/domain/incident.ts';
import { decideStreet } from '#dispatch/domain/street.ts';
import type { Policies } from '#dispatch/policies.ts';
import { mayRecord } from '#registry/recording.ts';
import type { CallOrder, Report, Telephony } from '#telephony/port.ts';
import { guest, openPacket, type OpenDeps } from './open.ts';
import type { AskedPartner, Offer } from './rows.ts';

const q = loadQueries(import.meta.url, 'handoff', [
  'add_call',
  'due_calls',
  'order_call',
  'find_call',
  'end_call',
  'live_calls',
  'get_offer',
  'get_partner',
]);

export interface CallsDeps extends OpenDeps {
  db: Database;
  clock: Clock;
  policies: Policies;
  poke: () => void;
  telephony?: Telephony | undefined;
}

/** A centre that did not pick up is called again after so long, ms, and so often in all. */
const AGAIN_MS = 30_000;
const MOST_CALLS = 4;
const RING_S = 45;

/** Orders the automatic calls that are due; each in a transaction of its own. Answers how many. */
export async function orderDueCalls(deps: CallsDeps): Promise<number> {
  if (deps.telephony === undefined) return 0;
  const due = await deps.db.query<{ id: string }>(q.due_calls, [new Date(deps.clock.now()), 10]);
  for (const { id } of due) await deps.db.tx((tx) => orderCall(deps, tx, id));
  return due.length;
}

async function orderCall(deps: CallsDeps, tx: Tx, id: string): Promise<void> {
  const now = deps.clock.now();
  if ((await tx.query(q.order_call, [id, new Date(now)])).length === 0) return;
  const [call] = await tx.query<CallRow>(q.find_call, [id]);
  const [offer] = await tx.query<Offer>(q.get_offer, [call!.handoffId]);
  const [partner] = await tx.query<AskedPartner>(q.get_partner, [offer!.partnerId]);
  const viewer = guest({ id: partner!.id, name: `${partner!.name}(自动电话)`, address: null });
  const { packet } = await openPacket(deps, viewer, {
    incident: offer!.incidentId,
    target: offer!.target,
    handoff: offer!.handoffId,
  });
  if (packet.handoff?.state !== 'offered') {
    await tx.query(q.end_call, [id, new Date(now), 'not_needed']);
    return;
  }
  const { householdId } = await deps.views.placeOf(packet.incident);
  const record = await mayRecord(tx, { householdId, residentId: null });
  await deps.telephony!.place(
    tx,
    callOf(id, { to: partner!.phone, record }, packet.incident, [
      '这里是12349一键通,自动转接。',
      packet.script.first,
      `编号${packet.reference},${packet.oneEvent}。`,
    ]),
  );
}

/** What the centre hears and may press: 1 takes it, with both numbers typed in; 2 speaks to our operator. */
function callOf(id: string, line: Pick<CallOrder, 'to' | 'record'>, incidentId: string, say: string[]): CallOrder {
  return {
    id,
    incidentId,
    ...line,
    say,
    ask: [
      {
        key: '1',
        means: 'accepted',
        offered: '接下请按1',
        numbers: [
          { name: 'caseNumber', say: '请输入您的案件号,按井号结束。', most: 20 },
          { name: 'seat', say: '请输入您的坐席号,按井号结束。', most: 8 },
        ],
        thanks: '登记好了,谢谢。',
        join: false,
      },
      { key: '2', means: 'connect', offered: '要和坐席说话请按2', numbers: [], thanks: '这就给您接通。', join: true },
    ],
    join: false,
    ringS: RING_S,
  };
}

interface CallRow {
  id: string;
  handoffId: string;
  attempt: number;
  incidentId: string;
  target: HandoffTarget;
  name: string | null;
}

/**
 * What became of a call that this module ordered, in telephony's transaction; null for anybody else's. Only a key with
 * both numbers accepts; what came too late is answered with a sentence.
 */
export async function hearReport(deps: CallsDeps, tx: Tx, report: Report): Promise<{ say: string } | null> {
  if (report.kind !== 'call') return null;
  const [call] = await tx.query<CallRow>(q.find_call, [report.id]);
  if (call === undefined) return null;
  const by: Actor = { kind: 'partner', id: null, name: call.name ?? call.target };
  if (report.event === 'ended') await ended(deps, tx, call, by, report);
  const say = report.event === 'chosen' ? await choose(deps, tx, call, by, report) : null;
  return say === null ? null : { say };
}

async function choose(deps: CallsDeps, tx: Tx, call: CallRow, by: Actor, report: Report): Promise<string | null> {
  await tx.query(q.end_call, [call.id, new Date(report.at), report.means === 'accepted' ? 'chosen' : 'connected']);
  if (report.means !== 'accepted') return null;
  const { caseNumber, seat } = report.typed;
  if (!caseNumber || !seat) {
    await note(deps, tx, call, by, '自动电话里按了接下,但没有输案件号和坐席号,还不算接下');
    return '没有听到案件号和坐席号,还不算接下,我们的坐席马上给您打电话。';
  }
  try {
    await changeCase(tx, deps, call.incidentId, null, deps.clock.now(), (incident, policy, now) =>
      decideStreet(
        incident,
        { type: 'handoff_update', handoff: call.handoffId, to: 'accepted', caseNumber, seat },
        by,
        policy,
        now,
      ),
    );
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return '这一件已经不用您派了,以坐席电话里说的为准,谢谢。';
  }
}

const WORDS: Record<string, string> = {
  no_choice: '接了,没按键',
  answered: '接了,没按键',
  no_answer: '没人接',
  busy: '占线',
  voicemail: '是语音信箱',
  bad_number: '号码不对',
  failed: '没打通',
  unknown: '不知道接没接',
};

/** Nobody took it: the history says so, and it is tried again while the offer stands. */
async function ended(deps: CallsDeps, tx: Tx, call: CallRow, by: Actor, report: Report): Promise<void> {
  const outcome = report.outcome ?? 'unknown';
  if ((await tx.query(q.end_call, [call.id, new Date(report.at), outcome])).length === 0 || outcome === 'cancelled')
    return;
  await note(deps, tx, call, by, `第 ${call.attempt} 次自动电话:${WORDS[outcome] ?? '没打通'}`);
  if (call.attempt >= MOST_CALLS) return;
  const now = deps.clock.now();
  await tx.query(q.add_call, [
    idFromName(`${call.handoffId}/call/${call.attempt + 1}`, now),
    call.handoffId,
    call.attempt + 1,
    new Date(now + AGAIN_MS),
  ]);
}

async function note(deps: CallsDeps, tx: Tx, call: CallRow, by: Actor, text: string): Promise<void> {
  await changeCase(tx, deps, call.incidentId, null, deps.clock.now(), (incident, policy, now) =>
    incident.state === 'closed' || incident.state === 'cancelled'
      ? null
      : decideDesk(incident, { type: 'note', text }, by, policy, now),
  );
}

/** The handoff was answered in another way: calls that wait are not placed, those under way are hung up. */
export async function cancelCalls(
  deps: { clock: Clock; telephony?: Telephony | undefined },
  tx: Tx,
  handoffId: string,
): Promise<void> {
  for (const call of await tx.query<{ id: string; ordered: boolean }>(q.live_calls, [handoffId])) {
    await tx.query(q.end_call, [call.id, new Date(deps.clock.now()), 'cancelled']);
    if (call.ordered) await deps.telephony?.hangUp(tx, call.id);
  }
}
