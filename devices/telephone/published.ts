/**
 * What Twilio publishes of the part of its REST interface (2010-04-01) that is spoken here: parameters of each request,
 * which of them are required, and their values. Source: github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json,
 * d50069b (2026-04-14); `AsyncAmd`, `MachineDetection`, `RecordingStatusCallbackEvent` and `StatusCallbackEvent` are plain
 * strings there, their values are from the reference pages of the Calls resource.
 */
export interface Operation {
  /** Required: all of these; and at least one of each group in `oneOf`. */
  required: readonly string[];
  oneOf?: readonly (readonly string[])[];
  parameters: Readonly<Record<string, Rule>>;
}

type Rule = 'string' | 'url' | 'integer' | 'boolean' | readonly string[] | { each: readonly string[] } | 'date';

const METHOD = ['GET', 'POST'] as const;
const CALL_EVENTS = { each: ['initiated', 'ringing', 'answered', 'completed'] } as const;
const CALL_STATUS = [
  'queued',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
] as const;
const PAGES = { PageSize: 'integer', Page: 'integer', PageToken: 'string' } as const;

export const OPERATIONS = {
  createCall: {
    required: ['To', 'From'],
    oneOf: [['Url', 'Twiml', 'ApplicationSid']],
    parameters: {
      To: 'string',
      From: 'string',
      Url: 'url',
      Method: METHOD,
      Twiml: 'string',
      ApplicationSid: 'string',
      FallbackUrl: 'url',
      FallbackMethod: METHOD,
      StatusCallback: 'url',
      StatusCallbackEvent: CALL_EVENTS,
      StatusCallbackMethod: METHOD,
      SendDigits: 'string',
      Timeout: 'integer',
      Record: 'boolean',
      RecordingChannels: ['mono', 'dual'],
      RecordingStatusCallback: 'url',
      RecordingStatusCallbackMethod: METHOD,
      RecordingStatusCallbackEvent: { each: ['in-progress', 'completed', 'absent'] },
      RecordingTrack: ['inbound', 'outbound', 'both'],
      Trim: ['trim-silence', 'do-not-trim'],
      CallerId: 'string',
      MachineDetection: ['Enable', 'DetectMessageEnd'],
      MachineDetectionTimeout: 'integer',
      MachineDetectionSpeechThreshold: 'integer',
      MachineDetectionSpeechEndThreshold: 'integer',
      MachineDetectionSilenceTimeout: 'integer',
      AsyncAmd: ['true', 'false'],
      AsyncAmdStatusCallback: 'url',
      AsyncAmdStatusCallbackMethod: METHOD,
      Byoc: 'string',
      CallReason: 'string',
      CallToken: 'string',
      TimeLimit: 'integer',
      ClientNotificationUrl: 'url',
      SipAuthUsername: 'string',
      SipAuthPassword: 'string',
    },
  },
  updateCall: {
    required: [],
    parameters: {
      Url: 'url',
      Method: METHOD,
      Status: ['canceled', 'completed'],
      FallbackUrl: 'url',
      FallbackMethod: METHOD,
      StatusCallback: 'url',
      StatusCallbackMethod: METHOD,
      Twiml: 'string',
      TimeLimit: 'integer',
    },
  },
  listCalls: {
    required: [],
    parameters: {
      To: 'string',
      From: 'string',
      ParentCallSid: 'string',
      Status: CALL_STATUS,
      StartTime: 'date',
      'StartTime<': 'date',
      'StartTime>': 'date',
      EndTime: 'date',
      'EndTime<': 'date',
      'EndTime>': 'date',
      ...PAGES,
    },
  },
  createMessage: {
    required: ['To'],
    oneOf: [
      ['From', 'MessagingServiceSid'],
      ['Body', 'MediaUrl', 'ContentSid'],
    ],
    parameters: {
      To: 'string',
      From: 'string',
      Body: 'string',
      MessagingServiceSid: 'string',
      MediaUrl: 'url',
      ContentSid: 'string',
      ContentVariables: 'string',
      PersistentAction: 'string',
      StatusCallback: 'url',
      ApplicationSid: 'string',
      MaxPrice: 'string',
      ProvideFeedback: 'boolean',
      Attempt: 'integer',
      ValidityPeriod: 'integer',
      ForceDelivery: 'boolean',
      SmartEncoded: 'boolean',
      ShortenUrls: 'boolean',
      SendAt: 'date',
      SendAsMms: 'boolean',
      ScheduleType: ['fixed'],
      ContentRetention: ['retain', 'discard'],
      AddressRetention: ['retain', 'obfuscate'],
      TrafficType: ['free'],
      RiskCheck: ['enable', 'disable'],
      FallbackFrom: 'string',
    },
  },
  listMessages: {
    required: [],
    parameters: { To: 'string', From: 'string', DateSent: 'date', 'DateSent<': 'date', 'DateSent>': 'date', ...PAGES },
  },
  listConferences: {
    required: [],
    parameters: {
      DateCreated: 'date',
      'DateCreated<': 'date',
      'DateCreated>': 'date',
      DateUpdated: 'date',
      'DateUpdated<': 'date',
      'DateUpdated>': 'date',
      FriendlyName: 'string',
      Status: ['init', 'in-progress', 'completed'],
      ...PAGES,
    },
  },
  updateConference: {
    required: [],
    parameters: { Status: ['completed'], AnnounceUrl: 'url', AnnounceMethod: METHOD },
  },
  listParticipants: {
    required: [],
    parameters: { Muted: 'boolean', Hold: 'boolean', Coaching: 'boolean', ...PAGES },
  },
  updateParticipant: {
    required: [],
    parameters: {
      Muted: 'boolean',
      Hold: 'boolean',
      HoldUrl: 'url',
      HoldMethod: METHOD,
      AnnounceUrl: 'url',
      AnnounceMethod: METHOD,
      WaitUrl: 'url',
      WaitMethod: METHOD,
      BeepOnExit: 'boolean',
      EndConferenceOnExit: 'boolean',
      Coaching: 'boolean',
      CallSidToCoach: 'string',
    },
  },
  updateConferenceRecording: {
    required: ['Status'],
    parameters: {
      Status: ['in-progress', 'paused', 'stopped', 'processing', 'completed', 'absent'],
      PauseBehavior: 'string',
    },
  },
  listRecordings: {
    required: [],
    parameters: {
      DateCreated: 'date',
      'DateCreated<': 'date',
      'DateCreated>': 'date',
      CallSid: 'string',
      ConferenceSid: 'string',
      IncludeSoftDeleted: 'boolean',
      ...PAGES,
    },
  },
  fetch: { required: [], parameters: {} },
} as const satisfies Record<string, Operation>;

