import { createHash } from 'node:crypto';

/** The `prev` of the first link of every chain. */
export const CHAIN_START = '0'.repeat(64);

/**
 * One text for one value, whatever the order in which its keys were set: JSON with keys sorted by UTF-16 code unit and
 * no white space (RFC 8785, JSON Canonicalization Scheme; numbers are already written its way by JSON.stringify).
 * Like JSON.stringify, leaves out members that are `undefined` and asks `toJSON` (a Date becomes its ISO text).
 * Throws on what JSON can't say (NaN, infinities, functions, bigint), since a hash of a guess proves nothing.
 */
export function canonicalJson(value: unknown): string {
  const plain = hasToJson(value) ? value.toJSON() : value;
  if (plain === null || typeof plain === 'boolean') return JSON.stringify(plain);
  if (typeof plain === 'string') {
    // A lone surrogate can't be stored as UTF-8: Postgres would refuse it, another reader would hash something else.
    if (!plain.isWellFormed()) throw new TypeError('canonicalJson: a lone surrogate in a string');
    return JSON.stringify(plain);
  }
  if (typeof plain === 'number') {
    if (!Number.isFinite(plain)) throw new TypeError(`canonicalJson: ${plain} has no JSON form`);
    return JSON.stringify(plain);
  }
  if (Array.isArray(plain))
    return `[${plain.map((item) => (item === undefined ? 'null' : canonicalJson(item))).join(',')}]`;
  if (typeof plain === 'object') {
    const members = Object.entries(plain)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${canonicalJson(key)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  throw new TypeError(`canonicalJson: a ${typeof plain} has no JSON form`);
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function';
}

/**
 * The hash of the next link: SHA-256 (hex, lower case) over `prev`, a line feed and the canonical JSON of `body`.
 * `prev` is the hash of the link before, `CHAIN_START` for the first; `body` is everything the link says, its number
 * in the chain and its time included (as ISO text or ms: what comes back from the database must be the same).
 */
export function chainHash(prev: string, body: unknown): string {
  return createHash('sha256').update(prev).update('\n').update(canonicalJson(body)).digest('hex');
}

/** A link as it is kept: what it says, and the two hashes. */
export interface ChainLink {
  body: unknown;
  prev: string;
  hash: string;
}

/**
 * Follows a chain from its first link: `null` when every link's `prev` is the hash before it and every hash is that of
 * its body; else the index of the first link that is not. `head` (the hash kept beside the chain) finds a cut-off tail:
 * then the index is the number of links.
 */
export function findBrokenLink(links: readonly ChainLink[], head?: string): number | null {
  let prev = CHAIN_START;
  for (const [index, link] of links.entries()) {
    if (link.prev !== prev || link.hash !== chainHash(prev, link.body)) return index;
    prev = link.hash;
  }
  return head !== undefined && head !== prev ? links.length : null;
}
