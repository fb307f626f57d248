import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mine, openField, type FieldWorld, type Responder } from './street.ts';

let world: FieldWorld;
let worker: Responder;
beforeAll(async () => {
  world = await openField();
  worker = await world.hire('周芳', { metres: 600 });
});
afterAll(() => world.stop());

const METRE = 1 / 111_320;
let id = '';
let assignment = '';
const step = (name: string, body: unknown = {}) =>
  worker.api.send('POST', `/api/assignments/${assignment}/${name}`, body);
const stand = (metres: number, accuracy = 15) =>
  worker.api.send('POST', '/api/me/position', {
    lat: world.home.lat + metres * METRE,
    lon: world.home.lon,
    accuracy,
  });

beforeEach(async () => {
  if (id !== '') await world.end(id);
  world.clock.advance(10_000);
  id = await world.press();
  world.clock.advance(45_000);
  await world.settle();
  assignment = (await mine(worker)).id;
});

describe('before and after the yes', () => {
  test('an offer says who, how old and where, and nothing of health, habits or telephone; the rest only after the yes, and the look is recorded', async () => {
    const offer = (await worker.api.get('/api/assignments')).body.items[0];
    expect(offer.incident.resident).toMatchObject({ marks: [], phone: null, name: expect.any(String) });
    expect(offer.why).toMatch(/本网格值班.*米、电动车约 \d+ 分钟/);
    expect(offer).toMatchObject({ minutes: expect.any(Number), metres: expect.any(Number) });
    expect((await worker.api.get(`/api/assignments/${assignment}`)).status).toBe(409);
    await step('accept');
    const open = await worker.api.get(`/api/assignments/${assignment}`);
    expect(open.status).toBe(200);
    expect(open.body).toMatchObject({ plan: { authorise: expect.any(Array) }, contacts: expect.any(Array) });
    expect(open.body.phone).toMatch(/^\d{5,}/);
    const { rows } = await world.running.db.pool.query(
      'select what from look where incident_id = $1 and account_name = $2',
      [id, '周芳'],
    );
    expect(rows).toEqual([{ what: 'incident' }]);
  });

  test('done before arrived is refused in words', async () => {
    await step('accept');
    const answer = await step('complete');
    expect([answer.status, answer.body.code, answer.body.detail]).toEqual([
      409,
      'not_allowed_in_state',
      '还没有到达,不能办结',
    ]);
  });
});

describe('arrival', () => {
  beforeEach(async () => {
    await step('accept');
    await step('depart');
  });

  test('a fix within 60 m of the home, certain to 50 m, is the arrival; a vague one is none', async () => {
    await stand(20, 400);
    expect(await mine(worker)).toMatchObject({ state: 'under_way' });
    world.clock.advance(6_000);
    await stand(200);
    expect(await mine(worker)).toMatchObject({ state: 'under_way' });
    world.clock.advance(6_000);
    await stand(40);
    expect(await mine(worker)).toMatchObject({ state: 'on_scene' });
    const [line] = (await world.history(id)).filter((one) => one.kind === 'assignment_on_scene');
    expect(line!.data).toMatchObject({ proof: 'position' });
  });

  test('who says that he is there while his own position says otherwise is refused in words', async () => {
    const away = { lat: world.home.lat + 1_200 * METRE, lon: world.home.lon, accuracy: 10 };
    const refused = await step('arrive', { position: away });
    expect([refused.status, refused.body.code]).toEqual([409, 'not_allowed_in_state']);
    expect(refused.body.detail).toMatch(/离她家还有 1\.2 公里/);
    expect((await step('arrive')).status).toBe(200);
    const [line] = (await world.history(id)).filter((one) => one.kind === 'assignment_on_scene');
    expect(line!.data).toMatchObject({ proof: 'own_word' });
  });

  const told = async (): Promise<string[]> => (await world.detail(id)).told.map((one) => one.stage);

  test('his word alone is unproven: home hears nothing, the desk is asked to find out, then another is asked; the key of the box proves it', async () => {
    await step('arrive');
    const said = await world.detail(id);
    expect(said.assignments).toEqual([expect.objectContaining({ state: 'on_scene', unproven: true })]);
    expect(said).toMatchObject({ state: 'responding', owes: { kind: 'supervisors' } });
    expect(said.timeline.map((line) => line.text)).toContain('周芳 说到了(自报,未证实)');
    expect(await told()).not.toContain('arrived');
    for (const _minute of [1, 2]) {
      world.clock.advance(61_000);
      await world.settle();
    }
    const lines = (await world.detail(id)).timeline.map((line) => line.text);
    expect(lines.filter((text) => text === '周芳 说到了,还没有证实,请坐席问一声')).toHaveLength(2);
    expect(lines).toContain('周芳 一直没到,再问下一位');
    await world.press('arrived');
    expect(await world.detail(id)).toMatchObject({
      state: 'on_scene',
      assignments: expect.arrayContaining([expect.objectContaining({ state: 'on_scene', unproven: false })]),
    });
    expect((await told()).filter((stage) => stage === 'arrived')).toHaveLength(1);
    // The key once more says nothing new.
    await world.press('arrived');
    expect((await told()).filter((stage) => stage === 'arrived')).toHaveLength(1);
  });

  test('what he said is proven by his position later, or by the desk that asked; once', async () => {
    await step('arrive');
    expect((await step('arrive')).status).toBe(409);
    await stand(200);
    expect((await world.detail(id)).state).toBe('responding');
    world.clock.advance(6_000);
    await stand(30);
    expect((await world.detail(id)).state).toBe('on_scene');
    expect((await world.history(id)).find((one) => one.kind === 'arrival_proven')!.data).toMatchObject({
      proof: 'position',
    });
    expect(await told()).toContain('arrived');
  });

  test('the desk that asked the resident enters that he is there, once', async () => {
    await step('arrive');
    await world.desk.send('POST', `/api/incidents/${id}/claim`, {});
    const asked = await world.desk.act(id, 'arrived', { assignment });
    expect([asked.status, asked.body.state]).toEqual([200, 'on_scene']);
    expect((await world.detail(id)).timeline.map((line) => line.text)).toContain('周芳 到场,证实了(坐席核实)');
    const again = { version: asked.body.version, assignment };
    expect((await world.desk.send('POST', `/api/incidents/${id}/arrived`, again)).status).toBe(409);
  });

  test('who finishes without a proof is written down so, and the case is not on the scene', async () => {
    await step('arrive');
    expect((await step('complete')).status).toBe(200);
    const after = await world.detail(id);
    expect(after.state).toBe('waiting');
    expect(after.timeline.map((line) => line.text)).toContain('周芳 完成(到场一直没有证实)');
    expect(await told()).not.toContain('arrived');
  });

  test('a closed door is a step of its own; forced entry needs who agreed and a witness; without an owner 119 is called', async () => {
    await step('arrive');
    expect((await step('no_entry', { note: '敲门没人应' })).status).toBe(200);
    expect((await worker.api.get('/api/assignments')).body.items[0]).toMatchObject({ outside: true });
    world.clock.advance(301_000);
    await world.settle();
    const { handoffs, timeline } = await world.detail(id);
    expect(handoffs.map((one) => one.to)).toContain('119');
    expect(timeline.map((line) => line.text)).toContain('周芳 在门口,没人应、没有钥匙:敲门没人应');
    expect((await step('entered', { how: '119' })).status).toBe(422);
    expect((await step('entered', { how: '119', witness: '社区 王主任', authorised: '女儿 李红' })).status).toBe(200);
    expect((await world.detail(id)).timeline.at(-1)!.text).toBe(
      '周芳 进了门:119 到场,女儿 李红 同意,社区 王主任 在场见证',
    );
    expect((await step('complete', { note: '扶起来了,没有受伤' })).status).toBe(200);
  });
});

