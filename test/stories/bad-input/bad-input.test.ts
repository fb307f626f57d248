import mqtt from 'mqtt';
import { io } from 'socket.io-client';
import { describe, expect, test } from 'vitest';
import { openApi, signInDemo } from '#test/harness/api.ts';
import { expectNoStack, expectProblem, useBadlyTreatedPlatform } from './rig.ts';

const rig = useBadlyTreatedPlatform();

const now = (): string => new Date().toISOString();
const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

describe('a payload that can not be read is an emergency that somebody sees, with its raw bytes', () => {
  const payloads: [string, string | Buffer, string | null][] = [
    ['broken JSON', '{"id":"broken-1","type":"so', null],
    ['no bytes at all', '', null],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]), null],
    ['fields of the wrong type', '{"id":17,"type":["sos"],"at":"yesterday","battery":"full","location":"home"}', '17'],
    ['a list instead of an event', '[{"id":"a","type":"sos"}]', null],
    ['null', 'null', null],
    ['a type that is too long', JSON.stringify({ id: 'long-type', type: 'x'.repeat(5_000) }), 'long-type'],
    ['an id of 5,000 characters', JSON.stringify({ id: 'x'.repeat(5_000), type: 'sos' }), null],
    ['brackets 20,000 deep', deep, null],
    ['1 MB that is no JSON', Buffer.alloc(1024 * 1024, 'A'), null],
  ];
  test.each(payloads.map((entry, n) => [...entry, n] as const))('%s', async (_name, payload, named, n) => {
    const line = await rig.connect(20 + n);
    await line.event(payload);
    const incident = await rig.shown(line.id);
    expect(incident).toMatchObject({ queue: 'emergency', priority: 1, state: 'waiting' });
    const [press] = incident.presses;
    const raw = Buffer.from(press!.raw ?? '', 'base64');
    expect(press!.raw).not.toBeNull();
    expect(Buffer.from(payload).subarray(0, raw.length).equals(raw)).toBe(true);
    const [kept] = await rig.pressesOf(line.id);
    expect(kept).toMatchObject({ incident: incident.id });
    await expect.poll(() => line.acks.map((ack) => ack.stage)).toContain('received');
    if (named !== null) expect(line.acks[0]!.event).toBe(named);
  });
});

describe('a payload that is odd but can be read is the press that it is', () => {
  const payloads: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['a type that nobody knows', { type: 'earthquake' }, { type: 'alarm_unspecified' }],
    ['a type that JavaScript knows', { type: 'constructor' }, { type: 'alarm_unspecified' }],
    ['a type called __proto__', { type: '__proto__' }, { type: 'alarm_unspecified' }],
    [
      'other fields of the wrong type',
      { type: 'sos', at: 17, battery: -4, key: {}, location: [1], detail: 'x' },
      { type: 'sos', at: null, battery: null },
    ],
    ['NUL and half a character', { type: 'fall', key: '\0\ud800', detail: { '\0': '\udfff' } }, { type: 'fall' }],
    [
      'a clock 3 years behind',
      { type: 'sos', at: '2023-11-21T08:00:00.000Z' },
      { type: 'sos', at: '2023-11-21T08:00:00.000Z', late: true },
    ],
    [
      'a clock 3 years ahead',
      { type: 'sos', at: '2029-11-21T08:00:00.000Z' },
      { type: 'sos', at: '2029-11-21T08:00:00.000Z', late: true },
    ],
    ['a time that no calendar has', { type: 'sos', at: '2026-02-30T25:61:00Z' }, { type: 'sos', at: null }],
    ['nearly 1 MB of detail', { type: 'sos', detail: { text: '啊'.repeat(340_000) } }, { type: 'sos' }],
    ['a detail 20,000 brackets deep', { type: 'sos', detail: { deep: 'DEEP' } }, { type: 'sos' }],
    ['an id that is a statement', { id: `'); drop table press; --`, type: 'sos' }, { type: 'sos' }],
  ];
  test.each(payloads.map((entry, n) => [...entry, n] as const))('%s', async (_name, fields, expected, n) => {
    const line = await rig.connect(40 + n);
    const event = { id: `odd-${n}`, at: now(), ...fields };
    await line.event(JSON.stringify(event).replace('"DEEP"', deep));
    const incident = await rig.shown(line.id);
    expect(incident).toMatchObject({ queue: 'emergency', state: 'waiting' });
    expect(incident.presses).toMatchObject([{ eventId: event.id, late: false, ...expected }]);
    await expect
      .poll(() => line.acks.filter((ack) => ack.stage === 'received'))
      .toMatchObject([{ event: event.id, incident: incident.id }]);
  });

  test('the same id with another body is a new press, flagged; with the same body it is the same press', async () => {
    const line = await rig.connect(55);
    const first = { id: 'counter-1', type: 'service', at: now() };
    const second = { ...first, type: 'sos', at: new Date(Date.now() + 1_000).toISOString() };
    for (const event of [first, second, first, second]) await line.event(JSON.stringify(event));
    await expect.poll(() => line.acks.filter((ack) => ack.stage === 'received').length).toBe(4);
    const presses = await rig.pressesOf(line.id);
    expect(presses.map((press) => press.type).sort()).toEqual(['service', 'sos']);
    const rescue = presses.find((press) => press.type === 'sos')!;
    const { body } = await rig.operator.get(`/api/incidents/${rescue.incident}`);
    expect(body.presses).toMatchObject([{ eventId: 'counter-1', type: 'sos', flagged: true }]);
    // A call for help never joins a household case.
    expect(new Set(presses.map((press) => press.incident)).size).toBe(2);
  });

  test('a retained event is no press: it would come again with every restart', async () => {
    const line = await rig.connect(56);
    const { lane } = rig.home.demo().devices[56]!;
    const topic = `12349/v1/${lane}/${line.id}/up/event`;
    await line.client.publishAsync(topic, JSON.stringify({ id: 'kept', type: 'sos', at: now() }), {
      qos: 1,
      retain: true,
    });
    await line.event(JSON.stringify({ id: 'live', type: 'sos', at: now() }));
    await expect.poll(async () => (await rig.pressesOf(line.id)).map((press) => press.eventId)).toContain('live');
    await line.client.publishAsync(topic, '', { qos: 1, retain: true });
  });
});

