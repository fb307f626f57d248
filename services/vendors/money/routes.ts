import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import type { Role } from '#contracts/session.ts';
import {
  appealSchema,
  decideAppealSchema,
  deductionSchema,
  issuePointsSchema,
  ledgerSchema,
  monthSchema,
  newDeductionSchema,
  pointsSchema,
  statementPartySchema,
  statementSchema,
  type Ledger,
  type Statement,
  type StatementParty,
} from '#contracts/vendors.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { Tx } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { addOutbox } from '#platform/outbox.ts';
import { loadQueries } from '#platform/sql.ts';
import { findPeople } from '#registry/people.ts';
import { ownShopOf, type VendorRoutesDeps } from '../access.ts';
import { monthOf } from '../domain/order.ts';
import { getOrders } from '../store.ts';
import { givePoints, pointsOf } from './holds.ts';
import { statementOf, statementWorkbook, wireDeduction, type DeductionRow } from './statements.ts';

const q = loadQueries(import.meta.url, 'vendors.money', [
  'add_deduction',
  'lock_deduction',
  'get_deduction',
  'deducted_of',
  'appeal_deduction',
  'decide_deduction',
  'ledger_sum',
  'ledger_accounts',
  'ledger_latest',
  'statement_parties',
  'find_payer',
]);

/** Who sees what shops are owed; a vendor his own only. */
const STATEMENTS: readonly Role[] = ['supervisor', 'admin', 'auditor', 'vendor'];
/** Who sees all of them side by side. */
const OFFICE: readonly Role[] = ['supervisor', 'admin', 'auditor'];
const MANAGERS: readonly Role[] = ['supervisor', 'admin'];
const byId = z.object({ id: z.uuid() });
const statementQuery = z.object({
  month: monthSchema,
  shop: z.uuid().optional(),
  payer: z.string().max(60).optional(),
});

/** `/api/statements` (JSON and xlsx), `/api/deductions`, `/api/points`, `/api/ledger`. */
export function registerMoneyRoutes(app: App, deps: VendorRoutesDeps): void {
  registerStatements(app, deps);
  registerParties(app, deps);
  registerDeductions(app, deps);
  registerPoints(app, deps);
}

async function askedStatement(
  deps: VendorRoutesDeps,
  viewer: Viewer,
  asked: z.infer<typeof statementQuery>,
): Promise<Statement> {
  const own = await ownShopOf(deps, viewer);
  if (own !== null) {
    if (asked.payer !== undefined || (asked.shop !== undefined && asked.shop !== own)) throw new Problem('not_found');
    return statementOf(deps.db, asked.month, { shop: own }, ['']);
  }
  if ((asked.shop === undefined) === (asked.payer === undefined))
    throw new Problem('invalid_request', {
      fields: [{ field: 'shop', expected: '店或付款方,选一个 | a shop or a payer, one of them' }],
    });
  return statementOf(
    deps.db,
    asked.month,
    asked.shop === undefined ? { payer: asked.payer! } : { shop: asked.shop },
    viewer.regions,
  );
}

