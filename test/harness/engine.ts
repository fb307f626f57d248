import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Exit, RunningProcess } from './process.ts';
import { startProcess } from './process.ts';

/** A server program of the system that a test starts, kills and starts again on the same port and data. */
export interface Engine {
  start(): Promise<void>;
  /** SIGTERM, then waits for its end. */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<Exit | undefined>;
  freeze(): void;
  thaw(): void;
  signal(signal: NodeJS.Signals): void;
  output(): string;
}

/**
 * The path of a program of the system. Where it is missing, throws an error that names it and the command that
 * installs it: a test that needs it fails, it is never skipped.
 */
export function findProgram(names: readonly string[], aptPackage: string): string {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/bin',
    '/opt/homebrew/sbin',
  ];
  for (const name of names) {
    for (const path of name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name))) {
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Look in the next place.
      }
    }
  }
  throw new Error(
    `${names[0]} is missing, and the tests run against it. Install it with: apt-get install -y ${aptPackage}` +
      (process.platform === 'darwin' ? ` (macOS: brew install ${aptPackage})` : ''),
  );
}

/** An engine that listens on `port` of 127.0.0.1 and counts as started when it accepts a connection there. */
export function createEngine(options: { command: () => readonly string[]; port: number; cwd: string }): Engine {
  let running: RunningProcess | undefined;
  return {
    async start() {
      const started = await startProcess({ command: options.command(), cwd: options.cwd });
      running = started;
      let ended: Exit | undefined;
      void started.exited.then((exit) => {
        ended = exit;
      });
      const until = Date.now() + 15_000;
      while (!(await accepts(options.port))) {
        if (ended || Date.now() > until) {
          await started.kill();
          throw new Error(
            `${options.command().join(' ')} does not listen on port ${options.port}. It wrote:\n${started.output()}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async stop() {
      await running?.stop();
    },
    async kill() {
      return running?.kill();
    },
    freeze: () => running?.freeze(),
    thaw: () => running?.thaw(),
    signal: (signal) => running?.signal(signal),
    output: () => running?.output() ?? '',
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1_000);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    for (const event of ['error', 'timeout'] as const) {
      socket.once(event, () => {
        socket.destroy();
        resolve(false);
      });
    }
  });
}
