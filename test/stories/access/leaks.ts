/** Looks for words of a street in any text: an answer, an event of a socket, a log, a row that waits to be carried. */
export interface Words {
  /** The words that occur in `text`, the first few. */
  in(text: string): string[];
  add(...words: (string | null)[]): void;
  readonly size: number;
}

const AT_MOST = 8;

/**
 * Words by their first two characters, so that a text is gone through once, however many thousand words there are.
 * `elsewhere`: what is also said of others (a common name) gives nobody away and is left out.
 */
export function wordsOf(words: Iterable<string | null>, elsewhere = ''): Words {
  const byStart = new Map<string, Set<string>>();
  let size = 0;
  const add = (word: string | null): void => {
    if (word === null || word.length < 2) return;
    const start = word.slice(0, 2);
    const known = byStart.get(start) ?? new Set();
    byStart.set(start, known);
    if (!known.has(word)) size += 1;
    known.add(word);
  };
  const find = (text: string, most: number): string[] => {
    const found = new Set<string>();
    for (let at = 0; at < text.length - 1 && found.size < most; at++) {
      for (const word of byStart.get(text.slice(at, at + 2)) ?? []) if (text.startsWith(word, at)) found.add(word);
    }
    return [...found];
  };
  for (const word of words) add(word);
  for (const word of find(elsewhere, Number.POSITIVE_INFINITY)) {
    byStart.get(word.slice(0, 2))?.delete(word);
    size -= 1;
  }
  return {
    in: (text) => find(text, AT_MOST),
    add: (...more) => more.forEach(add),
    get size() {
      return size;
    },
  };
}
