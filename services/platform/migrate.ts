import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import { systemClock } from '#kernel/clock.ts';
import { Client } from './database.ts';
import type { Log } from './log.ts';
import { loadQueries } from './sql.ts';

const q = loadQueries(import.meta.url, 'platform', ['get_setting', 'put_setting']);
const SETTING = 'migrations';

/** The folder of the SQL migrations. */
const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/**
 * Applies the migrations that `url`'s database has not seen, each one wholly or not at all, and returns their names.
 * Several processes may call it at once: one applies, the others wait. Says nothing when there is nothing to do, but
 * warns of a migration that was edited after it was applied here.
 */
export async function migrate(deps: { url: string; log: Log }): Promise<string[]> {
  const { url, log } = deps;
  const applied = await runner({
    databaseUrl: url,
    dir: MIGRATIONS,
    direction: 'up',
    migrationsTable: 'migration',
    singleTransaction: false,
    advisoryLockMode: 'wait',
    logger: {
      info: (message: string) => log.debug(message),
      warn: (message: string) => log.warn(message),
      error: (message: string) => log.error(message),
    },
  });
  const names = applied.map(({ name }) => name);
  if (names.length > 0) log.info({ migrations: names }, 'database migrated');
  const edited = await findEdited(url, names);
  if (edited.length > 0) {
    log.warn({ migrations: edited }, 'edited after they were applied: this database may lack what they hold now');
  }
  return names;
}

/** Keeps a hash of each migration as it was applied; the names of those whose file has another one now. */
async function findEdited(url: string, names: readonly string[]): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: Record<string, string> }>(q.get_setting.text, [SETTING]);
    const known = rows[0]?.value ?? {};
    const now = hashes();
    const added = Object.entries(now).filter(([name]) => known[name] === undefined || names.includes(name));
    if (added.length > 0) {
      const value = JSON.stringify({ ...known, ...Object.fromEntries(added) });
      await client.query(q.put_setting.text, [SETTING, value, new Date(systemClock.now())]);
    }
    return Object.keys(known).filter(
      (name) => !names.includes(name) && now[name] !== undefined && now[name] !== known[name],
    );
  } finally {
    await client.end();
  }
}

function hashes(): Record<string, string> {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'));
  const hash = (file: string): string =>
    createHash('sha256')
      .update(readFileSync(path.join(MIGRATIONS, file)))
      .digest('hex');
  return Object.fromEntries(files.map((file) => [path.basename(file, '.sql'), hash(file)]));
}