describe('nobody speaks for another', () => {
  test('what a device writes as another is dropped; its own press still comes through', async () => {
    const line = await rig.connect(60);
    const victim = rig.home.demo().devices[61]!;
    const forged = JSON.stringify({ id: 'forged', type: 'sos', at: now() });
    for (const topic of [
      `12349/v1/${victim.lane}/${victim.id}/up/event`,
      `12349/v1/${victim.lane}/${victim.id}/down/ack`,
      'zigbee2mqtt/zg101z',
    ])
      await line.client.publishAsync(topic, forged, { qos: 1 });
    await line.event(JSON.stringify({ id: 'own', type: 'sos', at: now() }));
    await expect.poll(async () => (await rig.pressesOf(line.id)).map((press) => press.eventId)).toEqual(['own']);
    expect(await rig.pressesOf(victim.id)).toEqual([]);
  });

  test('a device that calls itself bridge-0 throws nobody out, and the refusal is told by name', async () => {
    const notices: string[] = [];
    const socket = io(`${rig.home.url}/console`, {
      extraHeaders: { cookie: rig.operator.cookie },
      transports: ['websocket'],
    });
    socket.on('notice', (notice: { text: string }) => notices.push(notice.text));
    await new Promise((resolve) => socket.once('snapshot', resolve));
    try {
      const { id, secret } = rig.home.demo().devices[62]!;
      for (const username of ['bridge-0', 'bridge-adapters', 'bridge', 'stranger-7'])
        await expect(
          mqtt.connectAsync(
            rig.home.mqttUrl,
            { username, clientId: username, password: secret, protocolVersion: 4, reconnectPeriod: 0 },
            false,
          ),
        ).rejects.toMatchObject({ code: 5 });
      await expect(
        mqtt.connectAsync(
          rig.home.mqttUrl,
          { username: id, clientId: id, password: 'wrong', reconnectPeriod: 0 },
          false,
        ),
      ).rejects.toMatchObject({ code: 5 });
      for (const named of ['bridge-0', 'stranger-7', id]) await expect.poll(() => notices.join('\n')).toContain(named);
      // Under its own name with another's id it is itself.
      const line = await rig.connect(62, { clientId: 'bridge-0' });
      await line.event(JSON.stringify({ id: 'own', type: 'sos', at: now() }));
      await expect.poll(() => line.acks.map((ack) => ack.event)).toContain('own');
    } finally {
      socket.close();
    }
  });

  test('a packet of 2 MB ends only the connection that it came on', async () => {
    const bystander = await rig.connect(64);
    const greedy = await rig.connect(63);
    const closed = new Promise((resolve) => greedy.client.once('close', () => resolve(null)));
    greedy.event(Buffer.alloc(2 * 1024 * 1024)).catch(() => undefined);
    await closed;
    await bystander.event(JSON.stringify({ id: 'by', type: 'sos', at: now() }));
    await expect.poll(() => bystander.acks.map((ack) => ack.event)).toContain('by');
  });
});

