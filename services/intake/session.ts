import { Socket } from 'node:net';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import type { Log } from '#platform/log.ts';

/** Unacknowledged messages that a session takes in at a time; what is beyond waits in the socket. Mosquitto sends 20 by default. */
const WINDOW = 64;
const CONNECT_TIMEOUT = 5_000;
/** Seconds. A broker that is gone without a word is noticed after 22 s. */
const KEEPALIVE = 15;
const LONGEST_PAUSE = 5_000;
/** How long stopping waits for commits under way, so that their PUBACK and ack still go out, ms. */
const GRACE = 2_000;

/** A message as the broker delivered it. `redelivered`: its DUP flag. */
export interface MqttMessage {
  topic: string;
  payload: Buffer;
  retained: boolean;
  redelivered: boolean;
}

export interface SessionDeps {
  /** Of the broker; user name and client id are `user`, the password is the URL's. */
  url: string;
  user: string;
  filters: () => readonly string[];
  log: Log;
  /**
   * Takes a message. The broker is told that we have it (PUBACK) when what is returned has resolved; what that resolves
   * to is called after the PUBACK went out. A rejection drops the connection: the broker keeps the message.
   */
  handle: (message: MqttMessage) => Promise<(() => void) | void> | void;
  /** Asked before every connection; false or a rejection: not now. */
  mayConnect?: () => Promise<boolean>;
}

export interface MqttSession {
  start(): void;
  stop(): Promise<void>;
  connected(): boolean;
  /** Resolves with the broker's PUBACK; rejects when there is no connection or it is lost before. QoS 1, not retained. */
  publish(topic: string, payload: string): Promise<void>;
  /** Subscribes to what `filters` gives now. */
  refresh(): void;
}

/**
 * A durable MQTT 3.1.1 session (clean: false) whose PUBACKs wait for commits, without waiting for each other.
 *
 * MQTT.js hands over the next message only when `handleMessage` calls back, and a plain callback sends the PUBACK: one
 * message per commit and connection. Called back with an error it hands over the next message and sends nothing, so the
 * PUBACK is written here, in the order of arrival (MQTT-4.6.0-2), when the commit is done. Measured with a commit of
 * 10 ms: 570 presses/s one by one, 1,500/s at p99 55 ms this way (services/adr/0010).
 *
 * A client object is used for one connection only. MQTT.js keeps a PUBACK that was called back too late and sends it on
 * the next connection, where its id may stand for another message, which would then be lost.
 */
export function createMqttSession(deps: SessionDeps): MqttSession {
  const { log, user } = deps;
  let current: Connection | undefined;
  let running: Promise<void> | undefined;
  let stopping = false;
  let wake: (() => void) | undefined;

  async function run(): Promise<void> {
    for (let failures = 0; !stopping;) {
      const ready = await Promise.resolve(deps.mayConnect?.() ?? true).catch(() => false);
      if (stopping) return;
      let wasUp = false;
      if (ready) {
        current = openConnection(deps);
        const end = await current.closed;
        current = undefined;
        wasUp = end.wasUp;
        // A broker that is away is worth one line, not one per attempt.
        if (!stopping && failures === 0)
          log.warn({ user, err: end.why }, wasUp ? 'MQTT connection lost' : 'no MQTT connection');
      }
      failures = wasUp ? 0 : failures + 1;
      if (!stopping) await rest(wasUp ? 100 : Math.min(LONGEST_PAUSE, 200 * 2 ** failures));
    }
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      }
      wake = done;
    });
  }

  return {
    start() {
      if (running !== undefined) return;
      stopping = false;
      running = run().catch((error: Error) => log.error({ err: error.message, user }, 'MQTT session ended'));
    },
    async stop() {
      stopping = true;
      wake?.();
      await current?.end();
      await running;
      running = undefined;
    },
    connected: () => !stopping && (current?.up() ?? false),
    publish: (topic, payload) => current?.publish(topic, payload) ?? Promise.reject(new Error('not connected')),
    refresh: () => current?.subscribe(),
  };
}

interface Connection {
  up(): boolean;
  closed: Promise<{ wasUp: boolean; why: string }>;
  publish(topic: string, payload: string): Promise<void>;
  subscribe(): void;
  end(): Promise<void>;
}

interface Taken {
  /** Of a QoS 1 message; undefined for QoS 0, which nobody acknowledges. */
  messageId: number | undefined;
  done: boolean;
  after: (() => void) | void;
}

/** Told to MQTT.js so that it hands over the next message and leaves the PUBACK to us. */
const LATER = new Error('acknowledged after the commit');

