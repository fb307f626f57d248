import twilio from 'twilio';
import { callOf, chosenOf, type Job, type Next, type Question } from './domain/job.ts';

const VoiceResponse = twilio.twiml.VoiceResponse;
type VoiceResponse = InstanceType<typeof VoiceResponse>;

/** Mandarin, a woman's voice (Amazon Polly's Zhiyu, as Twilio names it). */
const VOICE = { language: 'cmn-CN', voice: 'Polly.Zhiyu' } as const;
/** How long a key may take, s: an old hand, a phone taken from the ear. */
const KEY_S = 8;
const TYPING_S = 6;

/** Where the network comes back to, as full addresses. */
export interface Urls {
  voice(): string;
  gather(question: Question, attempt?: { digits: string; tries: number }): string;
  conference(): string;
  wait(): string;
  hold(): string;
  recording(): string;
}

/** Said to each who joins a conference that is recorded, before he is in it. */
const RECORDED = '本次通话将录音。';

/** What is said first: greeting and order. */
export function openingTwiml(job: Job, next: Next, urls: Urls, conference: string): string {
  const answer = new VoiceResponse();
  const call = callOf(job);
  const opening = call.say;
  if (next === 'join' || next === 'goodbye' || next === 'chosen') {
    speak(answer, opening);
    goOn(answer, job, next, urls, conference);
  } else ask(answer, job, next, urls, opening);
  return answer.toString();
}

/** What follows on something that was typed. */
export function nextTwiml(job: Job, next: Next, urls: Urls, conference: string): string {
  const answer = new VoiceResponse();
  if (next === 'join' || next === 'goodbye' || next === 'chosen') goOn(answer, job, next, urls, conference);
  else ask(answer, job, next, urls, []);
  return answer.toString();
}

/** Ends the line without a word. */
export function hangUpTwiml(): string {
  const answer = new VoiceResponse();
  answer.hangup();
  return answer.toString();
}

/** To one who is still being asked when it is no longer needed: nobody is left with a dead line after a yes. */
export function overTwiml(): string {
  const answer = new VoiceResponse();
  speak(answer, ['谢谢您,这件事已经有人在办了。再见。']);
  answer.hangup();
  return answer.toString();
}

/** What was typed could not be kept just now: the line stays open and it is brought again. */
export function againTwiml(url: string): string {
  const answer = new VoiceResponse();
  answer.pause({ length: 1 });
  answer.redirect({ method: 'POST' }, url);
  return answer.toString();
}

/**
 * What somebody hears while he waits alone in the conference; the network asks for it again when it is over. A caller is
 * told his place in the line; whom we have called (`before` null) is in none.
 */
export function waitTwiml(before: number | null, urls: Pick<Urls, 'hold'>): string {
  const answer = new VoiceResponse();
  const place = before === null ? '正在接通。' : before === 0 ? '您是第一位,马上接您。' : `您前面还有${before}位。`;
  speak(answer, [`${place}请不要挂断。`]);
  answer.play(urls.hold());
  return answer.toString();
}

/** Into the case's conference; nobody's leaving ends it. */
export function joinTwiml(job: Job, urls: Urls, conference: string): string {
  const answer = new VoiceResponse();
  speak(answer, callOf(job).say);
  join(answer, job, urls, conference);
  return answer.toString();
}

function speak(to: { say(attributes: typeof VOICE, text: string): unknown }, sentences: readonly string[]): void {
  for (const sentence of sentences) to.say(VOICE, sentence);
}

function ask(answer: VoiceResponse, job: Job, question: Question, urls: Urls, opening: readonly string[]): void {
  const number = question.step === 'ask' ? null : chosenOf(job)!.numbers[question.step]!;
  const gather = answer.gather({
    input: ['dtmf'],
    ...(number === null
      ? { numDigits: 1, timeout: KEY_S }
      : { numDigits: number.most, timeout: TYPING_S, finishOnKey: '#' }),
    actionOnEmptyResult: true,
    action: urls.gather(question),
    method: 'POST',
  });
  speak(gather, opening);
  speak(gather, number === null ? callOf(job).ask!.map(({ offered }) => `${offered}。`) : [number.say]);
}

function goOn(
  answer: VoiceResponse,
  job: Job,
  next: 'join' | 'goodbye' | 'chosen',
  urls: Urls,
  conference: string,
): void {
  if (next === 'join') return join(answer, job, urls, conference);
  const choice = next === 'chosen' ? chosenOf(job) : null;
  if (choice !== null && job.said === null) {
    speak(answer, [choice.thanks]);
    if (choice.join) return join(answer, job, urls, conference);
  } else if (job.said !== null) speak(answer, [job.said]);
  else if (callOf(job).ask !== null) speak(answer, ['没有听到您的按键,再见。']);
  answer.hangup();
}

function join(answer: VoiceResponse, job: Job, urls: Urls, conference: string): void {
  const { record, seat } = callOf(job);
  const isRecorded = record && job.incidentId !== null;
  if (isRecorded) speak(answer, [RECORDED]);
  answer.dial().conference(
    {
      // Who sits in begins nothing, hears no waiting music and is muted until the network has given him his seat.
      startConferenceOnEnter: seat === undefined,
      endConferenceOnExit: false,
      ...(seat !== undefined && { muted: true }),
      beep: 'false',
      waitUrl: seat === undefined ? urls.wait() : '',
      waitMethod: 'POST',
      statusCallback: urls.conference(),
      statusCallbackEvent: ['join', 'leave'],
      statusCallbackMethod: 'POST',
      ...(isRecorded && {
        record: 'record-from-start',
        recordingStatusCallback: urls.recording(),
        recordingStatusCallbackEvent: ['completed'],
        recordingStatusCallbackMethod: 'POST',
      }),
    },
    conference,
  );
}
