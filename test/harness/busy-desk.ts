import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { WireIncident, WireIncidentDetail } from '#contracts/incident.ts';
import { laneOf } from '#registry/device-secret.ts';
import { signInDemo, type Api } from './api.ts';
import type { PlatformHome } from './platform.ts';

/** Calls from everywhere in every state, as a bad afternoon brings them; each is there for a reason that a screen must show. */
export interface BusyDesk {
  /** The calls by what they show. */
  ids: Record<
    | 'red'
    | 'area'
    | 'several'
    | 'unknown'
    | 'unreadable'
    | 'drill'
    | 'late'
    | 'quiet'
    | 'handedOff'
    | 'another'
    | 'coming'
    | 'resolved'
    | 'long',
    string
  >;
  total: number;
}

/** What a box sends, once: an event of the protocol, or any bytes. */
export async function sendFromBox(
  home: PlatformHome,
  box: { id: string; secret: string },
  body: Record<string, unknown> | string,
): Promise<string> {
  const { id, secret } = box;
  const client = await mqtt.connectAsync(home.mqttUrl, {
    clientId: id,
    username: id,
    password: secret,
    clean: false,
    protocolVersion: 4,
  });
  const event =
    typeof body === 'string'
      ? body
      : JSON.stringify({ id: randomUUID(), at: new Date().toISOString(), key: 'red', battery: 80, ...body });
  await client.publishAsync(`12349/v1/${laneOf(id)}/${id}/up/event`, event, { qos: 1 });
  await client.endAsync();
  return id;
}

async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await what();
    if (found !== undefined && found !== false) return found;
    await pause(100);
  }
}

/** The open call of a device. */
export async function callOf(api: Api, device: string): Promise<WireIncident> {
  return until(async () => {
    const { body } = await api.get('/api/incidents?state=open&limit=200');
    return (body.items as WireIncident[]).find((one) => one.device?.id === device);
  });
}

