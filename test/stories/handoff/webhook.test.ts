import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, describe, expect, test } from 'vitest';
import { sealSecrets } from '#handoff/partners.ts';
import { isSigned, signatureOf } from '#handoff/signature.ts';
import { createSealing } from '#platform/sealing.ts';
import { repositoryFolder } from '#test/harness/process.ts';
import { startDocumented, startReceiver } from './receiver.ts';
import { startRig } from './rig.ts';

const rig = await startRig();
const receiver = await startReceiver();
afterAll(async () => {
  await receiver.stop();
  await rig.stop();
});
const { clock } = rig;
const { handoff: module } = rig.running.platform;
const partner = await rig.partner({ webhookUrl: receiver.url });
const eventsOf = (handoff: string) =>
  receiver.got
    .map((one) => ({
      ...one,
      event: JSON.parse(one.body) as { type: string; data: { handoff: string; state: string } },
    }))
    .filter((one) => one.event.data.handoff === handoff);

/** Everything that is due, now. */
async function carry(): Promise<void> {
  while ((await module.runOnce()) > 0);
}

describe('a webhook', () => {
  test('goes out signed, with the packet by the published schema, and the history says that it arrived', async () => {
    const { id, home } = await rig.claimed();
    const handoff = await rig.handOver(id);
    await carry();
    const [got] = eventsOf(handoff);
    const header = (name: string): string => String(got!.headers[name]);
    const headers = {
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header('webhook-signature'),
    };
    expect(isSigned(partner.secret, headers, got!.body, clock.now())).toBe(true);
    expect(isSigned(partner.secret, headers, `${got!.body} `, clock.now())).toBe(false);
    expect(isSigned(partner.secret, { ...headers, id: 'another' }, got!.body, clock.now())).toBe(false);
    expect(isSigned(partner.secret, headers, got!.body, clock.now() + 301_000)).toBe(false);
    expect(isSigned(partner.secret, headers, got!.body, clock.now() - 301_000)).toBe(false);

    const schema = (await rig.send(null, 'GET', '/api/schemas/eido-12349-1.json')).body as object;
    const ajv = new Ajv2020({ strict: true });
    addFormats.default(ajv);
    const { type, data } = JSON.parse(got!.body);
    expect(ajv.validate(schema, data.eido), ajv.errorsText()).toBe(true);
    expect([type, data.oneEvent, data.eido.x12349.where.address]).toEqual([
      'handoff.offered',
      '同一事件,请勿重复派车',
      home.address,
    ]);
    const { timeline } = await rig.detail(id);
    expect(timeline.at(-1)).toMatchObject({
      kind: 'note',
      by: { kind: 'partner', name: '120 指挥中心' },
      text: expect.stringContaining('系统收到案情'),
    });
    const looks = await rig.send(rig.own.people.auditor, 'GET', `/api/residents/${home.residentId}/looks`);
    expect(looks.body.items.map((one: { by: { name: string } }) => one.by.name)).toContain('120 指挥中心(系统)');
  });

  test('is signed with the secret that was shown once; the database holds it sealed, the ones of before too', async () => {
    const stored = async (): Promise<string> =>
      (await rig.running.db.pool.query('select webhook_secret from partner where id = $1', [partner.id])).rows[0]
        .webhook_secret;
    const signedWith = async (secret: string): Promise<boolean> => {
      const handoff = await rig.handOver((await rig.claimed()).id);
      await carry();
      const got = eventsOf(handoff)[0]!;
      const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
        String(got.headers[`webhook-${name}`]),
      );
      return isSigned(secret, { id: id!, timestamp: timestamp!, signature: signature! }, got.body, clock.now());
    };
    expect(await stored()).toBe(partner.secret);
    await sealSecrets({ db: rig.running.db, sealing: createSealing(rig.running.config) });
    expect(await stored()).toMatch(/^sealed1\.[\w-]+$/);
    expect(await signedWith(partner.secret)).toBe(true);
    const { body } = await rig.send(rig.own.people.admin, 'PATCH', `/api/partners/${partner.id}`, {
      version: 1,
      newSecret: true,
    });
    expect(await stored()).toMatch(/^sealed1\./);
    expect([await signedWith(body.webhookSecret), await signedWith(partner.secret)]).toEqual([true, false]);
    partner.secret = body.webhookSecret;
    // Another key opens nothing: the webhook waits, and goes out when the right one is there.
    const right = await stored();
    const put = (secret: string): Promise<unknown> =>
      rig.running.db.pool.query('update partner set webhook_secret = $2 where id = $1', [partner.id, secret]);
    const strange = createSealing({ ...rig.running.config, secretKey: 'x'.repeat(32) });
    expect(strange.open(right, partner.id)).toBeNull();
    await put(strange.seal(partner.secret, partner.id));
    const handoff = await rig.handOver((await rig.claimed()).id);
    await carry();
    expect(eventsOf(handoff)).toEqual([]);
    await put(right);
    clock.advance(10_000);
    await carry();
    expect(eventsOf(handoff)).toHaveLength(1);
  });

  test('to a partner that answers 500 for an hour is carried through, with growing pauses, and taken once', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    receiver.answer(500);
    for (let passed = 0; passed < 3_600_000; passed += 5_000) {
      await carry();
      clock.advance(5_000);
    }
    const refused = eventsOf(handoff);
    expect(refused.length).toBeGreaterThan(8);
    expect(refused.length).toBeLessThan(20);
    receiver.answer(204);
    clock.advance(600_000);
    await carry();
    clock.advance(3_600_000);
    await carry();
    const all = eventsOf(handoff).filter((one) => one.event.type === 'handoff.offered');
    expect(new Set(all.map((one) => one.headers['webhook-id'])).size).toBe(1);
    expect(all.length).toBe(refused.length + 1);
    expect((await rig.detail(id)).timeline.filter((line) => line.text.includes('系统收到案情'))).toHaveLength(1);
  });

  test('is sent once, however many workers look at the same time', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    await Promise.all(Array.from({ length: 8 }, () => module.runOnce()));
    expect(eventsOf(handoff)).toHaveLength(1);
    const { rows } = await rig.running.db.pool.query(
      'select attempt, done_at is not null as done from handoff_delivery where handoff_id = $1',
      [handoff],
    );
    expect(rows).toEqual([{ attempt: 1, done: true }]);
  });

  test('whose worker was killed between taking and sending it comes again, under the same id', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    // What a worker leaves behind that took it and said nothing more.
    const { rows } = await rig.running.db.pool.query<{ id: string }>(
      `update handoff_delivery set attempt = 1, next_at = $2 where handoff_id = $1 returning id`,
      [handoff, new Date(clock.now() + 5_000)],
    );
    await carry();
    expect(eventsOf(handoff)).toEqual([]);
    clock.advance(5_001);
    await carry();
    expect(eventsOf(handoff).map((one) => one.headers['webhook-id'])).toEqual([rows[0]!.id]);
  });

  test('follows a case in order: offered, updated, withdrawn; a redirect is no delivery', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    receiver.answer(302);
    await carry();
    expect(eventsOf(handoff)).toHaveLength(1);
    const { version } = await rig.detail(id);
    const body = { version, handoff, state: 'withdrawn', reason: '3 号席确认' };
    expect((await rig.send(rig.operator, 'POST', `/api/incidents/${id}/handoff_update`, body)).status).toBe(200);
    await module.onCase({ incident: id, kind: 'claimed' });
    await module.onCase({ incident: id, kind: 'claimed' });
    await module.onCase({ incident: id, kind: 'handoff_withdrawn', ref: handoff });
    await module.onCase({ incident: id, kind: 'handoff_withdrawn', ref: handoff });
    receiver.answer(204);
    clock.advance(60_000);
    await carry();
    const events = eventsOf(handoff).map((one) => [one.event.type, one.event.data.state]);
    expect(events.slice(1)).toEqual([
      ['handoff.offered', 'withdrawn'],
      ['handoff.updated', 'withdrawn'],
      ['handoff.withdrawn', 'withdrawn'],
    ]);
  });

  test('that nobody takes for a day is given up, and the case is untouched by it', async () => {
    const { id } = await rig.claimed();
    const handoff = await rig.handOver(id);
    receiver.answer(500);
    for (let hours = 0; hours < 26; hours++) {
      await carry();
      clock.advance(3_600_000);
    }
    await carry();
    const { rows } = await rig.running.db.pool.query(
      'select given_up_at is not null as given_up, next_at from handoff_delivery where handoff_id = $1',
      [handoff],
    );
    expect(rows).toEqual([{ given_up: true, next_at: null }]);
    const asked = await rig.running.db.pool.query('select state from handoff where incident_id = $1', [id]);
    expect(asked.rows).toEqual([{ state: 'offered' }]);
    receiver.answer(204);
  });
});

