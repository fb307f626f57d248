import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import { listOf, pageQuery } from '#contracts/list.ts';
import {
  myShopSchema,
  newOrderSchema,
  ORDER_STATES,
  payerSchema,
  wireOrderDetailSchema,
  wireOrderSchema,
  wireServiceSchema,
  wireShopSchema,
  type MyShop,
} from '#contracts/vendors.ts';
import type { App } from '#platform/http.ts';
import { loadQueries } from '#platform/sql.ts';
import { actorOf } from '#dispatch/routes.ts';
import { findVisibleRegion } from '#registry/scope.ts';
import { draftOrder, payersFor } from './booking.ts';
import { DESK, ownShopOf, READERS, type VendorRoutesDeps } from './access.ts';
import { registerOrderCommands } from './command-routes.ts';
import { registerMoneyRoutes } from './money/routes.ts';
import { registerPhotoRoutes } from './photos.ts';
import { shopOf, workersOf } from './people.ts';
import { getOrders, loadOrders } from './store.ts';
import { listOrders, listServices, listShops, openOrder, ratingOf, wireOrders } from './views.ts';

const q = loadQueries(import.meta.url, 'vendors', ['offered_to_shop', 'held_by_shop', 'shops_seen']);

const byId = z.object({ id: z.uuid() });

/** `/api/services`, `/api/vendors`, `/api/work-orders` with their commands, `/api/me/shop`, `/api/statements`, points. */
export function registerVendorRoutes(app: App, deps: VendorRoutesDeps): void {
  registerCatalogue(app, deps);
  registerOrders(app, deps);
  registerOrderCommands(app, deps);
  registerMyShop(app, deps);
  registerPhotoRoutes(app, deps);
  registerMoneyRoutes(app, deps);
}

function registerCatalogue(app: App, deps: VendorRoutesDeps): void {
  const { db } = deps;
  app.get(
    '/api/services',
    { config: { access: 'signed_in' }, schema: { response: { 200: listOf(wireServiceSchema) } } },
    async (request) => ({ items: await listServices(db, request.viewer), nextCursor: null }),
  );

  const query = pageQuery.extend({
    service: z.string().max(40).optional(),
    region: z.string().max(200).optional(),
    q: z.string().max(60).optional(),
    cursor: z.uuid({ error: '上一页给的 nextCursor | the nextCursor of the page before' }).optional(),
  });
  app.get(
    '/api/vendors',
    { config: { access: READERS }, schema: { querystring: query, response: { 200: listOf(wireShopSchema) } } },
    async (request) => {
      const { service, region, q: text, limit, cursor } = request.query;
      const own = await ownShopOf(deps, request.viewer);
      const covers = region === undefined ? null : await findVisibleRegion(db, request.viewer, region, true);
      if (region !== undefined && covers === null)
        throw new Problem('invalid_request', {
          fields: [{ field: 'region', expected: '您管的一个区划 | a region that you may see' }],
        });
      const items = await listShops(db, {
        regions: own === null ? request.viewer.regions : [''],
        id: own,
        service: service ?? null,
        covers: covers?.path ?? null,
        text: text ?? null,
        after: cursor ?? null,
        limit,
      });
      return { items, nextCursor: items.length === limit ? items.at(-1)!.id : null };
    },
  );

  app.get(
    '/api/vendors/:id',
    { config: { access: READERS }, schema: { params: byId, response: { 200: wireShopSchema } } },
    async (request) => {
      const own = await ownShopOf(deps, request.viewer);
      if (own !== null && own !== request.params.id) throw new Problem('not_found');
      const regions = own === null ? request.viewer.regions : [''];
      const none = { service: null, covers: null, text: null, after: null, limit: 1 };
      const [shop] = await listShops(db, { ...none, regions, id: request.params.id });
      if (!shop) throw new Problem('not_found');
      return shop;
    },
  );
}

function readCursor(cursor: string | undefined): { at: Date; id: string } | null {
  if (cursor === undefined) return null;
  const [at, id, more] = Buffer.from(cursor, 'base64url').toString().split('|');
  if (/^\d{1,14}$/.test(at ?? '') && z.uuid().safeParse(id).success && more === undefined)
    return { at: new Date(Number(at)), id: id! };
  throw new Problem('invalid_request', {
    fields: [{ field: 'cursor', expected: '上一页给的 nextCursor | the nextCursor of the page before' }],
  });
}

