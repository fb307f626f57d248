import type { Server as HttpServer } from 'node:http';
import type { Clock } from '#kernel/clock.ts';
import {
  BEAT_MS,
  type FieldAssignment,
  type Notice,
  type WireBoard,
  type WireDesk,
  type WireResponder,
} from '#contracts/socket.ts';
import type { WireIncident } from '#contracts/incident.ts';
import type { Viewer } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import type { Log } from '#platform/log.ts';
import type { Authenticate } from '#platform/http.ts';
import { roomsFor, roomsOf, supervisorRoomsOf } from './rooms.ts';
import { goneWords, pageNotice } from './notices.ts';
import { createScreens, NAMESPACE_NAMES, type Screen } from './screens.ts';

export interface GatewayDeps {
  config: Config;
  log: Log;
  clock: Clock;
  authenticate: Authenticate;
  snapshot: (viewer: Viewer) => Promise<WireIncident[]>;
  responders: (viewer: Viewer) => Promise<WireResponder[]>;
  /** How many cases there are in the viewer's regions: all that the wallboard is told. */
  summary: (viewer: Viewer) => Promise<Omit<WireBoard, 'at'>>;
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  /** Assignments of one responder, with their cases, as `/field` shows them. */
  assignmentsOf: (staffId: string) => Promise<FieldAssignment[]>;
  /** Accounts of the centres that these cases were handed to. */
  centresOf: (incidentIds: readonly string[]) => Promise<string[]>;
  /** The shop of a member of staff; null: none. */
  shopOf: (staffId: string | null) => Promise<string | null>;
  /** Of these sessions, those that still hold. */
  liveSessions: (sessionIds: string[]) => Promise<Set<string>>;
  /** Operators whose console is open, every few seconds: what keeps a desk alive. */
  seen: (accountIds: string[]) => Promise<void>;
}

/** What the outbox carries to the screens: ids and codes. Who it is about is read when it is carried. */
export type ConsolePayload =
  | { incident: string; was?: string | null }
  | { incident: string; page: { who?: string; owner?: string | null; why?: string } }
  | { incident: string; offer: { assignment?: string; staff?: string; change?: string } }
  | { shops: readonly string[] }
  | { ordersOf: string; region: string | null }
  | { notice: Notice; region: string | null };

export interface Gateway {
  start(server: HttpServer): Promise<void>;
  /** Rows of the outbox, oldest first. Each case goes out once, in its newest version, to the rooms of its region. */
  carry(payloads: ConsolePayload[]): Promise<void>;
  responder(responder: WireResponder, regionPath: string): void;
  desk(desk: WireDesk, regions: string[]): void;
  /** Of the members of staff, those who have `/field` open in this process. */
  inTheStreet(): Set<string>;
  /** Cuts the sockets of these sessions at once. */
  revoke(sessionIds: string[]): void;
  stop(): Promise<void>;
}

type Cases = Map<string, { wire: WireIncident; regionPath: string | null }>;