describe('the receiver of the document', () => {
  test('is twenty lines, takes what is signed, and refuses the unsigned, the changed and the replayed', async () => {
    const text = readFileSync(join(repositoryFolder, 'services/handoff/README.md'), 'utf8');
    const lines = /```js\n([^]*?)```/
      .exec(text)![1]!
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(21);
    const documented = await startDocumented(partner.secret);
    try {
      const now = Math.floor(Date.now() / 1000);
      const body = JSON.stringify({
        type: 'handoff.offered',
        data: { reference: '1124-00001', eido: { x12349: { script: { first: '胸痛' } } } },
      });
      const post = async (headers: Record<string, string>, sent = body): Promise<number> =>
        (await fetch(documented.url, { method: 'POST', headers, body: sent })).status;
      const headers = (timestamp: number, secret = partner.secret): Record<string, string> => ({
        'webhook-id': 'event-1',
        'webhook-timestamp': String(timestamp),
        'webhook-signature': signatureOf(secret, 'event-1', timestamp, body),
      });
      expect(await post(headers(now))).toBe(204);
      expect(await post(headers(now))).toBe(204);
      expect(await post(headers(now), `${body} `)).toBe(401);
      expect(await post({})).toBe(401);
      expect(await post(headers(now - 400))).toBe(401);
      expect(await post(headers(now, 'whsec_AAAA'))).toBe(401);
      await expect.poll(documented.said).toBe('handoff.offered 1124-00001 胸痛\n');
    } finally {
      await documented.stop();
    }
  });

  test('takes what the platform itself sends', async () => {
    const own = await startDocumented(partner.secret);
    try {
      await rig.running.db.pool.query('update partner set webhook_url = $2 where id = $1', [partner.id, own.url]);
      clock.advance(Date.now() - clock.now());
      const { id } = await rig.claimed();
      await rig.handOver(id);
      await carry();
      await expect.poll(own.said).toMatch(/^handoff\.offered \d{4}-\d{5} 按键求救,神志未知、呼吸未知,/);
    } finally {
      await own.stop();
    }
  });
});
