import type { Server as HttpServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server, type DefaultEventsMap, type Namespace, type Socket } from 'socket.io';
import type { Clock } from '#kernel/clock.ts';
import { BEAT_MS, type Notice, type WireResponder } from '#contracts/socket.ts';
import type { WireIncident } from '#contracts/incident.ts';
import type { Role } from '#contracts/session.ts';
import type { Viewer } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import type { Log } from '#platform/log.ts';
import { isOwnOrigin, type Authenticate } from '#platform/http.ts';
import { roomsFor, roomsOf, supervisorRoomsOf } from './rooms.ts';
import { pageNotice } from './notices.ts';

export interface GatewayDeps {
  config: Config;
  log: Log;
  clock: Clock;
  authenticate: Authenticate;
  snapshot: (viewer: Viewer) => Promise<WireIncident[]>;
  responders: (viewer: Viewer) => Promise<WireResponder[]>;
  byIds: (ids: readonly string[]) => Promise<{ wire: WireIncident; regionPath: string | null }[]>;
  /** Assignments of one responder, with their cases, as `/field` shows them. */
  assignmentsOf: (staffId: string) => Promise<unknown[]>;
  /** Of these sessions, those that still hold. */
  liveSessions: (sessionIds: string[]) => Promise<Set<string>>;
  /** Operators whose console is open, every few seconds: what keeps a desk alive. */
  seen: (accountIds: string[]) => Promise<void>;
}

/** What the outbox carries to the screens. */
export type ConsolePayload =
  | { incident: string; was?: string | null }
  | { incident: string; page: { who?: string; owner?: string | null; why?: string } }
  | { incident: string; offer: { staff?: string; change?: string } }
  | { notice: Notice; region: string | null };

export interface Gateway {
  start(server: HttpServer): Promise<void>;
  /** Rows of the outbox, oldest first. Each case goes out once, in its newest version, to the rooms of its region. */
  carry(payloads: ConsolePayload[]): Promise<void>;
  responder(responder: WireResponder, regionPath: string): void;
  desk(desk: unknown, regions: string[]): void;
  /** Cuts the sockets of these sessions at once. */
  revoke(sessionIds: string[]): void;
  stop(): Promise<void>;
}

const NAMESPACES: Record<'/console' | '/field' | '/board', readonly Role[]> = {
  '/console': ['operator', 'supervisor'],
  '/field': ['grid_worker', 'volunteer', 'medic', 'vendor'],
  '/board': ['operator', 'supervisor', 'admin', 'auditor'],
};

/** Every event the server sends, per namespace: what a test enumerates. Nothing is accepted from clients. */
export const NAMESPACE_EVENTS = {
  '/console': ['snapshot', 'incident', 'gone', 'responder', 'notice', 'beat', 'desk'],
  '/field': ['snapshot', 'assignment', 'notice', 'beat'],
  '/board': ['snapshot', 'beat'],
} as const;

/** What a socket carries once it was let in. */
interface SocketData {
  viewer: Viewer;
}
type Known = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
type Screens = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
type Screen = Namespace<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;