/** Socket.IO over the HTTP server: rooms by region, a snapshot on every connect, then what changes. Construction does nothing. */
export function createGateway(deps: GatewayDeps): Gateway {
  const screens = createScreens(deps);
  let beat: NodeJS.Timeout | undefined;
  const now = (): string => new Date(deps.clock.now()).toISOString();

  async function checkSessions(): Promise<void> {
    const open: Screen[] = NAMESPACE_NAMES.flatMap((name) => screens.open(name));
    if (open.length === 0) return;
    const live = await deps.liveSessions([...new Set(open.map((screen) => screen.viewer.sessionId))]);
    for (const screen of open) if (!live.has(screen.viewer.sessionId)) screen.cut();
    await deps.seen([...new Set(screens.open('/console').map((screen) => screen.viewer.accountId))]);
  }

  /** Boards are counted anew with every beat: cheaper than to know, in each process, what another one changed. */
  async function tellBoards(): Promise<void> {
    const counted = new Map<string, ReturnType<typeof deps.summary>>();
    for (const screen of screens.open('/board')) {
      const regions = screen.viewer.regions.toSorted().join('|');
      const counts = counted.get(regions) ?? deps.summary(screen.viewer);
      counted.set(regions, counts);
      screen.send('snapshot', { ...(await counts), at: now() });
    }
  }

  function onBeat(): void {
    const at = now();
    for (const name of NAMESPACE_NAMES) screens.sendHere(name, 'beat', { at });
    checkSessions().catch((error: Error) =>
      deps.log.warn({ err: error.message }, 'sessions of sockets could not be checked'),
    );
    tellBoards().catch((error: Error) => deps.log.warn({ err: error.message }, 'boards could not be counted'));
  }

  async function welcomeConsole(screen: Screen<'/console'>): Promise<void> {
    const at = now();
    await screen.join(roomsFor(screen.viewer));
    const [incidents, responders] = await Promise.all([deps.snapshot(screen.viewer), deps.responders(screen.viewer)]);
    screen.send('snapshot', { incidents, responders, at: now() });
    screen.send('beat', { at });
  }

  async function welcomeField(screen: Screen<'/field'>): Promise<void> {
    const { staffId, sessionId, role } = screen.viewer;
    const shop = role === 'vendor' ? await deps.shopOf(staffId) : null;
    await screen.join([
      `session:${sessionId}`,
      ...(staffId === null ? [] : [`staff:${staffId}`]),
      ...(shop === null ? [] : [`shop:${shop}`]),
    ]);
    screen.send('snapshot', { assignments: staffId === null ? [] : await deps.assignmentsOf(staffId), at: now() });
  }

  async function welcomeBoard(screen: Screen<'/board'>): Promise<void> {
    await screen.join([`session:${screen.viewer.sessionId}`]);
    screen.send('snapshot', { ...(await deps.summary(screen.viewer)), at: now() });
  }

  async function welcomeDesk(screen: Screen<'/desk'>): Promise<void> {
    const { accountId, sessionId, role } = screen.viewer;
    const own = [`account:${accountId}`, `session:${sessionId}`];
    await screen.join(role === 'medic' ? roomsFor(screen.viewer) : own);
    screen.send('snapshot', { at: now() });
  }

  /** The centres that were asked, and the clinics of the place, look again: nothing of the case itself is sent there. */
  async function tellDesks(cases: Cases): Promise<void> {
    const clinics = [...cases.values()].flatMap(({ wire, regionPath }) =>
      wire.class === 'rescue' && regionPath !== null ? roomsOf(regionPath) : [],
    );
    const centres = (await deps.centresOf([...cases.keys()])).map((account) => `account:${account}`);
    screens.send('/desk', { rooms: [...new Set([...clinics, ...centres])] }, 'look', { at: now() });
  }

  /** The notice of a step of the ladder, to those it calls. */
  function page(
    { wire, regionPath }: { wire: WireIncident; regionPath: string | null },
    called: { who?: string; owner?: string | null; why?: string },
  ): void {
    const rooms =
      called.who === 'owner'
        ? [`account:${called.owner}`]
        : called.who === 'supervisors'
          ? supervisorRoomsOf(regionPath)
          : roomsOf(regionPath);
    screens.send('/console', { rooms }, 'notice', pageNotice(wire, called));
  }

  async function offer(wire: WireIncident, offered: { assignment?: string; staff?: string }): Promise<void> {
    if (offered.staff === undefined) return;
    const to = { rooms: [`staff:${offered.staff}`] };
    const mine = await deps.assignmentsOf(offered.staff);
    for (const assignment of mine) screens.send('/field', to, 'assignment', assignment);
    const { assignment: id } = offered;
    if (id !== undefined && !mine.some((one) => one.id === id)) screens.send('/field', to, 'gone', goneWords(wire, id));
  }

  async function carryOne(payload: ConsolePayload, cases: Cases): Promise<void> {
    if ('notice' in payload)
      return screens.send('/console', { rooms: roomsOf(payload.region) }, 'notice', payload.notice);
    if ('shops' in payload)
      return screens.send('/field', { rooms: payload.shops.map((id) => `shop:${id}`) }, 'look', { at: now() });
    if ('ordersOf' in payload)
      return screens.send('/console', { rooms: roomsOf(payload.region) }, 'orders', { incident: payload.ordersOf });
    const one = cases.get(payload.incident);
    if (!one) return;
    if ('page' in payload) page(one, payload.page);
    else if ('offer' in payload) await offer(one.wire, payload.offer);
    else if (payload.was !== undefined) {
      screens.send('/console', { rooms: roomsOf(payload.was), except: roomsOf(one.regionPath) }, 'gone', {
        id: payload.incident,
      });
    }
  }

  return {
    async start(server) {
      await screens.start(server, {
        '/console': welcomeConsole,
        '/field': welcomeField,
        '/board': welcomeBoard,
        '/desk': welcomeDesk,
      });
      beat = setInterval(onBeat, BEAT_MS);
    },
    async carry(payloads) {
      const ids = [...new Set(payloads.flatMap((payload) => ('incident' in payload ? [payload.incident] : [])))];
      const cases: Cases = new Map((await deps.byIds(ids)).map((one) => [one.wire.id, one]));
      for (const { wire, regionPath } of cases.values()) {
        const to = { rooms: roomsOf(regionPath) };
        if (wire.state === 'closed' || wire.state === 'cancelled')
          screens.send('/console', to, 'gone', { id: wire.id });
        else screens.send('/console', to, 'incident', wire);
      }
      for (const payload of payloads) await carryOne(payload, cases);
      if (cases.size > 0) await tellDesks(cases);
    },
    responder: (responder, regionPath) =>
      screens.send('/console', { rooms: roomsOf(regionPath) }, 'responder', responder),
    desk: (desk, regions) =>
      screens.send('/console', { rooms: [...new Set(regions.flatMap((region) => roomsOf(region)))] }, 'desk', desk),
    inTheStreet: () =>
      new Set(screens.open('/field').flatMap(({ viewer }) => (viewer.staffId === null ? [] : [viewer.staffId]))),
    revoke: (sessionIds) => screens.cut(sessionIds.map((id) => `session:${id}`)),
    async stop() {
      clearInterval(beat);
      await screens.stop();
    },
  };
}
