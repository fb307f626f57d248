import pg from 'pg';
import type { LedgerEntry } from '#devices/simulator/press-ledger.ts';
import { rebuild, type Patch } from '#dispatch/domain/rebuild.ts';
import { readStored, type Row } from '#dispatch/rows.ts';
import { findBrokenLink } from '#kernel/hash-chain.ts';

/** What the database holds of a run, and each promise that it breaks, in words. */
export interface Audit {
  presses: number;
  incidents: number;
  historyLines: number;
  breaches: string[];
}

interface PressRow {
  id: string;
  device: string;
  event_id: string;
  type: string;
  incident_id: string | null;
}

interface HistoryRow {
  incident_id: string;
  seq: number;
  at: Date;
  kind: string;
  by_kind: string;
  by_id: string | null;
  by_name: string;
  data: Record<string, unknown>;
  patch: Patch;
  prev_hash: string;
  hash: string;
}

/**
 * Compares the boxes' own list with Postgres, in one snapshot: every press there exactly once, nothing that nobody
 * pressed, each in the incident that its ack named, told of by exactly one line of that incident's history; every
 * history unbroken and rebuilding its row; every open case with a deadline and somebody who owes it.
 */
export async function auditPresses(databaseUrl: string, entries: readonly LedgerEntry[]): Promise<Audit> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const devices = [...new Set(entries.map((entry) => entry.device))];
    const keys = await rowsOf<PressRow>(
      client,
      'select press_id as id, device, event_id, type, incident_id from press_key where device = any ($1)',
      [devices],
    );
    const presses = await rowsOf<PressRow>(
      client,
      'select id, device, event_id, type, incident_id from press where device = any ($1)',
      [devices],
    );
    const incidents = await rowsOf<Row>(client, 'select * from incident order by id', []);
    const ids = incidents.map((row) => row['id']);
    const history = await rowsOf<HistoryRow>(
      client,
      'select * from history where incident_id = any ($1) order by incident_id, seq',
      [ids],
    );
    const people = await Promise.all(
      ['assignment', 'handoff'].map((table) =>
        rowsOf<Row>(client, `select * from ${table} where incident_id = any ($1) order by offered_at, id`, [ids]),
      ),
    );
    const breaches = [
      ...comparePresses(entries, keys, 'press_key'),
      ...comparePresses(entries, presses, 'press'),
      ...compareHistory(presses, history),
      ...checkIncidents(incidents, presses, history, people as [Row[], Row[]]),
    ];
    return { presses: presses.length, incidents: incidents.length, historyLines: history.length, breaches };
  } finally {
    await client.end();
  }
}

/** Waits until what commits have written was carried out: the rows left in the outbox after `limitMs`. */
export async function outboxLeft(databaseUrl: string, limitMs: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const until = performance.now() + limitMs;
    for (;;) {
      // What the ladder wrote a moment ago may well be under way.
      const [row] = await rowsOf<{ n: number }>(
        client,
        'select count(*)::int as n from outbox where sent_at is null and created_at < $1',
        [new Date(Date.now() - 2_000)],
      );
      if (row!.n === 0 || performance.now() > until) return row!.n;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await client.end();
  }
}

async function rowsOf<T>(client: pg.Client, text: string, values: unknown[]): Promise<T[]> {
  return (await client.query(text, values)).rows as T[];
}

