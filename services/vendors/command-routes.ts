import { z } from 'zod';
import { Problem } from '#kernel/errors.ts';
import { orderBodies, wireOrderDetailSchema, type OrderCommandName } from '#contracts/vendors.ts';
import { liesInRegions, type Viewer } from '#platform/access.ts';
import type { App } from '#platform/http.ts';
import { actorOf } from '#dispatch/routes.ts';
import type { OrderCommand } from './domain/decide.ts';
import type { Order, Worker } from './domain/order.ts';
import { drawCode, mustHold } from './orders.ts';
import { shopOf, workersOf } from './people.ts';
import { DESK, type VendorRoutesDeps } from './access.ts';
import { openOrder } from './views.ts';

const byId = z.object({ id: z.uuid() });
/** What a shop does with an order that it was offered or holds. */
const OF_SHOP = [
  'accept',
  'decline',
  'give_back',
  'staff',
  'quote',
  'depart',
  'arrive',
  'nobody_home',
  'complete',
] as const;
/** What the desk does for the resident, or for who pays. */
const OF_DESK = [
  'approve',
  'refuse_quote',
  'arrived',
  'confirm',
  'rate',
  'complain',
  'callback',
  'again',
  'warranty',
  'cancel',
] as const;

/** `POST /api/work-orders/:id/{command}`. */
export function registerOrderCommands(app: App, deps: VendorRoutesDeps): void {
  for (const name of OF_SHOP) {
    app.post(
      `/api/work-orders/:id/${name}`,
      {
        config: { access: ['vendor'] },
        schema: { params: byId, body: bodyOf(name), response: { 200: wireOrderDetailSchema } },
      },
      async (request) => {
        const shop = await shopOf(deps.db, request.viewer.staffId);
        const command = await shopCommand(deps, name, request.body, shop.id, request.viewer);
        const by = actorOf(request.viewer);
        const order = await deps.orders.command(request.params.id, command, by, (held) =>
          mustConcern(held, shop.id, name),
        );
        if (name === 'accept') mustHold(order, shop.id);
        return answer(deps, request.viewer, request.params.id, shop.id, request.language);
      },
    );
  }
  for (const name of OF_DESK) {
    app.post(
      `/api/work-orders/:id/${name}`,
      {
        config: { access: DESK },
        schema: { params: byId, body: bodyOf(name), response: { 200: wireOrderDetailSchema } },
      },
      async (request) => {
        const command = deskCommand(name, request.body);
        await deps.orders.command(request.params.id, command, actorOf(request.viewer), (order) => {
          if (!liesInRegions(request.viewer, order.regionPath)) throw new Problem('not_found');
        });
        return openOrder(deps, request.viewer, request.params.id, null, request.language);
      },
    );
  }
}

function bodyOf(name: OrderCommandName): z.ZodType<Record<string, unknown>> {
  return orderBodies[name] as z.ZodType<Record<string, unknown>>;
}

/** An order that this shop neither holds nor was ever asked about does not exist for it. */
function mustConcern(order: Order, shopId: string, name: (typeof OF_SHOP)[number]): void {
  const asked = order.offers.some((one) => one.shopId === shopId);
  if (!asked) throw new Problem('not_found');
  if (name === 'accept' || name === 'decline' || order.shopId === shopId) return;
  throw new Problem('offer_gone', { detail: '这一单已经不在您店里了 | Your shop does not hold this order any more' });
}

async function shopCommand(
  deps: VendorRoutesDeps,
  name: (typeof OF_SHOP)[number],
  body: Record<string, unknown>,
  shopId: string,
  viewer: Viewer,
): Promise<OrderCommand> {
  if (name !== 'accept' && name !== 'staff' && name !== 'decline')
    return { type: name, ...body } as unknown as OrderCommand;
  if (name === 'decline') return { type: name, shopId, ...body } as unknown as OrderCommand;
  const workers = await workersOf(deps.db, shopId);
  const wanted = body['staff'] as string[] | undefined;
  const staff = wanted === undefined ? firstChoice(workers, viewer) : workers.filter((one) => wanted.includes(one.id));
  if (wanted !== undefined && staff.length !== new Set(wanted).size)
    throw new Problem('invalid_fields', {
      fields: [{ field: 'staff', expected: '自己店里的人 | people of your own shop' }],
    });
  if (name === 'staff') return { type: 'staff', staff };
  return {
    type: 'accept',
    shopId,
    staff,
    named: wanted !== undefined,
    minutes: body['minutes'] as number | undefined,
    code: drawCode(),
  };
}

/** Nobody named: whoever accepts goes himself, and his colleagues as far as more are needed. */
function firstChoice(workers: readonly Worker[], viewer: Viewer): Worker[] {
  return [...workers].sort((a, b) => Number(b.id === viewer.staffId) - Number(a.id === viewer.staffId));
}

function deskCommand(name: (typeof OF_DESK)[number], body: Record<string, unknown>): OrderCommand {
  if (name === 'arrived') return { type: 'arrived', by: 'desk' };
  if (name === 'confirm') return { type: 'confirm', how: 'phone', ...body } as unknown as OrderCommand;
  return { type: name, ...body } as unknown as OrderCommand;
}

/** What the shop sees now; where the step has ended its part in it, the least that tells so. */
async function answer(
  deps: VendorRoutesDeps,
  viewer: Viewer,
  id: string,
  shopId: string,
  language: 'zh' | 'en',
): Promise<z.infer<typeof wireOrderDetailSchema>> {
  return openOrder(deps, viewer, id, shopId, language, true);
}