function registerStatements(app: App, deps: VendorRoutesDeps): void {
  app.get(
    '/api/statements',
    { config: { access: STATEMENTS }, schema: { querystring: statementQuery, response: { 200: statementSchema } } },
    (request) => askedStatement(deps, request.viewer, request.query),
  );
  app.get(
    '/api/statements.xlsx',
    { config: { access: STATEMENTS }, schema: { querystring: statementQuery } },
    async (request, reply) => {
      const statement = await askedStatement(deps, request.viewer, request.query);
      const book = await statementWorkbook(statement, deps.clock.now());
      const name = encodeURIComponent(`对账单 ${statement.month} ${statement.of.name}.xlsx`);
      return reply
        .header('content-type', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
        .header(
          'content-disposition',
          `attachment; filename="statement-${statement.month}.xlsx"; filename*=UTF-8''${name}`,
        )
        .serializer((payload: unknown) => payload as string)
        .send(book);
    },
  );
}

/** `GET /api/statements/parties`: the shops, or the payers, of a month with their sums; who waits for a decision first. */
function registerParties(app: App, deps: VendorRoutesDeps): void {
  const query = pageQuery.extend({
    /** The present one when not given. */
    month: monthSchema.optional(),
    kind: z.enum(['shop', 'payer']).default('shop'),
    q: z.string().max(60).optional(),
    cursor: z
      .string()
      .regex(/^\d{1,6}$/, '上一页给的 nextCursor | the nextCursor of the page before')
      .optional(),
  });
  app.get(
    '/api/statements/parties',
    { config: { access: OFFICE }, schema: { querystring: query, response: { 200: listOf(statementPartySchema) } } },
    async (request) => {
      const { month, kind, q: text, limit, cursor } = request.query;
      const from = Number(cursor ?? 0);
      const params = [month ?? monthOf(deps.clock.now()), kind, request.viewer.regions, text ?? null, limit + 1, from];
      const found = await deps.db.query<StatementParty>(q.statement_parties, params);
      return { items: found.slice(0, limit), nextCursor: found.length > limit ? String(from + limit) : null };
    },
  );
}

interface LockedDeduction {
  id: string;
  shopId: string;
  appeal: string | null;
  decision: string | null;
  regionPath: string;
}

/** The shop's page looks again. */
function tellShop(tx: Tx, shopId: string, now: number): Promise<void> {
  return addOutbox(tx, [{ topic: 'console', key: '', payload: { shops: [shopId] } }], now);
}

function registerDeductions(app: App, deps: VendorRoutesDeps): void {
  const { db, clock } = deps;
  const answer = { 200: deductionSchema };
  const wire = async (id: string): Promise<z.infer<typeof deductionSchema>> =>
    wireDeduction((await db.query<DeductionRow>(q.get_deduction, [id]))[0]!);

  app.post(
    '/api/deductions',
    { config: { access: MANAGERS }, schema: { body: newDeductionSchema, response: { 201: deductionSchema } } },
    async (request, reply) => {
      const { order: id, fen, reason } = request.body;
      const [stored] = await getOrders(db, [id]);
      if (!stored || !liesInRegions(request.viewer, stored.order.regionPath)) throw new Problem('not_found');
      const { order } = stored;
      if (order.month === null || order.shopId === null || order.totalFen === null)
        throw new Problem('not_allowed_in_state', {
          detail: '确认做完的单才能扣款 | Only confirmed work can be deducted from',
        });
      const [taken] = await db.query<{ fen: number }>(q.deducted_of, [id]);
      if ((taken?.fen ?? 0) + fen > order.totalFen)
        throw new Problem('invalid_fields', {
          fields: [{ field: 'fen', expected: '不超过这一单的金额 | at most what the order comes to' }],
        });
      const params = [
        request.intentId,
        id,
        order.shopId,
        order.month,
        fen,
        reason,
        new Date(clock.now()),
        request.viewer.name,
      ];
      await db.tx(async (tx) => {
        await tx.query(q.add_deduction, params);
        await tellShop(tx, order.shopId!, clock.now());
      });
      return reply.code(201).send(await wire(request.intentId));
    },
  );

  app.post(
    '/api/deductions/:id/appeal',
    { config: { access: ['vendor'] }, schema: { params: byId, body: appealSchema, response: answer } },
    async (request) => {
      const own = await ownShopOf(deps, request.viewer);
      await db.tx(async (tx) => {
        const [row] = await tx.query<LockedDeduction>(q.lock_deduction, [request.params.id]);
        if (!row || row.shopId !== own) throw new Problem('not_found');
        if (row.appeal !== null)
          throw new Problem('not_allowed_in_state', { detail: '已经申诉过了 | It was appealed already' });
        await tx.query(q.appeal_deduction, [row.id, request.body.text, new Date(clock.now())]);
      });
      return wire(request.params.id);
    },
  );

  app.post(
    '/api/deductions/:id/decide',
    { config: { access: MANAGERS }, schema: { params: byId, body: decideAppealSchema, response: answer } },
    async (request) => {
      const { decision, answer: said } = request.body;
      await db.tx(async (tx) => {
        const [row] = await tx.query<LockedDeduction>(q.lock_deduction, [request.params.id]);
        if (!row || !liesInRegions(request.viewer, row.regionPath)) throw new Problem('not_found');
        if (row.appeal === null)
          throw new Problem('not_allowed_in_state', { detail: '店里没有申诉 | There is no appeal' });
        if (row.decision !== null)
          throw new Problem('not_allowed_in_state', { detail: '已经定过了 | It was decided already' });
        await tx.query(q.decide_deduction, [row.id, decision, said, new Date(clock.now()), request.viewer.name]);
        await tellShop(tx, row.shopId, clock.now());
      });
      return wire(request.params.id);
    },
  );
}

function registerPoints(app: App, deps: VendorRoutesDeps): void {
  const { db, clock } = deps;
  const residentOf = async (viewer: Viewer, id: string): Promise<string> => {
    const [person] = await findPeople(db, { residentIds: [id] });
    if (!person || !liesInRegions(viewer, person.regionPath)) throw new Problem('not_found');
    return person.id;
  };
  const pointsFor = async (resident: string): Promise<z.infer<typeof pointsSchema>> => {
    const lots = await pointsOf(db, resident, clock.now());
    return {
      resident,
      points: lots.reduce((all, lot) => all + lot.left, 0),
      worthFen: lots.reduce((all, lot) => all + lot.left * lot.rateFen, 0),
      lots: lots.map(({ id, issuer, left, rateFen, expiresAt }) => ({
        id,
        issuer,
        left,
        rateFen,
        expiresAt: new Date(expiresAt).toISOString(),
      })),
    };
  };

  app.get(
    '/api/points',
    {
      config: { access: ['operator', 'supervisor', 'admin', 'auditor'] },
      schema: { querystring: z.object({ resident: z.uuid() }), response: { 200: pointsSchema } },
    },
    async (request) => pointsFor(await residentOf(request.viewer, request.query.resident)),
  );

  app.post(
    '/api/points',
    { config: { access: ['admin'] }, schema: { body: issuePointsSchema, response: { 201: pointsSchema } } },
    async (request, reply) => {
      const { resident, issuer, points, rateFen, expiresAt, note } = request.body;
      const residentId = await residentOf(request.viewer, resident);
      const now = clock.now();
      const [known] = await db.query<{ kind: string }>(q.find_payer, [issuer, request.viewer.regions]);
      if (!known || known.kind === 'resident' || known.kind === 'points')
        throw new Problem('invalid_fields', {
          fields: [{ field: 'issuer', expected: '发积分的单位 | who issues points' }],
        });
      if (Date.parse(expiresAt) <= now)
        throw new Problem('invalid_fields', {
          fields: [{ field: 'expiresAt', expected: '还没过去的时间 | a time to come' }],
        });
      const lot = {
        id: request.intentId,
        residentId,
        issuer,
        rateFen,
        issued: points,
        expiresAt: Date.parse(expiresAt),
      };
      await db.tx(async (tx) => {
        await givePoints(tx, lot, note, now);
        const data = { points, issuer };
        await deps.recordAudit(tx, {
          at: now,
          by: request.viewer,
          what: 'points_issued',
          subject: residentId,
          data,
          address: request.viewer.address,
        });
      });
      return reply.code(201).send(await pointsFor(residentId));
    },
  );

  app.get(
    '/api/ledger',
    { config: { access: ['admin', 'auditor'] }, schema: { response: { 200: ledgerSchema } } },
    async (request) => {
      const [sum] = await db.query<{ sum: number; entries: number }>(q.ledger_sum);
      const latest = await db.query<Omit<Ledger['latest'][number], 'at'> & { at: Date }>(q.ledger_latest, [
        request.viewer.regions,
      ]);
      return {
        ...sum!,
        accounts: await db.query<{ kind: string; points: number }>(q.ledger_accounts),
        latest: latest.map((one) => ({ ...one, at: one.at.toISOString() })),
      };
    },
  );
}
