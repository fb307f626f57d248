import twilio from 'twilio';

/** How the telephone network is reached; `apiBase` unset: Twilio itself. */
export interface NetworkSettings {
  accountSid: string;
  authToken: string;
  /** The number that calls come from, E.164. */
  from: string;
  apiBase?: string | undefined;
}

/** What came of asking the network for something. `later`: not done, may be tried again. `unclear`: it may have done it. */
export type Placed =
  | { kind: 'placed'; sid: string }
  | { kind: 'bad_number' }
  | { kind: 'refused'; code: number | null }
  | { kind: 'later'; code: number | null }
  | { kind: 'unclear' };

/** A call or message as the network lists it. Times in ms. */
export interface Listed {
  sid: string;
  status: string;
  createdAt: number;
  body: string;
  answeredBy: string | null;
}

export interface NewCall {
  to: string;
  timeoutS: number;
  /** Whether to listen for an answering machine. */
  detectMachine: boolean;
  urls: { voice: string; status: string; machine: string };
}

/** The telephone network over its REST interface; every method one request (lists: as many as there are pages). */
export interface Network {
  createCall(call: NewCall): Promise<Placed>;
  createMessage(message: { to: string; body: string; status: string }): Promise<Placed>;
  /** Newest first, back to `since` (ms). Rejects when the network does not answer. */
  listCalls(to: string, since: number): Promise<Listed[]>;
  listMessages(to: string, since: number): Promise<Listed[]>;
  /** Null: it knows none. Rejects when the network does not answer. */
  getCall(sid: string): Promise<Listed | null>;
  getMessage(sid: string): Promise<Listed | null>;
  /** Ends a call, with what `twiml` says last, if any; one that is over is no error. Rejects when the network does not answer. */
  endCall(sid: string, twiml?: string): Promise<void>;
  /** Whether the call is in the conference of that name now. */
  isInConference(name: string, callSid: string): Promise<boolean>;
  /**
   * Mutes or unmutes a call in the conference of that name; `coaches`: the SID of the only one who then hears it. False: it
   * can't be done, since one of the two is not in it. Rejects when the network does not answer.
   */
  seat(name: string, callSid: string, how: { muted: boolean; coaches: string | null }): Promise<boolean>;
  /** Stops what is recorded of the conference of that name now. False: nothing is. Rejects when the network does not answer. */
  stopRecording(name: string): Promise<boolean>;
  recording(sid: string): Promise<{ type: string; bytes: Buffer }>;
}

/** A request that takes longer has an unclear end, ms. */
export const REQUEST_MS = 8_000;

/**
 * The error codes that mean: this number reaches nobody, however often it is tried. Source: Twilio's error dictionary
 * (21211 invalid To, 21214 To can't be reached, 21217 not valid, 21265 no short code, 21421, 21614 no mobile, 13224).
 */
const BAD_NUMBER = new Set([13224, 21211, 21214, 21217, 21265, 21421, 21614]);

const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];
const PAGE = 50;
const MOST = 500;
const BASE = 'https://api.twilio.com';

/** The same requests to another address: a network of one's own, or a simulated one. */
class Rebased extends twilio.RequestClient {
  readonly #base: string;

  constructor(base: string) {
    super({ timeout: REQUEST_MS });
    this.#base = base.replace(/\/+$/, '');
  }

  override request<T>(options: RequestOptions<T>): ReturnType<typeof twilio.RequestClient.prototype.request<T>> {
    const { pathname, search } = new URL(options.uri);
    return super.request<T>({ ...options, uri: `${this.#base}${pathname}${search}` });
  }
}

type RequestOptions<T> = Parameters<typeof twilio.RequestClient.prototype.request<T>>[0];

