import { CHAIN_START, chainHash } from '#kernel/hash-chain.ts';
import { Problem } from '#kernel/errors.ts';
import type { Ack } from '#contracts/device.ts';
import type { Db, Tx } from '#platform/database.ts';
import type { OutboxRow } from '#platform/outbox.ts';
import { loadQueries, type Statement } from '#platform/sql.ts';
import type { Decision, Incident } from './domain/incident.ts';
import { diff } from './domain/rebuild.ts';
import { assignmentRow, handoffRow, incidentRow, readStored, type Row, type Stored } from './rows.ts';

const q = loadQueries(import.meta.url, 'dispatch', ['save', 'assignments_of', 'handoffs_of']);

/** Reads cases by a statement over `incident`, with the people sent and the centres asked. */
export async function loadIncidents(db: Db, statement: Statement, params: readonly unknown[]): Promise<Stored[]> {
  return withPeople(db, await db.query<Row>(statement, params));
}

async function withPeople(db: Db, rows: Row[]): Promise<Stored[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row['id']);
  return readStored(rows, await db.query<Row>(q.assignments_of, [ids]), await db.query<Row>(q.handoffs_of, [ids]));
}

/** Rows to be written for a number of cases, gathered so that they go out in one statement. */
export interface Batch {
  readonly now: number;
  readonly cases: Map<string, Stored>;
  /** How far each case has moved in this batch: the fence of the write. */
  readonly steps: Map<string, number>;
  readonly history: Row[];
  readonly assignments: Map<string, Row>;
  readonly handoffs: Map<string, Row>;
  readonly intents: Row[];
  readonly told: Row[];
  readonly outbox: (OutboxRow & { told: Row | null })[];
}

/** An empty batch at `now` (ms). */
export function newBatch(now: number): Batch {
  return {
    now,
    cases: new Map(),
    steps: new Map(),
    history: [],
    assignments: new Map(),
    handoffs: new Map(),
    intents: [],
    told: [],
    outbox: [],
  };
}

/** Adds what was decided about one case. `before` null: it is new. The decision becomes the case's newest state in the batch. */
export function addDecision(batch: Batch, before: Stored | null, decision: Decision): Stored {
  const { next } = decision;
  const head = before ?? { historySeq: 0, historyHash: CHAIN_START };
  const patch = diff(before?.incident ?? null, next);
  let seq = head.historySeq;
  let hash = head.historyHash;
  decision.facts.forEach((fact, place) => {
    seq += 1;
    const last = place === decision.facts.length - 1;
    const body = {
      incident: next.id,
      seq,
      at: batch.now,
      kind: fact.kind,
      by: { kind: fact.by.kind, id: fact.by.id, name: fact.by.name },
      data: fact.data,
      patch: last ? patch : {},
    };
    const prev = hash;
    hash = chainHash(prev, body);
    batch.history.push({
      incident_id: next.id,
      seq,
      at: new Date(batch.now).toISOString(),
      kind: fact.kind,
      by_kind: fact.by.kind,
      by_id: fact.by.id,
      by_name: fact.by.name,
      data: fact.data,
      patch: body.patch,
      prev_hash: prev,
      hash,
    });
  });
  const stored: Stored = { incident: next, historySeq: seq, historyHash: hash };
  batch.cases.set(next.id, stored);
  batch.steps.set(next.id, (batch.steps.get(next.id) ?? 0) + 1);
  for (const a of patch.assignments ?? []) batch.assignments.set(a.id, assignmentRow(next.id, a));
  for (const h of patch.handoffs ?? []) batch.handoffs.set(h.id, handoffRow(next.id, h));
  addCarried(batch, before?.incident ?? null, decision, seq);
  return stored;
}

/** Lines of history that other modules act on; each is carried to them at least once, with ids only. */
const WATCHED =
  /^(opened|claimed|resolved|reopened|closed|cancelled|offered|withdrawn|assignment_\w+|handoff_(?!unanswered)\w+)$/;
const SAYING = new Set(['done', 'arrived', 'cancel']);

