import { createHash } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { createCarrier, type Carrier } from './carrier.ts';
import { createConferences } from './conferences.ts';
import { executeLeg, type ExecutorDeps } from './executor.ts';
import { NO_FAULTS, seededRandom, type Faults } from './faults.ts';
import { isOver, newLeg, type Leg, type LegStatus, type Script } from './leg.ts';
import type { Exchange, KeptRecording, ReceivedMessage } from './exchange.ts';
import { createRecorder } from './recorder.ts';
import { createRest } from './rest.ts';
import { createTimeline } from './timeline.ts';

export interface NetworkOptions {
  clock: Clock;
  accountSid: string;
  authToken: string;
  /** Numbers that one can call, and where their calls and their ends are told. */
  lines: () => readonly { number: string; voiceUrl: string; statusCallback: string }[];
  /** How telephones behave that have no script of their own. */
  others?: Script;
  seed?: number;
}

/** A telephone network of its own: Twilio's REST interface over HTTP, and telephones that ring. Construction does nothing. */
export interface TelephoneNetwork {
  start(options?: { host?: string; port?: number }): Promise<{ url: string }>;
  stop(): Promise<void>;
  /** What happens is due by the clock: everything that is, to the end. */
  settle(): Promise<void>;
  script(number: string, script: Script): void;
  setFaults(faults: Partial<Faults>): void;
  /** A person at a telephone. False: that can't be done now. */
  pickUp(number: string): boolean;
  press(number: string, keys: string): boolean;
  hangUp(number: string): boolean;
  /** Calls a line of the network from a telephone. Null: there is no such line, or the telephone is in use. */
  dial(from: string, to: string): Leg | null;
  readonly legs: readonly Leg[];
  readonly messages: readonly ReceivedMessage[];
  companyOf(leg: Leg): Leg[];
  /** Who hears what is said on this line now. */
  hearersOf(leg: Leg): Leg[];
  readonly recordings: readonly KeptRecording[];
  /** Requests and documents that Twilio would not understand. */
  readonly violations: readonly string[];
  /** How often each thing went wrong. */
  readonly mishaps: Readonly<Partial<Record<keyof Faults, number>>>;
  /** How each callback was answered, oldest first. */
  readonly carried: readonly { url: string; form: Record<string, string>; status: number }[];
  /** Called when a call was created, before that is answered. */
  onCreated: ((leg: Leg) => void) | null;
}

