import { afterAll, describe, expect, test } from 'vitest';
import { inboundKey } from '#telephony/lines.ts';
import { pressOf, signInPerson } from '../access/streets.ts';
import { startRig } from './rig.ts';

const rig = await startRig();
afterAll(() => rig.stop());
const { send, running, clock } = rig;
const { medic, operator, admin } = rig.own.people;

async function medicalCase(): Promise<{ id: string; deviceId: string; residentId: string; name: string }> {
  const home = rig.own.home();
  const [receipt] = await running.receive([pressOf(home.deviceId, clock, { type: 'medical' })]);
  return { ...home, id: receipt!.incident! };
}

describe('the medical desk', () => {
  test('sees its queue, the health card and what devices measured; each opening is written down', async () => {
    const { id, deviceId, residentId, name } = await medicalCase();
    await running.receive([
      pressOf(deviceId, clock, {
        type: 'vitals',
        key: null,
        raw: Buffer.from('{"detail":{"heart_rate":118,"spo2":91}}'),
      }),
    ]);
    const queue = await send(medic, 'GET', '/api/medical/cases');
    expect(queue.body.items.find((one: { id: string }) => one.id === id)).toMatchObject({
      who: expect.stringContaining(name),
      owner: null,
    });
    const { body } = await send(medic, 'GET', `/api/medical/cases/${id}`);
    expect(body.packet).toMatchObject({ who: { name }, what: { presses: [{ words: '医疗键' }] } });
    expect(body.packet.vitals.map((one: { name: string; value: string }) => [one.name, one.value])).toEqual([
      ['心率', '118'],
      ['血氧', '91'],
    ]);
    const looks = await send(rig.own.people.auditor, 'GET', `/api/residents/${residentId}/looks`);
    expect(looks.body.items[0].by.id).toBe(medic.accountId);
  });

  test('has only medical cases: a red key is not its business until it is handed to a hospital', async () => {
    const { id } = await rig.claimed();
    expect((await send(medic, 'GET', `/api/medical/cases/${id}`)).status).toBe(404);
    await rig.handOver(id, 'hospital');
    expect((await send(medic, 'GET', `/api/medical/cases/${id}`)).status).toBe(200);
    const { items } = (await send(medic, 'GET', '/api/medical/cases')).body;
    expect(items.map((one: { id: string }) => one.id)).toContain(id);
  });

  test('advises, sends a medic, hands to 120, and it stays the operator’s, open and as urgent as it was', async () => {
    const { id } = await medicalCase();
    await send(operator, 'POST', `/api/incidents/${id}/claim`);
    const before = await rig.detail(id);
    const url = `/api/medical/cases/${id}`;
    expect((await send(medic, 'POST', `${url}/advise`, { text: '让她平躺' })).status).toBe(200);
    const { rows } = await running.db.pool.query(
      `select payload from outbox where topic = 'console' and payload -> 'notice' ->> 'code' = 'advice'`,
    );
    expect(
      rows.map((row: { payload: { notice: { text: string; incident: string } } }) => row.payload.notice),
    ).toContainEqual(expect.objectContaining({ incident: id, text: expect.stringContaining('让她平躺') }));
    const { medics } = (await send(medic, 'GET', url)).body;
    const sent = await send(medic, 'POST', `${url}/send`, { medic: medics[0].id });
    expect([sent.status, sent.body.sent]).toEqual([200, [{ name: medics[0].name, state: 'offered' }]]);
    const again = await send(medic, 'POST', `${url}/send`, { medic: medics[0].id });
    expect([again.status, again.body.detail]).toEqual([409, `已经派给 ${medics[0].name} 了`]);
    expect((await send(medic, 'POST', `${url}/handoff`, { note: '像心梗' })).status).toBe(200);
    const after = await rig.detail(id);
    expect(after).toMatchObject({
      owner: { id: operator.accountId },
      state: 'claimed',
      priority: before.priority,
      queue: before.queue,
      handoffs: [{ to: '120', state: 'offered' }],
    });
    const texts = after.timeline.map((line) => line.text).join('\n');
    expect(texts).toContain('医嘱:让她平躺');
    for (const step of ['close', 'resolve', 'cancel', 'route', 'release'])
      expect(
        (await send(medic, 'POST', `/api/incidents/${id}/${step}`, { version: after.version, queue: 'household' }))
          .status,
      ).toBe(403);
  });
});

