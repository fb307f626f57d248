import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '#test/harness/ports.ts';
import { processesWith, startProcess } from '#test/harness/process.ts';
import { type EmbeddedPostgres, createEmbeddedPostgres } from './embedded-postgres.ts';
import { readEngines } from './engines-file.ts';
import { createLog } from './log.ts';
import { findPostgresBinaries } from './postgres-command.ts';
import { isPostmasterOf } from './postmaster.ts';

const log = createLog('silent');
/** A data directory made once: making one takes seconds on a busy machine. */
let made: string;
let home: string;
const started: EmbeddedPostgres[] = [];

beforeAll(async () => {
  made = mkdtempSync(path.join(tmpdir(), 'yijiantong-embedded-made-'));
  const postgres = createEmbeddedPostgres({ dataDir: made, host: '127.0.0.1', log });
  await postgres.start();
  await postgres.stop();
});

afterAll(() => rmSync(made, { recursive: true, force: true }));

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'yijiantong-embedded-'));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  rmSync(home, { recursive: true, force: true });
});

function create(dataDir: string): EmbeddedPostgres {
  const postgres = createEmbeddedPostgres({ dataDir, host: '127.0.0.1', log });
  started.push(postgres);
  return postgres;
}

async function ask(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows as unknown[][];
  } finally {
    await client.end();
  }
}

function postmasterPid(dataDir: string): number {
  return Number(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await what()) return;
    await wait(50);
  }
  throw new Error('not within 30 s');
}

/** A program that starts the database in `dataDir` and then does nothing, to be killed. */
function startOwner(dataDir: string): ReturnType<typeof startProcess> {
  const program = `
    import { createEmbeddedPostgres } from '#platform/embedded-postgres.ts';
    import { createLog } from '#platform/log.ts';
    await createEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, host: '127.0.0.1', log: createLog('silent') }).start();
    console.log('ready');
    setInterval(() => {}, 60_000);`;
  return startProcess({ command: [process.execPath, '--input-type=module', '-e', program], ready: 'ready' });
}

