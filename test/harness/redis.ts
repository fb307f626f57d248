import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { createEngine, findProgram } from './engine.ts';
import { freePort } from './ports.ts';

export interface Redis extends Engine {
  readonly url: string;
  readonly port: number;
  /** Stops it and deletes its folder. */
  remove(): Promise<void>;
}

/** Debian's Redis on a free port, started. `persistent`: an append-only file synced on every write; otherwise all is lost with the process. */
export async function startRedis(options: { persistent?: boolean; port?: number } = {}): Promise<Redis> {
  const program = findProgram(['redis-server', 'valkey-server'], 'redis-server');
  const port = options.port ?? (await freePort());
  const home = mkdtempSync(join(tmpdir(), 'yijiantong-test-redis-'));
  const persistence = options.persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const command = [
    program,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    home,
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
    ...persistence,
  ];
  const engine = createEngine({ command: () => command, port, cwd: home });
  await engine.start();
  return {
    ...engine,
    url: `redis://127.0.0.1:${port}`,
    port,
    async remove() {
      engine.thaw();
      await engine.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