describe('a row of the registry that was damaged by hand costs no press and no list', () => {
  const damages: [string, string][] = [
    ['a status that nobody knows', `update resident set status = 'vanished', sex = 'x' where household_id = $1`],
    ['no name and no date of birth', `update resident set name = '', born = '0001-01-01 BC' where household_id = $1`],
    [
      'a care profile of holes',
      `update care_profile set conditions = '{NULL}', allergies = '{NULL,NULL}' where resident_id in (select id from resident where household_id = $1)`,
    ],
    ['a household at no place', `update household set lat = 'NaN', lon = 'Infinity', region_path = 'x' where id = $1`],
    ['a household in no region', `update household set region_id = gen_random_uuid(), region_path = 'x' where id = $1`],
    ['a household that is gone', `delete from household where id = $1`],
    [
      'settings that are none',
      `update device set settings = '"broken"', can = '{NULL}', battery = 'NaN', kind = '' where household_id = $1`,
    ],
  ];
  test.each(damages.map((entry, n) => [...entry, n] as const))('%s', async (_name, statement, n) => {
    const { rows } = await rig.database.query<{ id: string; household_id: string }>(
      `select id, household_id from device where id like 'demo-%' and household_id is not null order by id offset $1 limit 1`,
      [90 + n],
    );
    const { id, household_id: household } = rows[0]!;
    // As somebody does who knows psql and is in a hurry: without the guards that the schema sets.
    await rig.database.query('set session_replication_role = replica');
    for (const table of ['resident', 'care_profile', 'household', 'device']) {
      const { rows: checks } = await rig.database.query<{ conname: string }>(
        `select conname from pg_constraint where conrelid = $1::regclass and contype = 'c'`,
        [table],
      );
      for (const { conname } of checks) await rig.database.query(`alter table ${table} drop constraint "${conname}"`);
    }
    await rig.database.query(statement, [household]);
    const place = rig.home.demo().devices.findIndex((device) => device.id === id);
    const line = await rig.connect(place);
    await line.event(JSON.stringify({ id: 'hurt', type: 'sos', at: now() }));
    const incident = await rig.shown(id);
    expect(incident).toMatchObject({ queue: 'emergency', state: 'waiting' });
    await expect.poll(() => line.acks.map((ack) => ack.event)).toContain('hurt');
    for (const path of [
      `/api/incidents/${incident.id}`,
      '/api/residents?limit=200',
      '/api/households?limit=200',
      '/api/devices?limit=200',
      `/api/devices?q=${id}`,
    ]) {
      const answer = await rig.operator.get(path);
      expectNoStack(answer);
      expect([path, answer.status]).toEqual([path, 200]);
    }
  });
});