describe('the embedded database', { timeout: 60_000 }, () => {
  test('keeps its data over stop and start, in files that nobody else can read', async () => {
    const dataDir = path.join(home, 'data');
    const first = await create(dataDir).start();
    await ask(first.url, `create table kept (word text); insert into kept values ('一键通')`);
    expect(
      await ask(
        first.url,
        `select current_database(), lower('ÄÖ'), current_setting('fsync'), current_setting('listen_addresses')`,
      ),
    ).toEqual([['yijiantong', 'äö', 'on', '127.0.0.1']]);
    await started.pop()!.stop();
    await expect(ask(first.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
    const second = await create(dataDir).start();
    expect(await ask(second.url, 'select word from kept')).toEqual([['一键通']]);
    expect(readEngines(dataDir)).toEqual({ pid: process.pid, databaseUrl: second.url });
    for (const file of ['engines.json', 'postgres.password', 'postgres.log'])
      expect(statSync(path.join(dataDir, file)).mode & 0o777, file).toBe(0o600);
    expect(statSync(path.join(dataDir, 'postgres')).mode & 0o777).toBe(0o700);
  });

  test('refuses a wrong password', async () => {
    cpSync(made, home, { recursive: true });
    const { url } = await create(home).start();
    const wrong = new URL(url);
    wrong.password = 'wrong';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  test('kill -9 of the platform leaves no database behind, and the next start has its data', async () => {
    cpSync(made, home, { recursive: true });
    const owner = await startOwner(home);
    const { databaseUrl } = readEngines(home)!;
    await ask(databaseUrl!, 'create table kept (n int); insert into kept values (42)');
    expect(processesWith(home).length).toBeGreaterThan(1);
    owner.signal('SIGKILL');
    await owner.exited;
    await until(() => processesWith(home).length === 0);
    const { url } = await create(home).start();
    expect(await ask(url, 'select n from kept')).toEqual([[42]]);
  });

  test('a start while the killed platform is still going down waits for it', async () => {
    cpSync(made, home, { recursive: true });
    const owner = await startOwner(home);
    owner.signal('SIGKILL');
    const { url } = await create(home).start();
    expect(await ask(url, 'select 1')).toEqual([[1]]);
  });

  test('a database that was left behind is found and ended', async () => {
    cpSync(made, home, { recursive: true });
    const before = create(home);
    await before.start();
    const { uid, gid } = statSync(path.join(home, 'postgres'));
    // As the platform starts it, also out of folders that only root can enter, but for what ends it with its parent.
    const asOwner = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    const passing = ['--inh-caps', '--ambient-caps'].map((which) => `${which}=-all,+dac_override`);
    const command = [
      ...(process.getuid?.() === 0 ? [...asOwner, ...passing, '--securebits=+no_setuid_fixup'] : []),
      path.join(findPostgresBinaries(), 'postgres'),
      '-c',
      'unix_socket_directories=',
      '-c',
      `port=${await freePort()}`,
      '-D',
      path.join(realpathSync(home), 'postgres'),
    ];
    await before.stop();
    // The shell ends at once: its child belongs to nobody, as after a kill -9 on a system that can't end it with us.
    spawn('/bin/sh', ['-c', '"$@" >/dev/null 2>&1 &', 'sh', ...command], {
      cwd: '/',
      detached: true,
      stdio: 'ignore',
    }).unref();
    await until(
      () =>
        existsSync(path.join(home, 'postgres', 'postmaster.pid')) &&
        readFileSync(path.join(home, 'postgres', 'postmaster.pid'), 'utf8').includes('ready'),
    );
    const orphan = postmasterPid(home);
    expect(isPostmasterOf(orphan, path.join(home, 'postgres'))).toBe(true);
    const { url } = await create(home).start();
    expect(await ask(url, 'select 1')).toEqual([[1]]);
    expect(isPostmasterOf(orphan, path.join(home, 'postgres'))).toBe(false);
  });

  test('the database of a platform that lives is left alone, and the second platform is told', async () => {
    cpSync(made, home, { recursive: true });
    const { url } = await create(home).start();
    await expect(createEmbeddedPostgres({ dataDir: home, host: '127.0.0.1', log }).start()).rejects.toThrow(
      `another platform (process ${process.pid}) is running`,
    );
    expect(await ask(url, 'select 1')).toEqual([[1]]);
  });

  test('a copy of a data directory starts in a home that others cannot enter, beside the original', async () => {
    const original = path.join(home, 'original');
    cpSync(made, original, { recursive: true });
    const first = create(original);
    await ask((await first.start()).url, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    const closed = path.join(home, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const copy = path.join(closed, 'copy');
    cpSync(original, copy, { recursive: true });
    const { url } = await create(original).start();
    // The copy names the original's server, which must not be ended for it.
    writeFileSync(
      path.join(copy, 'postgres', 'postmaster.pid'),
      readFileSync(path.join(original, 'postgres', 'postmaster.pid')),
    );
    const second = await create(copy).start();
    expect(await ask(second.url, 'select n from kept')).toEqual([[7]]);
    expect(await ask(url, 'select n from kept')).toEqual([[7]]);
    expect(second.url).not.toBe(url);
  });

  test('a server that dies alone comes back at the same address', async () => {
    cpSync(made, home, { recursive: true });
    const { url } = await create(home).start();
    await ask(url, 'create table kept (n int); insert into kept values (1)');
    process.kill(postmasterPid(home), 'SIGKILL');
    await until(() =>
      ask(url, 'select 1').then(
        () => true,
        () => false,
      ),
    );
    expect(await ask(url, 'select n from kept')).toEqual([[1]]);
  });

  test('half a data directory of a killed first start is not taken for one', async () => {
    mkdirSync(path.join(home, '.initdb-killed', 'postgres'), { recursive: true });
    const { url } = await create(home).start();
    expect(await ask(url, 'select 1')).toEqual([[1]]);
    expect(existsSync(path.join(home, '.initdb-killed'))).toBe(false);
  });
});
