import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '#test/harness/database.ts';
import { createDispatch } from '#test/harness/dispatch.ts';
import { homesOf, insertHomes } from '#test/harness/homes.ts';
import { wireIncidentSchema } from '#contracts/incident.ts';
import { DEFAULT_LADDER, DEFAULT_ROUTING } from './domain/policy.ts';
import { loadIncidents } from './store.ts';
import { foldPresses, wireIncidents } from './wire.ts';

let base: TestDatabase;
let d: ReturnType<typeof createDispatch>;
beforeAll(async () => {
  base = await createTestDatabase();
  await insertHomes(base, ['v0', 'v1']);
  d = createDispatch(base);
});
afterAll(() => base.drop());

const policy = { routingVersion: 0, routing: DEFAULT_ROUTING, ladderVersion: 0, ladder: DEFAULT_LADDER };
const wireOf = async (id: string) => {
  const stored = await loadIncidents(d.db, { name: 'one', text: 'select * from incident where id = $1' }, [id]);
  return wireIncidentSchema.parse((await wireIncidents(d.db, stored, policy, d.clock.now()))[0]);
};

describe('a household', () => {
  it('is shown with everyone who lives there; the one who wears a device, or lives alone, is named', async () => {
    const { elders } = homesOf('v0');
    const shared = await wireOf(await d.pressed('v0-hall', 'sos'));
    expect(shared.residents.map((one) => one.id).toSorted()).toEqual([elders[0]!.id, elders[1]!.id].toSorted());
    expect(shared.resident).toBeNull();
    expect((await wireOf(await d.pressed('v0-pendant', 'sos'))).resident).toMatchObject({
      id: elders[0]!.id,
      name: '王桂兰',
    });
    expect((await wireOf(await d.pressed('v0-second', 'sos'))).resident).toMatchObject({ id: elders[2]!.id });
  });

  it('that nobody registered is shown by its device and its raw bytes', async () => {
    const wire = await wireOf(await d.pressed('v0-stranger', 'sos', { raw: Buffer.from('hello') }));
    expect(wire).toMatchObject({
      resident: null,
      residents: [],
      region: [],
      device: { id: 'v0-stranger', kind: 'unknown' },
    });
    expect(wire.presses.map((press) => Buffer.from(press.raw!, 'base64').toString())).toEqual(['hello']);
  });
});

describe('a stuck key', () => {
  const at = Date.parse('2026-11-21T08:00:00Z');
  const row = (seconds: number, more: object = {}) => ({
    device: 'a',
    type: 'sos',
    event_id: `e${seconds}`,
    received_at: new Date(at + seconds * 1000),
    at: null,
    key: null,
    battery: null,
    test: false,
    late: false,
    flagged: false,
    raw: null,
    ...more,
  });

  it('is one line with a count, as long as its presses follow each other', () => {
    expect(foldPresses([row(0), row(3), row(12), row(22)]).map((line) => [line.eventId, line.count])).toEqual([
      ['e0', 4],
    ]);
    expect(foldPresses([row(0), row(10.001)]).map((line) => line.count)).toEqual([1, 1]);
  });

  it('folds nothing else: another device, another type, another reading that nobody could read', () => {
    expect(
      foldPresses([
        row(0),
        row(1, { device: 'b' }),
        row(2),
        row(3, { type: 'fall' }),
        row(4, { raw: 'AA==' }),
        row(5, { raw: 'AA==' }),
      ]).map((line) => line.count),
    ).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('of a hundred presses is one line on the screen, and the count of presses stays true', async () => {
    const receipts = await d.receiver.receive(Array.from({ length: 100 }, () => d.pressOf('v1-hall', 'sos')));
    const wire = await wireOf(receipts[0]!.incident!);
    expect(wire.presses).toMatchObject([{ type: 'sos', count: 100 }]);
    expect(wire.pressCount).toBe(100);
  });
});