/** See TelephoneNetwork. */
export function createTelephoneNetwork(options: NetworkOptions): TelephoneNetwork {
  const timeline = createTimeline(options.clock);
  const random = seededRandom(options.seed ?? 12349);
  const scripts = new Map<string, Script>();
  const carried: { url: string; form: Record<string, string>; status: number }[] = [];
  let faults = NO_FAULTS;
  const mishaps: Partial<Record<keyof Faults, number>> = {};
  const roll = (fault: keyof Faults): boolean => {
    if (random() >= faults[fault]) return false;
    mishaps[fault] = (mishaps[fault] ?? 0) + 1;
    return true;
  };
  let serial = 0;
  const newSid = (prefix: string): string =>
    prefix +
    createHash('md5')
      .update(`${options.seed ?? 0} ${prefix} ${serial++}`)
      .digest('hex');
  const carrier: Carrier = createCarrier({
    authToken: options.authToken,
    timeline,
    roll,
    random,
    onCarried: (url, form, status) => {
      carried.push({ url, form, status });
      if (carried.length > 50_000) carried.splice(0, 10_000);
    },
  });
  const exchange: Exchange = {
    accountSid: options.accountSid,
    authToken: options.authToken,
    now: () => timeline.now(),
    legs: [],
    messages: [],
    recordings: [],
    conferences: createConferences({
      carrier,
      accountSid: options.accountSid,
      now: () => timeline.now(),
      newSid,
      release: (leg) => end(leg, 'completed'),
      changed: () => undefined,
      recorded: ({ sid, from, ...told }) => recorder.tell(recorder.keep({ conferenceSid: sid }, from), told),
    }),
    roll,
    violations: [],
    placeCall,
    sendMessage,
    end,
    redirect(leg, to) {
      leg.replaced = to;
      leg.interrupted.abort();
    },
    newSid,
  };
  const recorder = createRecorder({ ...options, carrier, timeline, newSid, recordings: exchange.recordings });
  const executor: ExecutorDeps = {
    timeline,
    carrier,
    conferences: exchange.conferences,
    formOf,
    newSid,
    record: (leg, seconds) => recorder.keep({ callSid: leg.sid }, timeline.now() - seconds * 1000).sid,
    wrong: (leg, why) => exchange.violations.push(`TwiML of ${leg.sid}: ${why}`),
  };
  const rest = createRest(exchange);

  function formOf(leg: Leg): Record<string, string> {
    return {
      AccountSid: options.accountSid,
      ApiVersion: '2010-04-01',
      CallSid: leg.sid,
      CallStatus: leg.status,
      Called: leg.to,
      Caller: leg.from,
      Direction: leg.direction,
      From: leg.from,
      To: leg.to,
    };
  }

  function tellStatus(leg: Leg, event: 'initiated' | 'ringing' | 'answered' | 'completed'): void {
    const url = leg.asked.get('StatusCallback');
    if (url === null) return;
    const events = leg.asked.getAll('StatusCallbackEvent');
    if (!(events.length === 0 ? ['completed'] : events).includes(event)) return;
    carrier.tell(url, leg.asked.get('StatusCallbackMethod') ?? 'POST', {
      ...formOf(leg),
      ...(event === 'initiated' && { CallStatus: 'initiated' }),
      ...(isOver(leg) && {
        CallDuration: String(Math.ceil(((leg.endedAt ?? 0) - (leg.answeredAt ?? leg.endedAt ?? 0)) / 1000)),
      }),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(leg.sequence++),
      Timestamp: new Date(timeline.now()).toUTCString(),
    });
  }

  function placeCall(asked: URLSearchParams): Leg {
    const to = asked.get('To')!;
    const leg = newLeg({
      sid: newSid('CA'),
      direction: 'outbound-api',
      telephone: to,
      to,
      from: asked.get('From')!,
      createdAt: timeline.now(),
      asked,
      script: scriptFor(to),
    });
    exchange.legs.push(leg);
    network.onCreated?.(leg);
    void runOutbound(leg);
    return leg;
  }

  function scriptFor(number: string): Script {
    const script = scripts.get(number) ?? options.others ?? { pickUp: 'person' };
    if (roll('busy')) return { ...script, pickUp: 'busy' };
    if (roll('noAnswer')) return { ...script, pickUp: 'never' };
    // A mailbox presses nothing.
    return roll('voicemail') ? { ...script, pickUp: 'voicemail', keys: [] } : script;
  }

  async function runOutbound(leg: Leg): Promise<void> {
    await timeline.wait(100, leg.over.signal);
    if (isOver(leg)) return;
    leg.startedAt = timeline.now();
    tellStatus(leg, 'initiated');
    await timeline.wait(900, leg.over.signal);
    if (isOver(leg)) return;
    if (leg.script.pickUp === 'unreachable') return end(leg, 'failed');
    if (leg.script.pickUp === 'busy' || isEngaged(leg)) return end(leg, 'busy');
    leg.status = 'ringing';
    tellStatus(leg, 'ringing');
    if (!(await ring(leg))) return isOver(leg) ? undefined : end(leg, 'no-answer');
    answer(leg);
    const twiml = leg.asked.get('Twiml');
    if (twiml !== null) exchange.violations.push('createCall: Twiml is not spoken here');
    await executeLeg(executor, leg, { url: leg.asked.get('Url')!, method: leg.asked.get('Method') ?? 'POST' });
    end(leg, 'completed');
  }

  /** One telephone is in one conversation at a time; centres have many lines. */
  function isEngaged(leg: Leg): boolean {
    return (
      leg.telephone.startsWith('+') &&
      exchange.legs.some((one) => one !== leg && one.telephone === leg.telephone && one.status === 'in-progress')
    );
  }

  async function ring(leg: Leg): Promise<boolean> {
    const timeoutMs = Number(leg.asked.get('Timeout') ?? 60) * 1000;
    const { pickUp } = leg.script;
    const picked = new AbortController();
    leg.onPickUp = () => picked.abort();
    const signal = AbortSignal.any([picked.signal, leg.over.signal]);
    const after = pickUp === 'voicemail' ? Math.min(20_000, timeoutMs - 1_000) : Number(pickUp) * 1000;
    const answers = typeof pickUp === 'number' || pickUp === 'voicemail';
    await timeline.wait(answers ? Math.min(after, timeoutMs) : timeoutMs, signal);
    leg.onPickUp = null;
    return !isOver(leg) && (picked.signal.aborted || (answers && after < timeoutMs));
  }

  function answer(leg: Leg): void {
    leg.status = 'in-progress';
    leg.answeredAt = timeline.now();
    tellStatus(leg, 'answered');
    if (leg.asked.get('MachineDetection') !== null) void detect(leg);
    if (leg.script.hangUpAfterS !== undefined) {
      void timeline.wait(leg.script.hangUpAfterS * 1000, leg.over.signal).then(() => end(leg, 'completed'));
    }
  }

  /** The answer of the detection comes while the conversation has begun already (AsyncAmd). */
  async function detect(leg: Leg): Promise<void> {
    await timeline.wait(3_500, leg.over.signal);
    if (isOver(leg)) return;
    leg.answeredBy = leg.script.pickUp === 'voicemail' ? 'machine_start' : 'human';
    const url = leg.asked.get('AsyncAmdStatusCallback');
    const form = {
      AccountSid: options.accountSid,
      CallSid: leg.sid,
      AnsweredBy: leg.answeredBy,
      MachineDetectionDuration: '3500',
    };
    if (url !== null) carrier.tell(url, leg.asked.get('AsyncAmdStatusCallbackMethod') ?? 'POST', form);
  }

  function end(leg: Leg, status: LegStatus): void {
    if (isOver(leg)) return;
    leg.endedAt = timeline.now();
    // Ended from outside before anybody answered.
    leg.status = status === 'completed' && leg.answeredAt === null && leg.direction !== 'inbound' ? 'canceled' : status;
    exchange.conferences.leave(leg);
    leg.asking = null;
    leg.over.abort();
    tellStatus(leg, 'completed');
    if (leg.asked.get('Record') === 'true' && leg.answeredAt !== null) {
      const url = leg.asked.get('RecordingStatusCallback');
      const method = leg.asked.get('RecordingStatusCallbackMethod') ?? 'POST';
      recorder.tell(recorder.keep({ callSid: leg.sid }, leg.answeredAt), { url, method });
    }
  }

  function sendMessage(asked: URLSearchParams): ReceivedMessage {
    const made: ReceivedMessage = {
      sid: newSid('SM'),
      to: asked.get('To')!,
      from: asked.get('From')!,
      body: asked.get('Body') ?? '',
      status: 'queued',
      createdAt: timeline.now(),
      callback: asked.get('StatusCallback'),
    };
    exchange.messages.push(made);
    void deliver(made);
    return made;
  }

  async function deliver(message: ReceivedMessage): Promise<void> {
    for (const status of ['sent', scriptFor(message.to).pickUp === 'unreachable' ? 'undelivered' : 'delivered']) {
      await timeline.wait(1_000);
      message.status = status;
      if (message.callback === null) continue;
      const { sid, to, from } = message;
      carrier.tell(message.callback, 'POST', {
        AccountSid: options.accountSid,
        ApiVersion: '2010-04-01',
        MessageSid: sid,
        SmsSid: sid,
        MessageStatus: status,
        SmsStatus: status,
        To: to,
        From: from,
      });
    }
  }

  /** The line of a telephone that is not over, the one in conversation before one that rings. */
  function lineOf(number: string): Leg | undefined {
    const live = exchange.legs.filter((leg) => leg.telephone === number && !isOver(leg));
    return live.find(({ status }) => status === 'in-progress') ?? live.find(({ status }) => status === 'ringing');
  }

  async function runInbound(leg: Leg, voiceUrl: string): Promise<void> {
    await timeline.wait(300, leg.over.signal);
    if (isOver(leg)) return;
    leg.startedAt = timeline.now();
    await executeLeg({ ...executor, formOf: (one) => answered(formOf(one), one) }, leg, {
      url: voiceUrl,
      method: 'POST',
    });
    end(leg, 'completed');
  }

  /** What comes back to the first request answers the call. */
  function answered(form: Record<string, string>, leg: Leg): Record<string, string> {
    if (leg.answeredAt === null) {
      leg.answeredAt = timeline.now();
      leg.status = 'in-progress';
    }
    return form;
  }

  const network: TelephoneNetwork = {
    onCreated: null,
    legs: exchange.legs,
    messages: exchange.messages,
    recordings: exchange.recordings,
    violations: exchange.violations,
    carried,
    mishaps,
    start: (at) => rest.start(at),
    async stop() {
      for (const leg of exchange.legs) leg.over.abort();
      timeline.stop();
      await rest.stop();
    },
    settle: () => timeline.settle(),
    script: (number, script) => void scripts.set(number, script),
    setFaults(some) {
      faults = { ...NO_FAULTS, ...some };
    },
    pickUp(number) {
      const leg = exchange.legs.find((one) => one.telephone === number && one.onPickUp !== null && !isOver(one));
      leg?.onPickUp?.();
      return leg !== undefined;
    },
    press(number, keys) {
      const leg = lineOf(number);
      if (leg?.status !== 'in-progress' || !/^[0-9#*]+$/.test(keys)) return false;
      leg.pressed += keys;
      leg.onKey?.();
      return true;
    },
    hangUp(number) {
      const leg = lineOf(number);
      if (!leg) return false;
      end(leg, leg.status === 'ringing' && leg.direction === 'outbound-api' ? 'busy' : 'completed');
      return true;
    },
    dial(from, to) {
      const line = options.lines().find(({ number }) => number === to);
      if (!line || lineOf(from)) return null;
      const asked = new URLSearchParams({ StatusCallback: line.statusCallback });
      const sid = newSid('CA');
      const script = scripts.get(from) ?? { pickUp: 'person' as const };
      const leg = newLeg({
        sid,
        direction: 'inbound',
        telephone: from,
        to,
        from,
        createdAt: timeline.now(),
        asked,
        script,
      });
      exchange.legs.push(leg);
      void runInbound(leg, line.voiceUrl);
      return leg;
    },
    companyOf: (leg) => exchange.conferences.withLeg(leg),
    hearersOf: (leg) => exchange.conferences.hearersOf(leg),
  };
  return network;
}
