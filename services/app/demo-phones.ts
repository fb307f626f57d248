import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '#kernel/clock.ts';
import { Problem } from '#kernel/errors.ts';
import { phoneActSchema, phonesSchema, type Phone, type PhoneOwner } from '#contracts/telephone.ts';
import type { Leg } from '#devices/telephone/leg.ts';
import { createTelephoneNetwork, type TelephoneNetwork } from '#devices/telephone/network.ts';
import { ownersOfDeskPhones } from '#identity/colleagues.ts';
import type { Database } from '#platform/database.ts';
import type { App } from '#platform/http.ts';
import { partnersByPhone } from '#handoff/partners.ts';
import { ownersOfNumbers } from '#registry/callers/callers.ts';
import { shopsByPhone } from '#vendors/views.ts';
import type { NetworkSettings } from '#telephony/network.ts';
import { normaliseNumber, spellings } from '#telephony/numbers.ts';

/** Our number on the demo's network, and lines of units that only dial. */
const HOTLINE = '12349';
/** What ended is shown a while longer, so that one reads how it ended. */
const SHOWN_MS = 8_000;
const CENTRES = ['110', '119', '120'];

/** The telephone network of the demo: in this process, on a port of its own, its telephones answered on `/phones`. */
export interface DemoPhones {
  settings: NetworkSettings;
  network: TelephoneNetwork;
  stop(): Promise<void>;
}

/** Starts it on loopback. `platformUrl`: where the platform listens, asked at each call. */
export async function startDemoPhones(deps: {
  clock: Clock;
  /** What the network's keys follow from; secret. */
  seed: string;
  platformUrl: () => string;
}): Promise<DemoPhones> {
  const secret = (name: string): string => createHmac('sha256', deps.seed).update(name).digest('hex').slice(0, 32);
  const account = { accountSid: `AC${secret('telephone account')}`, authToken: secret('telephone token') };
  const network = createTelephoneNetwork({
    clock: deps.clock,
    ...account,
    others: { pickUp: 'person' },
    lines: () => [
      {
        number: HOTLINE,
        voiceUrl: `${deps.platformUrl()}/webhooks/twilio/inbound`,
        statusCallback: `${deps.platformUrl()}/webhooks/twilio/status`,
      },
    ],
  });
  const { url } = await network.start();
  return {
    network,
    settings: { ...account, from: `+86710${HOTLINE}00`, apiBase: url },
    stop: () => network.stop(),
  };
}

/**
 * `/api/demo/phones`: the telephones of the demo's network, for the page `/phones`. Only for a caller on this machine, and
 * only where the network is a simulated one: whoever may pick up may hear.
 */
export function registerPhoneRoutes(
  app: App,
  deps: {
    db: Database;
    clock: Clock;
    network: TelephoneNetwork;
    /** Numbers of a few residents, to call from. */
    handy: () => Promise<readonly string[]>;
  },
): void {
  const { network } = deps;
  const config = { access: 'public' as const };
  const here = (ip: string): void => {
    if (!/^(127\.|::1$|::ffff:127\.)/.test(ip))
      throw new Problem('forbidden', { detail: '只在本机上可用 | Only on this machine' });
  };
  app.get('/api/demo/phones', { config, schema: { response: { 200: phonesSchema } } }, async (request) => {
    here(request.ip);
    return list(deps);
  });
  app.post(
    '/api/demo/phones/:number/:act',
    {
      config,
      schema: {
        params: z.object({ number: z.string().max(24), act: z.enum(['pick-up', 'press', 'hang-up', 'call']) }),
        body: phoneActSchema,
        response: { 200: phonesSchema },
      },
    },
    async (request) => {
      here(request.ip);
      const number = normaliseNumber(request.params.number);
      if (number === null || !act(network, number, request.params.act, request.body.keys ?? ''))
        throw new Problem('not_allowed_in_state', {
          detail: '这部电话现在做不了这一步,可能已经挂断 | This telephone can not do that now; the call may be over',
        });
      return list(deps);
    },
  );
}