function registerOrders(app: App, deps: VendorRoutesDeps): void {
  const query = pageQuery.extend({
    state: z.enum(['open', 'all', ...ORDER_STATES]).default('open'),
    incident: z.uuid().optional(),
    shop: z.uuid().optional(),
    /** Only what waits for a call-back. */
    callbacks: z.enum(['true', 'false']).default('false'),
    q: z.string().trim().max(60).optional(),
  });
  app.get(
    '/api/work-orders',
    { config: { access: READERS }, schema: { querystring: query, response: { 200: listOf(wireOrderSchema) } } },
    async (request) => {
      const { state, incident, shop, limit, cursor, q: text } = request.query;
      const callbacks = request.query.callbacks === 'true';
      const own = await ownShopOf(deps, request.viewer);
      if (callbacks && own !== null)
        throw new Problem('forbidden', { detail: '回访不归店里 | Call-backs are not for shops' });
      if (own !== null && shop !== undefined && shop !== own) return { items: [], nextCursor: null };
      const open = ORDER_STATES.filter((one) => one !== 'settled' && one !== 'cancelled');
      return listOrders(deps, request.viewer, {
        incident: incident ?? null,
        shopId: own ?? shop ?? null,
        states: state === 'all' || callbacks ? null : state === 'open' ? open : [state],
        callbacks,
        text: text === undefined || text === '' ? null : text,
        after: readCursor(cursor),
        limit,
      });
    },
  );

  app.post(
    '/api/work-orders',
    { config: { access: DESK }, schema: { body: newOrderSchema, response: { 201: wireOrderDetailSchema } } },
    async (request, reply) => {
      const { incident, resident, wantedAt, ...rest } = request.body;
      const wanted = {
        ...rest,
        incident: incident ?? null,
        resident: resident ?? null,
        wantedAt: wantedAt === undefined ? null : Date.parse(wantedAt),
      };
      const draft = await draftOrder(deps, request.viewer, request.intentId, wanted);
      const order = await deps.orders.create(draft, actorOf(request.viewer));
      return reply.code(201).send(await openOrder(deps, request.viewer, order.id, null, request.language));
    },
  );

  app.get(
    '/api/work-orders/:id',
    { config: { access: READERS }, schema: { params: byId, response: { 200: wireOrderDetailSchema } } },
    async (request) =>
      openOrder(deps, request.viewer, request.params.id, await ownShopOf(deps, request.viewer), request.language),
  );

  app.get(
    '/api/payers',
    {
      config: { access: DESK },
      schema: {
        querystring: z.object({ incident: z.uuid().optional(), resident: z.uuid().optional() }),
        response: { 200: listOf(payerSchema) },
      },
    },
    async (request) => {
      const { incident, resident } = request.query;
      const of = { incident: incident ?? null, resident: resident ?? null };
      return { items: await payersFor(deps, request.viewer, of), nextCursor: null };
    },
  );
}

const MONTHS_SHOWN_MS = 31 * 86_400_000;

/** What `/vendor` asks when it is told to look: unchanged since its ETag, it is answered with 304 and the server's time. */
function registerMyShop(app: App, deps: VendorRoutesDeps): void {
  const { db, clock } = deps;
  app.get(
    '/api/me/shop',
    { config: { access: ['vendor'] }, schema: { response: { 200: myShopSchema, 304: z.null() } } },
    async (request, reply) => {
      const now = clock.now();
      const shop = await shopOf(db, request.viewer.staffId);
      await db.query(q.shops_seen, [shop.id, new Date(now)]);
      const body = await myShop(deps, shop, now);
      const tag = `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url')}"`;
      reply.header('server-time', String(now)).header('etag', tag).header('cache-control', 'no-store');
      if (request.headers['if-none-match'] === tag) return reply.code(304).send(null);
      return body;
    },
  );
}

async function myShop(deps: VendorRoutesDeps, shop: Awaited<ReturnType<typeof shopOf>>, now: number): Promise<MyShop> {
  const { db } = deps;
  const offered = (await db.query<{ id: string }>(q.offered_to_shop, [shop.id])).map((row) => row.id);
  const asked = (await getOrders(db, offered)).map((stored) => stored.order);
  const since = new Date(now - MONTHS_SHOWN_MS);
  const held = (await loadOrders(db, q.held_by_shop, [shop.id, since])).map((stored) => stored.order);
  const offers = await wireOrders(db, asked, () => ({ as: 'asked', shopId: shop.id, home: false }));
  // Where it is and whom to call is shown as long as there is something to do there.
  const active = new Set(['accepted', 'quoted', 'approved', 'under_way', 'on_scene', 'nobody_home', 'disputed']);
  const orders = await wireOrders(db, held, (order) => ({
    as: 'holder',
    shopId: shop.id,
    home: active.has(order.state),
  }));
  const busy = new Set(
    held.filter((order) => active.has(order.state)).flatMap((order) => order.staff.map((one) => one.id)),
  );
  return {
    shop: {
      id: shop.id,
      name: shop.name,
      phone: shop.phone,
      rating: ratingOf(shop.ratingSum, shop.ratings),
      ratings: shop.ratings,
    },
    staff: (await workersOf(db, shop.id)).map((one) => ({ ...one, busy: busy.has(one.id) })),
    offers: offers.flatMap((order) => {
      const offer = order.offers.find((one) => one.state === 'offered');
      return offer ? [{ offer, order }] : [];
    }),
    orders,
  };
}
