import { heartbeatSchema, statusSchema, type Ack } from '#contracts/device.ts';
import type { IncomingPress, PressReceipt } from '#dispatch/press.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Database } from '#platform/database.ts';
import { createLeaseKeeper, type LeaseKeeper } from '#platform/lease.ts';
import type { Log } from '#platform/log.ts';
import { ADAPTER_USER } from '#platform/mqtt-access.ts';
import { listGatewayCredentials } from '#registry/credentials.ts';
import { laneOf } from '#registry/device-secret.ts';
import { findAdapterDevices, findPresence, listLanePresence, setDevicePresence } from '#registry/presence.ts';
import { findSubjects } from '#registry/subjects.ts';
import { createBatcher } from './batcher.ts';
import { createDownlink } from './downlink.ts';
import { createEventReader } from './event.ts';
import { createGateways } from './gateways.ts';
import { createPresence, type Presence } from './presence.ts';
import { createMqttSession, type MqttMessage, type MqttSession } from './session.ts';
import { ADAPTERS, LANES, downTopic, readUpTopic, upFilter } from './topics.ts';

export interface BridgeDeps {
  db: Database;
  log: Log;
  /** Of presses and presence. */
  clock: Clock;
  /** Of the leases: always the machine's. */
  leaseClock: Clock;
  /** `mqtt://any:password@host:port`; the user names are `bridge-0` … `bridge-f` and `bridge-adapters`. */
  mqttUrl: string;
  /** Who holds the lanes: unique per process; a fixed name where only one process can run at a time (embedded database), which then need not wait for the leases of its killed predecessor. */
  holder: string;
  /** Commits presses (dispatch). May be called again with presses it has committed before. */
  receive: (batch: IncomingPress[]) => Promise<PressReceipt[]>;
  /** The acks a device may have missed while it was away (dispatch). */
  onDeviceBack: (device: string) => Promise<Ack[]>;
  /** Devices that went on- or offline, after it is in the table. */
  onPresence?: (changes: { id: string; online: boolean; regionPath: string | null }[]) => void;
}

export interface Bridge {
  /** Resolves when this process holds its lanes; connecting goes on behind. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** There are new rows of topic `down`: publish them now. */
  poke(): void;
  /** For `/readyz` and figures: lanes (and `adapters`) held and connected here, presses not yet committed. */
  state(): { held: string[]; connected: string[]; pending: number };
}

/**
 * The MQTT side of the platform: one durable session per lane and one for the gateways, shared among processes by
 * leases. A press is committed, then its PUBACK goes to the broker, then `received` to the device; what could not be
 * committed within 20 s stays with the broker. Also presence, and everything dispatch tells devices.
 */
