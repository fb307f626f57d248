import type { Socket } from 'node:net';
import type { App } from './routes.ts';

/** How long answers under way may take once the server closes, ms. */
const PATIENCE_MS = 2_000;

/**
 * Bounds `app.close()`: two seconds for what is being answered, then every connection is cut. Without it a connection on
 * which nothing was asked (a browser opens some in advance, Node takes them for busy for 60 s) or one whose answer came
 * while closing (kept alive for 72 s) holds up the end of the process, and with it the next start.
 */
export function installClosing(app: App): void {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('preClose', async () => {
    setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, PATIENCE_MS).unref();
  });
}
