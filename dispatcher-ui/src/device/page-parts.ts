/** Small parts of the page's box: its timers and its event ids. */

export interface Timers {
  later(ms: number, call: () => void): () => void;
  /** A later one of the same name replaces it. */
  named(name: string, ms: number, call: () => void): void;
  clear(): void;
}

/** Timers that end with the box. */
export function createTimers(): Timers {
  const running = new Set<ReturnType<typeof setTimeout>>();
  const byName = new Map<string, () => void>();
  const later: Timers['later'] = (ms, call) => {
    const timer = setTimeout(() => {
      running.delete(timer);
      call();
    }, ms);
    running.add(timer);
    return () => {
      clearTimeout(timer);
      running.delete(timer);
    };
  };
  return {
    later,
    named(name, ms, call) {
      byName.get(name)?.();
      byName.set(name, later(ms, call));
    },
    clear() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}

/** A UUID v7 (RFC 9562 §5.7); `crypto.randomUUID` does not exist on plain http from another machine. */
export function newEventId(ms: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(ms / 2 ** (8 * (5 - index))) % 256;
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
