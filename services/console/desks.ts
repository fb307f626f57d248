import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { listOf } from '#contracts/list.ts';
import { DESK_STATES, wireDeskSchema, type DeskState, type WireDesk } from '#contracts/socket.ts';
import type { Database, Db } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import type { Viewer } from '#platform/access.ts';

const q = loadQueries(import.meta.url, 'console', [
  'put_desk',
  'see_desks',
  'close_lost_desks',
  'list_desks',
  'desks_of',
  'add_handover',
  'list_handovers',
  'get_handover',
  'sign_handover',
]);

/** A desk whose console was not seen for so long is off, ms. */
const LOST_MS = 30_000;

interface DeskRow {
  account_id: string;
  name: string;
  state: DeskState;
  since: Date;
}

export interface DesksDeps {
  db: Database;
  clock: Clock;
  /** Accounts whose regions overlap the viewer's. */
  colleagues: (viewer: Viewer) => Promise<string[]>;
  /** Open cases of an account, as the list of a hand-over. */
  openCases: (db: Db, accountId: string) => Promise<{ id: string; who: string; state: string; openedAt: string }[]>;
  /** Of these cases, those that exist for the viewer. */
  visible: (viewer: Viewer, incidentIds: readonly string[]) => Promise<Set<string>>;
  /** Gives one case to another. */
  handTo: (incidentId: string, to: Viewer, why: string) => Promise<void>;
  changed: (desk: WireDesk, regions: string[]) => void;
}

/** Of these operators, who sits at a desk that is not ready: talking, on a break, writing up, or gone. */
export async function busyDesks(db: Db, accountIds: readonly string[]): Promise<Set<string>> {
  if (accountIds.length === 0) return new Set();
  const rows = await db.query<{ account_id: string; state: DeskState }>(q.desks_of, [accountIds]);
  const known = new Map(rows.map((row) => [row.account_id, row.state]));
  return new Set(accountIds.filter((id) => known.has(id) && known.get(id) !== 'ready'));
}

/** Consoles that are open; and desks off whose console is not. */
export async function seeDesks(db: Db, accountIds: string[], now: number): Promise<void> {
  if (accountIds.length > 0) await db.query(q.see_desks, [accountIds, new Date(now)]);
  await db.query(q.close_lost_desks, [new Date(now - LOST_MS), new Date(now)]);
}

const handoverSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string().nullable(),
  note: z.string(),
  incidents: z.array(z.object({ id: z.string(), who: z.string(), state: z.string(), openedAt: z.string() })),
  signedFromAt: z.string(),
  signedToAt: z.string().nullable(),
  mine: z.boolean(),
});

interface HandoverRow {
  id: string;
  from_id: string;
  from_name: string;
  to_id: string | null;
  to_name: string | null;
  note: string;
  incidents: z.infer<typeof handoverSchema>['incidents'];
  signed_from_at: Date;
  signed_to_at: Date | null;
}

/**
 * Hand-overs as far as they exist for the viewer: his own without cases that left his regions meanwhile; those of
 * colleagues only when he may see every case in them, for who can't see them can't take them over either.
 */
async function shownHandovers(
  deps: DesksDeps,
  rows: HandoverRow[],
  viewer: Viewer,
  colleagues: readonly string[],
): Promise<HandoverRow[]> {
  const visible = await deps.visible(viewer, [...new Set(rows.flatMap((row) => row.incidents.map((one) => one.id)))]);
  return rows.flatMap((row) => {
    const incidents = row.incidents.filter((one) => visible.has(one.id));
    const isMine = row.from_id === viewer.accountId || row.to_id === viewer.accountId;
    const isOurs = colleagues.includes(row.from_id) && (row.to_id === null || colleagues.includes(row.to_id));
    return isMine || (isOurs && incidents.length === row.incidents.length) ? [{ ...row, incidents }] : [];
  });
}

function wireHandover(row: HandoverRow, viewer: Viewer): z.infer<typeof handoverSchema> {
  return {
    id: row.id,
    from: row.from_name,
    to: row.to_name,
    note: row.note,
    incidents: row.incidents,
    signedFromAt: row.signed_from_at.toISOString(),
    signedToAt: row.signed_to_at?.toISOString() ?? null,
    mine: row.from_id === viewer.accountId,
  };
}

