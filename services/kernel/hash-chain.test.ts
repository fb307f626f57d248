import { describe, expect, test } from 'vitest';
import { CHAIN_START, canonicalJson, chainHash, findBrokenLink, type ChainLink } from './hash-chain.ts';

describe('canonical JSON', () => {
  test('is the same whatever the order of the keys', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, 'x', null], c: true } })).toBe('{"a":{"c":true,"d":[1,"x",null]},"b":1}');
    expect(canonicalJson({ a: { c: true, d: [1, 'x', null] }, b: 1 })).toBe('{"a":{"c":true,"d":[1,"x",null]},"b":1}');
  });

  test('leaves out undefined members and writes a date as ISO text', () => {
    expect(canonicalJson({ at: new Date(0), x: undefined })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
    expect(canonicalJson([undefined, 1])).toBe('[null,1]');
  });

  test('sorts by UTF-16 code unit as RFC 8785 wants', () => {
    expect(
      canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }),
    ).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
  });

  test('refuses what JSON has no form for', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, undefined, { a: Number.NaN }, '\ud800']) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
  });
});

describe('a hash chain', () => {
  const chain = (bodies: unknown[]): ChainLink[] => {
    let prev = CHAIN_START;
    return bodies.map((body) => {
      const link = { body, prev, hash: chainHash(prev, body) };
      prev = link.hash;
      return link;
    });
  };

  test('is sound as it was made', () => {
    const links = chain([{ seq: 1 }, { seq: 2 }, { seq: 3 }]);
    expect(findBrokenLink(links, links[2]!.hash)).toBeNull();
    expect(findBrokenLink([], CHAIN_START)).toBeNull();
  });

  test('shows the changed, the left out and the cut-off link', () => {
    const links = chain([
      { seq: 1, who: 'a' },
      { seq: 2, who: 'b' },
      { seq: 3, who: 'c' },
    ]);
    const head = links[2]!.hash;
    expect(findBrokenLink(links.with(1, { ...links[1]!, body: { seq: 2, who: 'x' } }), head)).toBe(1);
    expect(findBrokenLink([links[0]!, links[2]!], head)).toBe(1);
    expect(findBrokenLink(links.slice(0, 2), head)).toBe(2);
  });
});