describe('over HTTP', () => {
  test.each([
    `'; drop table incident; --`,
    `王' or '1'='1`,
    '%',
    '_',
    '\\',
    `"`,
    '%00',
    '\0',
    '%ED%A0%80',
    '(((',
    '啊'.repeat(100),
    '🚑',
    '{{7*7}}',
    '<script>alert(1)</script>',
  ])('searching for %s is just a search', async (name) => {
    for (const path of ['/api/incidents?state=all&q=', '/api/residents?q=', '/api/devices?q=']) {
      const answer = await rig.operator.get(
        `${path}${name.startsWith('%') && name.length > 1 ? name : encodeURIComponent(name)}`,
      );
      expectNoStack(answer);
      expect([200, 400, 422]).toContain(answer.status);
      if (answer.status === 200) expect(answer.body.items.length).toBeLessThan(200);
      else expectProblem(answer, answer.status);
    }
    const { rows } = await rig.database.query('select count(*)::int as n from incident');
    expect(rows[0].n).toBeGreaterThan(0);
  });

  test('a telephone number of 40 characters is refused by the field’s name; an unknown region too', async () => {
    const phone = '1'.repeat(40);
    const opened = await rig.operator.send('POST', '/api/incidents', {
      source: 'phone',
      queue: 'medical',
      phone,
      summary: 'x',
    });
    expectProblem(opened, opened.status);
    expect(opened.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(opened.body.errors)).toContain('phone');
    const resident = (await rig.operator.get('/api/residents?limit=1')).body.items[0];
    const contact = await rig.admin.send('POST', '/api/contacts', {
      resident: resident.id,
      name: '张三',
      relation: '儿子',
      phone,
    });
    expectProblem(contact, contact.status);
    expect(JSON.stringify(contact.body.errors)).toContain('phone');
    for (const region of ['99/', 'nowhere', '42/4206/', `'; drop table region; --`, 'x'.repeat(300)]) {
      const answer = await rig.operator.get(`/api/incidents?region=${encodeURIComponent(region)}`);
      if (answer.status === 200) expect(region).toBe('42/4206/');
      else {
        expectProblem(answer, 400);
        expect(JSON.stringify(answer.body.errors)).toContain('region');
      }
    }
  });

  test('an expired, an unknown and a forged cookie are told to sign in', async () => {
    const late = await signInDemo(rig.home.url, rig.home.demo(), 'op2');
    expect((await late.get('/api/session')).status).toBe(200);
    await rig.database.query(
      `update session set expires_at = '2026-01-01' where account_id = (select id from account where username = 'op2')`,
    );
    expectProblem(await late.get('/api/incidents'), 401, 'unauthenticated');
    for (const cookie of ['sid=', 'sid=x', `sid=${'a'.repeat(4_000)}`, 'sid=%00', 'sid[]=1', `sid=' or 1=1 --`])
      expectProblem(await openApi(rig.home.url, cookie).get('/api/incidents'), 401, 'unauthenticated');
  });

  test('bodies that are none, ids that are none, pages that are none: each is told what was expected', async () => {
    const incident = (await rig.operator.get('/api/incidents?limit=1')).body.items[0].id;
    for (const body of [
      '{"version":',
      'null',
      '[]',
      '17',
      '"x"',
      '{"version":"x"}',
      '{"version":1e99}',
      '{"__proto__":{"version":1}}',
      deep,
    ])
      for (const step of ['release', 'route', 'assign', 'note', 'resolve', 'close', 'handoff', 'cancel']) {
        const answer = await rig.operator.send('POST', `/api/incidents/${incident}/${step}`, body);
        expectProblem(answer, answer.status);
        expect([400, 409, 422]).toContain(answer.status);
      }
    expectProblem(await rig.operator.send('POST', '/api/incidents', 'x'.repeat(3 * 1024 * 1024)), 413);
    for (const path of [
      '/api/incidents/1',
      '/api/incidents/%00',
      '/api/incidents?cursor=x',
      '/api/incidents?limit=-1',
      '/api/incidents?limit=1e9',
      '/api/incidents?state=lost',
      '/api/incidents?queue=x&queue=y',
      '/api/presses?since=gestern',
      '/api/nowhere',
      '/api/incidents/%E0%A4%A',
    ])
      for (const api of [rig.operator, rig.auditor]) {
        const answer = await api.get(path);
        expectNoStack(answer);
        expect([path, [400, 403, 404, 422].includes(answer.status)]).toEqual([path, true]);
      }
    expectProblem(await rig.operator.send('PUT', '/api/incidents', {}), 405);
  });

  test('every operation of the published API answers nonsense without an error of its own', async () => {
    const document = (await openApi(rig.home.url).get('/api/openapi.json')).body;
    let asked = 0;
    for (const [path, operations] of Object.entries(document.paths as Record<string, Record<string, unknown>>)) {
      for (const method of Object.keys(operations)) {
        // These would end the session that asks.
        if (path === '/api/session' || path === '/api/me/password') continue;
        for (const id of ['x', '00000000-0000-7000-8000-000000000000', encodeURIComponent(`'; --`)]) {
          const at = path.replaceAll(/\{[^}]+\}/g, id);
          const answer =
            method === 'get'
              ? await rig.admin.get(`${at}?limit=x&q=%00&cursor=x`)
              : await rig.admin.send(method.toUpperCase() as 'POST', at, { nonsense: [{}] });
          expectNoStack(answer);
          expect(`${method} ${at} ${answer.status < 500}`).toBe(`${method} ${at} true`);
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(100);
  });
});
