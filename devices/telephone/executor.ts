import type { Carrier } from './carrier.ts';
import type { Conferences } from './conferences.ts';
import { isOver, type Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';
import { parseTwiml, TwimlError, WAIT_VERBS, type Element } from './twiml.ts';

/** Reading aloud, ms a character, and what a recording that nobody listens to takes. */
const CHARACTER_MS = 180;
const PLAY_MS = 8_000;
const APPLICATION_ERROR = 'We are sorry, an application error has occurred. Goodbye.';
/** A document that redirects for ever ends here. */
const MOST_DOCUMENTS = 200;

export interface ExecutorDeps {
  timeline: Timeline;
  carrier: Carrier;
  conferences: Conferences;
  /** The form that every request about this line begins with. */
  formOf(leg: Leg): Record<string, string>;
  newSid(prefix: string): string;
  /** Keeps a recording that `<Record>` made. */
  record(leg: Leg, seconds: number): string;
  /** A document or an answer that could not be executed, and why. */
  wrong(leg: Leg, why: string): void;
}

type Way = { url: string; method: string; form?: Record<string, string> };
/** What a verb leads to: the next document, the end of the line, or just the next verb. */
type Step = { go: Way } | 'end' | 'on';

/** Executes documents on a line until it ends: the first one from `way`. Returns when there is nothing left to execute. */
export async function executeLeg(deps: ExecutorDeps, leg: Leg, way: Way | { twiml: Element }): Promise<void> {
  let next: Way | { twiml: Element } | null = way;
  for (let documents = 0; next !== null && !isOver(leg) && documents < MOST_DOCUMENTS; documents++) {
    const document: Element | null = 'twiml' in next ? next.twiml : await fetchDocument(deps, leg, next);
    if (isOver(leg)) return;
    if (document === null) {
      leg.heard.push({ at: deps.timeline.now(), text: APPLICATION_ERROR });
      return;
    }
    next = await executeDocument(deps, leg, document);
  }
}

async function fetchDocument(deps: ExecutorDeps, leg: Leg, way: Way): Promise<Element | null> {
  const form = { ...deps.formOf(leg), ...way.form };
  const first = await readDocument(deps, leg, way.url, way.method, form);
  if (first !== null || isOver(leg)) return first;
  const fallback = leg.asked.get('FallbackUrl');
  if (fallback === null) return null;
  return readDocument(deps, leg, fallback, leg.asked.get('FallbackMethod') ?? 'POST', {
    ...form,
    ErrorCode: '11200',
    ErrorUrl: way.url,
  });
}

async function readDocument(
  deps: ExecutorDeps,
  leg: Leg,
  url: string,
  method: string,
  form: Record<string, string>,
): Promise<Element | null> {
  const text = await deps.carrier.fetch(url, method, form);
  if (text === null) return null;
  try {
    return parseTwiml(text);
  } catch (error) {
    if (!(error instanceof TwimlError)) throw error;
    deps.wrong(leg, error.message);
    return null;
  }
}

async function executeDocument(
  deps: ExecutorDeps,
  leg: Leg,
  document: Element,
): Promise<Way | { twiml: Element } | null> {
  leg.interrupted = new AbortController();
  for (const verb of document.children) {
    const step = await executeVerb(deps, leg, verb);
    if (isOver(leg)) return null;
    if (leg.replaced !== null) {
      const { replaced } = leg;
      leg.replaced = null;
      return replaced;
    }
    if (step === 'end') return null;
    if (step !== 'on') return step.go;
  }
  return null;
}

async function executeVerb(deps: ExecutorDeps, leg: Leg, verb: Element): Promise<Step> {
  switch (verb.name) {
    case 'Say':
    case 'Play':
    case 'Pause':
      await hear(deps, leg, verb, leg.interrupted.signal);
      return 'on';
    case 'Gather':
      return gather(deps, leg, verb);
    case 'Dial':
      return dial(deps, leg, verb);
    case 'Enqueue':
      await waitInRoom(deps, leg, verb.attributes, () => true);
      return 'on';
    case 'Record':
      return record(deps, leg, verb);
    case 'Redirect':
      return { go: { url: verb.text.trim(), method: verb.attributes['method'] ?? 'POST' } };
    default:
      return 'end';
  }
}

async function hear(deps: ExecutorDeps, leg: Leg, verb: Element, until: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([until, leg.over.signal]);
  if (signal.aborted) return;
  if (verb.name === 'Say') {
    leg.heard.push({ at: deps.timeline.now(), text: verb.text });
    return deps.timeline.wait(verb.text.length * CHARACTER_MS, signal);
  }
  if (verb.name === 'Play') return deps.timeline.wait(PLAY_MS, signal);
  return deps.timeline.wait(Number(verb.attributes['length'] ?? 1) * 1000, signal);
}

/** Digits may be pressed while it is still speaking; then it stops. */
async function gather(deps: ExecutorDeps, leg: Leg, verb: Element): Promise<Step> {
  const { attributes } = verb;
  const numDigits = Number(attributes['numDigits'] ?? 1_000);
  const finishOnKey = attributes['finishOnKey'] ?? '#';
  const timeoutMs = Number(attributes['timeout'] ?? 5) * 1000;
  leg.asking = { numDigits, finishOnKey };
  const question = leg.questions++;
  const pressed = new AbortController();
  leg.onKey = () => pressed.abort();
  for (const child of verb.children) {
    if (pressed.signal.aborted) break;
    await hear(deps, leg, child, AbortSignal.any([pressed.signal, leg.interrupted.signal]));
  }
  const typed = leg.script.keys?.[question] ?? '';
  if (typed !== '' && !isOver(leg) && leg.replaced === null) {
    await deps.timeline.wait((leg.script.keyAfterS ?? 2) * 1000, AbortSignal.any([leg.over.signal, pressed.signal]));
    leg.pressed += typed;
  }
  const digits = await collect(deps, leg, { numDigits, finishOnKey }, timeoutMs);
  leg.asking = null;
  leg.onKey = null;
  if (isOver(leg) || leg.replaced !== null) return 'on';
  if (digits === '' && attributes['actionOnEmptyResult'] !== 'true') return 'on';
  const url = attributes['action'];
  if (url === undefined) return 'on';
  if (digits !== '') leg.given.push(digits);
  return { go: { url, method: attributes['method'] ?? 'POST', form: { Digits: digits, msg: 'Gather End' } } };
}

async function collect(
  deps: ExecutorDeps,
  leg: Leg,
  { numDigits, finishOnKey }: { numDigits: number; finishOnKey: string },
  timeoutMs: number,
): Promise<string> {
  let digits = '';
  for (;;) {
    while (leg.pressed !== '') {
      const key = leg.pressed[0]!;
      leg.pressed = leg.pressed.slice(1);
      if (finishOnKey.includes(key)) return digits;
      digits += key;
      if (digits.length >= numDigits) return digits;
    }
    const another = new AbortController();
    leg.onKey = () => another.abort();
    await deps.timeline.wait(timeoutMs, AbortSignal.any([another.signal, leg.over.signal, leg.interrupted.signal]));
    if (!another.signal.aborted || isOver(leg)) return digits;
  }
}

async function dial(deps: ExecutorDeps, leg: Leg, verb: Element): Promise<Step> {
  const room = verb.children[0];
  if (!room) return 'on';
  deps.conferences.enter(room.text.trim(), leg, room.attributes);
  await waitInRoom(deps, leg, room.attributes, () => deps.conferences.company(leg) < 2);
  if (!isOver(leg)) deps.conferences.leave(leg);
  const url = verb.attributes['action'];
  return url === undefined || isOver(leg) || leg.replaced !== null
    ? 'on'
    : { go: { url, method: verb.attributes['method'] ?? 'POST' } };
}

/** Stays until the line ends or is taken elsewhere; hears what waiting people hear as long as `alone`. */
async function waitInRoom(
  deps: ExecutorDeps,
  leg: Leg,
  attributes: Record<string, string>,
  alone: () => boolean,
): Promise<void> {
  const url = attributes['waitUrl'];
  const method = attributes['waitMethod'] ?? attributes['waitUrlMethod'] ?? 'POST';
  const gone = AbortSignal.any([leg.over.signal, leg.interrupted.signal]);
  while (!gone.aborted) {
    const before = deps.timeline.now();
    if (alone() && url !== undefined && url !== '') {
      const document = await readDocument(deps, leg, url, method, deps.formOf(leg));
      for (const child of document?.children ?? []) {
        if (!WAIT_VERBS.includes(child.name)) deps.wrong(leg, `<${child.name}> is not executed while waiting`);
        else if (alone() && child.name !== 'Redirect') await hear(deps, leg, child, gone);
      }
    }
    // Also where nothing is heard, and where the document could not be had.
    if (deps.timeline.now() - before < 1_000) await deps.timeline.wait(1_000, gone);
  }
}

async function record(deps: ExecutorDeps, leg: Leg, verb: Element): Promise<Step> {
  const { attributes } = verb;
  const began = deps.timeline.now();
  const stop = new AbortController();
  leg.onKey = () => stop.abort();
  const longest = Math.min(Number(attributes['maxLength'] ?? 3_600), 120) * 1000;
  await deps.timeline.wait(longest, AbortSignal.any([stop.signal, leg.over.signal, leg.interrupted.signal]));
  leg.onKey = null;
  const seconds = Math.max(1, Math.round((deps.timeline.now() - began) / 1000));
  const recordingSid = deps.record(leg, seconds);
  const url = attributes['action'];
  if (url === undefined || isOver(leg)) return 'on';
  const form = { RecordingSid: recordingSid, RecordingDuration: String(seconds), Digits: leg.pressed };
  return { go: { url, method: attributes['method'] ?? 'POST', form } };
}
