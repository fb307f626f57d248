import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running process, leader of a process group of its own. */
export interface RunningProcess {
  readonly pid: number;
  /** The line that said it is ready; empty where none was waited for. */
  readonly readyLine: string;
  /** What it wrote so far to standard output and standard error, in order of arrival. */
  output(): string;
  readonly exited: Promise<Exit>;
  /** Sends a signal to the process alone. */
  signal(signal: NodeJS.Signals): void;
  /** `kill -9` of the whole process group; resolves when the process is gone. */
  kill(): Promise<Exit>;
  /** SIGSTOP and SIGCONT to the whole group. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM to the whole group, as npm and a terminal do it; SIGKILL after `timeoutMs`. */
  stop(timeoutMs?: number): Promise<Exit>;
}

const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) signalGroup(child.pid!, 'SIGKILL');
});

/**
 * Starts a command in a process group of its own, and, given `ready`, waits for a line of its output that begins so.
 * Rejects with everything it wrote when it ends first or `timeoutMs` (60 s unless given) passes. `env` is added to this
 * process's environment; `undefined` removes a variable. What still runs when the test process ends is killed.
 */
export async function startProcess(options: {
  command: readonly string[];
  env?: Record<string, string | undefined>;
  cwd?: string;
  ready?: string;
  timeoutMs?: number;
}): Promise<RunningProcess> {
  const [file, ...args] = options.command as [string, ...string[]];
  const child = spawn(file, args, {
    cwd: options.cwd ?? repositoryFolder,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  living.add(child);
  let output = '';
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      output += `${error.message}\n`;
      living.delete(child);
      resolve({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => {
      living.delete(child);
      // Its last words may still be in the pipe; a child it left behind may hold the pipe open for ever.
      child.once('close', () => resolve({ code, signal }));
      setTimeout(() => resolve({ code, signal }), 250).unref();
    });
  });
  const running: RunningProcess & { readyLine: string } = {
    pid: child.pid ?? 0,
    readyLine: '',
    output: () => output,
    exited,
    signal: (signal) => void child.kill(signal),
    async kill() {
      signalGroup(running.pid, 'SIGKILL');
      return exited;
    },
    freeze: () => signalGroup(running.pid, 'SIGSTOP'),
    thaw: () => signalGroup(running.pid, 'SIGCONT'),
    async stop(timeoutMs = 15_000) {
      signalGroup(running.pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(running.pid, 'SIGKILL'), timeoutMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };

  const heard = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  if (options.ready !== undefined)
    running.readyLine = await readyLine(child, running, options.ready, options.timeoutMs ?? 60_000);
  return running;
}

/** The first line that begins with `ready`; kills the group and rejects when the process ends before it, or time is up. */
function readyLine(child: ChildProcess, running: RunningProcess, ready: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const name = child.spawnargs.join(' ');
    const timer = setTimeout(() => fail(`${name} was not ready within ${timeoutMs} ms`), timeoutMs);
    function fail(why: string): void {
      clearTimeout(timer);
      signalGroup(running.pid, 'SIGKILL');
      reject(new Error(`${why}. It wrote:\n${running.output()}`));
    }
    function look(): void {
      const lines = running.output().split('\n');
      const line = lines.slice(0, -1).find((text) => text.startsWith(ready));
      if (line === undefined) return;
      clearTimeout(timer);
      child.stdout?.off('data', look);
      child.stderr?.off('data', look);
      resolve(line);
    }
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    void running.exited.then(({ code, signal }) => fail(`${name} ended with ${code ?? signal} before it was ready`));
  });
}

/** Starts a program of ours (`file` from the repository's root, such as `services/app/start.ts`) and waits for its `ready ` line. */
export function startProgram(
  file: string,
  options: { args?: readonly string[]; env?: Record<string, string | undefined>; timeoutMs?: number } = {},
): Promise<RunningProcess> {
  const { args = [], ...rest } = options;
  return startProcess({ command: [process.execPath, file, ...args], ready: 'ready ', ...rest });
}

/** Runs a program of ours to its end; resolves with how it ended and what it wrote. */
export async function runProgram(
  file: string,
  options: { args?: readonly string[]; env?: Record<string, string | undefined> } = {},
): Promise<Exit & { output: string }> {
  const running = await startProcess({
    command: [process.execPath, file, ...(options.args ?? [])],
    ...(options.env && { env: options.env }),
  });
  const exit = await running.exited;
  return { ...exit, output: running.output() };
}

/** Processes (other than this one) that have `marker`, such as a data folder, in their command line or environment. */
export function processesWith(marker: string): { pid: number; command: string }[] {
  if (!existsSync('/proc/self/environ')) {
    return execFileSync('ps', ['axeww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
      .split('\n')
      .filter((line) => line.includes(marker))
      .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().replace(/^\d+ /, '') }))
      .filter(({ pid, command }) => pid !== process.pid && !command.startsWith('ps '));
  }
  const found: { pid: number; command: string }[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      // A zombie has neither; it is nothing that runs.
      if (command.includes(marker) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker))
        found.push({ pid, command });
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
  return found;
}

/** The folder that holds package.json, with a trailing slash. */
export const repositoryFolder = fileURLToPath(new URL('../../', import.meta.url));

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