/** The network through the `twilio` package. Construction does nothing. */
export function createNetwork(settings: NetworkSettings): Network {
  const base = (settings.apiBase ?? BASE).replace(/\/+$/, '');
  const client = twilio(settings.accountSid, settings.authToken, {
    httpClient: new Rebased(base),
    autoRetry: false,
  });
  const calls = client.api.v2010.accounts(settings.accountSid);
  const running = async (name: string): Promise<string | undefined> =>
    (await calls.conferences.list({ friendlyName: name, status: 'in-progress', limit: 1 }))[0]?.sid;
  return {
    createCall: ({ to, timeoutS, detectMachine, urls }) =>
      placing(() =>
        calls.calls.create({
          to,
          from: settings.from,
          url: urls.voice,
          method: 'POST',
          fallbackUrl: urls.voice,
          fallbackMethod: 'POST',
          statusCallback: urls.status,
          statusCallbackEvent: EVENTS,
          statusCallbackMethod: 'POST',
          timeout: timeoutS,
          ...(detectMachine && {
            machineDetection: 'Enable',
            asyncAmd: 'true',
            asyncAmdStatusCallback: urls.machine,
            asyncAmdStatusCallbackMethod: 'POST',
          }),
        }),
      ),
    createMessage: ({ to, body, status }) =>
      placing(() => calls.messages.create({ to, from: settings.from, body, statusCallback: status })),
    listCalls: (to, since) =>
      gather((each) => calls.calls.each({ to, from: settings.from, pageSize: PAGE, limit: MOST, ...each }), since),
    listMessages: (to, since) =>
      gather((each) => calls.messages.each({ to, from: settings.from, pageSize: PAGE, limit: MOST, ...each }), since),
    getCall: (sid) => found(() => calls.calls(sid).fetch()),
    getMessage: (sid) => found(() => calls.messages(sid).fetch()),
    async endCall(sid, twiml) {
      try {
        await calls.calls(sid).update(twiml === undefined ? { status: 'completed' } : { twiml });
      } catch (error) {
        const { status } = error as { status?: number };
        // 21220: it is over already; a call that it does not know needs no end.
        if (status !== 400 && status !== 404) throw error;
      }
    },
    async isInConference(name, callSid) {
      const conference = await running(name);
      if (conference === undefined) return false;
      const people = await calls.conferences(conference).participants.list({ pageSize: PAGE, limit: MOST });
      return people.some((one) => one.callSid === callSid);
    },
    async seat(name, callSid, { muted, coaches }) {
      const conference = await running(name);
      if (conference === undefined) return false;
      try {
        await calls
          .conferences(conference)
          .participants(callSid)
          .update({ muted, coaching: coaches !== null, ...(coaches !== null && { callSidToCoach: coaches }) });
        return true;
      } catch (error) {
        const { status } = error as { status?: number };
        // 404: he is not in it; 400 with 16028: who is to hear him is not.
        if (status !== 400 && status !== 404) throw error;
        return false;
      }
    },
    async stopRecording(name) {
      const conference = await running(name);
      if (conference === undefined) return false;
      try {
        // “Twilio.CURRENT” stands for the recording that is active. Source: Twilio, Conference Recordings, update.
        await calls.conferences(conference).recordings('Twilio.CURRENT').update({ status: 'stopped' });
        return true;
      } catch (error) {
        const { status } = error as { status?: number };
        if (status !== 400 && status !== 404) throw error;
        return false;
      }
    },
    async recording(sid) {
      const auth = Buffer.from(`${settings.accountSid}:${settings.authToken}`).toString('base64');
      const answer = await fetch(`${base}/2010-04-01/Accounts/${settings.accountSid}/Recordings/${sid}.wav`, {
        headers: { authorization: `Basic ${auth}` },
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      if (!answer.ok) throw new Error(`the network answered ${answer.status} for a recording`);
      return {
        type: answer.headers.get('content-type') ?? 'audio/x-wav',
        bytes: Buffer.from(await answer.arrayBuffer()),
      };
    },
  };
}

async function placing(create: () => Promise<{ sid: string }>): Promise<Placed> {
  try {
    return { kind: 'placed', sid: (await create()).sid };
  } catch (error) {
    return placedOf(error);
  }
}

function placedOf(error: unknown): Placed {
  const { status, code } = error as { status?: number; code?: number | string };
  if (status === undefined) {
    // Nobody listened: then nobody has taken it. Anything else may have been sent before it broke.
    return code === 'ECONNREFUSED' || code === 'ENOTFOUND' ? { kind: 'later', code: null } : { kind: 'unclear' };
  }
  const number = typeof code === 'number' ? code : null;
  if (status >= 500) return { kind: 'unclear' };
  if (number !== null && BAD_NUMBER.has(number)) return { kind: 'bad_number' };
  // 429: too many; 401, 403, 404: keys or account, which somebody may mend while we try.
  if ([401, 403, 404, 408, 429].includes(status)) return { kind: 'later', code: number };
  return { kind: 'refused', code: number };
}

interface Instance {
  sid: string;
  status: string;
  dateCreated: Date;
  body?: string;
  answeredBy?: string;
}

function listedOf(one: Instance): Listed {
  return {
    sid: one.sid,
    status: one.status,
    createdAt: one.dateCreated.getTime(),
    body: one.body ?? '',
    answeredBy: one.answeredBy ?? null,
  };
}

/**
 * The list is asked for by To and From alone: what is still queued has no start time, and a filter by it would hide the
 * very call that is looked for. It comes newest first, so reading ends at the first that is older than `since`.
 */
function gather(
  each: (options: {
    callback: (one: Instance, done: (error?: Error) => void) => void;
    done: (error?: Error) => void;
  }) => void,
  since: number,
): Promise<Listed[]> {
  return new Promise((resolve, reject) => {
    const all: Listed[] = [];
    each({
      callback(one, done) {
        if (one.dateCreated.getTime() < since) done();
        else all.push(listedOf(one));
      },
      done: (error) => (error ? reject(error) : resolve(all)),
    });
  });
}

async function found(fetchOne: () => Promise<Instance>): Promise<Listed | null> {
  try {
    return listedOf(await fetchOne());
  } catch (error) {
    if ((error as { status?: number }).status === 404) return null;
    throw error;
  }
}