/** `/api/desk`, `/api/desks`, `/api/handovers`. */
export function registerDeskRoutes(app: App, deps: DesksDeps): void {
  const { db, clock } = deps;
  const access = ['operator', 'supervisor'] as const;

  app.put(
    '/api/desk',
    {
      config: { access },
      schema: { body: z.object({ state: z.enum(DESK_STATES) }), response: { 200: wireDeskSchema } },
    },
    async (request) => {
      const { viewer } = request;
      const row = (
        await db.query<DeskRow>(q.put_desk, [viewer.accountId, viewer.name, request.body.state, new Date(clock.now())])
      )[0]!;
      const open = (await deps.openCases(db, viewer.accountId)).length;
      const desk = { id: row.account_id, name: row.name, state: row.state, since: row.since.toISOString(), open };
      deps.changed(desk, viewer.regions);
      return desk;
    },
  );

  app.get(
    '/api/desks',
    {
      config: { access },
      schema: { response: { 200: listOf(wireDeskSchema) } },
    },
    async (request) => {
      const rows = await db.query<DeskRow>(q.list_desks, [await deps.colleagues(request.viewer)]);
      const items: WireDesk[] = [];
      for (const row of rows) {
        const open = (await deps.openCases(db, row.account_id)).length;
        items.push({ id: row.account_id, name: row.name, state: row.state, since: row.since.toISOString(), open });
      }
      return { items, nextCursor: null };
    },
  );

  registerHandovers(app, deps);
}

function registerHandovers(app: App, deps: DesksDeps): void {
  const { db, clock } = deps;
  const access = ['operator', 'supervisor'] as const;

  app.get(
    '/api/handovers',
    {
      config: { access },
      schema: {
        querystring: z.object({ open: z.enum(['0', '1']).default('0') }),
        response: { 200: listOf(handoverSchema) },
      },
    },
    async (request) => {
      const { viewer } = request;
      const colleagues = await deps.colleagues(viewer);
      const rows = await db.query<HandoverRow>(q.list_handovers, [
        colleagues,
        request.query.open === '1',
        viewer.accountId,
      ]);
      return {
        items: (await shownHandovers(deps, rows, viewer, colleagues)).map((row) => wireHandover(row, viewer)),
        nextCursor: null,
      };
    },
  );

  app.post(
    '/api/handovers',
    {
      config: { access },
      schema: { body: z.object({ note: z.string().max(2000).default('') }), response: { 201: handoverSchema } },
    },
    async (request, reply) => {
      const { viewer } = request;
      const incidents = await deps.openCases(db, viewer.accountId);
      const at = new Date(clock.now());
      await db.query(q.add_handover, [
        request.intentId,
        viewer.accountId,
        viewer.name,
        null,
        null,
        request.body.note,
        JSON.stringify(incidents),
        at,
      ]);
      const row = (await db.query<HandoverRow>(q.get_handover, [request.intentId]))[0]!;
      return reply.code(201).send(wireHandover(row, viewer));
    },
  );

  app.post(
    '/api/handovers/:id/sign',
    {
      config: { access, bodyless: true },
      schema: { params: z.object({ id: z.uuid() }), response: { 200: handoverSchema } },
    },
    async (request) => {
      const { viewer } = request;
      const found = await db.query<HandoverRow>(q.get_handover, [request.params.id]);
      const [row] = await shownHandovers(deps, found, viewer, await deps.colleagues(viewer));
      if (!row) throw new Problem('not_found');
      if (row.from_id === viewer.accountId)
        throw new Problem('forbidden', { detail: '交班要由接班的人签字 | The one who takes over signs' });
      const signed = await db.query(q.sign_handover, [row.id, viewer.accountId, viewer.name, new Date(clock.now())]);
      if (signed.length === 0)
        throw new Problem('conflict', { detail: `${row.to_name ?? ''} 已经签了 | Already signed` });
      for (const one of row.incidents) await deps.handTo(one.id, viewer, `交班:${row.from_name}`);
      return wireHandover((await db.query<HandoverRow>(q.get_handover, [row.id]))[0]!, viewer);
    },
  );
}
