import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Aedes } from 'aedes';
import { WebSocketServer, createWebSocketStream } from 'ws';
import type { Clock } from '#kernel/clock.ts';
import { listenError } from './listen-error.ts';
import type { Log } from './log.ts';
import { createPacketSizeGuard } from './mqtt-frames.ts';

/** Topic, header and a payload of 1 MiB. */
export const MAX_PACKET_BYTES = 1024 * 1024 + 64 * 1024;
/** The same refusal of the same id is told once in this time. */
const REFUSAL_QUIET_MS = 60_000;
const UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;

/** What a client that was let in may do. */
export interface MqttGrant {
  publish(topic: string): boolean;
  subscribe(filter: string): boolean;
}

export interface MqttLogin {
  clientId: string;
  username: string;
  password: string;
}

/** Says who may come in. A rejection counts as "cannot tell now": the client is told to come again. */
export type MqttAuthenticate = (login: MqttLogin) => Promise<MqttGrant | { refused: string }>;

type Refuse = (id: string, reason: string) => void;

export interface EmbeddedBroker {
  /** Resolves when both listeners are open, with the ports in use. Rejects, naming the variable, when a port is taken. */
  start(): Promise<{ port: number; wsPort: number }>;
  /** Cuts the client of that id, for example when its secret was changed. Nothing happens when there is none. */
  disconnect(clientId: string): void;
  stop(): Promise<void>;
}

/**
 * An MQTT 3.1.1 broker (Aedes) over TCP and WebSocket on `host`; port 0 takes a free one. As on Mosquitto with
 * `use_username_as_clientid`, the client id becomes the user name, so that nobody can throw another out. A publish that
 * is not granted is acknowledged and dropped, as on Mosquitto: cutting the client would silence its calls for help too.
 * Packets over `MAX_PACKET_BYTES` end that client's connection. Sessions and retained messages live in memory: what was
 * not answered with `received` is sent again by the device. `onRefused` hears of refused connections, publishes and
 * subscriptions, once a minute for each id and reason. Stop the bridge before it: stopping publishes every last will.
 */
export function createEmbeddedBroker(deps: {
  host: string;
  port: number;
  wsPort: number;
  log: Log;
  clock: Clock;
  authenticate: MqttAuthenticate;
  onRefused: (refusal: { clientId: string; reason: string }) => void;
}): EmbeddedBroker {
  const refuse = createRefusals(deps);
  const sockets = new Set<Socket>();
  let aedes: Aedes | undefined;
  let tcp: Server | undefined;
  let http: HttpServer | undefined;
  let webSockets: WebSocketServer | undefined;

  function handle(stream: Duplex, remote: string | undefined, request?: Parameters<Aedes['handle']>[1]): void {
    const tooLarge = createPacketSizeGuard(MAX_PACKET_BYTES);
    const client = aedes!.handle(stream, request);
    // Aedes reads by itself; "data" only shows what it has read.
    stream.on('data', (chunk: Buffer) => {
      if (stream.destroyed || !tooLarge(chunk)) return;
      refuse(client.id || remote || 'unknown', `a packet of more than ${MAX_PACKET_BYTES} bytes`);
      stream.destroy();
    });
  }

  function track(server: Server): void {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
    });
  }

  async function start(): Promise<{ port: number; wsPort: number }> {
    aedes = await createAedes(deps.authenticate, refuse, deps.log);
    tcp = createServer((socket) => handle(socket, socket.remoteAddress));
    http = createHttpServer((_request, response) =>
      response.writeHead(426, { 'content-type': 'text/plain' }).end('MQTT over WebSocket\n'),
    );
    webSockets = new WebSocketServer({
      server: http,
      maxPayload: 4 * MAX_PACKET_BYTES,
      handleProtocols: (offered) => ['mqtt', 'mqttv3.1'].find((name) => offered.has(name)) ?? false,
    });
    webSockets.on('connection', (socket, request) =>
      handle(createWebSocketStream(socket), request.socket.remoteAddress, request),
    );
    // The HTTP server underneath reports the same error.
    webSockets.on('error', () => undefined);
    for (const server of [tcp, http]) track(server);
    try {
      return {
        port: await listen(tcp, deps.host, deps.port, 'MQTT_PORT'),
        wsPort: await listen(http, deps.host, deps.wsPort, 'MQTT_WS_PORT'),
      };
    } catch (error) {
      await stop();
      throw error;
    }
  }

  async function stop(): Promise<void> {
    const closing = [tcp, http].map(
      (server) => new Promise<void>((resolve) => (server?.listening ? server.close(() => resolve()) : resolve())),
    );
    const broker = aedes;
    if (broker && !broker.closed) {
      const closed = new Promise<void>((resolve) => broker.close(() => resolve()));
      // A client that answers nothing any more must not hold up the end.
      await Promise.race([closed, wait(2_000, undefined, { ref: false })]);
    }
    webSockets?.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(closing);
  }

  return {
    start,
    stop,
    disconnect(clientId) {
      const clients = (aedes as unknown as { clients: Record<string, { close(): void }> } | undefined)?.clients;
      clients?.[clientId]?.close();
    },
  };
}

