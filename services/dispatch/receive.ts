import type { Ack } from '#contracts/device.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database, Db, Tx } from '#platform/database.ts';
import type { Log } from '#platform/log.ts';
import { loadQueries } from '#platform/sql.ts';
import { findSubjects } from '#registry/subjects.ts';
import { placeOf } from './joining.ts';
import type { Policies } from './policies.ts';
import type { IncomingPress, PressReceipt } from './press.ts';
import { idKeyOf, keyFrom, normalise, type KnownKey } from './press-rows.ts';
import type { Row } from './rows.ts';
import { loadIncidents, saveBatch } from './store.ts';
import { newWork, takePress } from './take-press.ts';

const q = loadQueries(import.meta.url, 'dispatch', [
  'find_open_for_update',
  'find_press_keys',
  'insert_presses',
  'told_again',
  'quiet_of',
  'told_for_device',
  'open_maintenance',
]);

export interface ReceiveDeps {
  db: Database;
  clock: Clock;
  log: Log;
  policies: Policies;
  /** Of these owners, who is busy with something else. */
  busyOwners: (db: Db, owners: { ownerId: string; incidentId: string }[]) => Promise<Set<string>>;
  /** Called after a commit that left something to be carried out. */
  poke: () => void;
}

/**
 * Takes presses that waited together in one transaction: kept raw, joined or opened, history and outbox written with
 * them. When it resolves everything is committed; when it rejects nothing is. Order within the batch is kept per device.
 */
export function createReceiver(deps: ReceiveDeps): {
  receive(batch: readonly IncomingPress[]): Promise<PressReceipt[]>;
  toldAgain(device: string): Promise<Ack[]>;
} {
  return {
    receive: (presses) => receiveWithRetry(deps, presses.map(normalise)),
    toldAgain: (device) => toldAgain(deps, device),
  };
}

/** 23505: somebody else opened the same home's case, or took the same event, between our look and our write. */
async function receiveWithRetry(deps: ReceiveDeps, presses: IncomingPress[]): Promise<PressReceipt[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await deps.db.tx((tx) => receiveOnce(deps, tx, presses));
    } catch (error) {
      if ((error as { code?: string }).code !== '23505' || attempt >= 8) throw error;
    }
  }
}

async function receiveOnce(deps: ReceiveDeps, tx: Tx, presses: IncomingPress[]): Promise<PressReceipt[]> {
  const now = deps.clock.now();
  const known = await knownKeys(tx, presses);
  const subjects = await findSubjects(tx, [...new Set(presses.map((press) => press.device))]);
  const wanted = [...new Set(presses.map((press) => placeOf(press, subjects.get(press.device)).subject))].sort();
  const open = await loadIncidents(tx, q.find_open_for_update, [wanted]);
  const owned = open.flatMap(({ incident }) =>
    incident.ownerId === null ? [] : [{ ownerId: incident.ownerId, incidentId: incident.id }],
  );
  const work = newWork(now, deps.policies.current(), open, await deps.busyOwners(tx, owned), known);
  const receipts = presses.map((press) => takePress(work, press, subjects.get(press.device)));
  if (work.rows.length > 0) await tx.query(q.insert_presses, [JSON.stringify(work.rows)]);
  await saveBatch(tx, work.batch);
  if (work.maintenance.length > 0) await tx.query(q.open_maintenance, [JSON.stringify(dedupe(work.maintenance))]);
  await addTold(tx, receipts, presses);
  tx.afterCommit(deps.poke);
  return receipts;
}

/** One maintenance row per device and kind, since one statement may not touch a row twice. */
function dedupe(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [`${row['device'] as string}|${row['kind'] as string}`, row])).values()];
}

async function knownKeys(tx: Tx, presses: IncomingPress[]): Promise<Map<string, KnownKey>> {
  const rows = await tx.query<{
    device: string;
    event_id: string;
    type: string;
    at: string;
    press_id: string;
    incident_id: string | null;
    received_at: Date;
  }>(q.find_press_keys, [presses.map((press) => press.device), presses.map((press) => press.eventId)]);
  const known = new Map<string, KnownKey>();
  for (const row of rows) {
    const key: KnownKey = { pressId: row.press_id, incident: row.incident_id, receivedAt: row.received_at.getTime() };
    known.set(idKeyOf(row.device, row.event_id), key);
    known.set(keyFrom(row.device, row.event_id, row.type, row.at), key);
  }
  return known;
}

/**
 * For events that were known already: the stages that came after `received`, to be sent again. Nothing speaks in a home
 * that is to be silent now, whatever was said there before.
 */
async function addTold(tx: Tx, receipts: PressReceipt[], presses: IncomingPress[]): Promise<void> {
  const again = receipts.filter((one) => one.duplicate && one.incident !== null);
  if (again.length === 0) return;
  const ids = [...new Set(again.map((one) => one.incident))];
  const rows = await tx.query<ToldRow>(q.told_again, [ids]);
  const quiet = new Set((await tx.query<{ id: string }>(q.quiet_of, [ids])).map((row) => row.id));
  receipts.forEach((one, place) => {
    if (!one.duplicate || one.incident === null) return;
    one.more = rows
      .filter((row) => row.incident_id === one.incident && row.device_id === presses[place]!.device)
      .map(spoken);
    if (quiet.has(one.incident)) one.ack.say = '';
  });
}

interface ToldRow {
  incident_id: string;
  device_id: string;
  body: Ack;
  quiet: boolean;
}

const spoken = (row: Pick<ToldRow, 'body' | 'quiet'>): Ack => (row.quiet ? { ...row.body, say: '' } : row.body);

/** What a device that comes back may have missed: everything told about its cases that are open, or ended in the last hour. */
async function toldAgain(deps: ReceiveDeps, device: string): Promise<Ack[]> {
  const since = new Date(deps.clock.now() - 3_600_000);
  return (await deps.db.query<ToldRow>(q.told_for_device, [device, since])).map(spoken);
}
