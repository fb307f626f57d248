/** An element of a TwiML document. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** A document that the network can't execute; the message says why. */
export class TwimlError extends Error {}

/** Which attributes each verb and noun knows that is used here, and what may stand in it. Source: Twilio's TwiML for Voice. */
const KNOWN: Readonly<Record<string, { attributes: readonly string[]; children?: readonly string[]; text?: true }>> = {
  Response: {
    attributes: [],
    children: ['Say', 'Play', 'Gather', 'Dial', 'Record', 'Redirect', 'Hangup', 'Pause', 'Enqueue', 'Reject', 'Leave'],
  },
  Say: { attributes: ['voice', 'language', 'loop'], text: true },
  Play: { attributes: ['loop', 'digits'], text: true },
  Pause: { attributes: ['length'] },
  Gather: {
    attributes: [
      'input',
      'action',
      'method',
      'timeout',
      'finishOnKey',
      'numDigits',
      'actionOnEmptyResult',
      'language',
      'bargeIn',
    ],
    children: ['Say', 'Play', 'Pause'],
  },
  Dial: {
    attributes: ['action', 'method', 'timeout', 'hangupOnStar', 'timeLimit', 'callerId', 'record'],
    children: ['Conference'],
  },
  Conference: {
    attributes: [
      'muted',
      'beep',
      'startConferenceOnEnter',
      'endConferenceOnExit',
      'waitUrl',
      'waitMethod',
      'maxParticipants',
      'record',
      'coach',
      'statusCallback',
      'statusCallbackMethod',
      'statusCallbackEvent',
      'recordingStatusCallback',
      'recordingStatusCallbackMethod',
      'recordingStatusCallbackEvent',
      'participantLabel',
    ],
    text: true,
  },
  Record: {
    attributes: [
      'action',
      'method',
      'timeout',
      'finishOnKey',
      'maxLength',
      'playBeep',
      'trim',
      'recordingStatusCallback',
      'recordingStatusCallbackMethod',
      'recordingStatusCallbackEvent',
    ],
  },
  Redirect: { attributes: ['method'], text: true },
  Hangup: { attributes: [] },
  Leave: { attributes: [] },
  Reject: { attributes: ['reason'] },
  Enqueue: { attributes: ['action', 'method', 'waitUrl', 'waitUrlMethod'], text: true },
};

/** Inside a document that is heard while waiting, Twilio executes only these. */
export const WAIT_VERBS: readonly string[] = ['Say', 'Play', 'Pause', 'Redirect'];

/**
 * Reads a TwiML document and checks every name in it. Throws TwimlError for what is not well-formed XML 1.0 (entities: the
 * five built in and character references) and for verbs and attributes that Twilio does not publish.
 */
export function parseTwiml(text: string): Element {
  const root = parseXml(text);
  if (root.name !== 'Response') throw new TwimlError(`the root is <${root.name}>`);
  checkElement(root);
  return root;
}

function checkElement(element: Element): void {
  const known = KNOWN[element.name]!;
  for (const name of Object.keys(element.attributes))
    if (!known.attributes.includes(name)) throw new TwimlError(`<${element.name}> has no attribute ${name}`);
  if (!known.text && element.text.trim() !== '') throw new TwimlError(`<${element.name}> holds text`);
  for (const child of element.children) {
    if (!known.children?.includes(child.name))
      throw new TwimlError(`<${child.name}> may not stand in <${element.name}>`);
    checkElement(child);
  }
}

const NAME = /[A-Za-z_][\w.-]*/y;

/** A small strict reader of XML: one root, no document type, everything closed, attributes once and quoted. */
function parseXml(text: string): Element {
  let at = 0;
  const fail = (why: string): never => {
    throw new TwimlError(`not well-formed at ${at}: ${why}`);
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) return fail(`expected ${pattern.source}`);
    at += match[0].length;
    return match[0];
  };
  const space = (): void => void take(/\s*/y);
  const comments = (): void => {
    for (;;) {
      space();
      if (!text.startsWith('<!--', at)) return;
      take(/<!--(?:(?!--)[\s\S])*-->/y);
    }
  };
  function element(): Element {
    take(/</y);
    const made: Element = { name: take(NAME), attributes: {}, children: [], text: '' };
    for (;;) {
      const before = at;
      space();
      if (text[at] === '/' || text[at] === '>') break;
      if (at === before) fail('no space before an attribute');
      const name = take(NAME);
      take(/=/y);
      const quoted = take(/"[^"<]*"|'[^'<]*'/y);
      if (name in made.attributes) fail(`${name} twice`);
      made.attributes[name] = decode(quoted.slice(1, -1), fail);
    }
    if (text.startsWith('/>', at)) {
      at += 2;
      return made;
    }
    take(/>/y);
    for (;;) {
      made.text += decode(take(/[^<]*/y), fail);
      if (text.startsWith('<!--', at)) take(/<!--(?:(?!--)[\s\S])*-->/y);
      else if (text.startsWith('</', at)) break;
      else if (at >= text.length) fail(`<${made.name}> is not closed`);
      else made.children.push(element());
    }
    at += 2;
    if (take(NAME) !== made.name) fail(`<${made.name}> is closed by another name`);
    take(/\s*>/y);
    return made;
  }
  if (text.startsWith('<?xml', at)) take(/<\?xml\s[^?]*\?>/y);
  comments();
  const root = element();
  comments();
  if (at !== text.length) fail('something follows the root');
  return root;
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string, fail: (why: string) => never): string {
  if (/&(?!(?:#\d+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);)/.test(text)) fail('a bare & or an unknown entity');
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_all, hex?: string, decimal?: string, name?: string) =>
    name === undefined ? String.fromCodePoint(Number.parseInt(hex ?? decimal!, hex ? 16 : 10)) : ENTITIES[name]!,
  );
}
