import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type { Log } from './log.ts';

/** The folder of the SQL migrations. */
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/**
 * Applies the migrations that `url`'s database has not seen, each one wholly or not at all, and returns their names.
 * Several processes may call it at once: one applies, the others wait. Says nothing when there is nothing to do.
 */
export async function migrate(deps: { url: string; log: Log }): Promise<string[]> {
  const { log } = deps;
  const applied = await runner({
    databaseUrl: deps.url,
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
  return names;
}
