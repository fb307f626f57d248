import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { createTelephoneNetwork } from '#devices/telephone/network.ts';
import { insertPartner } from '#handoff/partners.ts';
import { standingClock, startPlatformHere } from '#test/harness/running.ts';
import { pressOf } from '../access/streets.ts';

/** A Monday noon in Xiangyang. */
const clock = standingClock(Date.parse('2026-11-23T04:00:00Z'));
const keys = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'secret' };
const telephones = createTelephoneNetwork({ clock, ...keys, others: { pickUp: 'never' }, lines: () => [] });
const { url } = await telephones.start();
const network = { ...keys, from: '+867101234900', apiBase: url };
const running = await startPlatformHere({ clock, network });
afterAll(async () => {
  await running.stop();
  await telephones.stop();
});

interface Line {
  kind: string;
  by_kind: string;
  by_name: string;
  data: Record<string, unknown>;
}

test('a red press that nobody touches reaches 120 by the ladder alone: one call, the first sentence, both numbers typed', async () => {
  const { pool } = running.db;
  const district = (
    await pool.query<{ id: string; path: string }>(`select id, path from region where path = '42/4206/420606/'`)
  ).rows[0]!;
  await insertPartner(running.db, {
    id: randomUUID(),
    target: '120',
    name: '120 指挥中心',
    phone: '120',
    smsNumber: '15400000120',
    automatic: true,
    region: district,
    secret: null,
  });
  telephones.script('120', { pickUp: 4, keys: ['1', '20261123#', '3#'] });
  const [receipt] = await running.receive([pressOf('demo-0001', clock)]);
  const id = receipt!.incident!;
  const state = async (): Promise<string | undefined> =>
    (await pool.query<{ state: string }>('select state from handoff where incident_id = $1', [id])).rows[0]?.state;

  for (let passed = 0; passed < 900 && (await state()) !== 'accepted'; passed += 5) {
    clock.advance(5_000);
    await running.platform.sweepOnce();
    await wait(60);
    await running.platform.handoff.runOnce();
    await telephones.settle();
    await wait(60);
  }
  const handoff = await pool.query('select state, case_number, seat from handoff where incident_id = $1', [id]);
  expect(handoff.rows).toEqual([{ state: 'accepted', case_number: '20261123', seat: '3' }]);
  const calls = telephones.legs.filter((leg) => leg.telephone === '120');
  expect(calls).toHaveLength(1);
  expect(calls[0]!.heard.map((one) => one.text).join('')).toContain('民主路27号院2栋1单元302');
  expect(telephones.messages.filter((one) => one.body.includes('/packet#'))).toHaveLength(1);
  expect(telephones.violations).toEqual([]);
  const lines = (
    await pool.query<Line>('select kind, by_kind, by_name, data from history where incident_id = $1 order by seq', [id])
  ).rows;
  expect(lines.filter((line) => line.kind === 'handoff_accepted')).toMatchObject([
    { by_kind: 'partner', by_name: '120 指挥中心', data: { caseNumber: '20261123', seat: '3' } },
  ]);
  expect(lines.some((line) => line.data['outcome'] === 'called_automatically')).toBe(true);
  // Nothing more is called while the centre has it.
  for (let passed = 0; passed < 60; passed += 10) {
    clock.advance(10_000);
    await running.platform.handoff.runOnce();
    await telephones.settle();
  }
  expect(telephones.legs.filter((leg) => leg.telephone === '120')).toHaveLength(1);
});