describe('position and duty', () => {
  test('a position is taken only on duty or on a job, and not oftener than every 5 s', async () => {
    await step('decline', { reason: '走不开' });
    world.clock.advance(10_000);
    expect((await stand(500)).body).toMatchObject({ kept: true });
    world.clock.advance(2_000);
    expect((await stand(490)).body).toMatchObject({ kept: false });
    world.clock.advance(4_000);
    expect((await stand(480)).body).toMatchObject({ kept: true });
    expect((await worker.api.send('POST', '/api/me/duty', { on: false })).body).toMatchObject({ on: false });
    world.clock.advance(6_000);
    const refused = await stand(470);
    expect([refused.status, refused.body.code]).toEqual([409, 'not_allowed_in_state']);
    expect((await worker.api.send('POST', '/api/me/duty', { on: true })).body).toMatchObject({
      on: true,
      switched: false,
    });
    const { rows } = await world.running.db.pool.query('select on_duty from duty_switch where staff_id = $1', [
      worker.staffId,
    ]);
    expect(rows).toEqual([{ on_duty: false }]);
  });

  test('with a job in hand nobody goes off duty', async () => {
    await step('accept');
    const refused = await worker.api.send('POST', '/api/me/duty', { on: false });
    expect([refused.status, refused.body.code]).toEqual([409, 'not_allowed_in_state']);
  });
});

describe('what he brings', () => {
  const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2_000)]);

  test('a photo is kept and shown to the desk; what is too large or no photo is refused in words', async () => {
    await step('accept');
    const kept = await step('photo', { type: 'image/jpeg', data: JPEG.toString('base64') });
    expect(kept.status).toBe(201);
    expect((await world.desk.get(`/api/photos/${kept.body.id}`)).status).toBe(200);
    expect((await worker.api.get(`/api/assignments/${assignment}`)).body.photos).toHaveLength(1);
    const none = await step('photo', { type: 'image/jpeg', data: Buffer.from('hello').toString('base64') });
    expect([none.status, none.body.detail]).toEqual([415, '这不是一张照片']);
    const large = Buffer.concat([JPEG, Buffer.alloc(5 * 1024 * 1024)]).toString('base64');
    const refused = await step('photo', { type: 'image/jpeg', data: large });
    expect([refused.status, refused.body.detail]).toEqual([413, '照片 5.0 MB,最大 5 MB']);
    const huge = await step('photo', {
      type: 'image/jpeg',
      data: Buffer.alloc(40 * 1024 * 1024, 1).toString('base64'),
    }).catch(() => ({ status: 413, body: { code: 'payload_too_large' } }));
    expect([huge.status, huge.body.code]).toEqual([413, 'payload_too_large']);
  });

  test('what is sent again from a queue with the same key is done once', async () => {
    const key = randomUUID();
    const send = () =>
      fetch(`${world.running.url}/api/assignments/${assignment}/accept`, {
        method: 'POST',
        headers: { cookie: worker.api.cookie, 'idempotency-key': key, 'content-type': 'application/json' },
        body: '{}',
      });
    expect([(await send()).status, (await send()).status]).toEqual([200, 200]);
    expect((await world.history(id)).filter((line) => line.kind === 'assignment_accepted')).toHaveLength(1);
  });
});