function act(network: TelephoneNetwork, number: string, what: string, keys: string): boolean {
  switch (what) {
    case 'pick-up':
      return network.pickUp(number);
    case 'press':
      return network.press(number, keys);
    case 'hang-up':
      return network.hangUp(number);
    default:
      return network.dial(number, HOTLINE) !== null;
  }
}

async function list(deps: {
  db: Database;
  clock: Clock;
  network: TelephoneNetwork;
  handy: () => Promise<readonly string[]>;
}): Promise<z.infer<typeof phonesSchema>> {
  const { db, clock, network } = deps;
  const now = clock.now();
  const lines = network.legs.filter(
    (leg) =>
      // Before it rings there is nothing to pick up.
      leg.status !== 'queued' && (leg.endedAt === null || now - leg.endedAt < SHOWN_MS),
  );
  const recent = network.messages.filter(({ createdAt }) => now - createdAt < 10 * 60_000).slice(-30);
  const handy = (await deps.handy()).flatMap((phone) => normaliseNumber(phone) ?? []);
  const numbers = [...lines.map((leg) => leg.telephone), ...recent.map(({ to }) => to), ...handy];
  const owner = await ownersOf(db, numbers);
  const phones = [...new Map(lines.map((leg) => [leg.telephone, leg])).values()].map((leg): Phone => ({
    ...owner(leg.telephone),
    state: stateOf(leg),
    since: leg.endedAt ?? leg.answeredAt ?? leg.createdAt,
    calledBy: leg.direction === 'inbound' ? 'it' : 'us',
    heard: leg.heard.slice(-12).map(({ at, text }) => ({ at, text })),
    asks: leg.asking !== null,
    company: network
      .companyOf(leg)
      .filter((one) => one !== leg)
      .map((one) => owner(one.telephone)),
    ended: leg.endedAt === null ? null : leg.status,
  }));
  return {
    now,
    phones,
    messages: recent
      .toReversed()
      .map(({ sid, to, body, createdAt }) => ({ ...owner(to), id: sid, text: body, at: createdAt })),
    handy: [...new Set(handy)].map(owner),
  };
}

function stateOf(leg: Leg): Phone['state'] {
  if (leg.endedAt !== null) return 'ended';
  if (leg.direction === 'inbound') return leg.status === 'ringing' ? 'calling' : 'talking';
  return leg.status === 'in-progress' ? 'talking' : 'ringing';
}

/** Whose each of these numbers is; a number that the registry does not know is nobody's. */
async function ownersOf(db: Database, numbers: readonly string[]): Promise<(number: string) => PhoneOwner> {
  const owners = new Map<string, Omit<PhoneOwner, 'number' | 'shown'>>();
  const spelled = [...new Set(numbers)].flatMap(spellings);
  const plainly = (kind: string, rows: { phone: string; name: string }[]) =>
    rows.map((row) => ({ ...row, kind, of: null, relation: null }));
  const rows = [
    ...plainly('desk', await ownersOfDeskPhones(db, spelled)),
    ...plainly('partner', await partnersByPhone(db, spelled)),
    ...plainly('shop', await shopsByPhone(db, spelled)),
    ...(await ownersOfNumbers(db, spelled)),
  ];
  for (const row of rows) {
    const { name, of, relation } = row;
    const number = normaliseNumber(row.phone);
    const kind = row.kind as PhoneOwner['kind'];
    if (number !== null && !owners.has(number)) owners.set(number, { kind, name, of, relation });
  }
  const plain = (kind: PhoneOwner['kind'], name: string) => ({ kind, name, of: null, relation: null });
  for (const number of CENTRES) owners.set(number, plain('centre', number));
  return (number) => ({ number, shown: shown(number), ...(owners.get(number) ?? plain('unknown', '')) });
}

function shown(number: string): string {
  const mobile = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(number);
  if (mobile !== null) return `${mobile[1]} ${mobile[2]} ${mobile[3]}`;
  return number.replace(/^\+86((?:10|2\d)|[3-9]\d\d)(\d+)$/, '0$1-$2');
}
