import { randomUUID } from 'node:crypto';
import type { MyShop, WireOrderDetail } from '#contracts/vendors.ts';
import type { Clock } from '#kernel/clock.ts';
import { knownStaff, seedVendors } from '#vendors/demo/seed.ts';
import { signInTestPerson } from '#test/harness/identity.ts';
import { openApi, type Api, type Answer } from '#test/harness/api.ts';
import { startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';

export const DISTRICT = '42/4206/420606/';
/** The box of the README's story, in the grid of the known home. */
export const BOX = 'demo-0001';

/** The demo city with its shops on a running platform, an operator, a supervisor, and the three known shops signed in. */
export interface Town {
  running: RunningPlatform;
  clock: Clock & { advance(ms: number): void };
  operator: Api;
  supervisor: Api;
  admin: Api;
  /** Of 邻里家政服务部, 老周水电维修 and the association. */
  shops: Api[];
  press(type: string, device?: string): Promise<string>;
  mine(shop: Api): Promise<MyShop>;
  order(api: Api, id: string): Promise<WireOrderDetail>;
  /** Opens an order and expects it to go well. */
  open(body: Record<string, unknown>): Promise<WireOrderDetail>;
  say(api: Api, id: string, command: string, body?: object): Promise<Answer>;
  /** What the box of `device` was told, oldest first. */
  heard(device?: string): Promise<{ stage: string; say: string }[]>;
  stop(): Promise<void>;
}

let pressed = 0;

/** Starts it; `orders` of the month before are written only where asked for. */
export async function startTown(options: {
  clock: Clock & { advance(ms: number): void };
  role?: 'all' | 'api';
  orders?: number;
}): Promise<Town> {
  const { clock } = options;
  const running = await startPlatformHere({ clock, role: options.role ?? 'all' });
  const { db, url } = running;
  await seedVendors({ db, clock, orders: options.orders ?? 0 });
  const district = (
    await db.pool.query<{ id: string; path: string }>('select id, path from region where path = $1', [DISTRICT])
  ).rows[0]!;
  const signIn = async (
    role: 'operator' | 'supervisor' | 'admin' | 'vendor',
    staffId: string | null = null,
    name?: string,
  ): Promise<Api> =>
    openApi(
      url,
      (await signInTestPerson(db, clock, role, { regions: [district], staffId, ...(name && { name }) })).cookie,
    );
  const known = await knownStaff(db);
  const operator = await signIn('operator', null, '李敏');
  const order = async (api: Api, id: string): Promise<WireOrderDetail> =>
    (await api.get(`/api/work-orders/${id}`)).body;
  return {
    running,
    clock,
    operator,
    supervisor: await signIn('supervisor'),
    admin: await signIn('admin'),
    shops: await Promise.all(known.map((one) => signIn('vendor', one.staffId, one.name))),
    async press(type, device = BOX) {
      const at = clock.now();
      const [receipt] = await running.receive([
        {
          device,
          adapter: null,
          eventId: `${randomUUID()}-${++pressed}`,
          type: type as 'service',
          at,
          receivedAt: at,
          key: 'green',
          battery: 80,
          test: false,
          location: null,
          detail: {},
          topic: `12349/v1/0/${device}/up/event`,
          raw: Buffer.from('{}'),
          readable: true,
        },
      ]);
      if (receipt?.incident == null) throw new Error(`a press of ${type} touched no case`);
      return receipt.incident;
    },
    mine: async (shop) => (await shop.get('/api/me/shop')).body,
    order,
    async open(body) {
      const answer = await operator.send('POST', '/api/work-orders', {
        service: 'tap_leak',
        what: '厨房水龙头一直滴水',
        ...body,
      });
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body;
    },
    say: (api, id, command, body = {}) => api.send('POST', `/api/work-orders/${id}/${command}`, body),
    async heard(device = BOX) {
      const { rows } = await db.pool.query<{ stage: string; say: string }>(
        `select body ->> 'stage' as stage, body ->> 'say' as say from told where device_id = $1 order by at, seq`,
        [device],
      );
      return rows;
    },
    stop: () => running.stop(),
  };
}

/** Waits until `look` answers something true; the machine's time, 20 s at most. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false | null>): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
