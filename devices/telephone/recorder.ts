import type { Carrier } from './carrier.ts';
import type { KeptRecording } from './exchange.ts';
import type { Timeline } from './timeline.ts';

/** Keeps that something was recorded (there is no sound on this network), and tells of it. */
export interface Recorder {
  /** Of a call or of a conference, from `from` (ms) until now. */
  keep(of: { callSid: string } | { conferenceSid: string }, from: number): KeptRecording;
  /** Tells that it is there, a second later; without an address nobody is told. */
  tell(kept: KeptRecording, to: { url: string | null; method: string }): void;
}

/** See Recorder. A conference's callback names no call. Source: Twilio, TwiML <Conference>, recordingStatusCallback. */
export function createRecorder(deps: {
  accountSid: string;
  carrier: Carrier;
  timeline: Timeline;
  newSid: (prefix: string) => string;
  recordings: KeptRecording[];
}): Recorder {
  const { accountSid, carrier, timeline } = deps;

  async function carry(kept: KeptRecording, url: string, method: string): Promise<void> {
    await timeline.wait(1_000);
    carrier.tell(url, method, {
      AccountSid: accountSid,
      ...(kept.callSid === null ? { ConferenceSid: kept.conferenceSid! } : { CallSid: kept.callSid }),
      RecordingSid: kept.sid,
      RecordingStatus: 'completed',
      RecordingDuration: String(kept.seconds),
      RecordingStartTime: new Date(kept.createdAt - kept.seconds * 1000).toUTCString(),
      RecordingChannels: '1',
      RecordingSource: kept.callSid === null ? 'Conference' : 'OutboundAPI',
      RecordingUrl: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Recordings/${kept.sid}`,
    });
  }

  return {
    keep(of, from) {
      const createdAt = timeline.now();
      const seconds = Math.max(1, Math.round((createdAt - from) / 1000));
      const kept = { callSid: null, conferenceSid: null, ...of, sid: deps.newSid('RE'), seconds, createdAt };
      deps.recordings.push(kept);
      return kept;
    },
    tell(kept, { url, method }) {
      if (url !== null) void carry(kept, url, method);
    },
  };
}

/** Silence of that length, a minute at most, 8 kHz, 8 bit, as WAV: nothing is really spoken on this network. */
export function silence(seconds: number): Buffer {
  const samples = Buffer.alloc(Math.min(seconds, 60) * 8_000, 128);
  const head = Buffer.from(
    `524946460000000057415645666d74201000000001000100401f0000401f0000010008006461746100000000`,
    'hex',
  );
  head.writeUInt32LE(36 + samples.length, 4);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