/** Tells of refusals, each once in a while. */
function createRefusals(deps: {
  clock: Clock;
  log: Log;
  onRefused: (refusal: { clientId: string; reason: string }) => void;
}): Refuse {
  const told = new Map<string, number>();
  return (id, reason) => {
    const clientId = printable(id);
    const now = deps.clock.now();
    const key = `${clientId} ${reason}`;
    if (now - (told.get(key) ?? -Infinity) < REFUSAL_QUIET_MS) return;
    // Strangers choose their ids: what is remembered of them must not grow.
    if (told.size >= 1_000) told.clear();
    told.set(key, now);
    deps.log.warn({ clientId, reason }, 'refused by the broker');
    deps.onRefused({ clientId, reason });
  };
}

async function createAedes(authenticate: MqttAuthenticate, refuse: Refuse, log: Log): Promise<Aedes> {
  const grants = new WeakMap<object, MqttGrant>();
  const broker = await Aedes.createBroker({
    connectTimeout: 10_000,
    // A frozen reader holds up the others for this long.
    drainTimeout: 10_000,
    queueLimit: 200,
    maxClientsIdLength: 64,
    preConnect(client, packet, done) {
      if (packet.username !== undefined && packet.username !== '') packet.clientId = packet.username;
      done(null, true);
    },
    authenticate(client, username, password, done) {
      const login = { clientId: client.id, username: username ?? '', password: password?.toString() ?? '' };
      authenticate(login).then(
        (answer) => {
          if ('refused' in answer) {
            refuse(login.username || login.clientId, answer.refused);
            done(connectError('not authorized', NOT_AUTHORIZED), false);
            return;
          }
          grants.set(client, answer);
          done(null, true);
        },
        (error: Error) => {
          log.warn({ err: error.message, clientId: printable(login.username) }, 'cannot tell now who may connect');
          done(connectError('server unavailable', UNAVAILABLE), false);
        },
      );
    },
    authorizePublish(client, packet, done) {
      if (client !== null && grants.get(client)?.publish(packet.topic) !== true) {
        refuse(client.id, `may not publish to ${printable(packet.topic)}`);
        // Nobody may subscribe to $ topics.
        packet.topic = '$SYS/dropped';
        packet.payload = Buffer.alloc(0);
        packet.retain = false;
      }
      done(null);
    },
    authorizeSubscribe(client, subscription, done) {
      if (grants.get(client)?.subscribe(subscription.topic) === true) return done(null, subscription);
      refuse(client.id, `may not subscribe to ${printable(subscription.topic)}`);
      done(null, null);
    },
  });
  broker.on('clientError', (client, error) =>
    log.debug({ err: error.message, clientId: client.id }, 'MQTT client gone'),
  );
  broker.on('connectionError', (_client, error) => log.debug({ err: error.message }, 'MQTT connection gone'));
  // Emitted though Aedes' types do not list it.
  (broker as NodeJS.EventEmitter).on('error', (error: Error) => log.error({ err: error.message }, 'broker error'));
  return broker;
}

function listen(server: Server, host: string, port: number, variable: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(listenError(error, host, port, variable));
    server.once('error', fail);
    server.listen({ host, port }, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function connectError(message: string, returnCode: number): Error & { returnCode: number } {
  return Object.assign(new Error(message), { returnCode });
}

/** Ids and topics of strangers go into notices and logs: short, and nothing that moves a cursor. */
function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 100);
}