/** Something happened to a case. `type`: of a press that says something (`done`, `arrived`, `cancel`). `ref`: the assignment or handoff. */
export interface CaseEvent {
  incident: string;
  kind: string;
  type?: string;
  ref?: string;
}

/** A key that says something was pressed in a home without an open case; carried as case events are. */
export interface HomePress {
  home: string;
  type: 'done' | 'arrived';
}

function caseEvents({ next, facts }: Decision): CaseEvent[] {
  return facts.flatMap((fact): CaseEvent[] => {
    const incident = next.id;
    const { type, assignment, handoff } = fact.data as Record<string, string | undefined>;
    if (fact.kind === 'press')
      return type !== undefined && SAYING.has(type) ? [{ incident, kind: 'press_joined', type }] : [];
    if (!WATCHED.test(fact.kind)) return [];
    const ref = assignment ?? handoff;
    return [{ incident, kind: fact.kind, ...(ref !== undefined && { ref }) }];
  });
}

/** Intents, sentences, orders to the box and pushes to the screens that follow from a decision. */
function addCarried(batch: Batch, before: Incident | null, decision: Decision, seq: number): void {
  const { next } = decision;
  for (const intent of decision.intents) {
    batch.intents.push({
      id: intent.id,
      incident_id: next.id,
      kind: intent.kind,
      queue: next.queue,
      detail: intent.detail,
      created_at: new Date(batch.now).toISOString(),
    });
    batch.outbox.push({ topic: 'job', key: next.queue, payload: { intent: intent.id, attempt: 1 }, told: null });
  }
  decision.tells.forEach((told, place) => {
    for (const device of next.devices) {
      const body: Ack = {
        event: device.event,
        incident: next.id,
        stage: told.stage,
        at: new Date(batch.now).toISOString(),
        say: told.say,
        eta_s: told.etaS,
        who: told.who,
      };
      const row: Row = {
        incident_id: next.id,
        device_id: device.id,
        seq: seq * 10 + place,
        stage: told.stage,
        at: body.at,
        body,
      };
      batch.told.push(row);
      batch.outbox.push({
        topic: 'down',
        key: device.lane,
        payload: { device: device.id, topic: 'ack', body },
        told: row,
      });
    }
  });
  for (const order of decision.orders) {
    for (const device of next.devices) {
      const body = {
        id: `${next.id}-${seq}-${order.command}`,
        command: order.command,
        at: new Date(batch.now).toISOString(),
        incident: next.id,
        on: order.on,
      };
      batch.outbox.push({
        topic: 'down',
        key: device.lane,
        payload: { device: device.id, topic: 'command', body },
        told: null,
      });
    }
  }
  for (const payload of caseEvents(decision)) batch.outbox.push({ topic: 'case', key: '', payload, told: null });
  const was = before !== null && before.regionPath !== next.regionPath ? before.regionPath : undefined;
  batch.outbox.push({ topic: 'console', key: '', payload: { incident: next.id, was }, told: null });
}

/**
 * Writes the batch in one statement inside the caller's transaction. Throws `conflict` when a case was no longer at the
 * version that was read (its owner was paused and woke up late): nothing of it is written.
 */
export async function saveBatch(tx: Tx, batch: Batch): Promise<void> {
  if (batch.cases.size === 0 && batch.outbox.length === 0) return;
  const at = new Date(batch.now).toISOString();
  const longest = Math.max(0, ...batch.steps.values());
  const rows = await tx.query<{ id: string }>(q.save, [
    JSON.stringify([...batch.cases.values()].map(incidentRow)),
    JSON.stringify([...batch.assignments.values()]),
    JSON.stringify([...batch.handoffs.values()]),
    JSON.stringify(batch.history),
    JSON.stringify(batch.intents),
    JSON.stringify(batch.told),
    JSON.stringify(
      batch.outbox.map((row) => ({
        topic: row.topic,
        key: row.key,
        payload: row.payload,
        told: row.told,
        created_at: at,
      })),
    ),
    longest,
  ]);
  if (rows.length !== batch.cases.size) throw new Problem('conflict', { detail: '刚刚有人改过' });
}