function comparePresses(entries: readonly LedgerEntry[], rows: readonly PressRow[], table: string): string[] {
  const found = new Map<string, PressRow[]>();
  for (const row of rows) {
    const key = `${row.device}/${row.event_id}`;
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  const breaches: string[] = [];
  for (const entry of entries) {
    const key = `${entry.device}/${entry.event}`;
    const mine = found.get(key) ?? [];
    found.delete(key);
    const [row] = mine;
    if (!row) breaches.push(`${table}: ${key} (${entry.type}) is not there`);
    else if (mine.length > 1) breaches.push(`${table}: ${key} is there ${mine.length} times`);
    else if (row.type !== entry.type) breaches.push(`${table}: ${key} is a ${row.type}, pressed was ${entry.type}`);
    else if (row.incident_id === null && entry.type !== 'button') breaches.push(`${table}: ${key} is in no incident`);
    else if (entry.ackedAt !== null && row.incident_id !== entry.incident)
      breaches.push(`${table}: ${key} is in ${row.incident_id}, the box was told ${entry.incident}`);
  }
  for (const key of found.keys()) breaches.push(`${table}: nobody pressed ${key}`);
  return breaches;
}

function compareHistory(presses: readonly PressRow[], history: readonly HistoryRow[]): string[] {
  const told = new Map<unknown, HistoryRow[]>();
  for (const line of history) {
    if (line.kind !== 'press') continue;
    const press = line.data['press'];
    told.set(press, [...(told.get(press) ?? []), line]);
  }
  const breaches: string[] = [];
  for (const press of presses) {
    const lines = told.get(press.id) ?? [];
    told.delete(press.id);
    if (press.incident_id === null) continue;
    if (lines.length !== 1)
      breaches.push(`history tells ${lines.length} times of press ${press.device}/${press.event_id}`);
    else if (lines[0]!.incident_id !== press.incident_id)
      breaches.push(`press ${press.event_id} is in ${press.incident_id}, its history in ${lines[0]!.incident_id}`);
  }
  for (const [press, lines] of told)
    breaches.push(`history of ${lines[0]!.incident_id} tells of press ${String(press)}, which is not there`);
  return breaches;
}

function checkIncidents(
  incidents: Row[],
  presses: readonly PressRow[],
  history: readonly HistoryRow[],
  [assignments, handoffs]: [Row[], Row[]],
): string[] {
  const breaches: string[] = [];
  const lines = new Map<unknown, HistoryRow[]>();
  for (const line of history) lines.set(line.incident_id, [...(lines.get(line.incident_id) ?? []), line]);
  for (const { incident, historyHash, historySeq } of readStored(incidents, assignments, handoffs)) {
    const mine = lines.get(incident.id) ?? [];
    const broken = findBrokenLink(mine.map(asLink), historyHash);
    if (broken !== null) breaches.push(`incident ${incident.id}: its history is broken at line ${broken + 1}`);
    if (mine.length !== historySeq || mine.some((line, place) => line.seq !== place + 1))
      breaches.push(`incident ${incident.id}: ${mine.length} lines of history, the row says ${historySeq}`);
    if (sorted(rebuild(mine.map((line) => line.patch))) !== sorted(incident))
      breaches.push(`incident ${incident.id}: its history rebuilds something else than its row`);
    const counted = presses.filter((press) => press.incident_id === incident.id && press.type !== 'button').length;
    if (counted !== incident.pressCount)
      breaches.push(`incident ${incident.id}: ${counted} presses, the row says ${incident.pressCount}`);
    const isLive = incident.state !== 'closed' && incident.state !== 'cancelled';
    if (isLive && (incident.deadlineAt === null || incident.wakeAt === null || incident.owes.kind === 'nobody'))
      breaches.push(`incident ${incident.id} is ${incident.state} and nobody owes anything`);
  }
  return breaches;
}

function asLink(line: HistoryRow): { body: unknown; prev: string; hash: string } {
  const body = {
    incident: line.incident_id,
    seq: line.seq,
    at: line.at.getTime(),
    kind: line.kind,
    by: { kind: line.by_kind, id: line.by_id, name: line.by_name },
    data: line.data,
    patch: line.patch,
  };
  return { body, prev: line.prev_hash, hash: line.hash };
}

/** One text for one value, whatever the order of its keys; people sent are compared as a set. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (Array.isArray(inner) && inner.every((one) => typeof one === 'object' && one !== null && 'id' in one))
      return inner.toSorted((a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1));
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}
