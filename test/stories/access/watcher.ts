import { io, type Socket } from 'socket.io-client';
import type { NamespaceName } from '#contracts/socket.ts';

/** One open screen and everything that it was sent. */
export interface Watcher {
  readonly name: NamespaceName;
  readonly events: { event: string; payload: unknown }[];
  /** Everything it was sent, as text. */
  text(): string;
  got(event: string): unknown[];
  /** Resolves with how many ms it took until it was cut. */
  cut(): Promise<number>;
  readonly connected: boolean;
  close(): void;
}

/** Opens a screen; rejects with the reason it was refused for. */
export async function watch(
  url: string,
  name: NamespaceName,
  cookie: string | undefined,
  headers: Record<string, string> = {},
): Promise<Watcher> {
  const socket: Socket = io(`${url}${name}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { ...(cookie !== undefined && { cookie }), ...headers },
  });
  const events: Watcher['events'] = [];
  socket.onAny((event: string, payload: unknown) => events.push({ event, payload }));
  const gone = new Promise<void>((resolve) => socket.on('disconnect', () => resolve()));
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    name,
    events,
    text: () => JSON.stringify(events),
    got: (event) => events.filter((one) => one.event === event).map(({ payload }) => payload),
    async cut() {
      const since = performance.now();
      await gone;
      return performance.now() - since;
    },
    get connected() {
      return socket.connected;
    },
    close: () => void socket.close(),
  };
}
