import { movableClock } from '#kernel/clock.ts';
import { createLog } from '#platform/log.ts';
import { createCases } from '#dispatch/cases.ts';
import type { Incident } from '#dispatch/domain/incident.ts';
import type { LadderPolicy, RoutingPolicy } from '#contracts/policy.ts';
import { createIntents } from '#dispatch/intents.ts';
import { addPolicy, createPolicies } from '#dispatch/policies.ts';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import { createReceiver } from '#dispatch/receive.ts';
import { loadIncidents } from '#dispatch/store.ts';
import { createSweep } from '#dispatch/sweep.ts';
import type { EventType } from '#contracts/device.ts';
import type { TestDatabase } from './database.ts';

/** One line of the history. */
export interface HistoryLine {
  kind: string;
  by: string;
  data: Record<string, unknown>;
}

/** Dispatch on a test database, without queues, screens or boxes: what these would carry stays in the outbox. */
export function createDispatch(base: TestDatabase, clock = movableClock()) {
  const { db } = base;
  const log = createLog('silent');
  const policies = createPolicies({ db, log });
  const poke = (): void => undefined;
  const busy = new Set<string>();
  const receiver = createReceiver({ db, clock, log, policies, poke, busyOwners: async () => busy });
  const cases = createCases({ db, clock, policies, poke });
  const intents = createIntents({ db, clock, log, policies, poke });
  const sweep = createSweep({ db, clock, log, policies, intents, poke });
  let events = 0;

  const pressOf = (device: string, type: EventType, more: Partial<IncomingPress> = {}): IncomingPress => ({
    device,
    adapter: null,
    eventId: `event-${++events}`,
    type,
    at: null,
    receivedAt: clock.now(),
    key: null,
    battery: null,
    test: false,
    location: null,
    detail: null,
    topic: 'up/event',
    raw: Buffer.from('{}'),
    readable: true,
    ...more,
  });

  async function press(device: string, type: EventType, more: Partial<IncomingPress> = {}): Promise<PressReceipt> {
    const [receipt] = await receiver.receive([pressOf(device, type, more)]);
    return receipt!;
  }

  return {
    db,
    clock,
    receiver,
    cases,
    intents,
    sweep,
    /** Owners who count as busy. */
    busy,
    pressOf,
    press,
    /** Presses, and answers the id of the case that it opened or joined. */
    async pressed(device: string, type: EventType, more: Partial<IncomingPress> = {}): Promise<string> {
      const { incident } = await press(device, type, more);
      if (incident === null) throw new Error(`a press of ${type} touched no case`);
      return incident;
    },
    async load(id: string): Promise<Incident> {
      const [stored] = await loadIncidents(db, { name: 'test_load', text: 'select * from incident where id = $1' }, [
        id,
      ]);
      if (!stored) throw new Error(`no case ${id}`);
      return stored.incident;
    },
    async history(id: string): Promise<HistoryLine[]> {
      return db.query<HistoryLine>(
        {
          name: 'test_history',
          text: 'select kind, by_name as by, data from history where incident_id = $1 order by seq',
        },
        [id],
      );
    },
    /** What the outbox holds for the boxes: acks and commands, oldest first. */
    async told(device: string): Promise<{ stage?: string; command?: string; say?: string; who?: string | null }[]> {
      const rows = await db.query<{ body: { stage?: string; command?: string; say?: string; who?: string | null } }>(
        {
          name: 'test_told',
          text: `select payload -> 'body' as body from outbox where topic = 'down' and payload ->> 'device' = $1 order by id`,
        },
        [device],
      );
      return rows.map((row) => row.body);
    },
    /** Puts other rules or ladders in force. */
    async setPolicy(
      change: { kind: 'routing'; body: RoutingPolicy } | { kind: 'ladder'; body: LadderPolicy },
    ): Promise<void> {
      await addPolicy(db, change, 'test', clock.now());
      await policies.refresh();
    },
  };
}