function openConnection(deps: SessionDeps): Connection {
  const { log, user } = deps;
  const client = connect(deps);
  const inFlight: Taken[] = [];
  const unacknowledged = new Set<(error: Error) => void>();
  let subscribed: readonly string[] = [];
  let up = false;
  let wasUp = false;
  let gone = false;
  let ending = false;
  let why = 'closed';
  /** MQTT.js waits for it before it hands over the next message. */
  let handOver: (() => void) | undefined;
  let idle: (() => void) | undefined;

  client.handleMessage = (packet, callback) => {
    // While it ends nothing is taken in any more, but the answers to what we sent still have to come through.
    if (!ending) take(packet);
    handOver = () => callback(LATER);
    breathe();
  };

  function take(packet: IPublishPacket): void {
    const entry: Taken = { messageId: packet.qos === 1 ? packet.messageId : undefined, done: false, after: undefined };
    inFlight.push(entry);
    const message = {
      topic: packet.topic,
      payload: Buffer.from(packet.payload),
      retained: packet.retain,
      redelivered: packet.dup,
    };
    let taken: Promise<(() => void) | void> | void;
    try {
      taken = deps.handle(message);
    } catch (error) {
      drop(error as Error);
      return;
    }
    if (taken === undefined) {
      entry.done = true;
      acknowledge();
      return;
    }
    taken.then((after) => {
      entry.done = true;
      entry.after = after;
      acknowledge();
    }, drop);
  }

  /** Of a connection that is gone nothing is acknowledged: its broker delivers again, and finds a known press. */
  function acknowledge(): void {
    while (inFlight[0]?.done === true) {
      const { messageId, after } = inFlight.shift()!;
      if (messageId !== undefined && !gone && !client.stream.destroyed)
        client.stream.write(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff]));
      after?.();
    }
    if (inFlight.length === 0) idle?.();
    breathe();
  }

  function breathe(): void {
    if (gone || (inFlight.length >= WINDOW && !ending)) return;
    const next = handOver;
    handOver = undefined;
    next?.();
  }

  function drop(error: Error): void {
    if (gone) return;
    why = `dropped so that the broker keeps what was not committed: ${error.message}`;
    client.stream.destroy();
  }

  function subscribe(): void {
    const wanted = deps.filters();
    const old = subscribed.filter((filter) => !wanted.includes(filter));
    // Subscribing again to what is subscribed brings every retained message again.
    const added = wanted.filter((filter) => !subscribed.includes(filter));
    subscribed = wanted;
    if (old.length > 0) client.unsubscribe(old);
    if (added.length === 0) {
      up = wasUp = true;
      return;
    }
    client.subscribe(added, { qos: 1 }, (error, granted) => {
      const refused = granted?.filter((grant) => grant.qos > 2).map((grant) => grant.topic);
      if (error !== null || (refused?.length ?? 0) > 0) {
        why = `subscription refused: ${refused?.join(', ') ?? ''} ${error?.message ?? ''}`;
        if (!gone) client.stream.destroy();
        return;
      }
      if (!up) log.debug({ user }, 'MQTT session up');
      up = wasUp = true;
    });
  }

  const closed = new Promise<{ wasUp: boolean; why: string }>((resolve) => {
    client.once('close', () => {
      gone = true;
      up = false;
      handOver = undefined;
      for (const reject of unacknowledged) reject(new Error('connection lost'));
      unacknowledged.clear();
      client.end(true);
      idle?.();
      resolve({ wasUp, why });
    });
  });
  client.on('connect', subscribe);
  client.on('error', (error) => {
    why = error.message;
  });

  return {
    up: () => up && !gone,
    closed,
    subscribe: () => (up ? subscribe() : undefined),
    publish(topic, payload) {
      // Also before the broker has confirmed the subscription: what it delivers again at once is to be answered at once.
      if (!client.connected || gone) return Promise.reject(new Error('not connected'));
      return new Promise((resolve, reject) => {
        unacknowledged.add(reject);
        client.publish(topic, payload, { qos: 1 }, (error) => {
          unacknowledged.delete(reject);
          if (error) reject(error);
          else resolve();
        });
      });
    },
    async end() {
      ending = true;
      breathe();
      if (inFlight.length > 0) await within(GRACE, new Promise<void>((resolve) => (idle = resolve)));
      await within(GRACE, new Promise<void>((resolve) => client.end(false, () => resolve())));
      client.end(true);
      client.stream.destroy();
      await within(GRACE, closed);
    },
  };
}

function connect({ url, user }: SessionDeps): MqttClient {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.username = address.password = '';
  const client = mqtt.connect(address.href, {
    clientId: user,
    username: user,
    password,
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT,
    keepalive: KEEPALIVE,
    resubscribe: false,
    queueQoSZero: false,
  });
  // The PUBACK and the ack "received" are two small writes: the second would wait up to 40 ms for the answer to the first.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  return client;
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
