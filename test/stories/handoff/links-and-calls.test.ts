import { afterAll, describe, expect, test } from 'vitest';
import { createHandoff, type HandoffModule } from '#handoff/handoff.ts';
import { createCases } from '#dispatch/cases.ts';
import { createPolicies } from '#dispatch/policies.ts';
import { createViews } from '#dispatch/views.ts';
import { recordAudit } from '#identity/audit.ts';
import { recordLook } from '#identity/looks.ts';
import { newId } from '#kernel/ids.ts';
import { createLog } from '#platform/log.ts';
import { createSealing } from '#platform/sealing.ts';
import { whereAre } from '#responders/positions.ts';
import type { CallOrder, MessageOrder, Report, Telephony } from '#telephony/port.ts';
import { startCaseWorld } from '../telephone/case-world.ts';
import { startRig } from './rig.ts';

const rig = await startRig();
afterAll(() => rig.stop());
const { running, clock, send } = rig;
const centre = await rig.partner({ smsNumber: '15400000120', automatic: true });

/** What was ordered of the telephone; the orders themselves are telephony's to carry. */
const placed: CallOrder[] = [];
const messages: MessageOrder[] = [];
const hungUp: string[] = [];
const telephony: Telephony = {
  place: async (_tx, order) => void placed.push(order),
  send: async (_tx, order) => void messages.push(order),
  hangUp: async (_tx, id) => void hungUp.push(id),
  seat: async () => undefined,
  stopRecording: async () => false,
};

const policies = createPolicies({ db: running.db, log: createLog('silent') });
await policies.refresh();
const poke = (): void => undefined;
const shared = { db: running.db, clock, policies, poke };
const module: HandoffModule = createHandoff({
  ...shared,
  log: createLog('silent'),
  cases: createCases(shared),
  views: createViews({ db: running.db, clock, policies, recordLook, whereAre }),
  telephony,
  sealing: createSealing(running.config),
  recordLook,
  recordAudit,
  callBack: '12349',
  baseUrl: () => 'https://12349.example',
});

async function handOver(automatic: boolean, drill = false): Promise<{ id: string; handoff: string; outcome: string }> {
  const { id } = await rig.claimed();
  if (drill) await running.db.pool.query('update incident set test = true where id = $1', [id]);
  const { version } = await rig.detail(id);
  await send(rig.operator, 'POST', `/api/incidents/${id}/handoff`, { version, to: '120' });
  const { id: handoff, to } = (await rig.detail(id)).handoffs.at(-1)!;
  const asked = { incidentId: id, handoffId: handoff, target: to, automatic };
  const outcome = await running.db.tx((tx) => module.begin(tx, asked));
  // Begun twice, as a worker that was killed does: nothing is sent twice.
  await running.db.tx((tx) => module.begin(tx, asked));
  await module.runOnce();
  await module.runOnce();
  return { id, handoff, outcome };
}

const report = (call: CallOrder, more: Partial<Report>): Promise<{ say: string } | null> =>
  running.db.tx((tx) =>
    module.onReport(tx, {
      kind: 'call',
      id: call.id,
      incidentId: call.incidentId,
      at: clock.now(),
      event: 'ringing',
      means: null,
      typed: {},
      outcome: null,
      ...more,
    }),
  );

