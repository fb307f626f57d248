import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { Problem } from '#kernel/errors.ts';

/**
 * OWASP Password Storage Cheat Sheet (2026-11), first choice for argon2id: 19 MiB, two passes, one lane. About 60 ms
 * on the build machine.
 */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/** Node runs argon2 in its pool of four threads, which files and name look-ups need too. */
const AT_ONCE = 2;
/** Who comes after so many would wait for some six seconds: he is told to come again instead. */
const MOST_WAITING = 200;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (waiting.length >= MOST_WAITING) throw new Problem('unavailable');
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

interface Parameters {
  memory: number;
  passes: number;
  parallelism: number;
  tagLength: number;
}

function derive(password: string, nonce: Buffer, parameters: Parameters): Promise<Buffer> {
  // Two ways to type the same Chinese or accented letters are one password.
  const message = password.normalize('NFKC');
  return inTurn(
    () =>
      new Promise((resolve, reject) => {
        argon2('argon2id', { message, nonce, ...parameters }, (error, key) => (error ? reject(error) : resolve(key)));
      }),
  );
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** The password's argon2id hash as a PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`), with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, PARAMETERS);
  return `$argon2id$v=19$m=${PARAMETERS.memory},t=${PARAMETERS.passes},p=${PARAMETERS.parallelism}$${base64(salt)}$${base64(key)}`;
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{16,128})$/;

/** Whether `password` is the one that `hash` was made of; a hash that is none fits no password. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parts = PHC.exec(hash);
  if (!parts) return false;
  const [, memory, passes, parallelism, salt = '', key = ''] = parts;
  const wanted = Buffer.from(key, 'base64');
  const got = await derive(password, Buffer.from(salt, 'base64'), {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: wanted.length,
  });
  return timingSafeEqual(got, wanted);
}

let nobody: Promise<string> | undefined;

/** Takes as long as `verifyPassword` and says no: so that an unknown name is not known by a quick answer. */
export async function verifyNothing(password: string): Promise<false> {
  nobody ??= hashPassword(randomBytes(16).toString('hex'));
  await verifyPassword(password, await nobody);
  return false;
}

/** Letters and digits that nobody mistakes for each other when read out. */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password made for somebody: 16 readable characters in fours (79 bits). */
export function newPassword(): string {
  const letters = Array.from({ length: 16 }, () => READABLE[randomInt(READABLE.length)]);
  return [0, 4, 8, 12].map((start) => letters.slice(start, start + 4).join('')).join('-');
}

/**
 * Why a password may not be used, as `中文 | English`, or null. NIST SP 800-63B §3.1.1.2 asks for a list of what is
 * commonly used instead of rules of composition; these are the shapes of such lists that are ten characters long.
 */
export function weaknessOf(password: string, username: string): string | null {
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < 5) return '不同的字太少 | made of too few different characters';
  if (text.includes(username.toLowerCase()) && username.length >= 3)
    return '不能包含用户名 | must not hold the user name';
  if (/^(?:\d{10,11}|(?:password|qwerty|admin|woaini|12349|abc)[\w!@#$.-]{0,8})$/.test(text) || isRun(text))
    return '太容易猜 | too easy to guess';
  return null;
}

function isRun(text: string): boolean {
  const steps = new Set(
    Array.from(text)
      .slice(1)
      .map((letter, i) => (letter.codePointAt(0) ?? 0) - (text.codePointAt(i) ?? 0)),
  );
  return steps.size === 1;
}
