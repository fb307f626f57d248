import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Participant } from './conferences.ts';
import type { Exchange, KeptRecording, ReceivedMessage } from './exchange.ts';
import { isOver, type Leg } from './leg.ts';
import { page } from './pages.ts';
import { judgeParameters, type OPERATIONS } from './published.ts';
import { silence } from './recorder.ts';
import { parseTwiml, TwimlError } from './twiml.ts';

/** An answer: a resource, or Twilio's error body. `cut`: the connection breaks, nobody learns anything. */
type Answer = { status: number; body: unknown } | { status: number; wav: Buffer } | 'cut';

interface Asked {
  parameters: URLSearchParams;
  path: string[];
  url: URL;
}

/** The REST interface over HTTP on a port of its own. Construction does nothing. */
export function createRest(exchange: Exchange): {
  start(options?: { host?: string; port?: number }): Promise<{ url: string }>;
  stop(): Promise<void>;
} {
  const server = createServer((request, response) => void serve(exchange, request, response));
  return {
    async start({ host = '127.0.0.1', port = 0 } = {}) {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
      const name = host.includes(':') ? `[${host}]` : host;
      return { url: `http://${name}:${(server.address() as AddressInfo).port}` };
    },
    async stop() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(exchange: Exchange, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = answerTo(exchange, request, Buffer.concat(chunks).toString('utf8'));
  if (answer === 'cut') return void request.socket.destroy();
  const isSound = 'wav' in answer;
  response.writeHead(answer.status, { 'content-type': isSound ? 'audio/x-wav' : 'application/json; charset=utf-8' });
  response.end(isSound ? answer.wav : answer.body === null ? '' : JSON.stringify(answer.body));
}

function answerTo(exchange: Exchange, request: IncomingMessage, body: string): Answer {
  const url = new URL(request.url ?? '/', 'http://network');
  const [, version, accounts, account, ...path] = url.pathname.split('/');
  if (version !== '2010-04-01' || accounts !== 'Accounts') return refuse(404, 20404, 'The resource was not found');
  const expected = `Basic ${Buffer.from(`${exchange.accountSid}:${exchange.authToken}`).toString('base64')}`;
  if (request.headers.authorization !== expected || account !== exchange.accountSid)
    return refuse(401, 20003, 'Authenticate');
  const posted = request.method === 'POST';
  if (posted && !request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return refuse(415, 20415, 'Unsupported media type');
  const asked: Asked = { parameters: posted ? new URLSearchParams(body) : url.searchParams, path, url };
  if (exchange.roll('tooMany')) return refuse(429, 20429, 'Too Many Requests');
  if (exchange.roll('serverError')) return refuse(500, 20500, 'Internal Server Error');
  return route(exchange, request.method ?? 'GET', asked);
}

function route(exchange: Exchange, method: string, asked: Asked): Answer {
  const [resource, sid, sub, subSid] = asked.path;
  const key = `${method} ${[resource, sid && ':sid', sub, subSid && ':sid'].filter(Boolean).join('/')}`;
  const bare = (text: string | undefined): string => (text ?? '').replace(/\.(?:json|wav)$/, '');
  switch (key) {
    case 'POST Calls.json':
      return checked(exchange, 'createCall', asked, () => createCall(exchange, asked));
    case 'GET Calls.json':
      return checked(exchange, 'listCalls', asked, () => listCalls(exchange, asked));
    case 'GET Calls/:sid':
      return checked(exchange, 'fetch', asked, () => one(exchange.legs, bare(sid), (leg) => callOf(exchange, leg)));
    case 'POST Calls/:sid':
      return checked(exchange, 'updateCall', asked, () => updateCall(exchange, bare(sid), asked));
    case 'POST Messages.json':
      return checked(exchange, 'createMessage', asked, () => createMessage(exchange, asked));
    case 'GET Messages.json':
      return checked(exchange, 'listMessages', asked, () => listMessages(exchange, asked));
    case 'GET Messages/:sid':
      return checked(exchange, 'fetch', asked, () =>
        one(exchange.messages, bare(sid), (message) => messageOf(exchange, message)),
      );
    case 'GET Conferences.json':
      return checked(exchange, 'listConferences', asked, () => listConferences(exchange, asked));
    case 'GET Conferences/:sid':
      return checked(exchange, 'fetch', asked, () =>
        one(exchange.conferences.list(), bare(sid), (room) => conferenceOf(exchange, room)),
      );
    case 'POST Conferences/:sid':
      return checked(exchange, 'updateConference', asked, () => endConference(exchange, bare(sid)));
    case 'GET Conferences/:sid/Participants.json':
      return checked(exchange, 'listParticipants', asked, () => listParticipants(exchange, sid!, asked));
    case 'POST Conferences/:sid/Participants/:sid':
      return checked(exchange, 'updateParticipant', asked, () =>
        updateParticipant(exchange, sid!, bare(subSid), asked),
      );
    case 'DELETE Conferences/:sid/Participants/:sid':
      return removeParticipant(exchange, bare(subSid));
    case 'POST Conferences/:sid/Recordings/:sid':
      return checked(exchange, 'updateConferenceRecording', asked, () =>
        stopRecording(exchange, sid!, bare(subSid), asked),
      );
    case 'GET Recordings.json':
      return checked(exchange, 'listRecordings', asked, () => listRecordings(exchange, asked));
    case 'GET Recordings/:sid':
      return sid!.endsWith('.wav')
        ? sound(exchange, bare(sid))
        : checked(exchange, 'fetch', asked, () =>
            one(exchange.recordings, bare(sid), (recording) => recordingOf(exchange, recording)),
          );
    default:
      exchange.violations.push(`${method} ${asked.url.pathname}: there is no such resource`);
      return refuse(404, 20404, `The requested resource ${asked.url.pathname} was not found`);
  }
}

/** Twilio itself overlooks what it does not know; here it is an error, so that a misspelt name is found. */
function checked(exchange: Exchange, operation: keyof typeof OPERATIONS, asked: Asked, act: () => Answer): Answer {
  const wrong = judgeParameters(operation, asked.parameters);
  if (wrong.length === 0) return act();
  exchange.violations.push(...wrong);
  return refuse(400, 21201, wrong[0]!);
}

function refuse(status: number, code: number, message: string): Answer {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, body: { code, message, more_info, status } };
}

function isNumber(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number) || /^\d{3,6}$/.test(number);
}

function createCall(exchange: Exchange, { parameters }: Asked): Answer {
  const to = parameters.get('To')!;
  if (!isNumber(to) || exchange.roll('rejected'))
    return refuse(400, 21211, `The phone number you are attempting to call, ${to}, is not valid.`);
  const leg = exchange.placeCall(parameters);
  return after(exchange, { status: 201, body: callOf(exchange, leg) });
}

function createMessage(exchange: Exchange, { parameters }: Asked): Answer {
  const to = parameters.get('To')!;
  if (!isNumber(to) || exchange.roll('rejected'))
    return refuse(400, 21211, `The 'To' number ${to} is not a valid phone number.`);
  return after(exchange, { status: 201, body: messageOf(exchange, exchange.sendMessage(parameters)) });
}

/** It is done; whether who asked learns of it is another matter. */
function after(exchange: Exchange, answer: Answer): Answer {
  if (exchange.roll('errorAfter')) return refuse(500, 20500, 'Internal Server Error');
  return exchange.roll('timeoutAfter') ? 'cut' : answer;
}

function updateCall(exchange: Exchange, sid: string, { parameters }: Asked): Answer {
  const leg = exchange.legs.find((one_) => one_.sid === sid);
  if (!leg) return refuse(404, 20404, 'The requested resource was not found');
  if (isOver(leg)) return refuse(400, 21220, 'Call is not in-progress. Cannot redirect.');
  const url = parameters.get('Url');
  const twiml = parameters.get('Twiml');
  if (parameters.get('Status') !== null) exchange.end(leg, 'completed');
  else if (twiml !== null) {
    try {
      exchange.redirect(leg, { twiml: parseTwiml(twiml) });
    } catch (error) {
      if (!(error instanceof TwimlError)) throw error;
      exchange.violations.push(`updateCall: ${error.message}`);
    }
  } else if (url !== null) exchange.redirect(leg, { url, method: parameters.get('Method') ?? 'POST' });
  return { status: 200, body: callOf(exchange, leg) };
}

function listCalls(exchange: Exchange, asked: Asked): Answer {
  const { parameters } = asked;
  const day = (at: number | null): string => (at === null ? '' : new Date(at).toISOString().slice(0, 10));
  const is = (name: string, value: string): boolean => {
    const wanted = parameters.get(name);
    return wanted === null || wanted === value;
  };
  const legs = exchange.legs.filter(
    (leg) =>
      is('To', leg.to) &&
      is('From', leg.from) &&
      is('Status', leg.status) &&
      is('StartTime', day(leg.startedAt)) &&
      (parameters.get('StartTime>') === null || day(leg.startedAt) >= parameters.get('StartTime>')!.slice(0, 10)) &&
      (parameters.get('StartTime<') === null || day(leg.startedAt) <= parameters.get('StartTime<')!.slice(0, 10)),
  );
  return page(asked, 'calls', legs.toReversed(), (leg) => callOf(exchange, leg));
}

function listMessages(exchange: Exchange, asked: Asked): Answer {
  const { parameters } = asked;
  const messages = exchange.messages.filter(
    (one_) => (parameters.get('To') ?? one_.to) === one_.to && (parameters.get('From') ?? one_.from) === one_.from,
  );
  return page(asked, 'messages', messages.toReversed(), (message) => messageOf(exchange, message));
}

function listConferences(exchange: Exchange, asked: Asked): Answer {
  const { parameters } = asked;
  const rooms = exchange.conferences
    .list()
    .filter(
      (room) =>
        (parameters.get('FriendlyName') ?? room.name) === room.name &&
        (parameters.get('Status') ?? stateOf(room)) === stateOf(room),
    );
  return page(asked, 'conferences', rooms.toReversed(), (room) => conferenceOf(exchange, room));
}

function listParticipants(exchange: Exchange, sid: string, asked: Asked): Answer {
  const room = exchange.conferences.list().find((one_) => one_.sid === sid);
  if (!room) return refuse(404, 20404, 'The requested resource was not found');
  return page(asked, 'participants', room.people, (person) => participantOf(exchange, sid, person));
}

/** Of participants in a running conference only: what is named is changed, the rest stays. */
function updateParticipant(exchange: Exchange, conferenceSid: string, callSid: string, { parameters }: Asked): Answer {
  const person = exchange.conferences.participant(conferenceSid, callSid);
  if (!person) return refuse(404, 20404, 'The requested resource was not found');
  const coaching = parameters.get('Coaching');
  const coached = parameters.get('CallSidToCoach');
  if (coaching === 'true' && coached === null)
    return refuse(400, 16027, 'CallSidToCoach is required when Coaching is true');
  if (coaching !== 'false' && coached !== null && !exchange.conferences.participant(conferenceSid, coached))
    return refuse(400, 16028, 'Participant to be whispered is not present in the conference');
  if (coaching === 'false') person.coaches = null;
  else if (coached !== null) person.coaches = coached;
  person.muted = (parameters.get('Muted') ?? String(person.muted)) === 'true';
  person.hold = (parameters.get('Hold') ?? String(person.hold)) === 'true';
  person.endsOnExit = (parameters.get('EndConferenceOnExit') ?? String(person.endsOnExit)) === 'true';
  return { status: 200, body: participantOf(exchange, conferenceSid, person) };
}

function listRecordings(exchange: Exchange, asked: Asked): Answer {
  const call = asked.parameters.get('CallSid');
  const room = asked.parameters.get('ConferenceSid');
  const recordings = exchange.recordings.filter(
    (one_) => (call === null || one_.callSid === call) && (room === null || one_.conferenceSid === room),
  );
  return page(asked, 'recordings', recordings.toReversed(), (one_) => recordingOf(exchange, one_));
}

/** Only the one that is active, and only to its end: more is not asked of this network. */
function stopRecording(exchange: Exchange, conferenceSid: string, sid: string, { parameters }: Asked): Answer {
  if (sid !== 'Twilio.CURRENT' || parameters.get('Status') !== 'stopped')
    exchange.violations.push(`updateConferenceRecording: ${sid} ${parameters.get('Status')} is not known here`);
  if (!exchange.conferences.stopRecording(conferenceSid))
    return refuse(404, 20404, 'The requested resource was not found');
  const recording = exchange.recordings.findLast((one_) => one_.conferenceSid === conferenceSid)!;
  return { status: 200, body: { ...(recordingOf(exchange, recording) as object), status: 'stopped' } };
}

function endConference(exchange: Exchange, sid: string): Answer {
  const room = exchange.conferences.list().find((one_) => one_.sid === sid);
  if (!room) return refuse(404, 20404, 'The requested resource was not found');
  for (const { leg } of room.people) exchange.end(leg, 'completed');
  return { status: 200, body: conferenceOf(exchange, room) };
}

function removeParticipant(exchange: Exchange, sid: string): Answer {
  const leg = exchange.legs.find((one_) => one_.sid === sid);
  if (!leg || leg.conference === null) return refuse(404, 20404, 'The requested resource was not found');
  exchange.end(leg, 'completed');
  return { status: 204, body: null };
}

function sound(exchange: Exchange, sid: string): Answer {
  const kept = exchange.recordings.find((one_) => one_.sid === sid);
  if (!kept) return refuse(404, 20404, 'The requested resource was not found');
  return { status: 200, wav: silence(kept.seconds) };
}

function one<T extends { sid: string }>(all: readonly T[], sid: string, show: (found: T) => unknown): Answer {
  const found = all.find((each) => each.sid === sid);
  return found === undefined
    ? refuse(404, 20404, 'The requested resource was not found')
    : { status: 200, body: show(found) };
}

const stamp = (at: number | null): string | null => (at === null ? null : new Date(at).toUTCString());

function callOf({ accountSid }: Exchange, leg: Leg): unknown {
  return {
    sid: leg.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to: leg.to,
    from: leg.from,
    status: leg.status,
    direction: leg.direction,
    date_created: stamp(leg.createdAt),
    date_updated: stamp(leg.endedAt ?? leg.answeredAt ?? leg.createdAt),
    start_time: stamp(leg.startedAt),
    end_time: stamp(leg.endedAt),
    duration: leg.endedAt === null ? null : String(Math.ceil((leg.endedAt - (leg.answeredAt ?? leg.endedAt)) / 1000)),
    answered_by: leg.answeredBy,
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${leg.sid}.json`,
  };
}

function messageOf({ accountSid }: Exchange, message: ReceivedMessage): unknown {
  const { sid, to, from, body, status, createdAt } = message;
  return {
    sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    to,
    from,
    body,
    status,
    direction: 'outbound-api',
    date_created: stamp(createdAt),
    date_sent: status === 'queued' ? null : stamp(createdAt),
    error_code: null,
    error_message: null,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sid}.json`,
  };
}

type Room = ReturnType<Exchange['conferences']['list']>[number];

function stateOf(room: Room): string {
  return room.endedAt === null ? 'in-progress' : 'completed';
}

function conferenceOf({ accountSid }: Exchange, room: Room): unknown {
  return {
    sid: room.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    friendly_name: room.name,
    status: stateOf(room),
    region: 'us1',
    date_created: stamp(room.createdAt),
    date_updated: stamp(room.endedAt ?? room.createdAt),
    uri: `/2010-04-01/Accounts/${accountSid}/Conferences/${room.sid}.json`,
  };
}

function participantOf({ accountSid }: Exchange, conferenceSid: string, person: Participant): unknown {
  const { leg } = person;
  return {
    account_sid: accountSid,
    call_sid: leg.sid,
    conference_sid: conferenceSid,
    muted: person.muted,
    hold: person.hold,
    coaching: person.coaches !== null,
    call_sid_to_coach: person.coaches,
    status: 'connected',
    start_conference_on_enter: person.startsOnEnter,
    end_conference_on_exit: person.endsOnExit,
    date_created: stamp(leg.answeredAt),
    date_updated: stamp(leg.answeredAt),
    uri: `/2010-04-01/Accounts/${accountSid}/Conferences/${conferenceSid}/Participants/${leg.sid}.json`,
  };
}

function recordingOf({ accountSid }: Exchange, recording: KeptRecording): unknown {
  return {
    sid: recording.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: recording.callSid,
    conference_sid: recording.conferenceSid,
    duration: String(recording.seconds),
    status: 'completed',
    channels: 1,
    source: recording.callSid === null ? 'Conference' : 'OutboundAPI',
    date_created: stamp(recording.createdAt),
    date_updated: stamp(recording.createdAt),
    start_time: stamp(recording.createdAt),
    uri: `/2010-04-01/Accounts/${accountSid}/Recordings/${recording.sid}.json`,
  };
}
