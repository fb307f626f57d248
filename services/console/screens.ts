import type { Server as HttpServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { Server, type DefaultEventsMap, type Socket } from 'socket.io';
import type { Role } from '#contracts/session.ts';
import { namespaceEvents, type EventPayload, type NamespaceEvents, type NamespaceName } from '#contracts/socket.ts';
import type { Viewer } from '#platform/access.ts';
import type { Config } from '#platform/config.ts';
import type { Log } from '#platform/log.ts';
import { isOwnOrigin, type Authenticate } from '#platform/http.ts';

/** Who is let into which namespace. Roles that are named nowhere have no socket at all. */
const ADMITTED: Record<NamespaceName, readonly Role[]> = {
  '/console': ['operator', 'supervisor'],
  '/field': ['grid_worker', 'volunteer', 'medic', 'vendor'],
  '/board': ['operator', 'supervisor', 'admin', 'auditor'],
  '/desk': ['partner', 'medic'],
};

/** The namespaces, as an array. */
export const NAMESPACE_NAMES = Object.keys(namespaceEvents) as NamespaceName[];

interface SocketData {
  viewer: Viewer;
}
type Io = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;
type Known = Socket<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketData>;

/** One open screen. */
export interface Screen<Name extends NamespaceName = NamespaceName> {
  readonly viewer: Viewer;
  join(rooms: string[]): Promise<void>;
  send<Event extends keyof NamespaceEvents<Name> & string>(event: Event, payload: EventPayload<Name, Event>): void;
  cut(): void;
}

/** Where an event goes: to sockets in any of `rooms` and in none of `except`, in every process. */
export interface Audience {
  rooms: readonly string[];
  except?: readonly string[];
}

export interface Screens {
  /** Listens on the HTTP server. `welcome` is called for each screen that was let in; when it rejects, the screen is cut. */
  start(
    server: HttpServer,
    welcome: { [Name in NamespaceName]: (screen: Screen<Name>) => Promise<void> },
  ): Promise<void>;
  send<Name extends NamespaceName, Event extends keyof NamespaceEvents<Name> & string>(
    name: Name,
    to: Audience,
    event: Event,
    payload: EventPayload<Name, Event>,
  ): void;
  /** To every screen of a namespace that this process holds. */
  sendHere<Name extends NamespaceName, Event extends keyof NamespaceEvents<Name> & string>(
    name: Name,
    event: Event,
    payload: EventPayload<Name, Event>,
  ): void;
  /** The screens that this process holds. */
  open<Name extends NamespaceName>(name: Name): Screen<Name>[];
  /** Cuts everybody in `rooms` of every namespace, in every process. */
  cut(rooms: readonly string[]): void;
  stop(): Promise<void>;
}

/** Throws for an event that the registry does not hold: what nobody listed (and so no test looked at) is never sent. */
function mustBeListed(name: NamespaceName, event: string): void {
  if (!Object.hasOwn(namespaceEvents[name], event))
    throw new Error(`${name} has no event "${event}": list it in namespaceEvents first`);
}

/**
 * The only holder of Socket.IO: Origin, cookie and role are checked here, and nothing leaves but the events that
 * `namespaceEvents` lists. Nothing is accepted from clients. Construction does nothing.
 */
export function createScreens(deps: { config: Config; log: Log; authenticate: Authenticate }): Screens {
  let io: Io | undefined;
  let redis: Redis | undefined;

  return {
    async start(server, welcome) {
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
      for (const name of NAMESPACE_NAMES) {
        const namespace = io.of(name);
        namespace.use((socket, next) => {
          admit(deps.authenticate, socket, ADMITTED[name]).then(
            () => next(),
            (error: Error) => next(error),
          );
        });
        namespace.on('connection', (socket) => {
          welcome[name](screenOf(name, socket)).catch((error: Error) => {
            deps.log.error({ err: error.message }, 'a socket could not be given its snapshot');
            socket.disconnect(true);
          });
        });
      }
    },
    send(name, { rooms, except }, event, payload) {
      mustBeListed(name, event);
      // To no room would be to everybody.
      if (io === undefined || rooms.length === 0) return;
      io.of(name)
        .to([...rooms])
        .except([...(except ?? [])])
        .emit(event, payload);
    },
    sendHere(name, event, payload) {
      mustBeListed(name, event);
      io?.of(name).local.emit(event, payload);
    },
    open: (name) => (io === undefined ? [] : [...io.of(name).sockets.values()].map((socket) => screenOf(name, socket))),
    cut(rooms) {
      if (rooms.length > 0)
        for (const name of NAMESPACE_NAMES)
          io?.of(name)
            .in([...rooms])
            .disconnectSockets(true);
    },
    async stop() {
      io?.disconnectSockets(true);
      await io?.close();
      redis?.disconnect();
    },
  };
}

function screenOf<Name extends NamespaceName>(name: Name, socket: Known): Screen<Name> {
  return {
    viewer: socket.data.viewer,
    join: async (rooms) => socket.join(rooms),
    send(event, payload) {
      mustBeListed(name, event);
      socket.emit(event, payload);
    },
    cut: () => void socket.disconnect(true),
  };
}

async function admit(authenticate: Authenticate, socket: Known, roles: readonly Role[]): Promise<void> {
  const viewer = await authenticate(socket.handshake.headers.cookie, socket.handshake.address);
  if (viewer === null) throw new Error('unauthenticated');
  if (!roles.includes(viewer.role)) throw new Error('forbidden');
  socket.data.viewer = viewer;
}