describe('the link of a message', () => {
  const tokenOf = (text: string): string => /https:\/\/12349\.example\/packet#(\S+)$/.exec(text)![1]!;

  test('names nobody, opens the packet once, and says afterwards by whom; who looked is written down', async () => {
    const { id } = await handOver(false);
    const sent = messages.filter((one) => one.incidentId === id);
    expect(sent).toHaveLength(1);
    expect([sent[0]!.to, sent[0]!.text]).toEqual(['15400000120', expect.stringContaining('同一事件,请勿重复派车')]);
    const { resident } = await rig.detail(id);
    for (const secret of [resident!.name, resident!.phone!, resident!.address])
      expect(sent[0]!.text).not.toContain(secret);
    const open = (who: string) => send(null, 'POST', '/api/handoff-links/open', { token: tokenOf(sent[0]!.text), who });
    const answers = await Promise.all(['1 号席 赵刚', '2 号席', '3 号席'].map(open));
    expect(answers.map((one) => one.status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const winner = answers.findIndex((one) => one.status === 200);
    const who = ['1 号席 赵刚', '2 号席', '3 号席'][winner]!;
    expect(answers[winner]!.body.packet).toMatchObject({ incident: id, who: { name: resident!.name } });
    const late = await open('4 号席');
    expect([late.status, late.body.code]).toEqual([409, 'offer_gone']);
    expect(late.body.detail).toContain(`由“${who}”打开过了`);
    const looks = await send(rig.own.people.auditor, 'GET', `/api/residents/${resident!.id}/looks`);
    expect(looks.body.items.map((one: { by: { name: string } }) => one.by.name)).toContain(
      `120 指挥中心 ${who}(短信链接)`,
    );
    const { rows } = await running.db.pool.query('select hash from handoff_link');
    expect(rows.some((row: { hash: string }) => row.hash.includes(tokenOf(sent[0]!.text)))).toBe(false);
  });

  test('is of no use after an hour, and an unknown one is refused in words', async () => {
    const { id } = await handOver(false);
    const token = tokenOf(messages.find((one) => one.incidentId === id)!.text);
    clock.advance(3_600_001);
    const late = await send(null, 'POST', '/api/handoff-links/open', { token, who: '1 号席' });
    expect([late.status, late.body.detail]).toEqual([409, '这个链接超过一小时,已经失效。要看案情请打 12349']);
    const unknown = await send(null, 'POST', '/api/handoff-links/open', { token: 'abc', who: '1 号席' });
    expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
    expect((await send(null, 'POST', '/api/handoff-links/open', { token, who: '' })).status).toBe(422);
  });
});

describe('the automatic call', () => {
  const callsOf = (id: string): CallOrder[] => placed.filter((one) => one.incidentId === id);

  test('is placed once, says the first sentence, and accepts with a key and both numbers', async () => {
    const { id, handoff, outcome } = await handOver(true);
    expect(outcome).toBe('called_automatically');
    const [call, ...more] = callsOf(id);
    expect(more).toEqual([]);
    expect([call!.to, call!.say[1], call!.ask!.map((one) => [one.key, one.means])]).toEqual([
      '120',
      expect.stringMatching(/^按键求救,神志未知、呼吸未知,/),
      [
        ['1', 'accepted'],
        ['2', 'connect'],
      ],
    ]);
    const typed = { caseNumber: '0017', seat: '3' };
    expect(await report(call!, { event: 'chosen', means: 'accepted', typed })).toBeNull();
    await report(call!, { event: 'ended', outcome: 'chosen' });
    const { handoffs, timeline } = await rig.detail(id);
    expect(handoffs[0]).toMatchObject({ id: handoff, state: 'accepted', caseNumber: '0017', seat: '3' });
    expect(timeline.at(-1)).toMatchObject({ kind: 'handoff_accepted', by: { kind: 'partner', name: '120 指挥中心' } });
    clock.advance(600_000);
    await module.runOnce();
    expect(callsOf(id)).toHaveLength(1);
  });

  test('without both numbers accepts nothing, and says so', async () => {
    const { id } = await handOver(true);
    const [call] = callsOf(id);
    const said = await report(call!, { event: 'chosen', means: 'accepted', typed: { caseNumber: '0017' } });
    expect(said?.say).toContain('还不算接下');
    expect((await rig.detail(id)).handoffs[0]!.state).toBe('offered');
  });

  test('that nobody picks up is made again, four times in all, each in the history', async () => {
    const { id } = await handOver(true);
    for (let attempt = 1; attempt <= 6; attempt++) {
      const calls = callsOf(id);
      await report(calls.at(-1)!, { event: 'ended', outcome: attempt === 2 ? 'busy' : 'no_answer' });
      await report(calls.at(-1)!, { event: 'ended', outcome: 'no_answer' });
      clock.advance(30_000);
      await module.runOnce();
    }
    expect(callsOf(id)).toHaveLength(4);
    expect(new Set(callsOf(id).map((one) => one.id)).size).toBe(4);
    const notes = (await rig.detail(id)).timeline.filter((line) => line.text.includes('次自动电话'));
    expect(notes.map((line) => line.text.replace(/^记录:/, ''))).toEqual([
      '第 1 次自动电话:没人接',
      '第 2 次自动电话:占线',
      '第 3 次自动电话:没人接',
      '第 4 次自动电话:没人接',
    ]);
  });

  test('is hung up when the centre has answered in another way, and what is chosen late is refused in words', async () => {
    const { id, handoff } = await handOver(true);
    const [call] = callsOf(id);
    const { version } = await rig.detail(id);
    const body = { version, handoff, state: 'accepted', caseNumber: '5', seat: '1' };
    await send(rig.operator, 'POST', `/api/incidents/${id}/handoff_update`, body);
    await module.onCase({ incident: id, kind: 'handoff_accepted', ref: handoff });
    expect(hungUp).toContain(call!.id);
    const late = await report(call!, { event: 'chosen', means: 'accepted', typed: { caseNumber: '9', seat: '9' } });
    expect(late?.say).toContain('已经不用您派了');
    expect((await rig.detail(id)).handoffs[0]).toMatchObject({ caseNumber: '5' });
  });

  test('is not made for a drill, nor while an operator has it, nor to a centre that has not agreed', async () => {
    const drill = await handOver(true, true);
    expect(callsOf(drill.id)).toEqual([]);
    const byVoice = await handOver(false);
    expect([byVoice.outcome, callsOf(byVoice.id)]).toEqual(['sent_to_partner', []]);
    await running.db.pool.query('update partner set automatic = false where id = $1', [centre.id]);
    const notAgreed = await handOver(true);
    expect([notAgreed.outcome, callsOf(notAgreed.id)]).toEqual(['sent_no_call_agreed', []]);
  });

  test('over a network that does everything wrong is one at a time for each handoff, and accepts once', async () => {
    const world = await startCaseWorld({ seed: 120, others: { pickUp: 'never' } });
    const { network, rows, pass, jobOf } = world;
    try {
      network.setFaults({
        busy: 0.03,
        noAnswer: 0.03,
        rejected: 0.02,
        tooMany: 0.08,
        serverError: 0.08,
        errorAfter: 0.1,
        timeoutAfter: 0.1,
        late: 0.15,
        twice: 0.2,
        wrongOrder: 0.2,
        lost: 0.08,
      });
      // At first it is busy; then somebody takes down what is said.
      network.script('120', { pickUp: 'busy' });
      const boxes = await rows<{ id: string }>(
        `select distinct on (household_id) id from device where household_id is not null order by household_id, id limit 6`,
      );
      const ids = await world.press(boxes.map((box) => box.id));
      await pass(110, 10);
      await pass(36, 4);
      network.script('120', { pickUp: 3, keys: ['1', '77#', '5#'], keyAfterS: 1 });
      const open = `select 1 from handoff h where h.target = '120' and h.state = 'offered'
        and (select count(*) from handoff_call c where c.handoff_id = h.id and c.ended_at is not null) < 4`;
      for (let looks = 0; looks < 60 && (await rows(open)).length > 0; looks++) await pass(20, 4);
      expect(await rows(open)).toEqual([]);

      const handoffs = await rows<{ id: string; state: string; accepted: number }>(
        `select h.id, h.state, (select count(*) from history l where l.incident_id = h.incident_id and l.kind = 'handoff_accepted'
           and l.data ->> 'handoff' = h.id::text)::int as accepted
         from handoff h where h.incident_id = any ($1) and h.target = '120'`,
        [ids],
      );
      expect(handoffs).toHaveLength(ids.length);
      const calls = await rows<{
        id: string;
        handoff: string;
        ordered: Date;
        ended: Date | null;
        outcome: string | null;
      }>(
        `select id, handoff_id as handoff, ordered_at as ordered, ended_at as ended, outcome from handoff_call
         where ordered_at is not null order by handoff_id, attempt`,
      );
      expect(calls.length).toBeGreaterThan(ids.length);
      for (const { id, state, accepted } of handoffs) {
        const own = calls.filter((call) => call.handoff === id);
        // Each call was on the network once at most, and the next was made when the one before had ended.
        for (const call of own) expect(network.legs.filter((leg) => jobOf(leg) === call.id).length).toBeLessThan(2);
        for (const [place, call] of own.slice(1).entries())
          expect(call.ordered.getTime()).toBeGreaterThanOrEqual(own[place]!.ended!.getTime());
        // A yes ends the calling; without one all four were made and are told.
        const yes = own.filter((call) => call.outcome === 'chosen');
        expect([id, accepted, yes.length]).toEqual([id, state === 'accepted' ? 1 : 0, state === 'accepted' ? 1 : 0]);
        if (yes.length > 0) expect(own.at(-1)!.id).toBe(yes[0]!.id);
        else expect(own.every((call) => call.ended !== null) && own.length === 4).toBe(true);
      }
      expect(handoffs.filter((one) => one.state === 'accepted').length).toBeGreaterThan(ids.length / 2);
      expect(network.violations).toEqual([]);
    } finally {
      await world.stop();
    }
  });

  test('of somebody else is nobody’s of ours', async () => {
    const stranger = { id: newId(clock.now()), incidentId: null } as unknown as CallOrder;
    expect(await report(stranger, { event: 'ended', outcome: 'busy' })).toBeNull();
  });
});
