/** Looks for words of a street in any text: an answer, an event of a socket, a log, a row that waits to be carried. */
export interface Words {
  /** The words that occur in `text`, the first few. */
  in(text: string): string[];
  add(...words: (string | null)[]): void;
  readonly size: number;
}

const AT_MOST = 8;
/** Long words are found by their end, since numbers and ids of one kind all begin alike; short ones by their beginning. */
const LONG = 7;
const SHORT = 2;

/**
 * A text is gone through once, however many thousand words there are. `elsewhere`: what is also said of others (a common
 * name) gives nobody away and is left out.
 */
export function wordsOf(words: Iterable<string | null>, elsewhere = ''): Words {
  const byEdge = new Map<string, Set<string>>();
  const known = new Set<string>();
  const edgeOf = (word: string): string => (word.length < LONG ? word.slice(0, SHORT) : word.slice(-LONG));
  const add = (word: string | null): void => {
    if (word === null || word.length < SHORT || known.has(word)) return;
    known.add(word);
    const edge = edgeOf(word);
    byEdge.set(edge, (byEdge.get(edge) ?? new Set()).add(word));
  };
  const find = (text: string, most: number): string[] => {
    const found = new Set<string>();
    for (let at = 0; at < text.length - 1 && found.size < most; at++) {
      for (const word of byEdge.get(text.slice(at, at + SHORT)) ?? []) if (text.startsWith(word, at)) found.add(word);
      for (const word of byEdge.get(text.slice(at, at + LONG)) ?? [])
        if (text.endsWith(word, at + LONG)) found.add(word);
    }
    return [...found];
  };
  for (const word of words) add(word);
  for (const word of find(elsewhere, Number.POSITIVE_INFINITY)) {
    known.delete(word);
    byEdge.get(edgeOf(word))?.delete(word);
  }
  return {
    in: (text) => find(text, AT_MOST),
    add: (...more) => more.forEach(add),
    get size() {
      return known.size;
    },
  };
}