/** Socket.IO over the HTTP server: rooms by region, a snapshot on every connect, then what changes. Construction does nothing. */
export function createGateway(deps: GatewayDeps): Gateway {
  let io: Screens | undefined;
  let redis: Redis | undefined;
  let beat: NodeJS.Timeout | undefined;
  const of = (name: keyof typeof NAMESPACES): Screen => io!.of(name);

  async function checkSessions(): Promise<void> {
    const sockets = Object.keys(NAMESPACES).flatMap((name) => [...io!.of(name).sockets.values()]);
    if (sockets.length === 0) return;
    const live = await deps.liveSessions([...new Set(sockets.map((socket) => socket.data.viewer.sessionId))]);
    for (const socket of sockets) if (!live.has(socket.data.viewer.sessionId)) socket.disconnect(true);
    const desks = [...of('/console').sockets.values()].map((socket) => socket.data.viewer.accountId);
    await deps.seen([...new Set(desks)]);
  }

  function onBeat(): void {
    const at = new Date(deps.clock.now()).toISOString();
    for (const name of Object.keys(NAMESPACES)) io!.of(name).local.emit('beat', { at });
    checkSessions().catch((error: Error) => deps.log.warn({ err: error.message }, 'sessions of sockets could not be checked'));
  }

  async function welcome(name: keyof typeof NAMESPACES, socket: Known): Promise<void> {
    const { viewer } = socket.data;
    const at = new Date(deps.clock.now()).toISOString();
    if (name === '/field') {
      if (viewer.staffId !== null) await socket.join(`staff:${viewer.staffId}`);
      await socket.join([`account:${viewer.accountId}`, `session:${viewer.sessionId}`]);
      socket.emit('snapshot', { assignments: viewer.staffId === null ? [] : await deps.assignmentsOf(viewer.staffId), at });
      return;
    }
    await socket.join(roomsFor(viewer));
    const [incidents, responders] = await Promise.all([deps.snapshot(viewer), deps.responders(viewer)]);
    socket.emit('snapshot', { incidents, responders, at: new Date(deps.clock.now()).toISOString() });
    socket.emit('beat', { at });
  }

  return {
    async start(server) {
      io = new Server(server, {
        serveClient: false,
        pingInterval: 5_000,
        pingTimeout: 4_000,
        maxHttpBufferSize: 64 * 1024,
        allowRequest: (request, done) => done(null, isOwnOrigin(request.headers, deps.config)),
      });
      if (deps.config.redisUrl !== undefined) {
        redis = new Redis(deps.config.redisUrl);
        redis.on('error', (error) => deps.log.warn({ err: error.message }, 'redis of the sockets'));
        io.adapter(createAdapter(redis));
      }
      for (const [name, roles] of Object.entries(NAMESPACES) as [keyof typeof NAMESPACES, readonly Role[]][]) {
        const namespace = io.of(name);
        namespace.use((socket, next) => {
          admit(deps, socket, roles).then(
            () => next(),
            (error: Error) => next(error),
          );
        });
        namespace.on('connection', (socket) => {
          welcome(name, socket).catch((error: Error) => {
            deps.log.error({ err: error.message }, 'a socket could not be given its snapshot');
            socket.disconnect(true);
          });
        });
      }
      beat = setInterval(onBeat, BEAT_MS);
    },
    async carry(payloads) {
      const ids = [...new Set(payloads.flatMap((payload) => ('incident' in payload ? [payload.incident] : [])))];
      const cases = new Map((await deps.byIds(ids)).map((one) => [one.wire.id, one]));
      for (const id of ids) {
        const one = cases.get(id);
        if (!one) continue;
        const rooms = roomsOf(one.regionPath);
        const ended = one.wire.state === 'closed' || one.wire.state === 'cancelled';
        for (const name of ['/console', '/board'] as const) {
          if (ended) of(name).to(rooms).emit('gone', { id });
          else of(name).to(rooms).emit('incident', one.wire);
        }
      }
      for (const payload of payloads) await carryOne(payload, cases);
    },
    responder(responder, regionPath) {
      if (io) of('/console').to(roomsOf(regionPath)).emit('responder', responder);
    },
    desk(desk, regions) {
      if (!io) return;
      const rooms = [...new Set(regions.flatMap((region) => roomsOf(region)))];
      if (rooms.length > 0) of('/console').to(rooms).emit('desk', desk);
    },
    revoke(sessionIds) {
      for (const name of Object.keys(NAMESPACES)) {
        for (const id of sessionIds) io?.of(name).in(`session:${id}`).disconnectSockets(true);
      }
    },
    async stop() {
      clearInterval(beat);
      io?.disconnectSockets(true);
      await io?.close();
      redis?.disconnect();
    },
  };

  async function carryOne(payload: ConsolePayload, cases: Map<string, { wire: WireIncident; regionPath: string | null }>): Promise<void> {
    if ('notice' in payload) {
      of('/console').to(roomsOf(payload.region)).emit('notice', payload.notice);
      return;
    }
    const one = cases.get(payload.incident);
    if (!one) return;
    if ('page' in payload) {
      const notice = pageNotice(one.wire, payload.page);
      const rooms =
        payload.page.who === 'owner'
          ? [`account:${payload.page.owner}`]
          : payload.page.who === 'supervisors'
            ? supervisorRoomsOf(one.regionPath)
            : roomsOf(one.regionPath);
      of('/console').to(rooms).emit('notice', notice);
    } else if ('offer' in payload) {
      for (const assignment of await deps.assignmentsOf(payload.offer.staff ?? '')) of('/field').to(`staff:${payload.offer.staff}`).emit('assignment', assignment);
    } else if (payload.was !== undefined) {
      of('/console').to(roomsOf(payload.was)).except(roomsOf(one.regionPath)).emit('gone', { id: payload.incident });
    }
  }
}

async function admit(deps: GatewayDeps, socket: Known, roles: readonly Role[]): Promise<void> {
  const viewer = await deps.authenticate(socket.handshake.headers.cookie, socket.handshake.address);
  if (viewer === null) throw new Error('unauthenticated');
  if (!roles.includes(viewer.role)) throw new Error('forbidden');
  socket.data.viewer = viewer;
}