describe('the first questions', () => {
  test('are answered by one call each, kept in the history, and are what the centre is told first', async () => {
    const centre = await rig.partner({});
    const { id } = await rig.claimed();
    const ask = (question: string, answer: string) =>
      send(operator, 'POST', `/api/incidents/${id}/answers`, { question, answer });
    for (const [question, answer] of [
      ['conscious', 'yes'],
      ['conscious', 'no'],
      ['breathing', 'yes'],
      ['chest_pain', 'yes'],
      ['bleeding', 'unknown'],
    ] as const)
      expect((await ask(question, answer)).status).toBe(200);
    expect((await ask('breathing', 'maybe')).status).toBe(422);
    const before = await rig.detail(id);
    expect(before.answers).toEqual({ conscious: 'no', breathing: 'yes', chest_pain: 'yes', bleeding: 'unknown' });
    expect(before.timeline.filter((line) => line.kind === 'answers')).toHaveLength(5);
    expect([before.state, before.queue]).toEqual(['claimed', 'emergency']);
    const packet = await rig.open(centre.person, await rig.handOver(id));
    expect(packet.script.first.startsWith('胸痛,神志不清、呼吸有,')).toBe(true);
  });
});

describe('partners', () => {
  test('are entered by the administrator; the webhook’s secret is shown once, and never again', async () => {
    const body = {
      target: 'hospital',
      name: '新医院',
      regionId: rig.own.id,
      phone: '0710-3511234',
      webhookUrl: 'https://hospital.example/hook',
    };
    const added = await send(admin, 'POST', '/api/partners', body);
    expect([added.status, added.body.webhookSecret]).toEqual([201, expect.stringMatching(/^whsec_/)]);
    const { id, version } = added.body;
    const listed = await send(admin, 'GET', '/api/partners?limit=200');
    expect(listed.text).not.toContain('whsec_');
    expect(listed.body.items.find((one: { id: string }) => one.id === id)).toMatchObject({
      name: '新医院',
      webhookUrl: 'https://hospital.example/hook',
    });
    const renewed = await send(admin, 'PATCH', `/api/partners/${id}`, { version, newSecret: true, automatic: true });
    expect([renewed.status, renewed.body.automatic]).toEqual([200, true]);
    expect(renewed.body.webhookSecret).not.toBe(added.body.webhookSecret);
    const old = await send(admin, 'PATCH', `/api/partners/${id}`, { version, name: '旧版本' });
    expect([old.status, old.body.code]).toEqual([409, 'conflict']);
    for (const wrong of [{ webhookUrl: 'ftp://x' }, { phone: 'abc' }, { accounts: [operator.accountId] }])
      expect((await send(admin, 'PATCH', `/api/partners/${id}`, { version: version + 1, ...wrong })).status).toBe(422);
  });

  test('lines of units that can only dial: a number in any spelling, one key each, taken away again; the versions of policies are kept', async () => {
    const all = await signInPerson(running, clock, 'admin', { id: 'all', path: '', name: '全部' });
    const put = (number: string, key: string | null) =>
      send(all, 'PUT', `/api/phone-lines/${encodeURIComponent(number)}`, { key });
    expect((await put('0710-3511 999', 'sos')).body.items).toEqual([{ number: '+867103511999', key: 'sos' }]);
    expect((await put('07103511999', 'service')).body.items).toEqual([{ number: '+867103511999', key: 'service' }]);
    expect(await inboundKey(running.db, '+867103511999')).toBe('service');
    for (const [number, key] of [
      ['12', 'sos'],
      ['0710-3511999', 'heartbeat'],
    ] as const)
      expect((await put(number, key)).status).toBeGreaterThanOrEqual(400);
    expect((await send(admin, 'PUT', '/api/phone-lines/07103511999', { key: 'sos' })).status).toBe(403);
    expect((await put('07103511999', null)).body.items).toEqual([]);

    const policy = (await send(all, 'GET', '/api/policies')).body;
    const hasty = { ...policy.ladder, ladders: policy.ladder.ladders.slice(1) };
    expect((await send(all, 'POST', '/api/policies/ladder', hasty)).status).toBe(422);
    const saved = await send(all, 'POST', '/api/policies/ladder', { ...policy.ladder, handoffS: 75 });
    expect(saved.status).toBe(201);
    expect((await send(all, 'GET', '/api/policies')).body.ladder.handoffS).toBe(75);
    const { items } = (await send(all, 'GET', '/api/policies/versions')).body;
    expect(items[0]).toMatchObject({ kind: 'ladder', version: saved.body.version, by: all.name });
  });

  test('of hospitals the one where the resident is known is asked', async () => {
    await rig.partner({ target: 'hospital', name: '襄阳市甲医院' });
    const known = await rig.partner({ target: 'hospital', name: '襄阳市乙医院急诊' });
    const { id, home } = await rig.claimed();
    await running.db.pool.query(
      `insert into care_profile (resident_id, hospital) values ($1, '襄阳市乙医院') on conflict (resident_id) do update set hospital = excluded.hospital`,
      [home.residentId],
    );
    const handoff = await rig.handOver(id, 'hospital');
    expect((await rig.queue(known.person)).items.map((one) => one.id)).toEqual([handoff]);
    const sheet = await send(operator, 'GET', `/api/incidents/${id}/packet?to=hospital`);
    expect(sheet.body.partner.name).toBe('襄阳市乙医院急诊');
  });
});
