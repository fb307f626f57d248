import { randomUUID } from 'node:crypto';
import type { WireIncidentDetail } from '#contracts/incident.ts';
import type { Packet, PartnerQueue } from '#contracts/handoff.ts';
import { insertPartner, bindPartnerAccounts } from '#handoff/partners.ts';
import { newSecret } from '#handoff/signature.ts';
import { openApi } from '#test/harness/api.ts';
import { standingClock, startPlatformHere, type RunningPlatform } from '#test/harness/running.ts';
import { pressOf, settleStreets, signInPerson, type Home, type Person, type Street } from '../access/streets.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

export interface Answer {
  status: number;
  // What the tests look into is theirs to say.
  // eslint-disable-next-line typescript/no-explicit-any
  body: any;
  text: string;
}

/** A platform that answers and changes only by what a test does, with an operator, centres and their accounts. */
export interface Rig {
  running: RunningPlatform;
  clock: ReturnType<typeof standingClock>;
  own: Street;
  other: Street;
  operator: Person;
  send(person: Person | null, method: Method, url: string, body?: object): Promise<Answer>;
  /** A partner of the street with an account that speaks for it. */
  partner(options: PartnerOptions): Promise<{ id: string; person: Person; secret: string }>;
  /** A press, taken by the operator. */
  claimed(home?: Home): Promise<{ id: string; home: Home }>;
  detail(id: string): Promise<WireIncidentDetail>;
  /** The operator hands the case over, and what is intended is begun as the worker would. */
  handOver(id: string, to?: string, automatic?: boolean): Promise<string>;
  queue(person: Person, all?: boolean): Promise<PartnerQueue>;
  open(person: Person, handoff: string): Promise<Packet>;
  stop(): Promise<void>;
}

export interface PartnerOptions {
  target?: '110' | '119' | '120' | 'hospital' | 'clinic';
  name?: string;
  street?: Street;
  webhookUrl?: string;
  smsNumber?: string;
  automatic?: boolean;
}

/** Starts it; a Tuesday, ten in the morning in Xiangyang. */
export async function startRig(): Promise<Rig> {
  const clock = standingClock(Date.parse('2026-11-24T02:00:00Z'));
  const running = await startPlatformHere({ clock, role: 'api' });
  const { own, other } = await settleStreets(running, clock);
  const { operator } = own.people;

  async function send(person: Person | null, method: Method, url: string, body?: object): Promise<Answer> {
    const answer = await running.app.inject({
      method,
      url,
      headers: { ...(person && { cookie: person.cookie }), 'idempotency-key': randomUUID() },
      ...(body && { payload: body }),
    });
    const isJson = String(answer.headers['content-type']).includes('json');
    return { status: answer.statusCode, body: isJson ? answer.json() : undefined, text: answer.body };
  }
  const detail = async (id: string): Promise<WireIncidentDetail> =>
    (await send(operator, 'GET', `/api/incidents/${id}`)).body as WireIncidentDetail;

  return {
    running,
    clock,
    own,
    other,
    operator,
    send,
    detail,
    async partner(options) {
      const street = options.street ?? own;
      const id = randomUUID();
      const secret = newSecret();
      await insertPartner(running.db, {
        id,
        target: options.target ?? '120',
        name: options.name ?? '120 指挥中心',
        phone: options.target === undefined ? '120' : '15400000199',
        region: street,
        webhookUrl: options.webhookUrl ?? null,
        smsNumber: options.smsNumber ?? null,
        automatic: options.automatic ?? false,
        secret,
      });
      const person = await signInPerson(running, clock, 'partner', street, { name: options.name ?? '120 的小赵' });
      await bindPartnerAccounts(running.db, id, [person.accountId]);
      return { id, person, secret };
    },
    async claimed(home = own.home()) {
      const [receipt] = await running.receive([pressOf(home.deviceId, clock)]);
      const id = receipt!.incident!;
      await send(operator, 'POST', `/api/incidents/${id}/claim`);
      return { id, home };
    },
    async handOver(id, to = '120', automatic = false) {
      await openApi(running.url, operator.cookie).act(id, 'handoff', { to });
      const handoff = (await detail(id)).handoffs.at(-1)!;
      await running.db.tx((tx) =>
        running.platform.handoff.begin(tx, { incidentId: id, handoffId: handoff.id, target: handoff.to, automatic }),
      );
      return handoff.id;
    },
    queue: async (person, all = false) =>
      (await send(person, 'GET', `/api/partner/handoffs${all ? '?all=true' : ''}`)).body as PartnerQueue,
    open: async (person, handoff) => (await send(person, 'GET', `/api/partner/handoffs/${handoff}`)).body as Packet,
    stop: () => running.stop(),
  };
}
