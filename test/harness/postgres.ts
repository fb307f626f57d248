import type { ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { choosePostgresRunner, finished } from '#platform/postgres-command.ts';
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
  chmodSync(home, 0o711);
  const way = await choosePostgresRunner(home);
  const inside = join(home, 'postgres');
  mkdirSync(inside, { mode: 0o700 });
  if (way.owner) chownSync(inside, way.owner.uid, way.owner.gid);
  const data = join(inside, 'data');
  const arguments_ = [
    '-D',
    data,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
  ];
  const made = await finished(way.spawn('initdb', arguments_, ['ignore', 'pipe', 'pipe']));
  if (made.code !== 0) throw new Error(`initdb failed:\n${made.output}`);
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
  const child = way.spawn(
    'postgres',
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    ['ignore', 'ignore', 'pipe'],
  );
  process.once('exit', () => child.kill('SIGQUIT'));
  let output = '';
  child.stderr!.on('data', (chunk: Buffer) => {
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
      if (child.exitCode !== null || Date.now() > until)
        throw new Error(`PostgreSQL did not start:\n${output()}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function clearLeftovers(): void {
  for (const entry of readdirSync(tmpdir())) {
    const pid = entry.startsWith(PREFIX) ? Number(entry.slice(PREFIX.length).split('-')[0]) : 0;
    if (pid > 0 && !existsSync(`/proc/${pid}`) && existsSync('/proc'))
      rmSync(join(tmpdir(), entry), { recursive: true, force: true });
  }
}
