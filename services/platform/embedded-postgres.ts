import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  lchownSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeDataDir } from './data-dir.ts';
import { Client } from './database.ts';
import { readEngines, recordEngines } from './engines-file.ts';
import type { Log } from './log.ts';
import { type PostgresRunner, choosePostgresRunner, finished } from './postgres-command.ts';
import { endOrphanedPostmaster } from './postmaster.ts';

const NAME = 'yijiantong';
const MAJOR = '18';
const START_TIMEOUT_MS = 120_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** An embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** Resolves when it takes queries; `url` is of the database `yijiantong`, made when missing. Rejects with the command that mends it. */
  start(): Promise<{ url: string }>;
  /** Shuts the server down; transactions still open after 0.5 s are rolled back, everything committed is on disk. */
  stop(): Promise<void>;
}

/**
 * PostgreSQL 18 in `dataDir/postgres`, durable (fsync), listening on `host` only (`port` unset or 0: a free one), with
 * a password kept in `dataDir/postgres.password`. It dies with this process, also on kill -9; one that was left behind
 * all the same is ended by start(). Should the server die alone, it is started again on the same port. Must be started
 * from the main thread: the kernel ends it with the thread that started it. Its address is written to engines.json.
 */
export function createEmbeddedPostgres(deps: {
  dataDir: string;
  host: string;
  log: Log;
  port?: number;
}): EmbeddedPostgres {
  const { host, log } = deps;
  let server: ChildProcess | undefined;
  let watchdog: ChildProcess | undefined;
  let stopping = false;
  let ended: Promise<void> = Promise.resolve();

  async function launch(way: PostgresRunner, dataDir: string, port: number, password: string): Promise<void> {
    const cluster = path.join(dataDir, 'postgres');
    const logFile = path.join(dataDir, 'postgres.log');
    if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
    const logFd = openSync(logFile, 'a', 0o600);
    const from = statSync(logFile).size;
    const child = way.spawn('postgres', [...settings(host, port), '-D', cluster], ['ignore', logFd, logFd]);
    closeSync(logFd);
    let failure: string | undefined;
    const exit = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        failure = error.message;
        resolve();
      });
      child.once('exit', (code, signal) => {
        failure ??= `PostgreSQL ended (${signal ?? `code ${code}`}): ${readFileSync(logFile).subarray(from).toString().trim().split('\n').slice(-5).join(' | ')}`;
        resolve();
      });
    });
    server = child;
    if (!way.diesWithUs && child.pid !== undefined) watchdog = watch(child.pid);
    ended = exit.then(() => {
      watchdog?.kill('SIGKILL');
      watchdog = undefined;
    });
    await untilReady(address(host, port, password, 'postgres'), () => failure);
    void exit.then(() => {
      if (stopping) return;
      log.error({ failure }, 'the embedded database died and is started again');
      void relaunch(way, dataDir, port, password);
    });
  }

  async function relaunch(way: PostgresRunner, dataDir: string, port: number, password: string): Promise<void> {
    for (let pause = 100; !stopping; pause = Math.min(pause * 2, 5_000)) {
      try {
        await launch(way, dataDir, port, password);
        log.info('the embedded database is back');
        return;
      } catch (error) {
        log.error({ err: (error as Error).message }, 'the embedded database does not start');
        await endServer(server, ended);
        await wait(pause);
      }
    }
  }

  async function launchOnFreePort(way: PostgresRunner, dataDir: string, password: string): Promise<number> {
    const deadline = performance.now() + 15_000;
    for (;;) {
      const port = deps.port || (await freePort(host));
      try {
        await launch(way, dataDir, port, password);
        return port;
      } catch (error) {
        await endServer(server, ended);
        const reason = (error as Error).message;
        // Backends of a killed server take a moment to notice; a free port may be taken meanwhile.
        const passes =
          /pre-existing shared memory|still in use/.test(reason) || (!deps.port && /could not bind/.test(reason));
        if (stopping || !passes || performance.now() > deadline) throw error;
        await wait(100);
      }
    }
  }

  async function stop(): Promise<void> {
    stopping = true;
    await endServer(server, ended);
  }

  return {
    async start() {
      stopping = false;
      makeDataDir(deps.dataDir);
      const dataDir = realpathSync(deps.dataDir);
      const cluster = path.join(dataDir, 'postgres');
      await endOrphanedPostmaster(cluster, readEngines(dataDir)?.pid ?? 0, log);
      const way = await choosePostgresRunner(dataDir);
      const password = keepPassword(path.join(dataDir, 'postgres.password'));
      await prepareCluster(way, dataDir, cluster, password, log);
      recordEngines(dataDir, {});
      const port = await launchOnFreePort(way, dataDir, password);
      try {
        await makeDatabase(address(host, port, password, 'postgres'));
        const url = address(host, port, password, NAME);
        recordEngines(dataDir, { databaseUrl: url });
        return { url };
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
}

function settings(host: string, port: number): string[] {
  const values = {
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    // Statements and row values are personal data and stay out of the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function address(host: string, port: number, password: string, database: string): string {
  const to = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `postgres://${NAME}:${password}@${to.includes(':') ? `[${to}]` : to}:${port}/${database}`;
}

function keepPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

/** Makes the data directory when there is none (under another name first, so that half of one is never taken for one) and gives it to whom the server runs as. */
async function prepareCluster(
  way: PostgresRunner,
  dataDir: string,
  cluster: string,
  password: string,
  log: Log,
): Promise<void> {
  for (const left of readdirSync(dataDir).filter((name) => name.startsWith('.initdb-') || name.startsWith('.probe-'))) {
    rmSync(path.join(dataDir, left), { recursive: true, force: true });
  }
  if (existsSync(cluster)) {
    const version = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim();
    if (version !== MAJOR)
      throw new Error(
        `${cluster} was written by PostgreSQL ${version}, this is ${MAJOR}. Move it away, or dump it with version ${version} and restore it`,
      );
    own(way, cluster);
    return;
  }
  log.info('making an empty database');
  const staging = mkdtempSync(path.join(dataDir, '.initdb-'));
  const secretFile = path.join(staging, 'password');
  const made = path.join(staging, 'postgres');
  writeFileSync(secretFile, password, { mode: 0o600 });
  if (way.owner) for (const file of [staging, secretFile]) chownSync(file, way.owner.uid, way.owner.gid);
  // PostgreSQL's own C.UTF-8 is the same on every system; the C library's is missing on macOS.
  const args = [
    '-D',
    made,
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    `--username=${NAME}`,
    '--auth=scram-sha-256',
    `--pwfile=${secretFile}`,
  ];
  const { code, output } = await finished(way.spawn('initdb', args, ['ignore', 'pipe', 'pipe']));
  if (code !== 0) throw new Error(`initdb failed: ${output.trim().split('\n').slice(-3).join(' | ')}`);
  // Whoever reaches the port from another machine is refused, whatever HOST is.
  writeFileSync(path.join(made, 'pg_hba.conf'), 'host all all samehost scram-sha-256\n');
  renameSync(made, cluster);
  rmSync(staging, { recursive: true, force: true });
}

function own(way: PostgresRunner, cluster: string): void {
  const { uid } = statSync(cluster);
  chmodSync(cluster, 0o700);
  if (way.owner === undefined) {
    const us = process.getuid?.();
    if (us !== undefined && uid !== us)
      throw new Error(
        `${cluster} belongs to another user (uid ${uid}). Mend it with: sudo chown -R ${us} ${path.dirname(cluster)}`,
      );
    return;
  }
  if (uid === way.owner.uid) return;
  const { uid: to, gid } = way.owner;
  for (const entry of readdirSync(cluster, { recursive: true, withFileTypes: true }))
    lchownSync(path.join(entry.parentPath, entry.name), to, gid);
  // Last, so that a kill half-way leaves it to be done again.
  chownSync(cluster, to, gid);
}

async function untilReady(url: string, failure: () => string | undefined): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      return;
    } catch (error) {
      const died = failure();
      if (died !== undefined) throw new Error(died, { cause: error });
      const code = (error as { code?: string }).code ?? '';
      // 57P03: starting up, or recovering.
      if (!['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code) || performance.now() > deadline) throw error;
      await wait(25);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`create database ${NAME}`);
  } finally {
    await client.end();
  }
}

/** A shell that waits for our end of a pipe to close, and then ends the server: for systems whose kernel cannot. */
function watch(pid: number): ChildProcess {
  const child = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0" 2>/dev/null', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  return child;
}

/**
 * SIGTERM (smart: connections that are just closing finish in peace), after 0.5 s SIGINT (fast: the others are cut, what
 * they had not committed is rolled back), after 20 s SIGQUIT (immediate: recovered at the next start).
 */
async function endServer(server: ChildProcess | undefined, ended: Promise<void>): Promise<void> {
  if (!server || server.pid === undefined) return;
  if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM');
  const fast = setTimeout(() => server.kill('SIGINT'), 500);
  const immediate = setTimeout(() => server.kill('SIGQUIT'), 20_000);
  await ended;
  clearTimeout(fast);
  clearTimeout(immediate);
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(new Error(`nothing can listen on HOST=${host}: ${error.message}`)));
    probe.listen({ host, port: 0 }, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
