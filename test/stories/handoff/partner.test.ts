import { afterAll, describe, expect, test } from 'vitest';
import { startRig } from './rig.ts';

const rig = await startRig();
afterAll(() => rig.stop());
const { send } = rig;
const centre = await rig.partner({});
const theirs = await rig.partner({ street: rig.other, name: '邻区 120' });
const numbers = { caseNumber: '20261124-0017', seat: '3' };

describe('a centre', () => {
  test('sees what it was offered without a name, opens it with a recorded look, and takes it all the way', async () => {
    const { id, home } = await rig.claimed();
    const handoff = await rig.handOver(id);
    const queue = await send(centre.person, 'GET', '/api/partner/handoffs');
    expect(queue.body.items.map((one: { id: string }) => one.id)).toEqual([handoff]);
    expect([queue.text.includes(home.name), queue.text.includes(home.phone)]).toEqual([false, false]);

    const packet = await rig.open(centre.person, handoff);
    expect(packet).toMatchObject({
      incident: id,
      who: { name: home.name, phone: home.phone },
      where: { address: home.address, wgs84: { lat: home.lat, lon: home.lon } },
      handoff: { id: handoff, state: 'offered' },
    });
    expect(packet.where.gcj02).not.toEqual(packet.where.wgs84);
    const looks = await send(rig.own.people.auditor, 'GET', `/api/residents/${home.residentId}/looks`);
    expect(looks.body.items[0]).toMatchObject({
      by: { id: centre.person.accountId },
      what: 'incident',
      incidentId: id,
    });

    const url = `/api/partner/handoffs/${handoff}`;
    const steps: [string, object, string][] = [
      ['accept', numbers, 'accepted'],
      ['dispatch', { minutes: 9 }, 'dispatched'],
      ['arrive', {}, 'on_scene'],
      ['close', { text: '送中心医院' }, 'closed'],
    ];
    for (const [step, body, state] of steps) {
      const answer = await send(centre.person, 'POST', `${url}/${step}`, body);
      expect([step, answer.status, answer.body.handoff?.state], answer.text).toEqual([step, 200, state]);
    }
    const { timeline, state } = await rig.detail(id);
    const lines = timeline.filter((line) => line.by.kind === 'partner').map((line) => [line.kind, line.by.name]);
    expect(lines).toEqual([
      ['handoff_accepted', '120 指挥中心'],
      ['handoff_dispatched', '120 指挥中心'],
      ['note', '120 指挥中心'],
      ['handoff_on_scene', '120 指挥中心'],
      ['handoff_closed', '120 指挥中心'],
      ['note', '120 指挥中心'],
    ]);
    expect(timeline.some((line) => line.text.includes('20261124-0017'))).toBe(true);
    expect(state).not.toBe('closed');
  });

  test('has only its own: another centre’s handoff is as if nobody had it', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    const url = `/api/partner/handoffs/${handoff}`;
    for (const [method, path, body] of [
      ['GET', url],
      ['GET', `${url}/eido`],
      ['GET', `${url}/fhir`],
      ['POST', `${url}/accept`, numbers],
      ['POST', `${url}/reject`, { reason: '不是我们的' }],
      ['POST', `${url}/update`, { text: '看看' }],
    ] as const) {
      const answer = await send(theirs.person, method, path, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found']);
    }
    expect((await rig.queue(theirs.person, true)).items).toEqual([]);
  });

  test('that says the same twice is answered the same; another number for it is refused in words', async () => {
    const { id } = await rig.claimed();
    const url = `/api/partner/handoffs/${await rig.handOver(id)}`;
    expect((await send(centre.person, 'POST', `${url}/accept`, numbers)).status).toBe(200);
    const again = await send(centre.person, 'POST', `${url}/accept`, numbers);
    expect([again.status, again.body.handoff.caseNumber]).toEqual([200, numbers.caseNumber]);
    const another = await send(centre.person, 'POST', `${url}/accept`, { caseNumber: '99', seat: '3' });
    expect([another.status, another.body.code]).toEqual([409, 'offer_gone']);
    expect(another.body.detail).toContain('20261124-0017');
    const accepted = (await rig.detail(id)).timeline.filter((line) => line.kind === 'handoff_accepted');
    expect(accepted).toHaveLength(1);
  });

  test('is told in words what has happened when it comes too late or out of order', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    const url = `/api/partner/handoffs/${handoff}`;
    const early = await send(centre.person, 'POST', `${url}/arrive`, {});
    expect([early.status, early.body.detail]).toEqual([409, '还没有接下']);
    const { version } = await rig.detail(id);
    await send(rig.operator, 'POST', `/api/incidents/${id}/handoff_update`, {
      version,
      handoff,
      state: 'withdrawn',
      reason: '3 号席电话确认',
    });
    const late = await send(centre.person, 'POST', `${url}/accept`, numbers);
    expect([late.status, late.body.code, late.body.detail]).toEqual([
      409,
      'offer_gone',
      '坐席已经收回这一件,不用派车了',
    ]);
    expect((await rig.queue(centre.person)).items.map((one) => one.id)).not.toContain(handoff);
    const all = (await rig.queue(centre.person, true)).items;
    expect(all.find((one) => one.id === handoff)).toMatchObject({ id: handoff, state: 'withdrawn', ended: true });
  });

  test('that refuses says why, and the case stays ours', async () => {
    const { id } = await rig.claimed();
    const url = `/api/partner/handoffs/${await rig.handOver(id)}`;
    expect((await send(centre.person, 'POST', `${url}/reject`, { reason: ' ' })).status).toBe(422);
    expect((await send(centre.person, 'POST', `${url}/reject`, { reason: '车都出去了' })).status).toBe(200);
    expect(await rig.detail(id)).toMatchObject({
      owner: { id: rig.operator.accountId },
      handoffs: [{ state: 'rejected', rejectReason: '车都出去了' }],
    });
  });

  test('without numbers accepts nothing', async () => {
    const { id } = await rig.claimed();
    const url = `/api/partner/handoffs/${await rig.handOver(id)}/accept`;
    for (const body of [{}, { caseNumber: '7' }, { caseNumber: ' ', seat: '1' }])
      expect((await send(centre.person, 'POST', url, body)).status).toBe(422);
    expect((await rig.detail(id)).handoffs[0]!.state).toBe('offered');
  });

  test('of which twenty calls come at once accepts once', async () => {
    const { id } = await rig.claimed();
    const url = `/api/partner/handoffs/${await rig.handOver(id)}/accept`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        send(centre.person, 'POST', url, { caseNumber: `N${place}`, seat: '1' }),
      ),
    );
    expect(answers.filter((one) => one.status === 200)).toHaveLength(1);
    expect(answers.filter((one) => one.status === 409 && one.body.code === 'offer_gone')).toHaveLength(19);
    expect((await rig.detail(id)).timeline.filter((line) => line.kind === 'handoff_accepted')).toHaveLength(1);
  });
});