export function createBridge(deps: BridgeDeps): Bridge {
  const { db, log, clock } = deps;
  const reader = createEventReader();
  const batcher = createBatcher({ receive: deps.receive, log });
  const sessions = new Map<string, MqttSession>();
  /** Starting and stopping of a lane's session, one after the other. */
  const turns = new Map<string, Promise<void>>();

  const presence = createPresence({
    clock,
    log,
    load: (group) => listLanePresence(db, group, group === ADAPTERS),
    find: (ids) => findPresence(db, ids),
    save: async (changes) => {
      const changed = await setDevicePresence(db, changes);
      if (changed.length > 0) deps.onPresence?.(changed);
    },
    onBack: async (device, group) => {
      if (group === ADAPTERS) return;
      for (const ack of await deps.onDeviceBack(device))
        await publish(group, downTopic(group, device, 'ack'), JSON.stringify(ack));
    },
  });
  const gateways = createGateways({
    clock,
    log,
    listTopics: async () => (await listGatewayCredentials(db)).flatMap((gateway) => gateway.topics),
    findDevices: (adapter) => findAdapterDevices(db, adapter),
    isRegistered: async (id) => (await findSubjects(db, [id])).size > 0,
    submit: (press) => batcher.submit(press),
    presence,
  });
  const keeper: LeaseKeeper = createLeaseKeeper({
    db,
    log,
    clock: deps.leaseClock,
    holder: deps.holder,
    group: 'bridge',
    names: [...LANES, ADAPTERS],
    onGained: (name) => void takeTurn(name, () => open(name)),
    onLost: (name) => takeTurn(name, () => close(name)),
  });
  const downlink = createDownlink({
    db,
    clock,
    log,
    lanes: () => connected().filter((name) => name !== ADAPTERS),
    publish,
  });

  function takeTurn(name: string, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(name) ?? Promise.resolve())
      .then(work)
      .catch((error: Error) => log.error({ lane: name, err: error.message }, 'lane'));
    turns.set(name, turn);
    return turn;
  }

  async function open(name: string): Promise<void> {
    if (!keeper.held().includes(name)) return;
    const isAdapters = name === ADAPTERS;
    const session = createMqttSession({
      url: deps.mqttUrl,
      user: isAdapters ? ADAPTER_USER : `bridge-${name}`,
      filters: () => (isAdapters ? gateways.topics() : [upFilter(name)]),
      log,
      handle: isAdapters ? gateways.handle : handle,
      mayConnect: async () => {
        await db.ping();
        return true;
      },
    });
    sessions.set(name, session);
    presence.gain(name);
    if (isAdapters) gateways.start(() => session.refresh());
    session.start();
  }

  async function close(name: string): Promise<void> {
    if (name === ADAPTERS) gateways.stop();
    await sessions.get(name)?.stop();
    sessions.delete(name);
    presence.lose(name);
  }

  const connected = (): string[] => [...sessions].filter(([, session]) => session.connected()).map(([name]) => name);

  function publish(lane: string, topic: string, payload: string): Promise<void> {
    return sessions.get(lane)?.publish(topic, payload) ?? Promise.reject(new Error(`lane ${lane} is not held here`));
  }

  function handle(message: MqttMessage): Promise<() => void> | void {
    const topic = readUpTopic(message.topic);
    if (topic === null) return log.warn({ topic: message.topic }, 'message on a topic of no device');
    if (topic.kind === 'status' || topic.kind === 'heartbeat') return noticePresence(presence, topic, message);
    if (message.retained)
      return log.warn({ device: topic.device, kind: topic.kind }, 'a retained message is no press, ignored');
    presence.heard(topic.lane, topic.device);
    // A press on a topic that is not quite right is still a press; anything else there is not ours to keep.
    if (topic.kind !== 'event' && !looksLikeEvent(message.payload))
      return log.warn({ device: topic.device, kind: topic.kind }, 'message on an unknown topic, ignored');
    return receiveEvent(topic, message);
  }

  async function receiveEvent(
    { lane, device }: { lane: string; device: string },
    message: MqttMessage,
  ): Promise<() => void> {
    const { press, problem } = reader.read({
      topic: message.topic,
      device,
      payload: message.payload,
      receivedAt: clock.now(),
      redelivered: message.redelivered,
    });
    if (problem !== null)
      log.warn({ device, problem, bytes: message.payload.length }, 'an unreadable event is taken as an alarm');
    if (lane !== laneOf(device)) log.warn({ device, lane }, 'a device sends on a lane that is not its own');
    const receipt = await batcher.submit(press);
    return () => {
      for (const ack of [receipt.ack, ...receipt.more]) {
        // Lost with the connection it is sent again when the device resends.
        publish(lane, downTopic(lane, device, 'ack'), JSON.stringify(ack)).catch((error: Error) =>
          log.debug({ device, err: error.message }, 'ack not sent'),
        );
      }
    };
  }

  return {
    async start() {
      presence.start();
      downlink.start();
      await keeper.start();
    },
    async stop() {
      await downlink.stop();
      await keeper.stop();
      await Promise.all(turns.values());
      batcher.stop();
      await presence.stop();
    },
    poke: () => downlink.poke(),
    state: () => ({ held: keeper.held(), connected: connected(), pending: batcher.pending() }),
  };
}

function noticePresence(
  presence: Presence,
  { lane, device, kind }: { lane: string; device: string; kind: string },
  message: MqttMessage,
): void {
  const json = parseJson(message.payload);
  if (kind === 'status') {
    const status = statusSchema.safeParse(json);
    if (status.success) presence.status(lane, device, status.data, message.retained);
    return;
  }
  if (message.retained) return;
  // Whatever is in it, a beat is a beat.
  const beat = heartbeatSchema.safeParse(json);
  presence.heard(lane, device, beat.success ? { battery: beat.data.battery, firmware: beat.data.fw } : {});
}

function looksLikeEvent(payload: Buffer): boolean {
  const json = parseJson(payload);
  return typeof json === 'object' && json !== null && 'id' in json && 'type' in json;
}

function parseJson(payload: Buffer): unknown {
  try {
    return payload.length > 1024 * 1024 ? undefined : (JSON.parse(payload.toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}
