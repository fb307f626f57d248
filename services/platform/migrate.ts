import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Log } from './log.ts';

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
  const edited = await findEdited(url);
  if (edited.length > 0) {
    log.warn({ migrations: edited }, 'edited after they were applied: this database may lack what they hold now');
  }
  return names;
}

/** Keeps a hash of each migration as it was applied; the names of those whose file has another one now. */
async function findEdited(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('alter table migration add column if not exists hash text');
    const { rows } = await client.query<{ name: string; hash: string | null }>('select name, hash from migration');
    const edited: string[] = [];
    for (const { name, hash } of rows) {
      const now = hashOf(name);
      if (hash === null)
        await client.query('update migration set hash = $2 where name = $1 and hash is null', [name, now]);
      else if (now !== null && now !== hash) edited.push(name);
    }
    return edited;
  } finally {
    await client.end();
  }
}

function hashOf(name: string): string | null {
  try {
    return createHash('sha256')
      .update(readFileSync(path.join(MIGRATIONS, `${name}.sql`)))
      .digest('hex');
  } catch {
    // Applied by a newer release, which this one still works beside.
    return null;
  }
}