/** One command on a call, with the version it has now; tried again when something came in between. */
export async function command(
  api: Api,
  id: string,
  name: string,
  body: Record<string, unknown> = {},
): Promise<WireIncidentDetail> {
  return until(async () => {
    const { version } = (await api.get(`/api/incidents/${id}`)).body as WireIncidentDetail;
    const answer = await api.send(
      'POST',
      `/api/incidents/${id}/${name}`,
      name === 'claim' ? body : { version, ...body },
    );
    if (answer.status === 409 && answer.body.code === 'conflict') return undefined;
    if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${answer.text}`);
    return answer.body as WireIncidentDetail;
  });
}

/** Sends somebody: the first whom the platform offers. */
export async function sendSomebody(api: Api, id: string): Promise<void> {
  const detail = (await api.get(`/api/incidents/${id}`)).body as WireIncidentDetail;
  await command(api, id, 'assign', { responder: detail.candidates[0]!.id });
}

const LONG = 83;
const LONG_ADDRESS =
  '长虹路与人民广场交叉口东北角老棉纺厂职工宿舍区南院(原三线厂家属院)17栋甲单元顶楼加建层1104室靠楼梯间左手第二户';

/** Brings about 40 calls: 8 each by op2 … op5, the rest waits. `mine` takes two of them. */
export async function fillDesk(home: PlatformHome, mine: Api): Promise<BusyDesk> {
  const demo = home.demo();
  const [admin, ...others] = await Promise.all(
    ['admin', 'op2', 'op3', 'op4', 'op5'].map((name) => signInDemo(home.url, demo, name)),
  );
  const box = (n: number) => demo.devices[n - 1]!;
  const call = async (
    from: number | { id: string; secret: string },
    body: Record<string, unknown> | string,
  ): Promise<string> =>
    (await callOf(mine, await sendFromBox(home, typeof from === 'number' ? box(from) : from, body))).id;

  await lengthenAddress(admin!, box(LONG).id);

  // In hand of others, in every state.
  const kinds = ['sos', 'medical', 'service', 'family', 'fall', 'water_leak', 'fall_suspected', 'power_fail'];
  const numbers = Array.from({ length: 26 }, (_, place) => 30 + place);
  const taken = await Promise.all(numbers.map((n, place) => call(n, { type: kinds[place % kinds.length] })));
  await Promise.all(taken.map((id, place) => command(others[place % others.length]!, id, 'claim')));
  const ownerOf = (place: number): Api => others[place % others.length]!;
  await Promise.all([0, 4, 5, 8, 9, 12].map((place) => sendSomebody(ownerOf(place), taken[place]!)));
  await Promise.all(
    [2, 3, 10, 11, 18].map((place) =>
      command(ownerOf(place), taken[place]!, 'resolve', { code: place % 2 === 0 ? 'household' : 'family' }),
    ),
  );
  await command(ownerOf(6), taken[6]!, 'quiet', { on: true });
  await command(ownerOf(16), taken[16]!, 'handoff', { to: '120', note: '神志不清,呼吸弱' });

  // Mine.
  const several = await call(await numberOfCouple(admin!, home), { type: 'sos' });
  await command(mine, several, 'claim');
  const long = await call(LONG, { type: 'medical' });
  await command(mine, long, 'claim');
  await command(mine, long, 'note', { text: '女儿说上周刚出院,药换过;楼道灯坏了,来的人带手电。门口有条黄狗,不咬人。' });

  // Waiting.
  const [late, drill] = await Promise.all([
    call(85, { type: 'medical', at: new Date(Date.now() - 47 * 60_000).toISOString() }),
    call(86, { type: 'sos', test: true }),
    ...[87, 88, 89, 90, 91].map((n, place) =>
      call(n, { type: ['service', 'family', 'medical', 'water_leak', 'service'][place] }),
    ),
  ]);
  const unreadable = await call(92, '{"id":"abc","type":"so');
  await fromGateway(home, 'zigbee2mqtt/0xa4c1380000000001', { action: 'emergency', battery: 61, linkquality: 92 });
  const unknown = await callOf(mine, '0xa4c1380000000001');
  const red = await call(1, { type: 'sos' });
  await sendFromBox(home, box(1), { type: 'sos' });
  await sendFromBox(home, box(1), { type: 'sos' });
  const [area] = await Promise.all((await neighbours(admin!, box(1).id)).map((one) => call(one, { type: 'smoke' })));
  const { body } = await mine.get('/api/incidents?state=open&limit=200');
  return {
    ids: {
      red,
      area: area!,
      several,
      unknown: unknown.id,
      unreadable,
      drill: drill,
      late: late,
      quiet: taken[6]!,
      handedOff: taken[16]!,
      another: taken[1]!,
      coming: taken[0]!,
      resolved: taken[2]!,
      long,
    },
    total: (body.items as WireIncident[]).length,
  };
}

/** The first box whose home holds two people. */
async function numberOfCouple(admin: Api, home: PlatformHome): Promise<number> {
  for (const [place, { id }] of home.demo().devices.entries()) {
    const { householdId, residentId } = (await admin.get(`/api/devices/${id}`)).body;
    if (residentId === null && (await admin.get(`/api/households/${householdId}`)).body.residents === 2)
      return place + 1;
  }
  throw new Error('the demo has no couple with a box');
}

/** New boxes in two other homes of the same grid: three homes that call at once are an area event. */
async function neighbours(admin: Api, device: string): Promise<{ id: string; secret: string }[]> {
  const { region, householdId } = (await admin.get(`/api/devices/${device}`)).body;
  const homes = (await admin.get(`/api/households?region=${region.at(-1).id}&limit=200`)).body.items as {
    id: string;
    residents: number;
  }[];
  const others = homes.filter((one) => one.residents === 1 && one.id !== householdId).slice(0, 2);
  return Promise.all(
    others.map(async (one) => {
      const { status, body, text } = await admin.send('POST', '/api/devices', {
        householdId: one.id,
        kind: 'smoke_detector',
        can: ['lamp'],
        power: 'mains',
      });
      if (status !== 201) throw new Error(`${status} ${text}`);
      return body as { id: string; secret: string };
    }),
  );
}

async function fromGateway(home: PlatformHome, topic: string, body: unknown): Promise<void> {
  const { username, password } = home.demo().gateways[0]!;
  const client = await mqtt.connectAsync(home.mqttUrl, { clientId: username, username, password, protocolVersion: 4 });
  await client.publishAsync(topic, JSON.stringify(body), { qos: 1 });
  await client.endAsync();
}

async function lengthenAddress(admin: Api, device: string): Promise<void> {
  const found = await admin.get(`/api/devices/${device}`);
  const household = found.body.householdId;
  const { version } = (await admin.get(`/api/households/${household}`)).body;
  const answer = await admin.send('PATCH', `/api/households/${household}`, { version, address: LONG_ADDRESS });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
}