/** What is wrong with the parameters of a request, a sentence each; empty: nothing. */
export function judgeParameters(operation: keyof typeof OPERATIONS, given: URLSearchParams): string[] {
  const { required, parameters, oneOf = [] }: Operation = OPERATIONS[operation];
  const wrong: string[] = [];
  for (const name of required) if (!given.get(name)) wrong.push(`${operation}: ${name} is required`);
  for (const group of oneOf)
    if (!group.some((name) => given.get(name))) wrong.push(`${operation}: one of ${group.join(', ')} is required`);
  for (const [name, value] of given) {
    const rule = parameters[name];
    if (rule === undefined) wrong.push(`${operation}: there is no parameter ${name}`);
    else if (!fits(rule, value)) wrong.push(`${operation}: ${name} can not be "${value}"`);
    if (rule !== undefined && !(typeof rule === 'object' && 'each' in rule) && given.getAll(name).length > 1)
      wrong.push(`${operation}: ${name} is given more than once`);
  }
  return [...new Set(wrong)];
}

function fits(rule: Rule, value: string): boolean {
  if (rule === 'string') return true;
  if (rule === 'url') return /^https?:\/\//.test(value) && URL.canParse(value);
  if (rule === 'integer') return /^\d+$/.test(value);
  if (rule === 'boolean') return value === 'true' || value === 'false';
  if (rule === 'date') return /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(value);
  return ('each' in rule ? rule.each : rule).includes(value);
}
