/** What `postmaster.pid` says about who runs on a data directory, and the end of one whose owner died. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from './log.ts';

/**
 * Ends the PostgreSQL that a killed platform left on `cluster`, and clears a `postmaster.pid` that names nobody. A
 * process is only signalled when it is a PostgreSQL on this very directory, since the number may long belong to
 * somebody else, or the directory be a copy. Throws when its platform still lives: then two would share one DATA_DIR.
 * `owner` is the process id of the platform that started it, 0 when unknown.
 */
export async function endOrphanedPostmaster(cluster: string, owner: number, log: Log): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!isPostmasterOf(pid, cluster)) {
    log.info({ pid }, 'a postmaster.pid of nobody is removed');
    rmSync(pidFile, { force: true });
    return;
  }
  // A platform that was just killed takes a moment to go, and its child is then adopted by somebody else.
  const owned = (): boolean => owner > 0 && parentOf(pid) === owner;
  for (let i = 0; i < 60 && owned(); i++) await wait(50);
  if (owned()) {
    throw new Error(
      `another platform (process ${owner}) is running on ${path.dirname(cluster)}. Stop it first: kill ${owner}   (or choose another DATA_DIR)`,
    );
  }
  log.info({ pid }, 'ending the database that a killed platform left behind');
  await endProcess(pid, () => isPostmasterOf(pid, cluster));
}

/** SIGINT (fast), after 5 s SIGQUIT (immediate), after 10 s SIGKILL. `alive` is asked before every signal. */
async function endProcess(pid: number, alive: () => boolean): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!alive()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
      throw new Error(
        `the database of a killed platform (process ${pid}) cannot be ended: ${(error as Error).message}. End it as the user it runs as: kill -INT ${pid}`,
        { cause: error },
      );
    }
    for (let i = 0; i < 200 && alive(); i++) await wait(25);
  }
}

/** Whether process `pid` is a PostgreSQL server on the directory `cluster`, by its command line and, where readable, by its working directory. */
export function isPostmasterOf(pid: number, cluster: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  const command = commandLine(pid);
  if (!/(^|\/)postgres /.test(command)) return false;
  try {
    // The server works in its data directory. Comparing inodes sees through renames and links.
    const theirs = statSync(`/proc/${pid}/cwd`);
    const ours = statSync(cluster);
    return theirs.ino === ours.ino && theirs.dev === ours.dev;
  } catch {
    return [cluster, realpathSync(cluster)].some((directory) => `${command} `.includes(` -D ${directory} `));
  }
}

function commandLine(pid: number): string {
  try {
    // Empty for a zombie, which runs nothing any more.
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

function parentOf(pid: number): number {
  try {
    if (process.platform === 'linux')
      return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    return Number(
      execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return 0;
  }
}
